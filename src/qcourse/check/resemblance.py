"""What a wrong value resembles, whatever the exercise: right but for its kind, its shape, or one step."""

from typing import Any

import numpy as np

from qcourse.check.kinds import is_tensor


def kind(got: Any, want: Any) -> str:
    """The likely cause where ``got`` is of another type than ``want``, or ""."""
    if isinstance(got, str):
        return "a text is returned: return the number itself"
    if isinstance(got, list | tuple) and not isinstance(want, list | tuple | dict):
        return f"a {type(got).__name__} is returned: return {_named(want)}"
    if is_tensor(got) and not is_tensor(want):
        return f"a torch tensor is returned: return {_named(want)}"
    if isinstance(got, np.ndarray) and isinstance(want, int | float):
        if got.size == 1:
            return f"an array of one number is returned: make it {_named(want)}, with {type(want).__name__}()"
        return "an array is returned: reduce it to one number, over no axis (Python's sum adds rows)"
    if isinstance(want, np.ndarray) and isinstance(got, int | float | np.number):
        return "one number is returned: the result is an array, element by element"
    if isinstance(got, float | np.floating) and isinstance(want, int):
        return "a float is returned where an integer is meant: make it one with int()"
    return ""


def _named(want: Any) -> str:
    if is_tensor(want):
        return "a torch tensor"
    return "a NumPy array" if isinstance(want, np.ndarray) else f"a Python {type(want).__name__}"


def dtype(got: Any, want: Any) -> str:
    """The likely cause where the dtype is another."""
    if "quint8" in str(got) or "qint8" in str(got):
        return "codes come out where floats are meant: turn them back, with a DeQuantStub or .dequantize()"
    name = want.__name__ if isinstance(want, type) else str(want)
    return f"the result is {got}, and should be {name}: compute as you do, and convert it at the end"


def shape(got: np.ndarray, want: np.ndarray) -> str:
    """The likely cause where the shape is another, or ""."""
    if got.ndim == 0:
        return "reduced to one number: the result has one for each element"
    if got.size == want.size:
        if got.ndim == 1:
            return "flattened: the result keeps the input's shape"
        if got.shape == want.shape[::-1]:
            return "rows and columns are swapped: a transpose (.T) too many, or one missing"
        if [n for n in got.shape if n > 1] == [n for n in want.shape if n > 1]:
            return "an axis of size 1 is left, or lost: look at keepdims, squeeze and reshape"
    if got.ndim == want.ndim and got.shape[1:] == want.shape[1:] and got.shape[0] == 1:
        return "only the first row is worked on: there may be more"
    return ""


def values(got: np.ndarray, want: np.ndarray) -> str:
    """The likely cause where values differ, from how they differ, or ""."""
    if got.dtype.kind not in "iuf" or not np.isfinite(want).all() or not np.isfinite(got).all():
        return ""
    got, want = got.astype(np.float64), want.astype(np.float64)
    wrong = ~np.isclose(got, want, rtol=1e-6, atol=0)
    if not wrong.any():
        return ""
    for digits in range(0 if got.size > 2 else 2, 7):  # few numbers are whole by chance
        if np.array_equal(got, np.round(want, digits)):
            return f"rounded to {digits} decimals: return it as it was computed"
    if np.allclose(got, -want, rtol=1e-6, atol=0):
        return "the sign is turned round"
    if np.allclose(got[wrong], 0) and (want[wrong] < 0).all() and (want < 0).any():
        return "negative values became 0"
    off = (got - want)[wrong]
    for width in (16, 8):
        if np.allclose(off % 2**width, 0) and np.abs(off).min() >= 2**width:
            return f"a number did not fit in {width} bits on the way, and is {2**width} too high or too low"
    if want.ndim > 1 and np.allclose(np.sort(got.ravel()), np.sort(want.ravel())):
        return "the right values in the wrong places: mind the order of rows and columns"
    return ""
