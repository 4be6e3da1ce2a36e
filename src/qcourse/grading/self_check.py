"""``qcourse check``: run a notebook the way grading does, and report points and reasons per exercise.

A fresh kernel runs every cell that a check may depend on, in order, which reveals a name that exists only in
an old kernel.
"""

import re
import sys
from pathlib import Path

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
from qcourse.grading.self_report import OPEN, Checked, question, table


def check(path: Path, seconds: float, only: str = "") -> tuple[list[Checked], list[str]]:
    """Run a notebook, and print what it earns; return that, and why not all of it can be relied on.

    ``only`` is the number of an exercise, such as "6.7", which alone is checked.

    Raises:
        UserError: it is no notebook with checks, ``seconds`` is not a time, or it has no such exercise.
    """
    if not 0 < seconds < 2**31:
        raise UserError(f"invalid time limit {seconds:g}: use a number of seconds above 0.")
    notebook, repaired, wrong = read_notebook(path)
    if not any(map(cells.is_check, notebook.cells)):
        raise UserError(f"{path} holds no check of this course: is it the notebook that was handed out?")
    if only and only not in (known := list(_exercises(notebook).values())):
        raise UserError(f"{path} has no exercise {only}: it has {known[0]} to {known[-1]}.")
    lost = run(notebook, path.parent, seconds, only)
    checked = results(notebook, lost, only)
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


def run(notebook: NotebookNode, folder: Path, seconds: float, only: str = "") -> dict[int, str]:
    """Execute what is needed, each cell for at most so many seconds of wall time, in ``notebook`` itself.

    Return how kernels were lost, in words, by the index of the cell that did it. As in grading, a fresh
    kernel goes on after it. The bar, where somebody looks, is there before the first kernel is.
    """
    needed = {i for i in needed_here(notebook) if _is_wanted(notebook, i, only)}
    left = set(needed)
    with tqdm(total=len(left), desc="cells", leave=False, disable=not sys.stderr.isatty()) as bar:

        def on_cell(number: int) -> None:
            bar.update(number in left)
            left.discard(number)

        runner = LocalRunner(notebook, folder, seconds, on_cell)
        runner.needed = needed
        runner.execute()
    return {n: f"{_where(notebook, n)} {why.removeprefix('the cell ')}" for n, why in runner.lost.items()}


def _exercises(notebook: NotebookNode) -> dict[str, str]:
    """The number of each exercise that has a check, by the grade id of its answer."""
    calls = [(cells.exercise(c), CALL.search(c.source)) for c in notebook.cells if cells.is_check(c)]
    return {name: call[1] if call else "" for name, call in calls}


def _is_wanted(notebook: NotebookNode, number: int, only: str) -> bool:
    """Whether a cell runs: of the tests, the visible one of each exercise, or of the only one."""
    cell = notebook.cells[number]
    found = _exercises(notebook).get(cells.exercise(cell), "")
    return not cells.is_test(cell) or not only or found == only


def _where(notebook: NotebookNode, number: int) -> str:
    """How the student finds a cell: by its exercise, or by the first line that is not a comment."""
    cell = notebook.cells[number]
    if exercise := _exercises(notebook).get(cells.exercise(cell)):
        return f"the {'answer to' if cells.is_answer(cell) else 'check of'} {exercise}"
    lines = [line for line in cell.source.split("\n") if line.strip() and not line.startswith("#")]
    return f"the cell `{lines[0][:60] if lines else 'empty'}`"


def results(notebook: NotebookNode, lost: dict[int, str], only: str = "") -> list[Checked]:
    """The outcome of every visible check of an executed notebook, and of its questions."""
    known, found = _exercises(notebook), []
    hidden = {cells.exercise(c): cells.points(c) for c in notebook.cells if cells.is_hidden(c)}
    for number, cell in enumerate(notebook.cells):
        name = cells.exercise(cell)
        if cells.is_check(cell) and only in ("", known[name]):
            failure, most = _message(notebook, number, lost), cells.points(cell)
            status = "open" if OPEN.search(failure) else "failed" if failure else "passed"
            points = 0 if failure else most
            found.append(Checked(known[name], name, points, most, failure, status, hidden.get(name, 0.0)))
        elif cells.is_graded(cell) and cells.is_answer(cell) and not only:
            found.append(question(cell))
    return found


def misnamed(path: Path, notebook: NotebookNode) -> list[str]:
    """Whether the file has the number of another notebook than the one that it holds, in words."""
    number, held = re.match(r"\d+", path.stem), numbers(notebook)
    if not number or not held or number[0].zfill(2) in held:
        return []
    which = ", ".join(sorted(held))
    return [f"this is notebook {which}, not {number[0]}: grading refuses it under the name of {number[0]}."]


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
        return (
            f"`{name}` is not defined: {_where(notebook, failed[0])}, which defines it, fails with {reason}"
        )
    if definitions and min(definitions) > number:
        where = _where(notebook, min(definitions))
        return f"`{name}` is used before it is defined, by {where}: move that cell up."
    return f"`{name}` is not defined: no cell defines it; it may exist only in your old kernel."
