"""The checks of graded cells: what they let pass, and what they refuse.

Calls: stubs, exceptions, arguments that change, borrowed functions, prints, names given or hidden, tuples.
Values: `equal`, `codes`, `raises`. What a failed check says and shows is in test_check_messages.py.
"""

import sys

import numpy as np
import pytest
import torch
from torch import nn

from qcourse import quantization
from qcourse.check import CheckFailed, Exercise
from qcourse.models import QuantizedVerySimpleNet


def failing(answer, *args, number="99.1", hidden=False, case="two numbers", **kwargs) -> str:
    exercise = Exercise(number, answer, hidden=hidden, **kwargs)
    with pytest.raises(CheckFailed) as caught:
        exercise.call(*args, case=case)
    return str(caught.value)


def test_a_stub_says_which_exercise_is_not_written():
    def stub(x):
        raise NotImplementedError("Exercise 6.1: limit the codes")

    assert "Exercise 6.1: not written yet: limit the codes." in failing(stub, 1, number="6.1")


@pytest.mark.parametrize("message", ["only vectors so far", "raw_input was called", ""])
def test_another_not_implemented_error_is_the_answers_own(message):
    def answer(x):
        raise NotImplementedError(message)

    said = failing(answer, 1)
    assert f"your code raised NotImplementedError: {message}".removesuffix(": ") in said
    assert "not written yet" not in said
    with pytest.raises(CheckFailed, match="must raise ValueError"):
        Exercise("99.1", answer).raises(ValueError, 1, case="one")


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), SystemExit(3), RecursionError("deep")])
def test_an_exception_is_named_with_the_input(error):
    def answer(x):
        raise error

    message = failing(answer, np.array([1.0, 2.0]))
    assert type(error).__name__ in message
    assert "float64 [2]: [1, 2]" in message


def test_a_hidden_input_is_not_printed():
    def answer(x):
        raise ValueError("no")

    message = failing(answer, np.array([123456.0]), hidden=True)
    assert "123456" not in message
    assert "two numbers" in message


def test_changing_the_input_fails():
    def in_place(x):
        x[0] = 9
        return x

    assert "changed its input" in failing(in_place, np.array([1, 2]))
    assert "params_q (ndarray)" in failing(in_place, np.array([1, 2]), number="6.1")
    assert "argument 1 (ndarray)" in failing(in_place, np.array([1, 2]), number="6.1", hidden=True)

    def eval_in_place(net):
        net.eval()

    assert "changed its input" in failing(eval_in_place, nn.Linear(2, 2))

    def replaced(ranges):
        ranges["a"] = 0.5, 0.25

    assert "changed its input" in failing(replaced, {"a": (-1.0, 1.0)})

    def another_kind(ranges):
        ranges["a"] = 0.5

    assert "changed its input" in failing(another_kind, {"a": (-1.0, 1.0)})
    Exercise("99.1", eval_in_place).call(nn.Linear(2, 2), may_change=[0])


@pytest.mark.parametrize("number", ["6.2", "6.9"])
def test_borrowing_the_finished_function_fails_under_any_name(number):
    from qcourse.quantization import asymmetric_quantization as mine

    assert "write it yourself" in failing(lambda x: mine(x, 8), np.ones(2), number=number)
    assert quantization.asymmetric_quantization(np.ones(2), 8)[2] == 0  # whole again afterwards
    Exercise("7.1", lambda x: mine(x, 8)).call(np.ones(2))


def test_borrowing_what_a_library_computes_fails():
    from qcourse import conventions

    explained, name = conventions.explain, conventions.SIXTEEN[0]
    for borrowed in (lambda x: conventions.quantize(name, x), lambda x: explained(name)):
        assert "write it yourself" in failing(borrowed, np.ones(2), number="6.2")
        Exercise("7.1", borrowed).call(np.ones(2))


def test_borrowing_a_class_fails():
    assert "write it yourself" in failing(QuantizedVerySimpleNet, number="8.1")
    QuantizedVerySimpleNet()


