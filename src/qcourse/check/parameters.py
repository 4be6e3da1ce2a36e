"""The parameters of an answer or a function, by which a failed check names the arguments of a call."""

import inspect
from collections.abc import Callable
from typing import Any

from qcourse.check import solved


def parameters(what: str | Callable[..., Any]) -> list[str]:
    """The names of the parameters of an exercise's answer ("6.1"), or of a function, in their order.

    Those of an exercise are the course's answer's; where that is not there, and of what has none: empty.
    """
    if isinstance(what, str):
        names = [name for name, number in solved.exercises().items() if number == what]
        return parameters(solved.answer(names[0])) if names else []
    try:
        return [*inspect.signature(what).parameters]
    except (TypeError, ValueError):  # a builtin without a signature
        return []
