"""Grade one submission: what a worker does. In go bytes and plain data, and out come bytes and plain data."""

import time
from typing import Any

from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

from qcourse.course.notebooks import (
    NotebookNode,
    ValidationError,
    from_bytes,
    new_output,
    to_bytes,
    validate_outputs,
)
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.intake import mend, parse
from qcourse.grading.needed_cells import needed
from qcourse.grading.place.limits import Limits
from qcourse.grading.submission import Refused

LIMITS = Limits()


def grade(content: bytes, source: bytes, isolation: str, limits: Limits = LIMITS) -> dict[str, Any]:
    """Examine, execute and score a submission.

    ``source`` is the notebook that was handed out, with its hidden tests. Returns a dict that JSON can hold,
    but for ``notebook``, the graded notebook as bytes: ``status``, ``score``, ``max_score``, ``reason``,
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
    step = ContainedExecute()
    step.limits, step.isolation, step.needed = limits, isolation, needed(notebook, original)
    step.preprocess(notebook, {})
    for cell in notebook.cells:
        _check_outputs(cell)
    LimitOutput().preprocess(notebook, {})
    cells = {_id(c): _scored(c) for c in notebook.cells if is_grade(c)}
    answers = [c for c in notebook.cells if is_solution(c)]
    return {
        "status": "graded",
        "score": sum(cell["score"] or 0 for cell in cells.values()),
        "max_score": sum(cell["max_score"] for cell in cells.values()),
        "reason": " ".join(notes),
        "seconds": time.monotonic() - started,
        "cells": cells,
        "unanswered": [_id(c) for c in answers if c.metadata.nbgrader.checksum == compute_checksum(c)],
        "notebook": to_bytes(notebook),
    }


def failed(reason: str, original: NotebookNode) -> dict[str, Any]:
    """The result of a submission that cannot be graded."""
    most = sum(float(c.metadata.nbgrader.points) for c in original.cells if is_grade(c))
    return {"status": "failed", "score": 0, "max_score": most, "reason": reason, "seconds": 0, "cells": {}}


def _id(cell: NotebookNode) -> str:
    return cell.metadata.nbgrader.grade_id


def _check_outputs(cell: NotebookNode) -> None:
    """Outputs that no notebook can hold, or no file, are replaced by an error."""
    try:
        validate_outputs(cell.get("outputs", []))
    except (ValidationError, ValueError) as error:
        said = str(error).splitlines()[0][:200]
        cell.outputs = [new_output("error", ename="BadOutput", evalue=said, traceback=[f"BadOutput: {said}"])]


def _scored(cell: NotebookNode) -> dict[str, Any]:
    try:
        score, most = determine_grade(cell)
    except (KeyError, TypeError, ValueError) as error:  # a result that is no number of points
        return {
            "score": 0.0,
            "max_score": float(cell.metadata.nbgrader.points),
            "message": f"a result that is no number of points ({type(error).__name__}: {error})",
        }
    return {"score": score, "max_score": most, "message": _message(cell) if score == 0 else ""}


def _message(cell: NotebookNode) -> str:
    """What the student is told: a check shows its message and then raises."""
    outputs = cell.get("outputs", [])
    errors = [o for o in outputs if o.output_type == "error"]
    shown = [o.data.get("text/plain", "") for o in outputs if o.output_type == "display_data"]
    if not errors:
        return "no answer" if cell.metadata.nbgrader.solution else ""
    return shown[-1] if shown and shown[-1] else f"{errors[-1].ename}: {errors[-1].evalue}"
