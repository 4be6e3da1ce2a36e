"""Whether a value is what it must be, and if not, what is wrong with it in words."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qcourse.check.failure import short
from qcourse.check.picture import number_line
from qcourse.check.registry import plain


@dataclass(frozen=True)
class Difference:
    """What is wrong: a sentence, facts, and what else to tell unless the test is hidden."""

    problem: str
    facts: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)  # expected and got, of arrays
    picture: str = ""


def not_equal(name: str, got: Any, want: Any, dtype: Any, rtol: float, atol: float) -> Difference | None:
    """How ``got`` differs from ``want`` in kind, dtype (where one is given), shape or values; or None."""
    if found := _wrong_kind(name, got, want, dtype) or _wrong_shape(name, got, want):
        return found
    expected, actual = plain(want), plain(got)
    if actual.dtype.kind not in "biufc":
        return Difference(f"{name} does not hold numbers.", _both(want, got))
    if expected.dtype.kind != "b" and np.isnan(actual).any() and not np.isnan(expected).any():
        return Difference(f"{name} holds NaN (not a number).", _both(want, got))
    wrong = ~np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
    return _wrong_elements(name, got, want, wrong) if wrong.any() else None


def not_codes(name: str, got: Any, exact: np.ndarray, low: int, high: int, slack: float) -> Difference | None:
    """How ``got`` differs from the codes of ``exact``, as `Exercise.codes` describes them; or None."""
    want = np.clip(np.round(exact), low, high).astype(np.int32)
    if found := _wrong_kind(name, got, want, np.int32) or _wrong_shape(name, got, want):
        return found
    outside = (got < low) | (got > high)
    if outside.any():
        problem = f"{name} leaves the range of codes, {low} to {high}."
        return Difference(problem, _both(want[outside], got[outside]))
    wrong = np.abs(got - np.clip(exact, low, high)) > 0.5 + slack
    return _wrong_elements(name, got, want, wrong) if wrong.any() else None


def _wrong_kind(name: str, got: Any, want: Any, dtype: Any) -> Difference | None:
    if got is None:
        problem = f"{name} is None: is a return missing?"
        return Difference(problem, {"expected": short(want), "got": "None"})
    if not _same_kind(got, want):
        problem = f"{name} has the wrong type."
        return Difference(problem, {"expected": type(want).__name__, "got": type(got).__name__})
    if dtype is not None and got.dtype != dtype:
        expected = dtype.__name__ if isinstance(dtype, type) else str(dtype)
        return Difference(f"{name} has the wrong dtype.", {"expected": expected, "got": str(got.dtype)})
    return None


def _same_kind(got: Any, want: Any) -> bool:
    """Whether the types agree; a NumPy scalar may stand for a Python number, a bool may not."""
    if isinstance(want, bool):
        return type(got) is bool
    if isinstance(want, int | np.integer):
        return isinstance(got, int | np.integer) and not isinstance(got, bool)
    if isinstance(want, float | np.floating):
        return isinstance(got, float | np.floating)
    return type(got) is type(want)


def _wrong_shape(name: str, got: Any, want: Any) -> Difference | None:
    expected, actual = list(plain(want).shape), list(plain(got).shape)
    if expected == actual:
        return None
    facts = {"expected": f"shape {expected}", "got": f"shape {actual}"}
    return Difference(f"{name} has the wrong shape.", facts)


def _wrong_elements(name: str, got: Any, want: Any, wrong: np.ndarray) -> Difference:
    if wrong.ndim == 0:
        return Difference(f"{name} is wrong.", _both(want, got))
    expected, actual = plain(want), plain(got)
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    first = f"element {list(where)}: expected {expected[where]:.6g}, got {actual[where]:.6g}"
    problem = f"{name} is wrong in {wrong.sum()} of {wrong.size} elements."
    return Difference(problem, {"first": first}, _both(want, got), number_line(expected, actual))


def _both(want: Any, got: Any) -> dict[str, str]:
    return {"expected": short(want), "got": short(got)}
