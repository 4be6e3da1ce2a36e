"""``qcourse check``: run a notebook the way grading does, and report points and reasons per exercise.

A fresh kernel runs every cell in order, which reveals a name that exists only in an old kernel.
"""

import math
import re
import sys
from pathlib import Path
from typing import NamedTuple

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from tqdm import tqdm

from qcourse.course import cells
from qcourse.course.names import bound
from qcourse.course.notebooks import NotebookNode, read, validate
from qcourse.course.settings import QUIET
from qcourse.errors import UserError
from qcourse.grading.place.limits import Limits
from qcourse.grading.replay import Replay


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
    """The student's notebook.

    Raises:
        UserError: it is not a notebook.
    """
    try:
        notebook = read(path)
        validate(notebook)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): save it again from JupyterLab.") from None
    except Exception as error:  # nbformat raises its own, json's and jsonschema's errors
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{path} is not a valid notebook ({reason}): save it again from JupyterLab."
        ) from None
    return notebook


def run(notebook: NotebookNode, folder: Path, seconds: float) -> dict[int, str]:
    """Execute every cell, each for at most so many seconds of wall time; outputs go into ``notebook``.

    Return how kernels were lost, in words, by the index of the cell that did it. As in grading, a fresh
    kernel goes on after it.

    Raises:
        UserError: ``seconds`` is not a time.
    """
    if not 0 < seconds < 2**31:
        raise UserError(f"invalid time limit {seconds:g}: use a number of seconds above 0.")
    client = NotebookClient(
        notebook,
        timeout=math.ceil(seconds),
        allow_errors=True,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=[QUIET],
        resources={"metadata": {"path": str(folder)}},
    )
    code = [number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number in code:
        notebook.cells[number].outputs, notebook.cells[number].execution_count = [], None
    replay = Replay(notebook, code, Limits().restarts)
    bar = tqdm(total=len(code), desc="cells", file=sys.stdout, leave=False, disable=not sys.stdout.isatty())
    while replay.goes_on:
        client.km = client.kc = None  # nbclient starts new ones
        with client.setup_kernel():
            for number, again in replay.turns():
                if reason := _loss(client, notebook.cells[number], number):
                    replay.lose(reason)
                bar.update(not again)
    bar.close()
    return {n: f"cell {n + 1} ({first_line(notebook.cells[n])}) {why}" for n, why in replay.lost.items()}


def _loss(client: NotebookClient, cell: NotebookNode, number: int) -> str:
    """Execute a cell; return how it cost its kernel, or an empty string."""
    try:
        client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
    except CellTimeoutError:
        return f"ran for more than {client.timeout} seconds"
    except DeadKernelError:
        return "ended the kernel"
    return ""


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
        title = re.search(r'Exercise\(\s*"([\d.]+)"', cell.source)
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
    if cell.execution_count is None:
        return f"not reached: {'; '.join(lost.values())}."
    for output in cell.outputs:
        if output.output_type == "error":
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
