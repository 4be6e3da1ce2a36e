"""Whether a value is what it must be, and if not, what is wrong with it in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qcourse.check import resemblance
from qcourse.check.kinds import is_tensor
from qcourse.check.picture import number_line
from qcourse.check.registry import plain
from qcourse.check.shown import short

NO_RETURN = "a return is missing, or what is returned was never given a value"


@dataclass(frozen=True)
class Difference:
    """What is wrong: a sentence, facts, what else to tell unless the test is hidden, and a likely cause."""

    problem: str
    facts: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)  # expected and got, of arrays
    picture: str = ""
    cause: str = ""
    sure: bool = False  # the cause needs no known mistake


def not_equal(name: str, got: Any, want: Any, dtype: Any, rtol: float, atol: float) -> Difference | None:
    """How ``got`` differs from ``want`` in kind, dtype (where one is given), shape or values; or None."""
    if found := _wrong_kind(name, got, want, dtype) or _wrong_shape(name, got, want):
        return found
    expected, actual = plain(want), plain(got)
    if actual.dtype.kind not in "biufc":
        return Difference(f"{name} {_is(name, 'does', 'do')} not hold numbers.", _both(want, got))
    if expected.dtype.kind != "b" and np.isnan(actual).any() and not np.isnan(expected).any():
        cause = "0 is divided by 0 on the way, as for a range or a sum of 0"
        return Difference(f"{name} {_is(name, 'holds', 'hold')} NaN.", _both(want, got), cause=cause)
    wrong = ~np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
    return _wrong_elements(name, got, want, wrong) if wrong.any() else None


def not_codes(name: str, got: Any, exact: np.ndarray, low: int, high: int, slack: float) -> Difference | None:
    """How ``got`` differs from the codes of ``exact``, as `Exercise.codes` describes them; or None."""
    want = np.clip(np.round(exact), low, high).astype(np.int32)
    if found := _wrong_kind(name, got, want, np.int32) or _wrong_shape(name, got, want):
        return found
    outside = (got < low) | (got > high)
    if outside.any():
        problem = f"{name} {_is(name, 'leaves', 'leave')} the range of codes, {low} to {high}."
        cause = "the codes are not clamped, or not to the ends of their range"
        return Difference(problem, _both(want[outside], got[outside]), cause=cause)
    wrong = np.abs(got - np.clip(exact, low, high)) > 0.5 + slack
    return _wrong_elements(name, got, want, wrong) if wrong.any() else None


def not_values(result: Any, names: Sequence[str], words: Callable[[Any], str]) -> Difference | None:
    """How ``result`` differs from a tuple of as many values as ``names``; or None."""
    if isinstance(result, tuple | list) and len(result) == len(names):
        return None
    wanted = f"({', '.join(names)})"
    cause = NO_RETURN if result is None else f"return {wanted}, separated by commas, in this order"
    problem = f"return {len(names)} values, {wanted}."
    return Difference(problem, {"expected": wanted, "got": words(result)}, cause=cause)


def _wrong_kind(name: str, got: Any, want: Any, dtype: Any) -> Difference | None:
    if got is None:
        return Difference(
            f"{name} {_is(name)} None.", {"expected": short(want), "got": "None"}, cause=NO_RETURN
        )
    if not _same_kind(got, want):
        problem = f"{name} {_is(name, 'has', 'have')} the wrong type."
        facts = {"expected": type(want).__name__, "got": type(got).__name__}
        sure = isinstance(got, str | list) or is_tensor(got)
        return Difference(problem, facts, cause=resemblance.kind(got, want), sure=sure)
    if dtype is not None and got.dtype != dtype:
        expected = dtype.__name__ if isinstance(dtype, type) else str(dtype)
        problem, facts = f"{name} {_is(name, 'has', 'have')} the wrong dtype.", {"expected": expected}
        cause = resemblance.dtype(got.dtype, dtype)
        return Difference(problem, facts | {"got": str(got.dtype)}, cause=cause)
    return None


def _same_kind(got: Any, want: Any) -> bool:
    """Whether the types agree; a NumPy scalar may stand for a Python number, no other class."""
    if isinstance(want, bool):
        return type(got) is bool
    if isinstance(want, int | np.integer):
        return type(got) is int or isinstance(got, np.integer)
    if isinstance(want, float | np.floating):
        return type(got) is float or isinstance(got, np.floating)
    return type(got) is type(want)


def _wrong_shape(name: str, got: Any, want: Any) -> Difference | None:
    expected, actual = list(plain(want).shape), list(plain(got).shape)
    if expected == actual:
        return None
    facts = {"expected": f"shape {expected}", "got": f"shape {actual}"}
    problem = f"{name} {_is(name, 'has', 'have')} the wrong shape."
    return Difference(problem, facts, cause=resemblance.shape(plain(got), plain(want)))


def _wrong_elements(name: str, got: Any, want: Any, wrong: np.ndarray) -> Difference:
    expected, actual = plain(want), plain(got)
    cause = resemblance.values(actual, expected)
    if wrong.ndim == 0:
        return Difference(f"{name} {_is(name)} wrong.", _both(want, got), cause=cause)
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    first = f"element {list(where)}: expected {expected[where]:.6g}, got {actual[where]:.6g}"
    problem = f"{name} {_is(name)} wrong in {wrong.sum()} of {wrong.size} elements."
    return Difference(problem, {"first": first}, _both(want, got), number_line(expected, actual), cause)


def _is(name: str, one: str = "is", many: str = "are") -> str:
    """The verb that goes with ``name``: "the codes" are many, "the loss of each step" is one."""
    noun = re.split(" of | before | after ", name)[0]
    return many if noun.endswith("s") and not noun.endswith("ss") else one


def _both(want: Any, got: Any) -> dict[str, str]:
    return {"expected": short(want), "got": short(got)}
