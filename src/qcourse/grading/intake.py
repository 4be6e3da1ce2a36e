"""Intake, second half: from bytes to a notebook; what is none is refused with a reason.

What else a student may have done to it, `mending` repairs.
"""

import json
from typing import Any

from qcourse.course.cells import EXPERIMENT
from qcourse.course.notebooks import NotebookNode, from_json
from qcourse.errors import Refused, first_line

LARGEST = 20 * 2**20  # bytes of a notebook; the course's own have less than 2 MB, pictures included
MOST_CELLS = 2_000
HAND_IN = " and hand it in again"
AGAIN = "save it again from JupyterLab" + HAND_IN


def parse(content: bytes) -> NotebookNode:
    """The notebook in a file.

    Raises:
        Refused: it is not a notebook.
    """
    if len(content) > LARGEST:
        raise Refused(f"the notebook is larger than {LARGEST >> 20} MB: clear its outputs and save it again.")
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
        raise Refused(f"the file is not a valid notebook ({first_line(error)}): {AGAIN}.") from None
    return notebook


def _bare(cell: dict[str, Any]) -> dict[str, Any]:
    """What grading needs of a cell; anything else in it may be large, and is not examined."""
    code = cell.get("cell_type") == "code"
    metadata = cell.get("metadata", {})
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    wanted = ("cell_type", "source") if code else ("cell_type", "source", "attachments")
    kept = {name: cell[name] for name in wanted if name in cell}
    kept["metadata"] = {"nbgrader": metadata["nbgrader"]} if "nbgrader" in metadata else {}
    if isinstance(tags, list) and EXPERIMENT in tags:  # `qcourse check` reads it
        kept["metadata"]["tags"] = [EXPERIMENT]
    return kept | ({"outputs": [], "execution_count": None} if code else {})
