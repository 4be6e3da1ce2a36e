"""Checks for the graded cells: run the student's code, compare, and say what is wrong and why.

The names below are imported when they are asked for: a place where a student's code runs has `here`, and none
of the rest.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qcourse.check.assertions import Exercise
    from qcourse.check.failure import CheckFailed
    from qcourse.check.graded_cell import exercise

__all__ = ["CheckFailed", "Exercise", "exercise"]
_MODULES = {"CheckFailed": "failure", "Exercise": "assertions", "exercise": "graded_cell"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
