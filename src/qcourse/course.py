"""A course folder: its assignments, their text, and nbgrader's settings for it."""

import os
import sys
from pathlib import Path

from qcourse import lean  # isort: skip  # noqa: F401

import jupytext
import nbformat
from nbformat import NotebookNode
from traitlets.config import Config, PyFileConfigLoader

from qcourse.errors import UserError

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def assignments(root: Path) -> list[str]:
    """The names of the course's assignments, in order."""
    return sorted(path.parent.name for path in (root / "solutions").glob("*/*.py"))


def solution_path(root: Path, name: str) -> Path:
    """The executed solution notebook of assignment ``name``."""
    return root / "solutions" / name / f"{name}.ipynb"


def release_path(root: Path, name: str) -> Path:
    """The student version of assignment ``name``."""
    return root / "notebooks" / name / f"{name}.ipynb"


def read(path: Path) -> NotebookNode:
    """The notebook at ``path``."""
    return nbformat.read(path, as_version=4)


def read_source(root: Path, name: str) -> NotebookNode:
    """The notebook that ``solutions/NAME/NAME.py`` describes, without outputs.

    Raises:
        UserError: there is no such assignment.
    """
    path = solution_path(root, name).with_suffix(".py")
    if not path.exists():
        known = ", ".join(assignments(root)) or "none"
        raise UserError(f"there is no {path}: the assignments here are {known}.")
    notebook = jupytext.read(path)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # jupytext's are random
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's own bookkeeping
    return notebook


def find_own_scripts() -> None:
    """Put the folder of this Python first on PATH: nbgrader starts ``alembic`` by name."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ["PATH"]


def nbgrader_settings(root: Path) -> Config:
    """The settings of ``nbgrader_config.py``, for nbgrader's API on the course at ``root``."""
    find_own_scripts()
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config
