"""Statements of checks and hidden tests that are never the first to reject a wrong answer of the bank.

Such a statement could be wrong, or say nothing, and the bank would not tell. It needs a wrong answer that it
alone catches, or it can go.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qcourse.authoring.verdict import Verdict
from qcourse.course.cells import exercise, grade_id, is_test
from qcourse.course.notebooks import NotebookNode

# Of `Exercise`: right answers pass through them, too; only a lie is not verified.
NOT_TESTS = {"answer", "call", "callback", "once", "passed", "seed", "verified"}


class Idle(NamedTuple):
    """A statement of a test cell that is never the first to reject an answer; ``exercise`` is a grade id."""

    exercise: str
    cell: str
    line: int
    text: str

    def __str__(self) -> str:
        if not self.text:
            return f"{self.cell} has no statement of ex, such as ex.equal(…): it tests nothing"
        return f"{self.cell}, line {self.line}: is never the first statement to reject an answer: {self.text}"


def idle_statements(notebook: NotebookNode, verdicts: Sequence[Verdict]) -> Iterator[Idle]:
    """The idle ``ex.…`` statements of the judged exercises, and their test cells without any."""
    judged = {verdict.answer.grade_id for verdict in verdicts}
    for cell in notebook.cells:
        name = grade_id(cell)
        if is_test(cell) and exercise(cell) in judged:
            refused_at = {v.failed[name].line for v in verdicts if name in v.failed}
            calls = tests(cell.source)
            if not calls:
                yield Idle(exercise(cell), name, 0, "")
            for call in calls:
                if refused_at.isdisjoint(range(call.lineno, (call.end_lineno or call.lineno) + 1)):
                    yield Idle(exercise(cell), name, call.lineno, ast.unparse(call))


def tests(source: str) -> list[ast.Call]:
    """The calls ``ex.equal(…)``, ``ex.true(…)`` and so on of a test cell, in their order."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "ex"
        and node.func.attr not in NOT_TESTS
    ]
    return sorted(found, key=lambda call: call.lineno)
