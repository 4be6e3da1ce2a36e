"""Grade one submission: what a worker does. Bytes and plain data go in, and bytes and plain data come out."""

import contextlib
import copy
import time
from typing import Any

from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import determine_grade
from traitlets.config.loader import Config

from qcourse.course.cells import (
    by_grade_id,
    cause,
    exercise,
    grade_id,
    is_answer,
    is_scored,
    is_task,
    is_test,
    is_untouched,
    message,
    points,
)
from qcourse.course.notebooks import (
    NotebookNode,
    ValidationError,
    from_bytes,
    new_error,
    to_bytes,
    validate,
    validate_outputs,
)
from qcourse.errors import Refused, first_line
from qcourse.grading.execute import LIMITS, ContainedExecute
from qcourse.grading.handed_out import NUMBER
from qcourse.grading.intake import parse
from qcourse.grading.mending import mend
from qcourse.grading.needed_cells import needed
from qcourse.grading.place.limits import Limits
from qcourse.grading.runner import KERNEL_LOST, NOT_RUN, STOPPED

Result = dict[str, Any]
INVALID = ValidationError, ValueError, RecursionError


def grade(
    submitted: dict[str, bytes],
    released: dict[str, bytes],
    files: dict[str, bytes],
    isolation: str,
    limits: Limits = LIMITS,
    settings: Config | None = None,
) -> Result:
    """Examine, execute and score a submission.

    ``submitted`` holds its notebooks by name, ``released`` those that were handed out, with their hidden
    tests, ``files`` what lies beside them, and ``settings`` nbgrader's. Returns a dict that JSON can hold,
    except for ``notebooks``, the graded notebooks as bytes: ``status``, ``score``, ``max_score``, ``reason``,
    ``seconds``, ``cells`` (for each `cell_key` ``score``, None where a human grades, ``max_score``,
    ``message`` and its ``cause`` in a line) and ``unanswered``, the keys of answers that are as they were
    handed out.
    """
    started = time.monotonic()
    sources = {name: from_bytes(content) for name, content in released.items()}
    try:
        graded = {name: parse(submitted[name]) for name in sources if name in submitted}
        notes = [note for name in graded for note in mend(graded[name], sources[name])]
    except Refused as error:
        most = sum(points(c) for source in sources.values() for c in source.cells if is_scored(c))
        return failed(str(error), most) | {"seconds": time.monotonic() - started}
    config = settings or Config()
    for name, notebook in graded.items():
        which = needed(notebook, sources[name])
        _execute(notebook, ContainedExecute(limits, isolation, which, files, config=config))
        notes += _stopped(notebook, exercise_numbers(sources[name]))
    done = {"status": "graded", "reason": " ".join(notes), "seconds": time.monotonic() - started}
    return done | _scores(graded, sources)


def score_again(result: Result, graded: dict[str, bytes], sources: dict[str, NotebookNode]) -> Result:
    """A result by the points that ``sources`` have now; the ``graded`` notebooks are not run again."""
    notebooks = {name: from_bytes(content) for name, content in graded.items()}
    for name, notebook in notebooks.items():
        cells = by_grade_id(notebook)
        for key, original in by_grade_id(sources[name]).items():
            cells[key].metadata["nbgrader"] = copy.deepcopy(original.metadata["nbgrader"])
    return result | _scores(notebooks, sources)


def _scores(graded: dict[str, NotebookNode], sources: dict[str, NotebookNode]) -> Result:
    """What the executed notebooks earn."""
    cells: dict[str, Any] = {}
    unanswered: list[str] = []
    for name, source in sources.items():
        several, numbers = name if len(sources) > 1 else "", exercise_numbers(source)
        if name not in graded:
            cells |= _missing(source, name, several)
            continue
        known = {cell_key(several, key): cell for key, cell in by_grade_id(graded[name]).items()}
        for key, cell in known.items():
            if is_scored(cell):
                cells[key] = {"exercise": numbers.get(exercise(cell), ""), **_scored(cell)}
        unanswered += [key for key, cell in known.items() if is_answer(cell) and is_untouched(cell)]
    return {
        "score": sum(cell["score"] or 0 for cell in cells.values()),
        "max_score": sum(cell["max_score"] for cell in cells.values()),
        "cells": cells,
        "unanswered": unanswered,
        "notebooks": {name: to_bytes(notebook) for name, notebook in graded.items()},
    }


def cell_key(notebook: str, grade_id: str) -> str:
    """What a cell is called in a result: ``notebook`` is empty where the assignment has only one."""
    return f"{notebook}/{grade_id}" if notebook else grade_id


def failed(reason: str, most: float) -> Result:
    """The result of a submission that cannot be graded; it could have earned ``most`` points."""
    return {"status": "failed", "score": 0, "max_score": most, "reason": reason, "seconds": 0, "cells": {}}


def _missing(source: NotebookNode, name: str, several: str) -> dict[str, Any]:
    """The scores of a notebook that was not handed in: 0 everywhere, as in nbgrader."""
    message = f"{name}.ipynb was not handed in"
    return {
        cell_key(several, key): _result(0.0, points(cell), message)
        for key, cell in by_grade_id(source).items()
        if is_scored(cell)
    }


def _execute(notebook: NotebookNode, step: ContainedExecute) -> None:
    """Run ``notebook`` in place, and bring its outputs into the form that nbgrader stores."""
    step.preprocess(notebook, {})
    _check_outputs(notebook)
    LimitOutput(config=step.config).preprocess(notebook, {})


def exercise_numbers(notebook: NotebookNode) -> dict[str, str]:
    """The numbers of exercises, such as 6.7, by the name of the answer."""
    tests = [cell for cell in notebook.cells if is_test(cell)]
    return {exercise(test): found[1] for test in tests if (found := NUMBER.search(test.source))}


def _stopped(notebook: NotebookNode, numbers: dict[str, str]) -> list[str]:
    """Why cells did not run to their end, each reason once."""
    cells: dict[str, dict[str, None]] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.get("ename") in (KERNEL_LOST, NOT_RUN):
                where = numbers.get(exercise(cell)) or grade_id(cell) or f"cell {number}"
                cells.setdefault(output.evalue.removesuffix(STOPPED), {})[where] = None
    return [f"{', '.join([*where][:3])}{' …' * (len(where) > 3)}: {why}" for why, where in cells.items()]


def _check_outputs(notebook: NotebookNode) -> None:
    """Replace outputs that no notebook, or no file, can hold by an error."""
    with contextlib.suppress(*INVALID):
        return validate(notebook)
    for cell in notebook.cells:
        try:
            validate_outputs(cell)
        except INVALID as error:
            cell.outputs = [new_error("BadOutput", first_line(error))]


def _scored(cell: NotebookNode) -> dict[str, Any]:
    if is_task(cell):
        return _result(None, points(cell), "")
    try:
        score, most = determine_grade(cell)
    except (KeyError, TypeError, ValueError) as error:  # partial credit outside of 0 to the points
        why = f"the result is not a number of points ({type(error).__name__}: {error})"
        return _result(0.0, points(cell), why)
    return _result(score, most, _reason(cell) if score == 0 else "")


def _result(score: float | None, most: float, message: str) -> dict[str, Any]:
    return {"score": score, "max_score": most, "message": message, "cause": cause(message)}


def _reason(cell: NotebookNode) -> str:
    return message(cell) or ("no answer" if is_answer(cell) else "")
