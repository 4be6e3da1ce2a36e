"""Whether the course's notebooks are those that the gradebook knows: it holds the tests that count."""

import copy
import shlex
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveCells
from traitlets.config.loader import Config
from traitlets.utils.importstring import import_item

from qcourse.course.cells import by_grade_id, is_locked, points
from qcourse.course.notebooks import NotebookNode, read
from qcourse.grading.release import FIXED
from qcourse.grading.repairs import first_few


def out_of_date(course: CourseDirectory, config: Config, assignment: str, entries: list[Any]) -> str:
    """What the course has other than the gradebook's ``entries``, in a sentence; empty where all is equal.

    The solution is made into what nbgrader would register, by its own steps.
    """
    folders = (course.source_directory, course.release_directory)
    source, release = (Path(course.format_path(folder, ".", assignment)) for folder in folders)
    for entry in entries:
        path = source / f"{entry.name}.ipynb"
        if not path.exists():
            continue
        try:
            registered, released = _generated(read(path), config)
        except Exception as error:  # nbgrader's steps and nbformat raise anything of a half-done notebook
            return f"{path} cannot be compared with the gradebook ({type(error).__name__}: {error})."
        known = {cell.name: cell for cell in entry.source_cells}
        most = {cell.name: cell.max_score for cell in (*entry.grade_cells, *entry.task_cells)}
        ours = by_grade_id(registered)
        changed = [name for name, cell in ours.items() if _differs(cell, known.get(name), most.get(name))]
        if entry.submissions and (which := sorted(known.keys() ^ ours.keys())):
            return f"{path} has other cells than the gradebook ({first_few(which)}). {FIXED}"
        if which := [*changed, *(known.keys() - ours.keys())]:
            return _sentence(path, "not what the gradebook holds, which counts", which, assignment)
        handed_out = by_grade_id(read(release / path.name))
        texts = {name: cell.source for name, cell in by_grade_id(released).items()}
        if which := [
            name for name in texts if name not in handed_out or handed_out[name].source != texts[name]
        ]:
            return _sentence(release / path.name, "not what its solution makes", which, assignment)
    return ""


def _generated(notebook: NotebookNode, config: Config) -> tuple[NotebookNode, NotebookNode]:
    """What nbgrader would register of a solution, and what it would hand out."""
    registered = notebook
    steps = [
        import_item(s) if isinstance(s, str) else s for s in GenerateAssignment(config=config).preprocessors
    ]
    for step in steps:
        if issubclass(step, SaveCells):
            registered = copy.deepcopy(notebook)
        elif not issubclass(step, CheckCellMetadata):  # it changes nothing, and takes longer than all others
            notebook, _ = step(config=config).preprocess(notebook, {"metadata": {}, "nbgrader": {}})
    return registered, notebook


def _differs(cell: NotebookNode, known: Any, most: float | None) -> bool:
    if known is None or (is_locked(cell) and known.source != cell.source):
        return True
    return most is not None and points(cell) != most


def _sentence(path: Path, what: str, cells: list[str], assignment: str) -> str:
    return (
        f"{path} is {what} ({first_few(cells)}): to grade with it, run "
        f"nbgrader generate_assignment {shlex.quote(assignment)} --force, then qcourse grade again."
    )
