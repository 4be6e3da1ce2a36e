"""What students see of functions and classes, as answers that they could copy."""

import ast
import builtins
from collections.abc import Iterator
from typing import NamedTuple

from qcourse.authoring.answers import Answer
from qcourse.authoring.assignment import Assignment, Course
from qcourse.course.cells import grade_id, is_answer, is_challenge
from qcourse.course.lesson import exercise_number
from qcourse.course.names import analyse
from qcourse.course.notebooks import NotebookNode

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
LIGHT = {*dir(builtins), "math", "np", "operator", "torch"}  # of which a call takes no time


class Shown(NamedTuple):
    """Something callable in a public cell: ``expression`` evaluates to it once ``needs`` has run."""

    what: str
    needs: str
    expression: str
    fewest: int  # positional arguments that it takes
    most: float
    alias: bool


def shown_answers(course: Course, of: Assignment) -> list[Answer]:
    """Everything callable in the public cells of the course, as an answer to each exercise of ``of``.

    Left out is only what cannot take as many arguments as the solution does, and aliases elsewhere: what
    they name is either in this list itself, or a library's.
    """
    shown = [s for other in course.assignments for s in _shown(other) if other is of or not s.alias]
    answers = []
    for cell in of.source.cells:
        if cell.cell_type == "code" and is_answer(cell):
            number = exercise_number(cell)
            fewest, most = _takes(_named(ast.parse(cell.source), grade_id(cell)))
            answers += [
                Answer(
                    number,
                    grade_id(cell),
                    False,
                    found.what,
                    "",
                    f"{found.needs}\n{grade_id(cell)} = {found.expression}",
                )
                for found in shown
                if found.fewest <= most and found.most >= fewest
            ]
    return answers


def _shown(of: Assignment) -> Iterator[Shown]:
    """The functions, classes, lambdas, aliases and results of factories that students see, at any depth."""
    cells = [(_name(cell), _tree(cell)) for cell in of.release.cells if cell.cell_type == "code"]
    every = {name: s for _, tree in cells for name, s in _defined(tree)}
    seen = set()
    for where, tree in cells:
        known = every | dict(_defined(tree))
        for node, own, expression in _callables(tree, known):
            fewest, most = _takes(node)
            needs = _needs(own, expression, known)
            if (needs, expression) not in seen:
                seen.add((needs, expression))
                what = f"{of.name}, {where}: {expression[:60]}"
                yield Shown(what, needs, expression, fewest, most, _is_alias(node))


def _name(cell: NotebookNode) -> str:
    return grade_id(cell) or str(cell.source).split("\n")[0]


def _tree(cell: NotebookNode) -> ast.Module:
    """The cell without the stub that stands where the answer will."""
    tree = ast.parse(cell.source)
    if is_answer(cell) or is_challenge(cell):
        tree.body = [s for s in tree.body if not (isinstance(s, Definition) and _is_stub(s))]
    return tree


def _is_stub(node: Definition) -> bool:
    return isinstance(node.body[-1], ast.Raise) and "NotImplementedError" in ast.unparse(node.body[-1])


def _callables(tree: ast.Module, known: dict[str, ast.stmt]) -> Iterator[tuple[ast.AST, list[ast.stmt], str]]:
    """A node, the statements that define it, and an expression for it."""
    for node in ast.walk(tree):
        if isinstance(node, Definition):
            yield node, [node], node.name
        elif isinstance(node, ast.Lambda):
            yield node, [], f"({ast.unparse(node)})"
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            factory = isinstance(node.value, ast.Call) and known.get(_root(node.value))
            if _is_alias(node.value) or (factory and not isinstance(factory, ast.Import | ast.ImportFrom)):
                yield node.value, [], ast.unparse(node.value)


def _is_alias(value: ast.AST) -> bool:
    partial = isinstance(value, ast.Call) and "partial" in ast.unparse(value.func)
    return partial or isinstance(value, ast.Name | ast.Attribute)


def _root(value: ast.expr) -> str:
    """The name that an expression begins with: np of ``np.linalg.norm(x).item()``."""
    while isinstance(value, ast.Call | ast.Attribute | ast.Subscript):
        value = value.func if isinstance(value, ast.Call) else value.value
    return value.id if isinstance(value, ast.Name) else ""


def _defined(node: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """The names that a copied function may need, with their statements: imports, definitions, plain values.

    A value is plain where it takes no time: where nothing is called but Python's own functions and ``LIGHT``.
    """
    for s in ast.iter_child_nodes(node):
        if isinstance(s, Definition):
            yield s.name, s
        elif isinstance(s, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
            value = getattr(s, "value", None)
            if value is None or _is_plain(value):
                yield from ((name, s) for name in analyse(ast.unparse(s)).binds)
        elif isinstance(s, ast.For) and _is_plain(s.iter):
            loop = ast.For(s.target, s.iter, [ast.Pass()], [], lineno=s.lineno)
            yield from ((n.id, loop) for n in ast.walk(s.target) if isinstance(n, ast.Name))
        if isinstance(s, ast.stmt) and not isinstance(s, Definition):
            yield from _defined(s)


def _is_plain(value: ast.expr) -> bool:
    called = {_root(node) for node in ast.walk(value) if isinstance(node, ast.Call)}
    return called <= LIGHT


def _needs(own: list[ast.stmt], expression: str, known: dict[str, ast.stmt]) -> str:
    """The source of ``own`` and, before it, of everything ``known`` that it reads, in an order that runs."""
    last = [ast.unparse(statement) for statement in own]
    found: list[str] = []
    done: set[str] = set()

    def add_what_is_read_by(source: str) -> None:
        for name in sorted(analyse(source).reads - done):
            if name in known and name not in done:
                done.add(name)
                needed = ast.unparse(known[name])
                add_what_is_read_by(needed)
                found.append(needed)

    add_what_is_read_by("\n".join([*last, expression]))
    return "\n".join([*(source for source in dict.fromkeys(found) if source not in last), *last])


def _named(tree: ast.Module, name: str) -> ast.AST:
    return next((node for node in tree.body if isinstance(node, Definition) and node.name == name), tree)


def _takes(node: ast.AST) -> tuple[int, float]:
    """The fewest and most positional arguments of what a node defines; anything where that is not told."""
    if isinstance(node, ast.ClassDef):
        methods = [m for m in node.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"]
        if not methods:
            return 0, float("inf")
        fewest, most = _takes(methods[0])
        return fewest - 1, most - 1
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return 0, float("inf")
    given = node.args
    names = [*given.posonlyargs, *given.args]
    required = sum(default is None for default in given.kw_defaults)
    most = float("inf") if given.vararg or given.kwarg else len(names) + len(given.kwonlyargs)
    return len(names) - len(given.defaults) + required, most
