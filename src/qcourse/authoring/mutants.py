"""Small changes to the reference solutions that no test may let pass: ``qcourse mutants``.

A mutant that survives is either listed in ``equivalent_mutants.toml`` beside the lesson with the reason why
it is not a wrong answer, or a test is missing.
"""

import ast
import copy
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qcourse.authoring.answers import Answer
from qcourse.authoring.judge import judge
from qcourse.course.cells import grade_id, is_answer
from qcourse.course.folder import pick_exercises, solution_path
from qcourse.course.lesson import exercise_number, read_source
from qcourse.errors import UserError

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "round": "floor",
    "mean": "sum",
}


Change = tuple[str, ast.AST]  # what it is, in words, and the node that takes the place


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every changed source, with a line that says where and what; docstrings are left alone."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for node in ast.walk(tree):
        for what, new in filter(None, (mutate(node) for mutate in MUTATORS)):
            text = ast.unparse(copy.deepcopy(tree, {id(node): new}))  # a copy with new in the node's place
            if text not in seen:
                seen.add(text)
                yield f"line {getattr(node, 'lineno', 0)}: {what}", text


def _other_operator(node: ast.AST) -> Change | None:
    operators = (
        [node.op] if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) else getattr(node, "ops", [])
    )
    if not operators or type(operators[0]) not in SWAPS:
        return None
    other = SWAPS[type(operators[0])]()
    field = {"ops": [other, *operators[1:]]} if isinstance(node, ast.Compare) else {"op": other}
    return f"{type(operators[0]).__name__} becomes {type(other).__name__}", _with(node, **field)


def _other_constant(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, bool | int | float):
        return None
    other = not node.value if isinstance(node.value, bool) else node.value + 1
    return f"{node.value} becomes {other}", _with(node, value=other)


def _other_name(node: ast.AST) -> Change | None:
    field = {ast.Name: "id", ast.Attribute: "attr"}.get(type(node), "")
    name = getattr(node, field, "")
    return (f"{name} becomes {NAMES[name]}", _with(node, **{field: NAMES[name]})) if name in NAMES else None


def _swapped_arguments(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    first, second, *rest = node.args
    return f"the arguments of {ast.unparse(node.func)} are swapped", _with(node, args=[second, first, *rest])


def _opposite_condition(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.If | ast.IfExp):
        return None
    return "a condition is turned round", _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _no_minus(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.USub):
        return None
    return "a minus is removed", _with(node, op=ast.UAdd())


def _no_keyword(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.Call) or not node.keywords:
        return None
    return f"the keyword {node.keywords[-1].arg} is removed", _with(node, keywords=node.keywords[:-1])


def _no_statement(node: ast.AST) -> Change | None:
    if not isinstance(node, ast.Expr | ast.Assign | ast.AugAssign) or isinstance(node.value, ast.Constant):
        return None
    return f"'{ast.unparse(node)}' is removed", ast.Pass()


MUTATORS: tuple[Callable[[ast.AST], Change | None], ...] = (
    _other_operator,
    _other_constant,
    _other_name,
    _swapped_arguments,
    _opposite_condition,
    _no_minus,
    _no_keyword,
    _no_statement,
)


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    """A copy of ``node`` with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def of_assignment(root: Path, name: str) -> list[Answer]:
    """The mutants of every solution of ``name``, as wrong answers."""
    found = []
    for cell in read_source(root, name).cells:
        if cell.cell_type == "code" and is_answer(cell):
            number = exercise_number(cell)
            for what, source in mutants(cell.source):
                found.append(Answer(number, grade_id(cell), False, what, "", source))
    return found


def equivalent(root: Path, name: str) -> dict[str, dict[str, str]]:
    """Why mutants of ``name`` are not wrong answers, by grade id and what was changed."""
    path = solution_path(root, name).with_name("equivalent_mutants.toml")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}.") from None


def survivors(root: Path, name: str, answers: list[Answer]) -> list[Answer]:
    """Those of the mutants ``answers`` that keep every point and are not listed as equivalent."""
    listed = equivalent(root, name)
    alive = [v.answer for v in judge(root, name, answers) if not v.failed]
    return [answer for answer in alive if answer.what not in listed.get(answer.grade_id, {})]


def run(root: Path, choices: Sequence[str] = ()) -> int:
    """Print the mutants of the chosen exercises that survive unexplained; 1 where there is one."""
    alive = 0
    for name, exercises in pick_exercises(root, choices).items():
        mutants_of = [m for m in of_assignment(root, name) if m.exercise in exercises]
        if not mutants_of:
            raise UserError(
                f"{name}: there are no mutants of {', '.join(exercises)}: no change applies to its solution."
            )
        surviving = survivors(root, name, mutants_of)
        alive += len(surviving)
        print(f"{name}: {len(mutants_of)} mutants, {len(surviving)} unexplained", flush=True)
        for answer in surviving:
            print(f"    {answer.exercise} {answer.grade_id} {answer.what}", flush=True)
    return int(alive > 0)
