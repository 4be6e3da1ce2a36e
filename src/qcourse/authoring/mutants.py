"""Small changes to the reference solutions that no test may let pass: ``qcourse mutants``.

A mutant that survives is either listed in ``equivalent_mutants.toml`` beside the lesson with the reason why
it is no wrong answer, or a test is missing.
"""

import ast
import copy
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from qcourse.authoring.answers import Answer
from qcourse.authoring.judge import judge
from qcourse.course.cells import grade_id, is_answer
from qcourse.course.folder import pick_exercises, solution_path
from qcourse.course.lesson import read_source

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


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Every changed source, with a line that says where and what; docstrings are left alone."""
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    seen = {ast.unparse(tree)}
    for index in range(count):
        original = list(ast.walk(tree))[index]
        for change in range(2):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[index]
            what = _mutate(changed, node, change)
            text = ast.unparse(changed) if what else ""
            if what and text not in seen:
                seen.add(text)
                yield f"line {getattr(original, 'lineno', 0)}: {what}", text


def _mutate(tree: ast.AST, node: ast.AST, change: int) -> str:
    """Change ``node`` of ``tree`` in place in the ``change``-th way; say what was done, or nothing."""
    if change == 1:
        return _other_change(tree, node)
    for field in ("op", "ops"):
        operators = getattr(node, field, None)
        first = operators[0] if isinstance(operators, list) and operators else operators
        if first is not None and type(first) in SWAPS:
            other = SWAPS[type(first)]()
            setattr(node, field, [other, *operators[1:]] if isinstance(operators, list) else other)
            return f"{type(first).__name__} becomes {type(other).__name__}"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        before, node.value = node.value, not node.value if isinstance(node.value, bool) else node.value + 1
        return f"{before} becomes {node.value}"
    for field in ("id", "attr"):
        if (name := getattr(node, field, None)) in NAMES:
            setattr(node, field, NAMES[name])
            return f"{name} becomes {NAMES[name]}"
    if isinstance(node, ast.Call) and len(node.args) > 1:
        node.args[:2] = node.args[1::-1]
        return f"the arguments of {ast.unparse(node.func)} are swapped"
    if isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return "a condition is turned round"
    return ""


def _other_change(tree: ast.AST, node: ast.AST) -> str:
    """Remove a statement, a sign or a keyword."""
    body = getattr(node, "body", None)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
        return "a minus is removed"
    if isinstance(node, ast.Call) and node.keywords:
        return f"the keyword {node.keywords.pop().arg} is removed"
    if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign) and not isinstance(node.value, ast.Constant):
        text = ast.unparse(node)
        for parent in ast.walk(tree):
            body = getattr(parent, "body", None)
            if isinstance(body, list) and node in body:
                body[body.index(node)] = ast.Pass()
                return f"'{text}' is removed"
    return ""


def of_assignment(root: Path, name: str) -> list[Answer]:
    """The mutants of every solution of ``name``, as wrong answers."""
    found = []
    for cell in read_source(root, name).cells:
        if cell.cell_type == "code" and is_answer(cell):
            number = cell.source.split("### BEGIN SOLUTION Exercise ")[1].split(":")[0]
            for what, source in mutants(cell.source):
                found.append(Answer(number, grade_id(cell), False, what, "", source))
    return found


def equivalent(root: Path, name: str) -> dict[str, dict[str, str]]:
    """The mutants of ``name`` that are no wrong answers: why, by grade id and what was changed."""
    path = solution_path(root, name).with_name("equivalent_mutants.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


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
        surviving = survivors(root, name, mutants_of)
        alive += len(surviving)
        print(f"{name}: {len(mutants_of)} mutants, {len(surviving)} unexplained", flush=True)
        for answer in surviving:
            print(f"    {answer.exercise} {answer.grade_id} {answer.what}", flush=True)
    return int(alive > 0)
