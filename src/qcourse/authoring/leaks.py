"""The gates that look for answers and hidden tests in what students get."""

import ast
import importlib
from collections.abc import Iterator

from qcourse import pt2e
from qcourse.authoring.assignment import Assignment, Course
from qcourse.authoring.judge import Judge
from qcourse.authoring.shown import shown_answers
from qcourse.course.cells import grade_id, is_answer, secret_and_public_lines

LEAKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN", "hidden=True")


def nothing_leaks(course: Course) -> Iterator[str]:
    """No solution, hidden test or text source in what students get."""
    for path in sorted((course.root / "notebooks").rglob("*")):
        if path.is_file() and path.suffix != ".ipynb":
            yield f"{path} is not a notebook: students must not get it."
    for of in course.assignments:
        text = str(of.release)  # metadata included
        yield from (f"notebooks/{of.name} holds {leak!r}." for leak in LEAKS if leak in text)
        secret, public = secret_and_public_lines(of.source)
        shown = "\n".join(cell.source for cell in of.release.cells).split("\n")
        yield from (f"notebooks/{of.name} shows: {line}" for line in shown if line.strip() in secret - public)


def no_solution_is_repeated(course: Course) -> Iterator[str]:
    """No public cell, checks included, repeats a complete solution under other names."""
    for of in course.assignments:
        for cell in of.source.cells:
            if cell.cell_type == "code" and is_answer(cell):
                for function in _functions(ast.parse(cell.source)):
                    yield from _repeated(course, of, grade_id(cell), function)


def _repeated(course: Course, of: Assignment, name: str, function: ast.FunctionDef) -> Iterator[str]:
    body = [s for s in function.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    local = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    local |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for other in course.assignments:
        for cell in other.release.cells:
            if cell.cell_type == "code" and any(
                _same(body, w, local) for w in _windows(cell.source, len(body))
            ):
                where = grade_id(cell) or repr(cell.source.split("\n")[0])
                yield f"{other.name} shows the solution of {name} in {where}."


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """The functions that hold a solution."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _windows(source: str, size: int) -> Iterator[list[ast.AST]]:
    """Each ``size`` statements in a row; for one statement, each expression."""
    for node in ast.walk(ast.parse(source)):
        if size == 1 and isinstance(node, ast.expr):
            yield [node]
        for block in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                yield from (block[i : i + size] for i in range(len(block) - size + 1))


def _same(body: list[ast.stmt], shown: list[ast.AST], local: set[str]) -> bool:
    """Whether statements are the same but for local names; it may return what the other assigns."""
    names: dict[str, str] = {}
    return all(_equal(_core(a), _core(b), local, names) for a, b in zip(body, shown, strict=True))


def _core(node: ast.AST) -> ast.AST:
    return node.value if isinstance(node, ast.Return | ast.Expr) and node.value else node


def _equal(a: object, b: object, local: set[str], names: dict[str, str]) -> bool:
    if isinstance(a, ast.Name) and isinstance(b, ast.Name) and a.id in local:
        return names.setdefault(a.id, b.id) == b.id
    if isinstance(a, ast.AST) and isinstance(b, ast.AST):
        fields = [field for field in a._fields if field not in ("ctx", "type_comment")]
        return type(a) is type(b) and all(
            _equal(getattr(a, field, None), getattr(b, field, None), local, names) for field in fields
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_equal(x, y, local, names) for x, y in zip(a, b, strict=True))
    return a == b


def no_answer_is_shown(course: Course) -> Iterator[str]:
    """No function or class that students see earns a point when it is handed in as an answer."""
    if pt2e.installed():  # else each fork imports it that tries a cell of 08 or 09, and logs its warnings
        with pt2e.quiet_import():
            importlib.import_module("torchao.quantization.pt2e.quantize_pt2e")
    for of in course.assignments:
        for answer in Judge(of.source, []).earning(shown_answers(course, of)):
            yield f"{answer.what} earns points in {answer.exercise} {answer.grade_id}."
