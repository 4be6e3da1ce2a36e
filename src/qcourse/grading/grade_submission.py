"""Grade one submission: what a worker does. Bytes and plain data go in, and bytes and plain data come out."""

import time
from typing import Any

from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum, determine_grade

from qcourse.course.cells import by_grade_id, is_answer, is_graded, message, metadata, points
from qcourse.course.notebooks import (
    NotebookNode,
    ValidationError,
    from_bytes,
    new_error,
    to_bytes,
    validate_outputs,
)
from qcourse.errors import Refused
from qcourse.grading.execute import LIMITS, ContainedExecute
from qcourse.grading.intake import mend, parse
from qcourse.grading.needed_cells import needed
from qcourse.grading.place.limits import Limits

Result = dict[str, Any]


def grade(content: bytes, source: bytes, isolation: str, limits: Limits = LIMITS) -> Result:
    """Examine, execute and score a submission.

    ``source`` is the notebook that was handed out, with its hidden tests. Returns a dict that JSON can hold,
    except for ``notebook``, the graded notebook as bytes: ``status``, ``score``, ``max_score``, ``reason``,
    ``seconds``, ``cells`` (for each grade id ``score``, None where a human grades, ``max_score`` and
    ``message``) and ``unanswered``, the grade ids whose cell is as it was handed out.
    """
    started = time.monotonic()
    original = from_bytes(source)
    try:
        notebook = parse(content)
    except Refused as error:
        return failed(str(error), original) | {"seconds": time.monotonic() - started}
    notes = mend(notebook, original)
    step = ContainedExecute(limits, isolation, needed(notebook, original))
    step.preprocess(notebook, {})
    for cell in notebook.cells:
        _check_outputs(cell)
    LimitOutput().preprocess(notebook, {})
    known = by_grade_id(notebook)
    cells = {name: _scored(cell) for name, cell in known.items() if is_graded(cell)}
    return {
        "status": "graded",
        "score": sum(cell["score"] or 0 for cell in cells.values()),
        "max_score": sum(cell["max_score"] for cell in cells.values()),
        "reason": " ".join(notes),
        "seconds": time.monotonic() - started,
        "cells": cells,
        "unanswered": [name for name, cell in known.items() if is_answer(cell) and _is_untouched(cell)],
        "notebook": to_bytes(notebook),
    }


def failed(reason: str, original: NotebookNode) -> Result:
    """The result of a submission that cannot be graded."""
    most = sum(points(cell) for cell in original.cells if is_graded(cell))
    return {"status": "failed", "score": 0, "max_score": most, "reason": reason, "seconds": 0, "cells": {}}


def _is_untouched(cell: NotebookNode) -> bool:
    """Whether an answer is as it was handed out."""
    return bool(metadata(cell)["checksum"] == compute_checksum(cell))


def _check_outputs(cell: NotebookNode) -> None:
    """Replace outputs that no notebook, or no file, can hold by an error."""
    try:
        validate_outputs(cell.get("outputs", []))
    except (ValidationError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        cell.outputs = [new_error("BadOutput", reason)]


def _scored(cell: NotebookNode) -> dict[str, Any]:
    try:
        score, most = determine_grade(cell)
    except (KeyError, TypeError, ValueError) as error:  # partial credit outside of 0 to the points
        return {
            "score": 0.0,
            "max_score": points(cell),
            "message": f"the result is not a number of points ({type(error).__name__}: {error})",
        }
    return {"score": score, "max_score": most, "message": _reason(cell) if score == 0 else ""}


def _reason(cell: NotebookNode) -> str:
    return message(cell) or ("no answer" if is_answer(cell) else "")
