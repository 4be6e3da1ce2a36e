"""Likely causes: a known wrong version that returns what the student's answer returned explains it.

The known mistakes of each exercise stand in a module of their own (``causes.ex_6_1`` …), imported when that
exercise fails. They are wrong on purpose: none is a solution.
"""

import importlib
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from qcourse.check import unchanged
from qcourse.check.kinds import is_tensor


class Call(NamedTuple):
    """One call to a student's answer: what it returned, and copies of its arguments."""

    result: Any
    args: list[Any]
    kwargs: dict[str, Any]


class Causes:
    """The known mistakes of one exercise, in order: the first that explains a result is told.

    ``right`` is a correct version: a mistake that gives what it gives explains nothing.
    """

    def __init__(self, right: Callable[..., Any] | None = None) -> None:
        self.right = right
        self.known: list[tuple[str, Callable[..., Any]]] = []
        self.errors: list[tuple[str, Callable[..., Any]]] = []

    def mistake(self, text: str, wrong: Callable[..., Any]) -> None:
        """``text`` is the cause where ``wrong``, a wrong version, returns what the answer returned."""

        def gives_the_same(result: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
            given = wrong(*unchanged.copies(args), **kwargs)
            return same(given, result) and not self._is_right(given, args, kwargs)

        self.known.append((text, gives_the_same))

    def symptom(self, text: str, recognise: Callable[..., Any]) -> None:
        """``text`` is the cause where ``recognise(result, args, kwargs)`` holds."""
        self.known.append((text, recognise))

    def error(self, text: str, recognise: Callable[..., Any]) -> None:
        """``text`` is the cause where the answer raised, and ``recognise(error, args, kwargs)`` holds."""
        self.errors.append((text, recognise))

    def likely(self, call: Call) -> str:
        """The text of the first known mistake that explains ``call``, or ""."""
        for text, recognise in self.errors if isinstance(call.result, BaseException) else self.known:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    if recognise(*call):
                        return text
            except Exception:  # a mistake that does not apply to these arguments explains nothing
                continue
        return ""

    def _is_right(self, given: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
        return self.right is not None and same(self.right(*unchanged.copies(args), **kwargs), given)


def causes_of(number: str) -> Causes:
    """The known mistakes of exercise ``number`` ("6.2"): ``known`` of its module, if it has one."""
    module = f"{__package__}.causes.ex_{number.replace('.', '_')}"
    if not importlib.util.find_spec(module):
        return Causes()
    known: Causes = importlib.import_module(module).known
    return known


def same(a: Any, b: Any) -> bool:
    """Equal to within rounding of float32, whatever the container."""
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray) and isinstance(b, tuple | list):
        return False
    a, b = plain(a), plain(b)
    if a.shape != b.shape or a.dtype.kind not in "biuf" or b.dtype.kind not in "biuf":
        return False
    if a.dtype.kind != b.dtype.kind:
        return False
    largest = float(np.abs(a[np.isfinite(a)]).max(initial=0.0))
    return np.allclose(a, b, rtol=1e-5, atol=1e-9 * largest, equal_nan=True)


def plain(value: Any) -> np.ndarray:
    """A NumPy array of whatever numbers ``value`` holds."""
    if is_tensor(value):
        value = value.detach()
        value = value.dequantize() if value.is_quantized else value
        return value.cpu().numpy()
    return np.asarray(value)
