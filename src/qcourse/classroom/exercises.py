"""The exercises of a notebook: their numbers and titles, by the headings above them."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from qcourse.course.cells import exercise, grade_id, is_answer, is_check, is_hidden, is_scored
from qcourse.course.notebooks import NotebookNode

HEADING = re.compile(r"^#{1,3} +(\S.*)$", re.MULTILINE)
NUMBERED = re.compile(r"Exercise +([\d.]+\d)\s*[:.]?\s*(.*)")


class Exercise(NamedTuple):
    """An exercise, or a question; the grade ids of its cells, which are empty where it has no such cell."""

    number: str  # such as 6.1; empty for a question
    title: str
    answer: str
    check: str
    hidden: str
    others: tuple[str, ...]  # scored cells that are neither: answers graded by hand, tests of other courses

    @property
    def scored(self) -> tuple[str, ...]:
        """The cells that earn points."""
        return (*filter(None, (self.check, self.hidden)), *self.others)


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """Those of a notebook, in its order; an exercise is the answer and the cells that test it."""
    found: dict[str, list[NotebookNode]] = {}
    headings: dict[str, str] = {}
    for heading, cell in _under_headings(notebook):
        if grade_id(cell) and (is_scored(cell) or is_answer(cell)):
            found.setdefault(exercise(cell), []).append(cell)
            headings.setdefault(exercise(cell), heading)
    made = [_exercise(headings[name], cells) for name, cells in found.items()]
    return [one for one in made if one.scored]


def _exercise(heading: str, cells: list[NotebookNode]) -> Exercise:
    def first(kind: Callable[[NotebookNode], bool]) -> str:
        return next((grade_id(cell) for cell in cells if kind(cell)), "")

    answer, check, hidden = first(is_answer), first(is_check), first(is_hidden)
    scored = (grade_id(cell) for cell in cells if is_scored(cell))
    others = tuple(name for name in scored if name not in (check, hidden))
    numbered = NUMBERED.match(heading)
    number, title = numbered.groups() if numbered else ("", heading or exercise(cells[0]))
    return Exercise(number, title, answer, check, hidden, others)


def _under_headings(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell with the last heading above it, or in it."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not grade_id(cell):
            heading = next(iter(HEADING.findall(cell.source)[-1:]), heading).rstrip()
        yield heading, cell
