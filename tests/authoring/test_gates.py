"""The gates of `make verify`, on the course itself."""

import json

import pytest

from qcourse.authoring import verify
from qcourse.authoring.assignment import Course
from qcourse.course.cells import secret_and_public_lines
from qcourse.course.folder import release_path


@pytest.fixture(scope="module")
def course(root):
    return Course(root)


@pytest.mark.parametrize("gate", verify.QUICK, ids=lambda gate: gate.__name__)
def test_gate(gate, course):
    assert list(gate(course)) == []


# The last one is test_notebooks.test_stock_nbgrader_grades_rightly: what it executes is compared there, too.
@pytest.mark.slow
@pytest.mark.parametrize("gate", verify.SLOW[:-1], ids=lambda gate: gate.__name__)
def test_slow_gate(gate, course):
    assert list(gate(course)) == []


def test_no_byte_of_a_release_is_a_line_of_a_solution_or_a_hidden_test(course):
    for of in course.assignments:
        secret, public = secret_and_public_lines(of.source)
        text = release_path(course.root, of.name).read_text(encoding="utf-8")
        shown = "\n".join(public)
        hidden = [line for line in secret if len(line) > 12 and line not in shown]
        assert len(hidden) > 100
        assert not [line for line in hidden if json.dumps(line, ensure_ascii=False)[1:-1] in text]
