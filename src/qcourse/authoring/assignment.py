"""The course as the gates look at it: each assignment in its three forms, read once."""

from functools import cached_property
from pathlib import Path

from qcourse.course.folder import assignments, release_path, solution_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import NotebookNode, read
from qcourse.errors import UserError


class Assignment:
    """One assignment: ``source`` as its text says, ``solution`` executed, ``release`` for students."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name

    @cached_property
    def source(self) -> NotebookNode:
        """The notebook that the text describes, without outputs."""
        return read_source(self.root, self.name)

    @cached_property
    def solution(self) -> NotebookNode:
        """The executed solution."""
        return _read(solution_path(self.root, self.name))

    @cached_property
    def release(self) -> NotebookNode:
        """The student version."""
        return _read(release_path(self.root, self.name))


def _read(path: Path) -> NotebookNode:
    if not path.exists():
        raise UserError(f"{path} is missing: run qcourse build.")
    return read(path)


class Course:
    """The course in the folder ``root``.

    Raises:
        UserError: ``root`` is not a course folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.assignments = [Assignment(root, name) for name in assignments(root)]
