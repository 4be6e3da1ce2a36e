"""What a cell is to nbgrader: the one place that reads grading metadata.

`nbgrader.utils` has ``is_grade`` and others, but they fail on the metadata that a student's notebook may hold
(anything), and importing them takes seconds; a test compares the two.
"""

import copy
import hashlib
import re
from typing import Any

from qcourse.course.notebooks import NotebookNode

EXPERIMENT = "experiment"  # the tag of a cell that acts by the names that it mentions, and by nothing else
CHALLENGE = "challenge"  # the tag of a cell whose solution students do not get, and that earns no points
CHECK, HIDDEN = "-check", "-hidden"  # how the grade ids of an exercise's two test cells end
_HANDED_OUT = "handed_out"  # the metadata that holds the text students got, where the cell has hidden tests


def metadata(cell: NotebookNode) -> dict[str, Any]:
    """The metadata that nbgrader keeps in a cell; empty for an ordinary cell, and for nonsense."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell: NotebookNode) -> str:
    """The name by which nbgrader knows the cell; empty for an ordinary cell."""
    found = metadata(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def by_grade_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that nbgrader knows, by grade id, in the order of the notebook."""
    return {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}


def is_graded(cell: NotebookNode) -> bool:
    """Whether the cell earns points, by a test or by hand."""
    return bool(metadata(cell).get("grade"))


def is_answer(cell: NotebookNode) -> bool:
    """Whether the student writes the cell: code, or the answer to a question."""
    return bool(metadata(cell).get("solution"))


def is_task(cell: NotebookNode) -> bool:
    """Whether the cell describes a task, whose points are given by hand."""
    return bool(metadata(cell).get("task"))


def is_scored(cell: NotebookNode) -> bool:
    """Whether the gradebook has a score for the cell."""
    return is_graded(cell) or is_task(cell)


def is_locked(cell: NotebookNode) -> bool:
    """Whether nbgrader restores the cell's source before it grades."""
    return not is_answer(cell) and bool(is_graded(cell) or metadata(cell).get("locked"))


def is_test(cell: NotebookNode) -> bool:
    """Whether the cell tests an answer: a visible check, or hidden tests."""
    return is_graded(cell) and not is_answer(cell)


def is_experiment(cell: NotebookNode) -> bool:
    """Whether the author says that the cell's results are all that it does: grading may leave it out."""
    return EXPERIMENT in cell.metadata.get("tags", []) and not grade_id(cell)


def is_challenge(cell: NotebookNode) -> bool:
    """Whether a student may write the cell, for no points."""
    return CHALLENGE in cell.metadata.get("tags", []) and not grade_id(cell)


def is_check(cell: NotebookNode) -> bool:
    """Whether the cell is the visible check of an exercise."""
    return is_test(cell) and grade_id(cell).endswith(CHECK)


def is_hidden(cell: NotebookNode) -> bool:
    """Whether the cell holds the hidden tests of an exercise."""
    return is_test(cell) and grade_id(cell).endswith(HIDDEN)


def exercise(cell: NotebookNode) -> str:
    """The grade id of the answer that the cell holds or tests."""
    return grade_id(cell).removesuffix(CHECK).removesuffix(HIDDEN)


def points(cell: NotebookNode) -> float:
    """The most that the cell earns; 0 where that is not a number."""
    found = metadata(cell).get("points")
    return float(found) if isinstance(found, int | float) else 0.0


def checksum(cell: NotebookNode, source: str | None = None) -> str:
    """What nbgrader keeps in the metadata of a cell whose text is ``source``, or its own."""
    kinds = [is_graded(cell), is_answer(cell), is_locked(cell)]
    parts = [cell.source if source is None else source, cell.cell_type, *map(str, kinds), grade_id(cell)]
    if is_graded(cell):
        parts.append(str(points(cell)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def is_untouched(cell: NotebookNode) -> bool:
    """Whether an answer is as it was handed out, by the checksum that nbgrader has put into it."""
    return bool(metadata(cell).get("checksum") == checksum(cell))


def set_tests(cell: NotebookNode, source: str) -> None:
    """Give a cell its text with hidden tests; `handed_out` remembers the one that students got."""
    cell.metadata[_HANDED_OUT], cell.source = cell.source, source


def handed_out(cell: NotebookNode) -> str:
    """The text that students got."""
    return str(cell.metadata.get(_HANDED_OUT, cell.source))


def to_grade(cell: NotebookNode) -> NotebookNode:
    """A copy of the cell for a submission, with the text that is graded."""
    copied = copy.deepcopy(cell)
    copied.metadata.pop(_HANDED_OUT, None)
    return copied


def message(cell: NotebookNode) -> str:
    """What the student is told of a test cell that failed; empty where no error was raised.

    A check shows its message, and then raises, or raises only; any other error is shown by its name and text.
    """
    outputs = cell.get("outputs", [])
    errors = [output for output in outputs if output.output_type == "error"]
    shown = [output.data.get("text/plain") for output in outputs if output.output_type == "display_data"]
    if not errors:
        return ""
    last = errors[-1]
    text: str = last.evalue if last.ename == "CheckFailed" else f"{last.ename}: {last.evalue}"
    return (shown[-1] if shown else "") or text


def secret_and_public_lines(notebook: NotebookNode) -> tuple[set[str], set[str]]:
    """The lines inside the regions that are cut out for students, and those outside, without indentation."""
    secret: set[str] = set()
    public: set[str] = set()
    inside = False
    for line in "\n".join(cell.source for cell in notebook.cells).split("\n"):
        if re.search(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)", line):
            inside = "BEGIN" in line
        else:
            (secret if inside else public).add(line.strip())
    return secret, public


def cause(message: str) -> str:
    """The likely cause that a `message` names, or else what it says is wrong; one line."""
    first, *facts = message.splitlines() or [""]
    named = (fact.partition("likely cause:")[2] for fact in facts if fact.startswith("  likely cause:"))
    wrong = re.sub(r"^Exercise [\d.]+: ", "", first)
    return next(named, "not written yet" if wrong.startswith("not written yet") else wrong).strip()
