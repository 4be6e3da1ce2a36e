"""What ``qcourse check`` found, as lines of text: points as grading counts them."""

import re
from typing import NamedTuple

from qcourse.course import cells
from qcourse.course.notebooks import NotebookNode
from qcourse.terminal import marks

OPEN = re.compile(r"Exercise [\d.]+: not written yet")
STUB = "*Write your answer here.*"  # nbgrader_config.py


class Checked(NamedTuple):
    """One exercise: ``message`` is empty where its visible check passed. A question has no number."""

    exercise: str
    grade_id: str
    points: float  # that the visible check has earned
    max_points: float
    message: str
    status: str  # passed, failed, open; of a question: answered, no answer
    hidden: float = 0.0  # points of the tests that run when the work is graded


def question(cell: NotebookNode) -> Checked:
    """A question in words, whose points are given by hand."""
    text = cell.source.strip()
    status = "no answer" if text in ("", STUB) else "answered"
    return Checked("", cells.grade_id(cell), 0, cells.points(cell), "", status)


def table(checked: list[Checked]) -> str:
    """Exercise, name, points, and what is wrong."""
    passed, failed, is_open = marks()
    mark = {"passed": passed, "failed": failed, "open": is_open, "answered": passed, "no answer": is_open}
    lines = []
    for one in checked:
        most, head = one.max_points + one.hidden, f"{mark[one.status]} {one.exercise:4} {one.grade_id:36}"
        if one.status == "passed":
            lines.append(f"{head} {most:g}" + f" ({one.hidden:g} of them by hidden tests)" * bool(one.hidden))
        elif one.status == "open":
            lines.append(f"{head} 0 of {most:g}: not written yet")
        elif one.status == "failed":
            lines.append(f"{head} 0 of {most:g}")
            lines += [f"      {line}" for line in one.message.split("\n") if line]
        else:
            what = "answered" if one.status == "answered" else "no answer yet"
            lines.append(f"{head} {most:g} by hand: {what}")
    return "\n".join([*lines, _sum(checked)])


def _sum(checked: list[Checked]) -> str:
    tested = [one for one in checked if one.exercise or one.status in ("passed", "failed", "open")]
    got = sum(one.max_points + one.hidden for one in tested if one.status == "passed")
    most = sum(one.max_points + one.hidden for one in tested)
    by_hand = sum(one.max_points for one in checked if one not in tested)
    total = f"{'':7}{'total':36} {got:g} of {most:g}" + f", {by_hand:g} by hand" * bool(by_hand)
    hidden = any(one.hidden for one in tested)
    return total + "; hidden tests run when your work is graded." * hidden
