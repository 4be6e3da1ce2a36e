"""Notebooks as files and as text: the one place that imports nbformat and jupytext."""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, ValidationError
from nbformat.v4 import new_code_cell, new_output, reads, writes
from nbformat.v4.rwbase import rejoin_lines

from qcourse.errors import UserError
from qcourse.files import replace

__all__ = ["NotebookNode", "ValidationError", "new_code_cell"]

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# Else jupytext makes code of comments that look like IPython's or a shell's: `# dtype?`, `# copy of it`.
TEXT = {"extension": ".py", "format_name": "percent", "comment_magics": False}


def read(path: Path) -> NotebookNode:
    """The course's own notebook at ``path``.

    Raises:
        UserError: it is none, as after a merge that left both sides in it.
    """
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except ValueError as error:  # nbformat's NotJSONError, or of an encoding
        why = (str(error).splitlines() or [""])[0][:80]
        raise UserError(f"{path} is not a notebook ({why}): make it again, as with qcourse build.") from None
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook file, completely or not at all: an interrupted build leaves the old one."""
    replace(path, to_bytes(notebook))


def to_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as the content of its file; it is not validated."""
    return f"{writes(notebook)}\n".encode()


def from_bytes(content: bytes) -> NotebookNode:
    """The notebook that `to_bytes` made these bytes of; it is not validated again."""
    notebook: NotebookNode = reads(content.decode())
    return notebook


def from_graded(content: bytes) -> NotebookNode:
    """A notebook of ``autograded/``.

    Raises:
        ValueError: it is not as grading left it.
    """
    try:
        notebook = from_bytes(content)
        if all({"cell_type", "source", "metadata"} <= cell.keys() for cell in notebook.cells):
            return notebook
    except (AttributeError, TypeError, KeyError) as error:
        raise ValueError(str(error)) from None
    raise ValueError("a cell lacks a part")


def from_text(text: str) -> NotebookNode:
    """The notebook that a text in jupytext's percent format describes, with fixed cell ids."""
    import jupytext  # authors have it; students and graders need not

    notebook = jupytext.reads(text, fmt=TEXT)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # jupytext's are random
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's own bookkeeping
    return notebook


def from_json(data: dict[str, Any]) -> NotebookNode:
    """The notebook that decoded JSON holds, its cells' lists of lines joined.

    Raises:
        Exception: it is not valid; nbformat raises its own, jsonschema's, and AttributeError.
    """
    notebook: NotebookNode = rejoin_lines(nbformat.from_dict(data))
    nbformat.validate(notebook)
    return notebook


def new_error(name: str, text: str) -> NotebookNode:
    """An output that says that a cell failed."""
    lines = [f"{name}: {text}"]
    output: NotebookNode = new_output("error", ename=name, evalue=text, traceback=lines)
    return output


def validate_outputs(cell: NotebookNode) -> None:
    """Raise ValidationError or ValueError where no notebook, or no file, can hold the outputs of a cell."""
    for output in cell.get("outputs", []):
        nbformat.validate(output, ref="output", version=4)
    json.dumps(cell.get("outputs", []), ensure_ascii=False).encode()


def validate(notebook: NotebookNode) -> None:
    """The same for all cells at once, which is faster; it may also raise for something else."""
    nbformat.validate(notebook)
    json.dumps(notebook, ensure_ascii=False).encode()
