"""What a check says of an error, of a value that resembles the right one, and of the arguments of a call."""

import linecache

import numpy as np
import pytest
import torch
from torch import nn

from qcourse.check import CheckFailed, Exercise, raised, resemblance
from qcourse.check.parameters import parameters
from qcourse.check.shown import short
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import assignments
from qcourse.course.lesson import read_source

ARRAY, CODES = np.array([1.5, -2.0, 3.0]), np.array([1, 2, 3])
INT8 = torch.quantize_per_tensor(torch.ones(2, 3), 0.1, 0, torch.quint8)


def in_place():
    codes = CODES.copy()
    codes *= 0.5


def unassigned():
    if ARRAY is None:
        best = 1
    return best


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (lambda: min(max(ARRAY, 0), 1), "np.minimum"),
        (lambda: ARRAY > 0 or ARRAY < -1, "in parentheses"),
        (lambda: bool(torch.ones(2) > 0), "one yes or no"),
        (lambda: ARRAY < 0 | ARRAY > 1, "bind more tightly"),
        (in_place, "keep the array's own dtype"),
        (lambda: int(np.nan), "NaN or infinity"),
        (lambda: 1.0 / 0, "division by 0"),
        (lambda: np.ones((2, 3)) @ np.ones((2, 3)), "transpose"),
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "transpose"),
        (lambda: np.ones((2, 3)) / np.ones(2), "keepdims"),
        (lambda: torch.ones(2, 3) / torch.ones(2), "keepdims"),
        (lambda: np.ones(6).reshape(4, 2), "count of elements"),
        (lambda: torch.ones(6).view(4, 2), "count of elements"),
        (lambda: ARRAY.max(axis=1), "asks for an axis"),
        (lambda: ARRAY.shape[1], "asks for an axis"),
        (lambda: float(ARRAY), "take one number"),
        (lambda: np.array([]).max(), "empty array"),
        (lambda: np.uint8(300), "does not fit"),
        (lambda: torch.ao.nn.quantized.Linear(3, 2)(torch.ones(1, 3)), "pass the model's quant"),
        (lambda: nn.functional.linear(INT8, torch.ones(2, 3)), "dequantize"),
        (lambda: INT8.numpy(), "dequantize"),
        (lambda: torch.ao.quantization.MinMaxObserver(qscheme=torch.per_channel_symmetric), "qscheme"),
        (lambda: nn.Module()(1), "forward is not written"),
        (lambda: nn.Linear(2, 3).load_state_dict(nn.Linear(2, 4).state_dict()), "another size"),
        (lambda: nn.Linear(2, 3).load_state_dict({"w": torch.ones(2)}), "other names"),
        (lambda: torch.ones(1, requires_grad=True).numpy(), "detach"),
        (lambda: torch.ones(1).backward(), "path of the gradient is cut"),
        (lambda: torch.ones(1, requires_grad=True).add_(1), "in place"),
        (lambda: torch.ones(1, 2, dtype=torch.uint8) @ torch.ones(2, 1), "float()"),
        (lambda: 1 + None, "a value is None"),
        (lambda: [1, 2] * 0.5, "list does not compute"),
        (lambda: ARRAY.detach(), "NumPy array"),
        (lambda: torch.ones(1).astype(int), "torch tensor"),
        (lambda: float(1)[0], "one number"),
        (lambda: (lambda a, b: a)(*(1, 2, 3)), "other arguments"),
        (lambda: [a for a, b in [(1, 2, 3)]], "unpacked"),
        (unassigned, "before this call has given it a value"),
        (lambda: no_such_name, "spelled"),  # noqa: F821
        (lambda: CODES[3], "one is past the end"),
        (lambda: {}["linear1"], "does not hold this name"),
    ],
)
def test_an_error_of_a_library_is_told_with_its_likely_cause_hidden_or_not(code, words):
    for hidden in (False, True):
        with pytest.raises(CheckFailed) as caught:
            Exercise("99.1", code, hidden=hidden).call()
        assert words in caught.value.facts["likely cause"]


