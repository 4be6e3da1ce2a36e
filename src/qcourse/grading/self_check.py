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
from qcourse.grading.intake import HAND_IN, parse
from qcourse.grading.local_runner import LocalRunner


class Checked(NamedTuple):
    """One visible check: ``message`` is empty where it passed."""

    exercise: str
    grade_id: str
    points: float
    max_points: float
    message: str


def find_notebook(given: str, folder: Path) -> Path:
    """The notebook that ``given`` names: its path, its name, a beginning of it, or its number (06 or 6).

    Raises:
        UserError: there is no such notebook, or more than one.
    """
    if given.endswith(".ipynb"):
        path = Path(given)
        if not path.is_file():
            raise UserError(
                f"there is no notebook {path}: check the path or use a number, as in: qcourse check 06."
            )
        return path
    paths = sorted({path for where in ("notebooks/*", ".", "*") for path in folder.glob(f"{where}/*.ipynb")})
    found = [path for path in paths if path.stem == given] or [p for p in paths if _begins(p.stem, given)]
    if not found:
        raise UserError(f"no notebook here is named {given}…: run this in the course folder or pass a path.")
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        raise UserError(f"{given} names several notebooks ({names}): pass the path of one.")
    return found[0]


def _begins(name: str, given: str) -> bool:
    if given.isdecimal():
        number = re.match(r"\d+", name)
        return number is not None and int(number[0]) == int(given)
    return bool(given) and name.startswith(given)


def read_notebook(path: Path) -> NotebookNode:
    """The student's notebook, read as grading reads it.

    Raises:
        UserError: grading would refuse it, too.
    """
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    except Refused as error:
        reason = str(error).replace(HAND_IN, "")
        raise UserError(f"{path} is not a valid notebook and cannot be read: {reason}") from None


def run(notebook: NotebookNode, folder: Path, seconds: float) -> dict[int, str]:
    """Execute every cell, each for at most so many seconds of wall time; outputs go into ``notebook``.

    Return how kernels were lost, in words, by the index of the cell that did it. As in grading, a fresh
    kernel goes on after it.

    Raises:
        UserError: ``seconds`` is not a time.
    """
    code = {number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    shown = sys.stdout.isatty()
    with tqdm(total=len(code), desc="cells", file=sys.stdout, leave=False, disable=not shown) as bar:

        def on_cell(number: int) -> None:
            bar.update(number in code)
            code.discard(number)

        runner = LocalRunner(notebook, folder, seconds, on_cell)
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
        title = re.search(r'[Ee]xercise\(\s*"([\d.]+)"', cell.source)
        failure, most = _message(notebook, number, lost), cells.points(cell)
        found.append(
            Checked(title[1] if title else "", cells.exercise(cell), 0 if failure else most, most, failure)
        )
    return found


def table(checked: list[Checked]) -> str:
    """Exercise, points, pass or the message, as plain text."""
    lines = []
    for exercise, grade_id, points, most, message in checked:
        lines.append(f"{'✗' if message else '✓'} {exercise:4} {grade_id:36} {points:g} of {most:g}")
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
