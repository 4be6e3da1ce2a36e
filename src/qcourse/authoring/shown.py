"""What students see of functions and classes, as answers that they could copy."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from qcourse.authoring.answers import Answer
from qcourse.authoring.assignment import Assignment, Course
from qcourse.course.cells import grade_id, is_answer
from qcourse.course.names import analyse
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import UserError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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


def exercise_number(answer: NotebookNode) -> str:
    """The number of the exercise, such as "6.7", that a solution cell names in its first delimiter."""
    named = re.search(r"### BEGIN SOLUTION Exercise (\d+\.\d+):", answer.source)
    if not named:
        raise UserError(
            f"the answer {grade_id(answer)!r} has no line '### BEGIN SOLUTION Exercise N.N: title'."
        )
    return named[1]


def _shown(of: Assignment) -> Iterator[Shown]:
    """The functions, classes, lambdas and aliases of the student version, at any depth."""
    code = [cell for cell in of.release.cells if cell.cell_type == "code"]
    trees = {grade_id(cell) or cell.source.split("\n")[0]: ast.parse(cell.source) for cell in code}
    every = {name: s for tree in trees.values() for s in tree.body for name in _defines(s)}
    seen = set()
    for where, tree in trees.items():
        known = every | {name: s for s in tree.body for name in _defines(s)}
        for node, own, expression in _callables(tree):
            fewest, most = _takes(node)
            needs = _needs(own, expression, known)
            if (needs, expression) not in seen:
                seen.add((needs, expression))
                alias = not isinstance(node, ast.Lambda | Definition)
                yield Shown(f"{of.name}, {where}: {expression[:60]}", needs, expression, fewest, most, alias)


def _callables(tree: ast.Module) -> Iterator[tuple[ast.AST, list[ast.stmt], str]]:
    """A node, the statements that define it, and an expression for it."""
    for node in ast.walk(tree):
        if isinstance(node, Definition) and not _is_stub(node):
            yield node, [node], node.name
        elif isinstance(node, ast.Lambda):
            yield node, [], f"({ast.unparse(node)})"
        elif isinstance(node, ast.Assign) and _is_alias(node.value):
            yield node.value, [], ast.unparse(node.value)


def _is_alias(value: ast.expr) -> bool:
    partial = isinstance(value, ast.Call) and "partial" in ast.unparse(value.func)
    return partial or isinstance(value, ast.Name | ast.Attribute)


def _is_stub(node: Definition) -> bool:
    return isinstance(node.body[-1], ast.Raise) and "NotImplementedError" in ast.unparse(node.body[-1])


def _defines(statement: ast.stmt) -> set[str]:
    """The names of a statement that a copied function may need: imports, definitions, plain values."""
    if isinstance(statement, Definition):
        return set() if _is_stub(statement) else {statement.name}
    if isinstance(statement, ast.Assign) and any(isinstance(n, ast.Call) for n in ast.walk(statement.value)):
        return set()
    simple = isinstance(statement, ast.Import | ast.ImportFrom | ast.Assign)
    return analyse(ast.unparse(statement)).binds if simple else set()


def _needs(own: list[ast.stmt], expression: str, known: dict[str, ast.stmt]) -> str:
    """The source of ``own`` and, before it, of everything ``known`` that it reads."""
    found: list[str] = [ast.unparse(statement) for statement in own]
    waiting = analyse("\n".join([*found, expression])).reads
    done: set[str] = set()
    while names := {name for name in waiting - done if name in known}:
        done |= names
        sources = list(dict.fromkeys(ast.unparse(known[name]) for name in sorted(names)))
        found = [*(source for source in sources if source not in found), *found]
        waiting = set().union(*(analyse(source).reads for source in sources))
    return "\n".join(found)


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
