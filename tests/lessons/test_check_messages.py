"""What a failed check says: in a terminal, in a notebook, as a picture, and of the likely cause."""

import numpy as np
import pytest

from qcourse.check import CheckFailed, Exercise
from qcourse.check.picture import number_line
from qcourse.check.registry import causes_of


def test_a_failure_in_a_notebook_is_one_line_beside_formatted_html():
    failure = CheckFailed("6.2", "scale is <wrong>.", {"got": "<b>1</b>"})
    assert "&lt;b&gt;1" in failure.html()
    assert "<b>1</b>" not in failure.html()
    assert failure._render_traceback_()[0].startswith("Exercise 6.2")


def test_validate_which_shows_only_the_traceback_tells_the_reason_and_the_cause(monkeypatch):
    monkeypatch.setattr("qcourse.check.failure.in_notebook", lambda: True)
    failure = CheckFailed("6.2", "scale is wrong.", {"got": "1", "likely cause": "off by one"})
    assert failure._render_traceback_() == ["Exercise 6.2: scale is wrong.\nLikely cause: off by one."]
    assert CheckFailed("6.2", "not written yet.")._render_traceback_() == ["Exercise 6.2: not written yet."]


def test_passing_says_one_line(capsys):
    Exercise("6.2", print).passed()
    assert capsys.readouterr().out == "✓ Exercise 6.2: visible check passed.\n"
    Exercise("6.2", print).passed("empty arrays")
    assert capsys.readouterr().out.endswith("passed. Tested only when graded: empty arrays.\n")


def test_the_picture_has_a_ring_and_a_cross_for_each_number_and_hidden_ones_have_none():
    exercise = Exercise("99.1", print)
    with pytest.raises(CheckFailed) as caught:
        exercise.equal("codes", np.array([1, 2, 4]), np.array([1, 3, 4]))
    assert caught.value.picture.count("<circle") == caught.value.picture.count("#D55E00") == 3
    assert 'fill="currentColor"' in caught.value.picture  # black text cannot be read in a dark theme
    exercise.hidden = True
    with pytest.raises(CheckFailed) as caught:
        exercise.equal("codes", np.array([1, 2, 4]), np.array([1, 3, 4]))
    assert caught.value.picture == ""


def test_the_input_is_the_one_before_the_call():
    def answer(x, *, weight):
        x[0] = weight[0] = 9.0
        raise ValueError

    with pytest.raises(CheckFailed, match=r"float64 \[2\]: \[1, 1\], weight=float64 \[2\]: \[1, 1\]"):
        Exercise("99.1", answer).call(np.ones(2), weight=np.ones(2))


@pytest.mark.parametrize("values", [[1.0], [1.0, np.inf], [2.0, 2.0], list(range(99))])
def test_no_picture_where_it_would_say_nothing(values):
    assert number_line(np.array(values), np.array(values)) == ""


def test_every_exercise_knows_mistakes_and_each_has_a_text(root):
    exercises = {".".join(path.stem.split("_")[1:3]) for path in root.glob("solutions/*/answers/ex_*.py")}
    known = {number: causes_of(number).known for number in exercises}
    assert len(known) == 26
    unknown = [number for number in known if not known[number]]
    assert unknown == ["9.3"]  # its checks watch the training and say what they saw
    assert all(len(text) > 15 for causes in known.values() for text, _ in causes)
