"""The warm process that `qcourse grade` starts before it imports nbgrader."""

import contextlib
import os
from threading import Timer

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from qcourse.course.notebooks import NotebookNode
from qcourse.errors import UserError
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.kernels import head_start, provisioner

NAME = "07_x"


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """Begin with a release of one cell; the process that has been started, or None."""
    inside = contextlib.ExitStack()
    monkeypatch.setattr(provisioner, "_warm", [])
    monkeypatch.setattr(provisioner, "_referees", [])

    def begin(content: str, assignment: str = "07"):
        folder = tmp_path / head_start.RELEASES[0] / NAME
        folder.mkdir(parents=True)
        if content:
            (folder / "x.ipynb").write_text(content)
        else:
            os.mkfifo(folder / "x.ipynb")
        inside.enter_context(head_start.head_start(tmp_path, assignment))
        return head_start._started[0] if head_start._started else None

    with inside:
        yield begin
    for process in provisioner._warm:
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
    [
        *(("{", "07"), ("[]", "07"), (writes(notebook()), "08"), ('{"cells": [{}]}', NAME)),
        *(("[" * 200_000, "07"), ("", "07")),
    ],
    ids=["cut", "a list", "another", "no kind", "deep", "a pipe"],
)
def test_what_cannot_be_read_gives_no_head_start(begun, content, assignment):
    assert begun(content, assignment) is None


@pytest.mark.parametrize("parts", [{"kernel"}, {"kernel", "course"}], ids=["all asked for", "more is asked"])
def test_one_that_has_died_says_so(begun, parts):
    started = begun(writes(notebook("import numpy")))
    started._process.kill()
    started._process.wait()
    with pytest.raises(UserError, match="ended while it started"):
        provisioner.forkserver(parts)


def test_this_course_has_one_which_ends_where_it_is_not_taken(root):
    with head_start.head_start(root, "06"):
        (started,) = head_start._started
        assert started.alive
    assert head_start._started == []
    assert started._process.poll() is not None


def test_kernels_that_end_with_the_process_that_forked_them_cost_no_points(begun):
    seen = notebook("import time; time.sleep(60)")
    started = begun(writes(seen))
    Timer(2, started._process.kill).start()
    with pytest.raises(RuntimeError, match="the process that forks kernels has ended"):
        ContainedExecute().preprocess(seen, {})
