"""What a cell is to nbgrader, read from its metadata."""

import itertools

import nbgrader.utils
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from qcourse.course import cells


def cell(**meta):
    return new_code_cell(metadata={"nbgrader": meta})


@pytest.mark.parametrize("values", list(itertools.product((True, False, None), repeat=3)))
def test_it_is_what_nbgrader_says_it_is(values):
    meta = {k: v for k, v in zip(("grade", "solution", "locked"), values) if v is not None}
    for one in (cell(**meta), new_code_cell()):
        assert cells.is_graded(one) == nbgrader.utils.is_grade(one)
        assert cells.is_answer(one) == nbgrader.utils.is_solution(one)
        assert cells.is_locked(one) == nbgrader.utils.is_locked(one)
        assert cells.is_test(one) == (nbgrader.utils.is_grade(one) and nbgrader.utils.is_locked(one))


@pytest.mark.parametrize("meta", [{"solution": True}, {"solution": True, "grade": True, "points": 2}])
def test_a_checksum_is_nbgraders(meta):
    answer = new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": "a", **meta}})
    assert not cells.is_untouched(answer)
    answer.metadata["nbgrader"]["checksum"] = nbgrader.utils.compute_checksum(answer)
    assert cells.is_untouched(answer)
    answer.source = "x = 2"
    assert not cells.is_untouched(answer)


@pytest.mark.parametrize("meta", [7, None, [], "grade", {"grade_id": ["a"]}, {"grade_id": 5, "points": "2"}])
def test_nonsense_makes_an_ordinary_cell(meta):
    one = new_code_cell(metadata={"nbgrader": meta})
    assert cells.grade_id(one) == cells.exercise(one) == ""
    assert cells.points(one) == 0
    assert not cells.is_check(one)
    assert cells.by_grade_id(new_notebook(cells=[one])) == {}


@pytest.mark.parametrize(
    ("grade_id", "check", "hidden"),
    [("clamp-check", True, False), ("clamp-hidden", False, True), ("clamp", False, False)],
)
def test_the_cells_of_an_exercise(grade_id, check, hidden):
    test = cell(grade=True, solution=False, grade_id=grade_id, points=2)
    assert (cells.exercise(test), cells.points(test)) == ("clamp", 2)
    assert (cells.is_check(test), cells.is_hidden(test)) == (check, hidden)
    answer = cell(grade=False, solution=True, grade_id=grade_id)
    assert not cells.is_check(answer)
    assert not cells.is_hidden(answer)


def test_the_message_is_what_was_shown_last_or_else_the_error():
    error = new_output("error", ename="CheckFailed", evalue="clamp is wrong")
    shown = [new_output("display_data", data={"text/plain": text}) for text in ("a picture", "the reason")]
    one = new_code_cell()
    assert cells.message(one) == ""
    one.outputs = shown
    assert cells.message(one) == ""
    one.outputs = [*shown, error]
    assert cells.message(one) == "the reason"
    one.outputs = [new_output("display_data", data={"image/png": ""}), error]
    assert cells.message(one) == "clamp is wrong"
    one.outputs = [new_output("error", ename="ValueError", evalue="no number")]
    assert cells.message(one) == "ValueError: no number"
