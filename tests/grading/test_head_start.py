"""The warm process that `qcourse grade` starts before it imports nbgrader."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from qcourse.course.notebooks import NotebookNode
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.kernels import head_start, provisioner

NAME = "07_x"


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """Begin with a release of one cell; the process that has been started, or None."""
    monkeypatch.setattr(head_start, "_started", [])
    monkeypatch.setattr(provisioner, "_warm", [])
    monkeypatch.setattr(provisioner, "_referees", [])

    def begin(content: str, assignment: str = "07"):
        folder = tmp_path / head_start.RELEASE / NAME
        folder.mkdir(parents=True)
        (folder / "x.ipynb").write_text(content)
        head_start.begin(tmp_path, assignment)
        return head_start._started[0] if head_start._started else None

    yield begin
    for process in (*head_start._started, *provisioner._warm):
        process.close()


def notebook(*sources: str) -> NotebookNode:
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def test_it_is_the_one_that_forks_the_kernels_and_learns_what_it_lacks(begun):
    started = begun(writes(notebook("import numpy")))
    seen = notebook("import sys, matplotlib\nprint('qcourse.plots.figure' in sys.modules)")
    ContainedExecute().preprocess(seen, {})
    assert seen.cells[0].outputs[0].text == "True\n"
    assert provisioner._warm == [started]
    assert head_start.take() is None


@pytest.mark.parametrize(
    ("content", "assignment"),
    [("{", "07"), ("[]", "07"), (writes(notebook()), "08"), ('{"cells": [{}]}', NAME)],
)
def test_what_cannot_be_read_gives_no_head_start(begun, content, assignment):
    assert begun(content, assignment) is None


def test_one_that_has_died_says_so(begun):
    started = begun(writes(notebook("import numpy")))
    started._process.kill()
    started._process.wait()
    with pytest.raises(RuntimeError, match="ended while it started"):
        provisioner.forkserver()
