"""An assignment as it was handed out, with the hidden tests, which only the gradebook holds."""

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from qcourse.course.cells import by_grade_id, metadata
from qcourse.course.folder import find
from qcourse.course.notebooks import NotebookNode, read
from qcourse.errors import UserError


def find_assignment(gradebook: Gradebook, given: str) -> tuple[str, Any]:
    """The assignment that ``given`` names, or begins: its name, and the gradebook's entry for its notebook.

    Raises:
        UserError: there is none, or more than one, or it has not exactly one notebook.
    """
    known = sorted(assignment.name for assignment in gradebook.assignments)
    try:
        name = find(known, given)
        (entry,) = gradebook.find_assignment(name).notebooks
    except (UserError, MissingEntry, ValueError):
        raise UserError(
            f"no single-notebook assignment {given!r} in the gradebook (found: "
            f"{', '.join(known) or 'none'}): run nbgrader generate_assignment first."
        ) from None
    return name, entry


def read_release(course: CourseDirectory, assignment: str, entry: Any) -> NotebookNode:
    """The notebook as handed out, its locked cells as the gradebook holds them: with hidden tests.

    Raises:
        UserError: the student version cannot be read.
    """
    folder = course.format_path(course.release_directory, ".", assignment)
    try:
        notebook = read(Path(folder) / f"{entry.name}.ipynb")
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read: run nbgrader generate_assignment.") from None
    stored = {cell.name: cell for cell in entry.source_cells}
    points = {cell.name: cell.max_score for cell in entry.grade_cells}
    for grade_id, cell in by_grade_id(notebook).items():
        if grade_id in stored:
            metadata(cell)["checksum"] = stored[grade_id].checksum
        if grade_id in stored and stored[grade_id].locked:
            cell.source = stored[grade_id].source
        if grade_id in points:
            metadata(cell)["points"] = points[grade_id]
    return notebook
