"""A module that the student has and the grader has not costs the names of that module, and no more.

A cell ends at its first import that fails; where that is the cell of imports, every answer below lacks
``np``. In a kernel of ours such an import shows its error, and the cell goes on. So do the statements that
only use the module, as ``sns.set_theme()``.
"""

import ast
import importlib.util
from typing import Any

SHOW = ast.parse("__import__('IPython').get_ipython().showtraceback()").body


class WithoutMissingModules(ast.NodeTransformer):
    """Guards the top-level statements that need a missing module; IPython hands it the tree of each cell."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """The tree, changed where a module is missing."""
        missing: set[str] = set()
        body: list[ast.stmt] = []
        for statement in node.body:
            names = _missing_names(statement)
            if names or (isinstance(statement, ast.Expr) and _root(statement.value) in missing):
                handler = ast.ExceptHandler(_errors(), None, SHOW)
                statement = ast.Try([statement], [handler], [], [])
            missing |= names
            body.append(statement)
        return ast.fix_missing_locations(ast.Module(body, node.type_ignores)) if missing else node


def _errors() -> ast.expr:
    return ast.parse("(ModuleNotFoundError, NameError)", mode="eval").body


def _missing_names(statement: ast.stmt) -> set[str]:
    """The names that a statement would bind to a missing module; `%load_ext` counts as one."""
    match statement:
        case ast.Import(names=names) if any(_is_missing(name.name) for name in names):
            return {(name.asname or name.name).split(".")[0] for name in names}
        case ast.ImportFrom(module=str(module), names=names, level=0) if _is_missing(module):
            return {name.asname or name.name for name in names}
        case ast.Expr(ast.Call(ast.Attribute(attr="run_line_magic"), [ast.Constant("load_ext"), module])):
            return {"%load_ext"} if _is_missing(getattr(module, "value", "")) else set()
    return set()


def _is_missing(module: Any) -> bool:
    try:
        return importlib.util.find_spec(str(module).strip()) is None
    except (ImportError, ValueError, AttributeError):  # a parent is missing; a name that is none
        return True


def _root(value: ast.expr) -> str:
    """The name that an expression begins with: sns of ``sns.set_theme()``."""
    while isinstance(value, ast.Call | ast.Attribute | ast.Subscript):
        value = value.func if isinstance(value, ast.Call) else value.value
    return value.id if isinstance(value, ast.Name) else ""
