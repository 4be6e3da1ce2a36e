"""``qcourse check``: run a notebook the way grading does, and report points and reasons per exercise.

A fresh kernel runs every cell in order, which reveals a name that exists only in an old kernel.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from qcourse.course import cells
from qcourse.course.names import bound
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import Refused, UserError
from qcourse.grading.handed_out import CALL, is_no_check, put_right
from qcourse.grading.intake import HAND_IN, parse
from qcourse.grading.local_runner import LocalRunner
from qcourse.grading.mending import numbers
from qcourse.grading.needed_cells import needed_here
from qcourse.terminal import marks


class Checked(NamedTuple):
    """One visible check: ``message`` is empty where it passed."""

    exercise: str
    grade_id: str
    points: float
    max_points: float
    message: str


def check(path: Path, seconds: float) -> tuple[list[Checked], list[str]]:
    """Run a notebook, and print what it earns; return that, and why not all of it can be relied on.

    Raises:
        UserError: it is no notebook with checks, or ``seconds`` is not a time.
    """
    if not 0 < seconds < 2**31:
        raise UserError(f"invalid time limit {seconds:g}: use a number of seconds above 0.")
    notebook, repaired, wrong = read_notebook(path)
    if not any(map(cells.is_check, notebook.cells)):
        raise UserError(f"{path} holds no check of this course: is it the notebook that was handed out?")
    print(f"{path}:", flush=True)
    lost = run(notebook, path.parent, seconds)
    checked = results(notebook, lost)
    wrong += misnamed(path, notebook)
    print(table(checked))
    for note in [*repaired, *wrong]:
        print(f"Note: {note}")
    return checked, wrong


def read_notebook(path: Path) -> tuple[NotebookNode, list[str], list[str]]:
    """The student's notebook, read and put right as grading does it; what was, and what could not be.

    Raises:
        UserError: grading would refuse it, too.
    """
    try:
        notebook = parse(path.read_bytes())
        return notebook, *put_right(notebook)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    except Refused as error:
        reason = str(error).replace(HAND_IN, "")
        raise UserError(f"{path} is not a valid notebook and cannot be read: {reason}") from None


def run(notebook: NotebookNode, folder: Path, seconds: float) -> dict[int, str]:
    """Execute every cell, each for at most so many seconds of wall time; outputs go into ``notebook``.

    Return how kernels were lost, in words, by the index of the cell that did it. As in grading, a fresh
    kernel goes on after it.
    """
    code = {number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    shown = sys.stdout.isatty()
    with tqdm(total=len(code), desc="cells", file=sys.stdout, leave=False, disable=not shown) as bar:

        def on_cell(number: int) -> None:
            bar.update(number in code)
            code.discard(number)

        runner = LocalRunner(notebook, folder, seconds, on_cell)
        runner.needed = needed_here(notebook)
        runner.execute()
    return {
        n: f"cell {n + 1} ({first_line(notebook.cells[n])}) {why.removeprefix('the cell ')}"
        for n, why in runner.lost.items()
    }


def first_line(cell: NotebookNode) -> str:
    """The line that identifies a cell to the student: the first that is not a comment."""
    lines = [line for line in cell.source.split("\n") if line.strip() and not line.startswith("#")]
    return lines[0][:60] if lines else "empty"


def results(notebook: NotebookNode, lost: dict[int, str]) -> list[Checked]:
    """The outcome of every visible check of an executed notebook."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if not cells.is_check(cell):
            continue
        title = CALL.search(cell.source)
        failure, most = _message(notebook, number, lost), cells.points(cell)
        found.append(
            Checked(title[1] if title else "", cells.exercise(cell), 0 if failure else most, most, failure)
        )
    return found


def misnamed(path: Path, notebook: NotebookNode) -> list[str]:
    """Whether the file has the number of another notebook than the one that it holds, in words."""
    number, held = re.match(r"\d+", path.stem), numbers(notebook)
    if not number or not held or number[0].zfill(2) in held:
        return []
    which = ", ".join(sorted(held))
    return [f"this is notebook {which}, not {number[0]}: grading refuses it under the name of {number[0]}."]


def table(checked: list[Checked]) -> str:
    """Exercise, points, pass or the message, as plain text."""
    passed, failed = marks()
    lines = []
    for exercise, grade_id, points, most, message in checked:
        lines.append(f"{failed if message else passed} {exercise:4} {grade_id:36} {points:g} of {most:g}")
        lines += [f"      {line}" for line in message.split("\n") if line]
    got, most = sum(c.points for c in checked), sum(c.max_points for c in checked)
    lines.append(
        f"{'':7}{'visible checks':36} {got:g} of {most:g}; hidden tests run when your work is graded."
    )
    return "\n".join(lines)


def _message(notebook: NotebookNode, number: int, lost: dict[int, str]) -> str:
    cell = notebook.cells[number]
    if number in lost:
        return f"{lost[number]}."
    for output in cell.outputs:
        if output.output_type == "error":
            if output.ename == "NotRun":
                return f"not reached: {'; '.join(lost.values())}."
            if output.ename == "NameError":
                return _missing_name(notebook, number, output.evalue, lost)
            return cells.message(cell)
    if is_no_check(cell):
        return "the check is not as it was handed out, and checks nothing; grading puts it back."
    return ""


def _missing_name(notebook: NotebookNode, number: int, evalue: str, lost: dict[int, str]) -> str:
    name = (re.search(r"'(\w+)'", evalue) or [evalue, evalue])[1]
    definitions = [
        i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and name in bound(cell.source)
    ]
    failed = [i for i in definitions if any(o.output_type == "error" for o in notebook.cells[i].outputs)]
    if stopped := [lost[i] for i in definitions if i in lost]:
        return f"`{name}` is not defined: {stopped[0]}."
    if failed:
        error = next(o for o in notebook.cells[failed[0]].outputs if o.output_type == "error")
        reason = f"{error.ename}: {error.evalue}"
        return f"`{name}` is not defined: cell {failed[0] + 1}, which defines it, fails with {reason}"
    if definitions and min(definitions) > number:
        return f"`{name}` is used before it is defined, in cell {min(definitions) + 1}: move that cell up."
    return f"`{name}` is not defined: no cell defines it; it may exist only in your old kernel."
