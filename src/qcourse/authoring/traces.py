"""Whether an answer may leave a trace in the process that it runs in, which the next one there would feel.

Read from its source: what calls, names and modules cannot be known leave one. A source can hide one under
another name (``known = torch.nn; known.Linear = None``), so the judge tries the solution afterwards, too.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

from qcourse.course.names import analyse
from qcourse.course.syntax import NOT_PYTHON, parse

# Of these, a call changes what it is given, or a switch that checks put back.
MODULES = {
    *("np", "numpy", "torch", "nn", "F", "math", "copy", "models", "torch_ao"),
    *("collections", "dataclasses", "decimal", "fractions", "functools", "itertools", "numbers", "operator"),
    *("qcourse", "statistics", "torchao", "typing"),
}
UNKNOWN = {"compile", "delattr", "eval", "exec", "globals", "locals", "open", "setattr", "vars", "__import__"}
FIXED = bool | int | float | complex | str | bytes | type | FunctionType | ModuleType | None


def may_leave_traces(source: str, scope: Mapping[str, Any]) -> bool:
    """Whether a cell may change more than the names that it binds in ``scope``, and its arguments."""
    try:
        nodes = list(ast.walk(parse(source)))
    except NOT_PYTHON:
        return True
    reads = analyse(source).reads
    if reads & UNKNOWN or not all(isinstance(scope.get(name), FIXED) for name in reads):
        return True
    if any(isinstance(node, ast.Global) for node in nodes):
        return True
    if any(name.partition(".")[0] not in MODULES or name not in sys.modules for name in _imported(nodes)):
        return True
    if any(isinstance(node, ast.Attribute) and _is_switch(node.attr) for node in nodes):
        return True
    own = _own(nodes)
    return any(_root(target) not in own for target in _changed(nodes))


def _is_switch(name: str) -> bool:
    """Whether an attribute may be a function that changes a setting, or what a class or a module holds."""
    return name.startswith(("set_", "_set_", "register_module_", "__setattr__", "__dict__", "seterr", "use_"))


def _imported(nodes: list[ast.AST]) -> set[str]:
    """The modules that are imported, or from which something is."""
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return set(names)


def _own(nodes: list[ast.AST]) -> set[str]:
    """The names that the cell binds, but for those of what it imports."""
    own, others = set[str](), set[str]()
    for node in nodes:
        match node:
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                own.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                own.add(name)
            case ast.alias(name=name, asname=other):
                others.add((other or name).partition(".")[0])
    return own - others


def _changed(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """The objects of which an attribute or an item is set or deleted."""
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield node.value


def _root(value: ast.expr) -> str:
    while isinstance(value, ast.Attribute | ast.Subscript | ast.Call):
        value = value.func if isinstance(value, ast.Call) else value.value
    return value.id if isinstance(value, ast.Name) else ""