def test_an_error_of_the_students_own_has_no_cause():
    assert raised.why(ValueError("params must not be empty")) == ""


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (ARRAY.tolist(), "a list is returned"),
        (torch.tensor(ARRAY), "a torch tensor is returned"),
        ("1.5", "a text"),
        (1.5, "one number is returned"),
    ],
)
def test_a_value_of_another_kind_is_named(got, words):
    assert words in resemblance.kind(got, ARRAY)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (np.round(ARRAY + 0.004, 0), "rounded to 0 decimals"),
        (-ARRAY, "the sign"),
        (np.maximum(ARRAY, 0), "negative values"),
        (ARRAY + np.array([0, 256, 0]), "did not fit in 8 bits"),
        (ARRAY + np.array([0, 65536, 0]), "did not fit in 16 bits"),
        (ARRAY + np.array([0.1, 0.2, 0.1]), ""),
    ],
)
def test_a_wrong_value_is_told_by_what_it_resembles_and_no_other(got, words):
    said = resemblance.values(got, ARRAY)
    assert words in said
    assert bool(said) == bool(words)


def test_what_resembles_nothing_in_scale_is_told_nothing():
    assert resemblance.values(np.array(2e-16), np.array(0.0)) == ""
    assert "wrong places" in resemblance.values(np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 3], [2, 4]]))


def test_a_matrix_is_shown_in_rows_a_long_array_with_its_range_and_a_model_by_its_layers():
    assert short(np.array([[3, 0], [1, -2]])) == "int64 [2, 2]: [[3, 0], [1, -2]]"
    batches = [np.array([0, 3]), np.array([[4, 5], [7, 4]])]
    assert short(batches) == "[int64 [2]: [0, 3]; int64 [2, 2]: [[4, 5], [7, 4]]]"
    assert short(3 * batches).endswith("[7, 4]]; …]")
    many = np.append(np.zeros(99), 1000.0)
    assert short(many) == "float64 [100]: [0, 0, 0, 0, 0, …], from 0 to 1000"
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    assert short(model) == "Sequential of Linear 4→3, ReLU"


def test_arguments_have_their_names_and_a_helper_of_the_checks_is_not_named():
    def helper(batches):
        return batches[1]

    exercise = Exercise("6.3", lambda *a: a)
    exercise.call(CODES, 0.5, 1)
    with pytest.raises(CheckFailed, match=r"scale=float 0\.5, zero=1"):
        exercise.true(False, "wrong.")
    with pytest.raises(CheckFailed) as caught:
        exercise.call([1], function=helper)
    assert caught.value.facts["input"] == "batches=[1]"


def test_the_names_of_arguments_are_those_of_the_stubs(root):
    for name in assignments(root):
        for grade_id, cell in by_grade_id(read_source(root, name)).items():
            number = cell.source.partition("### BEGIN SOLUTION Exercise ")[2].partition(":")[0]
            if number and number != "8.1":
                after = "def __init__(self, " if number == "7.4" else f"def {grade_id}("
                named = cell.source.partition(after)[2].partition(")")[0]
                names = [part.split("=")[0].strip() for part in named.split(",")]
                assert [name for name in names if name.isidentifier()] == parameters(number)


def test_what_came_before_and_comes_again_is_named():
    exercise = Exercise("99.1", lambda x: np.array([1.25, 2.5]))
    exercise.call(np.array([1.0, 2.0]))
    got = exercise.call(np.array([3.0, 2.0]))
    with pytest.raises(CheckFailed, match="what an earlier call returned is returned again"):
        exercise.equal("the result", got, np.array([1.5, 2.5]))


def test_no_line_of_a_check_is_shown_as_the_students():
    names = {"__name__": "qcourse.check.graded_cell"}
    exec(compile("def of_check(f): return f()", "<check>", "exec"), names)
    own = {"__name__": "__main__"}
    exec(compile("def answer(): return 1 / 0", "<cell>", "exec"), own)
    for file, text in (("<check>", "def of_check(f): return f()"), ("<cell>", "def answer(): return 1 / 0")):
        linecache.cache[file] = (len(text), None, [text], file)
    with pytest.raises(CheckFailed) as caught:
        Exercise("99.1", own["answer"]).call(own["answer"], function=names["of_check"])
    assert caught.value.facts["where"] == "line 1: def answer(): return 1 / 0"
    with pytest.raises(CheckFailed) as caught:
        Exercise("99.1", own["answer"]).call(None, function=names["of_check"])
    assert "where" not in caught.value.facts
