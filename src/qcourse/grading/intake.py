"""Intake, second half: from bytes to a notebook that has every graded cell, as it was handed out.

What can be repaired safely is repaired and noted; anything else is refused with a reason.
"""

import copy
import json
from typing import Any

from qcourse.course.cells import by_grade_id, grade_id, is_locked
from qcourse.course.notebooks import NotebookNode, from_json
from qcourse.errors import Refused

MOST_CELLS, MOST_NOTES = 2_000, 20
HAND_IN = " and hand it in again"
AGAIN = "save it again from JupyterLab" + HAND_IN


def parse(content: bytes) -> NotebookNode:
    """The notebook in a file.

    Raises:
        Refused: it is not a notebook.
    """
    try:
        data = json.loads(content.decode("utf-8-sig"))
        json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair is not text either
    except UnicodeDecodeError:
        raise Refused(f"the notebook is not UTF-8 text: {AGAIN}.") from None
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else f"broken ({error})"
        raise Refused(f"the notebook's JSON is {what}: {AGAIN}.") from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise Refused(f"the file is not a Jupyter notebook of format 4: {AGAIN}.")
    if len(cells) > MOST_CELLS:
        raise Refused(f"the notebook has {len(cells):,} cells, more than {MOST_CELLS:,}: {AGAIN}.")
    cells = [_bare(cell) if isinstance(cell, dict) else cell for cell in cells]
    data = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    try:
        notebook = from_json(data)
    except Exception as error:  # nbformat raises its own, jsonschema's, and AttributeError
        reason = str(error).splitlines()[0][:200]
        raise Refused(f"the file is not a valid notebook ({reason}): {AGAIN}.") from None
    return notebook


def _bare(cell: dict[str, Any]) -> dict[str, Any]:
    """What grading needs of a cell; anything else in it may be large, and is not examined."""
    code = cell.get("cell_type") == "code"
    metadata = cell.get("metadata", {})
    graded = isinstance(metadata, dict) and "nbgrader" in metadata
    wanted = ("cell_type", "source") if code else ("cell_type", "source", "attachments")
    kept = {name: cell[name] for name in wanted if name in cell}
    kept["metadata"] = {"nbgrader": metadata["nbgrader"]} if graded else {}
    return kept | ({"outputs": [], "execution_count": None} if code else {})


def mend(notebook: NotebookNode, source: NotebookNode) -> list[str]:
    """Give ``notebook`` the cells and metadata of ``source``, in place; return what was repaired."""
    notes: list[str] = []
    known = by_grade_id(source)
    cells: dict[str, NotebookNode] = {}
    kept = []
    for cell in notebook.cells:
        name = grade_id(cell)
        if not name:
            cell.metadata = NotebookNode()
        elif name not in known:
            notes.append(f"a cell with the unknown grade id {name[:60]!r} is not graded.")
            cell.metadata = NotebookNode()
        elif name in cells:
            if is_locked(known[name]):
                notes.append(f"a second {name!r} was removed.")
                continue
            notes.append(f"a second {name!r} counts as an ordinary cell.")
            cell.metadata = NotebookNode()
        else:
            cell = cells[name] = _as_handed_out(cell, known[name], notes)
        kept.append(cell)
    _restore(kept, source, cells, notes)
    for number, cell in enumerate(kept):
        cell.id = f"cell-{number}"
    if len(notes) > MOST_NOTES:
        notes[MOST_NOTES:] = [f"and {len(notes) - MOST_NOTES} more."]
    notebook.cells, notebook.metadata, notebook.nbformat_minor = kept, copy.deepcopy(source.metadata), 5
    return notes


def _as_handed_out(cell: NotebookNode, original: NotebookNode, notes: list[str]) -> NotebookNode:
    """``original`` with the student's text, unless it is locked."""
    mended = copy.deepcopy(original)
    if is_locked(mended):
        return mended
    if cell.cell_type != original.cell_type:
        notes.append(
            f"{grade_id(original)!r} was a {cell.cell_type} cell; restored as a {original.cell_type} cell."
        )
    mended.source = cell.source
    return mended


def _restore(
    kept: list[NotebookNode], source: NotebookNode, cells: dict[str, NotebookNode], notes: list[str]
) -> None:
    """Put each missing cell of ``source`` after the one that it followed, as it was handed out."""
    before: NotebookNode | None = None
    for name, original in by_grade_id(source).items():
        if name not in cells:
            notes.append(f"{name!r} was missing; restored as handed out.")
            cells[name] = copy.deepcopy(original)
            place = next((i for i, cell in enumerate(kept) if cell is before), -1)
            kept.insert(place + 1, cells[name])
        before = cells[name]
