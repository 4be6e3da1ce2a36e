"""The exercises of a notebook: their numbers and titles, by the headings above them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from qcourse.course.cells import exercise, grade_id, is_answer, is_check, is_hidden, is_scored, is_test
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
    tests: tuple[str, ...]  # of other courses, where a name does not say what a test is
    by_hand: tuple[str, ...]  # answers and tasks with points

    @property
    def name(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}".strip()

    @property
    def scored(self) -> tuple[str, ...]:
        """The cells that earn points."""
        return (*self.tested, *self.by_hand)

    @property
    def tested(self) -> tuple[str, ...]:
        """Those whose points are given by tests."""
        return (*filter(None, (self.check, self.hidden)), *self.tests)

    @property
    def others(self) -> tuple[str, ...]:
        """Those that are neither check nor hidden tests."""
        return (*self.tests, *self.by_hand)


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """Those of a notebook, in its order; an exercise is the answer and the cells that test it.

    A test whose name tells no answer belongs to the last one above it, as nbgrader's users write them.
    """
    found: dict[str, list[NotebookNode]] = {}
    headings: dict[str, str] = {}
    answers = {grade_id(cell) for cell in notebook.cells if is_answer(cell)}
    above = ""
    for heading, cell in _under_headings(notebook):
        if grade_id(cell) and (is_scored(cell) or is_answer(cell)):
            above = grade_id(cell) if is_answer(cell) and cell.cell_type == "code" else above
            own = exercise(cell)
            name = above if is_test(cell) and above and own not in answers else own
            found.setdefault(name, []).append(cell)
            headings.setdefault(name, heading)
    made = [_exercise(headings[name], cells) for name, cells in found.items()]
    return _told_apart([(one.answer or one.scored[0], one) for one in made if one.scored])


def of_all(notebooks: Mapping[str, NotebookNode]) -> list[tuple[str, Exercise]]:
    """The exercises of several notebooks, each with the name of its notebook."""
    found = [(name, one) for name, notebook in notebooks.items() for one in exercises(notebook)]
    return list(zip((name for name, _ in found), _told_apart(found), strict=True))


def _told_apart(found: list[tuple[str, Exercise]]) -> list[Exercise]:
    """The exercises; those that would be called alike get what stands beside them into their titles."""
    counts = Counter(one.number or one.title for _, one in found)
    return [
        one._replace(number="", title=f"{by}: {one.name}") if counts[one.number or one.title] > 1 else one
        for by, one in found
    ]


def _exercise(heading: str, cells: list[NotebookNode]) -> Exercise:
    def first(kind: Callable[[NotebookNode], bool]) -> str:
        return next((grade_id(cell) for cell in cells if kind(cell)), "")

    answer, check, hidden = first(is_answer), first(is_check), first(is_hidden)
    others = [cell for cell in cells if is_scored(cell) and grade_id(cell) not in (check, hidden)]
    tests, by_hand = (tuple(grade_id(c) for c in others if is_test(c) is kind) for kind in (True, False))
    numbered = NUMBERED.match(heading)
    number, title = numbered.groups() if numbered else ("", heading or exercise(cells[0]))
    return Exercise(number, title, answer, check, hidden, tests, by_hand)


def _under_headings(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell with the last heading above it, or in it."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not grade_id(cell):
            heading = next(iter(HEADING.findall(cell.source)[-1:]), heading).rstrip()
        yield heading, cell
