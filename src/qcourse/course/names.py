"""Which names a cell reads, binds and may change: an analysis of its source, which is never run.

Where it cannot be exact it errs on one side: a name too many among those that are read or changed, a name too
few among those that are surely bound.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qcourse.course.syntax import NOT_PYTHON, parse, python

ANY = "*"  # among the names bound: names that are not known, of ``from m import *`` or a magic
_FUNCTIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda
_SCOPES = *_FUNCTIONS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.ClassDef
_BRANCHES = ast.BoolOp, ast.IfExp  # expressions of which a part may not be evaluated


class Names(NamedTuple):
    """The names that a cell reads from earlier cells, that it surely binds, and whose value it may change."""

    reads: set[str]
    binds: set[str]
    changes: set[str]


def analyse(source: str) -> Names:
    """The names of a cell. Of a text that is not Python, as one with a magic, each word may be a name."""
    try:
        tree = parse(source)
        reads, binds = _block(tree.body, set())
    except NOT_PYTHON:
        words = set(re.findall(r"[^\W\d]\w*", source))
        return Names(words, words | {ANY}, words)
    # net.eval(), train(net), parts = [net.linear1]: whatever the cell mentions may change in it.
    return Names(reads, binds, {node.id for node in _own([tree], ()) if isinstance(node, ast.Name)})


def bound(source: str) -> set[str]:
    """The names that a cell may bind; of a text that is not Python, what it tries to define."""
    try:
        return stored(*parse(python(source)).body)
    except NOT_PYTHON:
        return set(re.findall(r"^(?:def|class)\s+(\w+)", source, re.MULTILINE))


def defined(source: str) -> set[str]:
    """The names that a cell imports or defines, as np, nn, or a function."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    try:
        return {name for s in parse(python(source)).body if isinstance(s, kinds) for name in _surely_bound(s)}
    except NOT_PYTHON:
        return set()


def _block(body: list[ast.stmt], known: set[str]) -> tuple[set[str], set[str]]:
    """The names that statements read before they bind them, and the names bound after them.

    Names that are ``known`` before count as bound.
    """
    reads: set[str] = set()
    known = set(known)
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):  # it may be called at once
                reads |= _free(statement) - {name} - known
            case ast.ClassDef():
                reads |= _free(statement) - known
            case _:
                reads |= _flow(statement, known)
        known |= _surely_bound(statement)
    return reads, known


def _flow(node: ast.AST, known: set[str]) -> set[str]:
    """What a statement reads; what a branch or a loop binds is known inside it only, for it may not run."""
    parts = _parts(node)
    blocks = [v for _, v in ast.iter_fields(node) if isinstance(v, list) and v and isinstance(v[0], ast.stmt)]
    nested = [part for part in parts if isinstance(part, ast.ExceptHandler | ast.match_case)]
    if not blocks and not nested:
        return _free(node) - known
    head = [part for part in parts if part not in nested and not isinstance(part, ast.stmt)]
    inside = known | stored(*head, beyond=(*_SCOPES, *_BRANCHES))
    if isinstance(node, ast.ExceptHandler) and node.name:
        inside.add(node.name)
    reads = _free(*head) - known
    return reads.union(*(_block(b, inside)[0] for b in blocks), *(_flow(part, inside) for part in nested))


def _free(*nodes: ast.AST) -> set[str]:
    """The names that nodes read from the scope around them; a function may be called at once."""
    found, waiting = set[str](), [*nodes]
    while waiting:
        match node := waiting.pop():
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                found.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                found |= _free_in_function(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                targets = stored(*(generator.target for generator in node.generators))
                found |= _free(*_parts(node)) - targets
                waiting.append(node.generators[0].iter)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.update(names)
            case _:
                if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
                waiting += _parts(node)
    return found


def _free_in_function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    outside = _free(*(part for part in _parts(node) if part not in body))
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    declared = {n for s in _own(body) if isinstance(s, ast.Global | ast.Nonlocal) for n in s.names}
    local = {argument.arg for argument in arguments if argument} | (stored(*body) - declared)
    inside = () if isinstance(node, ast.Lambda) else _own(node.body, ())  # it holds no statement
    of_module = {n for part in inside if isinstance(part, ast.Global) for n in part.names}
    return outside | (_free(*body) - local) | of_module


def _surely_bound(statement: ast.stmt) -> set[str]:
    """The names that a simple statement binds whenever it runs to its end."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return stored(statement)
        case ast.Assign(targets=targets):
            return stored(*targets)
        case ast.AnnAssign(target=target, value=ast.expr()):
            return stored(target)
    return set()


def stored(*nodes: ast.AST, beyond: tuple[type[ast.AST], ...] = _SCOPES) -> set[str]:
    """The names that nodes bind in their own scope, not inside a node of the kinds ``beyond``."""
    found: set[str] = set()
    for node in _own(nodes, beyond):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add((other or name).split(".")[0])
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
    return found


def _own(nodes: Iterable[ast.AST], beyond: tuple[type[ast.AST], ...] = _SCOPES) -> Iterator[ast.AST]:
    """The nodes and all inside them, but not what lies inside a node of the kinds ``beyond``."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, beyond):
            waiting += _parts(node)


def _parts(node: ast.AST) -> list[ast.AST]:
    """As `ast.iter_child_nodes`, in half the time."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        found += [part for part in (value if type(value) is list else [value]) if isinstance(part, ast.AST)]
    return found
