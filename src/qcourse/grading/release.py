"""An assignment as it was handed out, with the hidden tests, which only the gradebook holds."""

import copy
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config.loader import Config

from qcourse.course.cells import by_grade_id, grade_id, is_scored, metadata, points, set_tests
from qcourse.course.folder import Several, find
from qcourse.course.language import refuse_other_languages
from qcourse.course.notebooks import NotebookNode, read, to_bytes
from qcourse.errors import UserError
from qcourse.grading.other_files import MOST_BYTES

FIXED = (
    "Once somebody has handed in, nbgrader neither adds nor removes cells: put them back, with 0 points to "
    "switch an exercise off."
)


class Release(NamedTuple):
    """The notebooks that were handed out, by name, and the files of the course that go beside them.

    ``settings`` are nbgrader's for the steps that a worker runs.
    """

    notebooks: dict[str, NotebookNode]
    files: dict[str, bytes]
    settings: Config

    def as_bytes(self) -> dict[str, bytes]:
        """The notebooks by name, as the contents of files."""
        return {name: to_bytes(notebook) for name, notebook in self.notebooks.items()}

    @property
    def contents(self) -> dict[str, bytes]:
        """All of its files by name, without points: how many a cell earns decides nothing while it runs."""
        notebooks = {}
        for name, notebook in self.notebooks.items():
            bare = copy.deepcopy(notebook)
            for cell in by_grade_id(bare).values():
                metadata(cell)["points"], metadata(cell)["checksum"] = 0, ""  # the sum is over the points too
            notebooks[f"{name}.ipynb"] = to_bytes(bare)
        return notebooks | self.files

    @property
    def points_of_cells(self) -> dict[str, float]:
        """What each cell can earn, by notebook and grade id."""
        scored = ((name, cell) for name, notebook in self.notebooks.items() for cell in notebook.cells)
        return {f"{name}/{grade_id(cell)}": points(cell) for name, cell in scored if is_scored(cell)}

    @property
    def points(self) -> float:
        """The most that a submission can earn."""
        return sum(self.points_of_cells.values())


def find_assignment(gradebook: Gradebook, given: str) -> tuple[str, list[Any]]:
    """The assignment that ``given`` names, or begins: its name, and the entries for its notebooks.

    Raises:
        UserError: there is none, or more than one, or it has no notebook.
    """
    known = sorted(assignment.name for assignment in gradebook.assignments)
    entries = []
    try:
        name = find(known, given)
        entries = sorted(gradebook.find_assignment(name).notebooks, key=lambda entry: str(entry.name))
    except Several:
        raise
    except (UserError, MissingEntry):
        pass
    if not entries:
        raise UserError(
            f"no assignment {given!r} with a notebook in the gradebook (found: "
            f"{', '.join(known) or 'none'}): run nbgrader generate_assignment first."
        )
    return name, entries


def file_names(course: CourseDirectory, assignment: str, entries: list[Any]) -> set[str]:
    """The names of the notebooks of an assignment, and of the course's files that go beside them."""
    source = course.format_path(course.source_directory, ".", assignment)
    return {f"{entry.name}.ipynb" for entry in entries} | {
        Path(p).name for p in find_all_files(source, course.ignore)
    }


def read_release(autograde: Autograde, assignment: str, entries: list[Any], settings: Config) -> Release:
    """The assignment as handed out, and what nbgrader's settings say of how it is graded.

    Raises:
        UserError: the student version or a file cannot be read.
    """
    course, own = autograde.coursedir, autograde.exclude_overwriting.get(assignment, [])
    folder = Path(course.format_path(course.release_directory, ".", assignment))
    source = Path(course.format_path(course.source_directory, ".", assignment))
    try:
        notebooks = {entry.name: read_notebook(folder, entry) for entry in entries}
        paths = [Path(path) for path in find_all_files(str(source), [*course.ignore, "*.ipynb"])]
        files = {name: p for p in sorted(paths) if (name := p.relative_to(source).as_posix()) not in own}
        if sum(path.stat().st_size for path in files.values()) > MOST_BYTES:
            raise UserError(f"{source}: the files beside the notebooks have more than {MOST_BYTES >> 20} MB.")
        contents = {name: path.read_bytes() for name, path in files.items()}
        return Release(notebooks, contents, settings)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read: run nbgrader generate_assignment.") from None


def read_notebook(folder: Path, entry: Any) -> NotebookNode:
    """The notebook as handed out, its locked cells as the gradebook holds them: with hidden tests.

    Raises:
        OSError: the student version is not there.
        UserError: it lacks a cell that has points.
    """
    notebook = read(folder / f"{entry.name}.ipynb")
    refuse_other_languages(notebook, f"{entry.name}.ipynb")
    stored = {cell.name: cell for cell in entry.source_cells}
    most = {cell.name: cell.max_score for cell in (*entry.grade_cells, *entry.task_cells)}
    cells = by_grade_id(notebook)
    if gone := sorted(most.keys() - cells.keys()):
        raise UserError(f"{entry.name}.ipynb lacks {', '.join(gone)}, which the gradebook holds. {FIXED}")
    for name, cell in cells.items():
        if name in stored:
            metadata(cell)["checksum"] = stored[name].checksum
        if name in stored and stored[name].locked:
            set_tests(cell, stored[name].source)
        if name in most:
            metadata(cell)["points"] = most[name]
    return notebook
