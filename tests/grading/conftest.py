"""A course folder with a class that has handed in."""

import os
import shutil

import pytest
from hostile import small_course
from made_up import CLASS, NAME, hand_in

from qcourse.authoring.demo_class import Classroom

# No test inherits a shell's leave to run students' code without containment.
os.environ.pop("QCOURSE_ISOLATION", None)


@pytest.fixture(scope="session")
def whole(root, tmp_path_factory):
    """A course folder in which the assignment has been generated."""
    room = Classroom(root, tmp_path_factory.mktemp("course"), [NAME])
    room.generate()
    return room.folder


@pytest.fixture(scope="session")
def generated(root, tmp_path_factory):
    """The same with the assignment's beginning, for results that are made up: fewer cells to write."""
    folder = tmp_path_factory.mktemp("beginning")
    room = Classroom(small_course(root, folder / "root"), folder / "course", [NAME])
    room.generate()
    return room.folder


@pytest.fixture
def course(generated, tmp_path):
    """A class that has handed in what is made up, in a folder of its own."""
    folder = shutil.copytree(generated, tmp_path / "course")
    for student in CLASS:
        hand_in(folder, student, 1)
    return folder
