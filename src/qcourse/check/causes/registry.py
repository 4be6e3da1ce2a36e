"""Likely causes by name: a wrong answer that gives what the student's answer gave is the likely cause.

Each exercise's known mistakes stand in a module of their own (``ex_6_1`` …), imported when the exercise
fails. They are wrong on purpose: none is a solution. The first that explains what came is told, so that
their order matters.
"""

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from qcourse.check import unchanged


class Call(NamedTuple):
    """One call to a student's answer: what it returned, and copies of its arguments."""

    result: Any
    args: list[Any]
    kwargs: dict[str, Any]


_RIGHT: dict[str, Callable] = {}
_KNOWN: dict[str, list[tuple[str, Callable[..., bool]]]] = {}


def mistake(number: str, text: str) -> Callable:
    """Mark a wrong implementation of exercise ``number``: the cause where its result is the student's."""

    def register(wrong: Callable) -> Callable:
        def gives_the_same(result: Any, args: list, kwargs: dict) -> bool:
            given = wrong(*unchanged.copies(args), **kwargs)
            return same(given, result) and not _makes_no_difference(number, given, args, kwargs)

        _KNOWN.setdefault(number, []).append((text, gives_the_same))
        return wrong

    return register


def right(number: str, function: Callable) -> None:
    """Name a correct version: a mistake that gives what it gives explains nothing."""
    _RIGHT[number] = function


def _makes_no_difference(number: str, given: Any, args: list, kwargs: dict) -> bool:
    return number in _RIGHT and same(_RIGHT[number](*unchanged.copies(args), **kwargs), given)


def symptom(number: str, text: str) -> Callable:
    """Mark a test ``(result, args, kwargs) -> bool`` that recognises a mistake from what came."""

    def register(recognise: Callable[..., bool]) -> Callable:
        _KNOWN.setdefault(number, []).append((text, recognise))
        return recognise

    return register


def likely_cause(number: str, result: Any, args: list, kwargs: dict) -> str:
    """The first known mistake that explains ``result``, or an empty string."""
    module = f"{__package__}.ex_{number.replace('.', '_')}"
    if importlib.util.find_spec(module):
        importlib.import_module(module)
    for text, recognise in _KNOWN.get(number, []):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if recognise(result, args, kwargs):
                    return text
        except Exception:  # a mistake that does not apply to these arguments explains nothing
            continue
    return ""


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
    return a.dtype.kind == b.dtype.kind and np.allclose(a, b, rtol=1e-5, atol=1e-9, equal_nan=True)


def plain(value: Any) -> np.ndarray:
    """A NumPy array of whatever numbers ``value`` holds."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        value = value.dequantize() if value.is_quantized else value
        return value.cpu().numpy()
    return np.asarray(value)