def test_prints_and_warnings_are_swallowed(capfd):
    import warnings

    def noisy(x):
        print("much" * 1000)
        print("more", file=sys.stderr)
        warnings.warn("beware", stacklevel=1)
        return x

    Exercise("99.1", noisy).call(1)
    assert capfd.readouterr() == ("", "")


def test_given_names_replace_the_students_own_and_come_back():
    scope = {}
    exec("def helper(): return 'wrong'\ndef answer(): return helper()", scope)
    assert Exercise("99.1", scope["answer"], given={"helper": lambda: "right"}).call() == "right"
    assert scope["answer"]() == "wrong"


@pytest.mark.parametrize("result", [None, 3, (1, 2), iter([1, 2, 3]), "abc"])
def test_a_tuple_of_three_is_asked_for(result):
    assert "return 3 values, (codes, scale, zero)" in failing(
        lambda: result, returns=("codes", "scale", "zero")
    )


BAD_VALUES = [
    (np.array([1.0, 2.0]), None, "None"),
    (np.array([1.0, 2.0]), [1.0, 2.0], "wrong type"),
    (np.array([1.0, 2.0]), np.array([[1.0, 2.0]]), "wrong shape"),
    (np.array([1.0, 2.0]), np.array([1.0, np.nan]), "NaN"),
    (np.array([1.0, 2.0]), np.array([1.0, 2.1]), "wrong in 1 of 2"),
    (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0]), "wrong type"),
    (torch.tensor([1.0]), torch.tensor([2.0]), "wrong in 1 of 1"),
    (64, 64.0, "wrong type"),
    (64, True, "wrong type"),
    (0.5, "0.5", "wrong type"),
    (0.5, 0.51, "is wrong"),
]


@pytest.mark.parametrize(("want", "got", "words"), BAD_VALUES)
def test_equal_refuses(want, got, words):
    with pytest.raises(CheckFailed, match=words):
        Exercise("99.1", print).equal("value", got, want)


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (0.5, np.float64(0.5)),
        (0.5, np.float32(0.5)),
        (64, np.int64(64)),
        (np.array([1.0, np.inf]), np.array([1.0, np.inf])),
        (np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_equal_accepts_right_values_of_other_types(want, got):
    Exercise("99.1", print).equal("value", got, want)


def test_a_lying_subclass_is_refused():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

    with pytest.raises(CheckFailed, match="wrong type"):
        Exercise("99.1", print).equal("value", np.zeros(2).view(Liar), np.ones(2))
    for base in (float, int):
        number = type("Number", (base,), {"__eq__": lambda *_: True, "__hash__": None})(1)
        with pytest.raises(CheckFailed, match="wrong type"):
            Exercise("99.1", print).equal("value", number, base(1))


def test_codes_at_a_tie_may_go_either_way_and_no_further():
    exact, exercise = np.array([0.5, 1.5, 2.2, 9.0]), Exercise("99.1", print)
    for right in ([0, 2, 2, 3], [1, 1, 2, 3], [1, 2, 2, 3]):
        exercise.codes("codes", np.array(right, dtype=np.int32), exact, 0, 3)
    for wrong in ([0, 2, 3, 3], [0, 3, 2, 3], [0, 2, 2, 4], [0, 2, 2, 2]):
        with pytest.raises(CheckFailed):
            exercise.codes("codes", np.array(wrong, dtype=np.int32), exact, 0, 3)
    with pytest.raises(CheckFailed, match="dtype"):
        exercise.codes("codes", np.array([0, 2, 2, 3]), exact, 0, 3)


def test_raises_wants_that_error_and_no_other():
    def picky(x):
        if x == 0:
            raise ValueError("zero")
        return 1 / (x - 1)

    exercise = Exercise("99.1", picky)
    exercise.raises(ValueError, 0, case="zero")
    for argument, words in ((1, "ZeroDivisionError"), (2, r"must raise ValueError")):
        with pytest.raises(CheckFailed, match=words):
            exercise.raises(ValueError, argument, case="another")
