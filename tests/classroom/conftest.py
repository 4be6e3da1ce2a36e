"""A course folder whose gradebook knows an assignment."""

import graded_class
import pytest
from nbgrader.api import Gradebook

from qcourse.authoring.nbgrader_command import empty_gradebook

NAME = "06_quantization_from_scratch"


@pytest.fixture(scope="session")
def gradebook_bytes():
    return empty_gradebook()


@pytest.fixture
def course(tmp_path, gradebook_bytes):
    """A course folder in which nothing has been handed in."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "gradebook.db").write_bytes(gradebook_bytes)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        book.add_assignment(NAME, duedate="2026-11-20 12:00:00 UTC")
        book.add_notebook(NAME, NAME)
    return folder


@pytest.fixture(scope="session")
def graded(root, tmp_path_factory):
    """See `graded_class.make`."""
    return graded_class.make(root, tmp_path_factory.mktemp("desk"))
