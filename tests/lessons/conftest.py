"""Notebooks as stock nbgrader has executed and graded them: once for all tests that look at them."""

from functools import cache

import pytest

from qcourse.authoring import verify
from qcourse.course.notebooks import read


@pytest.fixture(scope="session")
def stock_classroom(root, tmp_path_factory):
    """By name: a class of two, the solved and the unsolved notebook, executed on digits."""

    @cache
    def graded(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("QCOURSE_SOURCE", "digits")  # `make verify` grades them on MNIST
            return verify.stock_graded(root, tmp_path_factory.mktemp("stock"), [name])

    return graded


@pytest.fixture(scope="session")
def stock_graded(stock_classroom):
    """By name and student: the notebook that was executed."""

    def executed(name, student):
        return read(stock_classroom(name).folder / "autograded" / student / name / f"{name}.ipynb")

    return executed
