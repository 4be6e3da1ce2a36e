"""Whether an answer keeps something from one call to the next: a buffer, a cache, a counter."""

import copy
from typing import Any

import numpy as np

from qcourse.check import unchanged
from qcourse.check.kinds import is_plain, is_tensor
from qcourse.check.registry import Call

BUFFER = "a call has changed what an earlier one had returned."
WHY_BUFFER = "the result is a buffer that every call uses: make a new array in each call"
MEMORY = "the same call gives another result when it is made again."
WHY_AGAIN = (
    "what an earlier call returned is returned again, for other arguments: is something kept between calls, "
    "or are numbers of one example written into the code?"
)
WHY_MEMORY = "something is kept between calls: a global variable, a mutable default argument, a cache"


class Memory:
    """The first call to an answer that takes only numbers, and the last result that is only numbers."""

    def __init__(self) -> None:
        self.first: Call | None = None
        self.repeats = False  # whether the last result is one that came before, and not by chance
        self._last: tuple[Any, Any] = None, None
        self._before: tuple[Any, Any] | None = None  # the last result, and its arguments

    def keep(self, args: list[Any], kwargs: dict[str, Any], result: Any) -> None:
        """Keep a call with copies of its arguments; models and other objects may have a state."""
        if not is_plain(result):
            return
        kept = _copy(result)
        given = [args, kwargs]
        earlier = [self._before, self.first and (self.first.result, [self.first.args, self.first.kwargs])]
        self.repeats = _telling(kept) and any(
            one and unchanged.unchanged(kept, one[0]) and not unchanged.unchanged(given, one[1])
            for one in earlier
        )
        self._last, self._before = (result, kept), (kept, given)
        if self.first is None and is_plain([args, kwargs]):
            self.first = Call(kept, args, kwargs)

    @property
    def changed(self) -> bool:
        """Whether the last result is not what it was when it was returned."""
        return not unchanged.unchanged(*self._last)


def _telling(value: Any) -> bool:
    """Whether equal results hardly come by chance: numbers of some length, and not all the same."""
    if type(value) in (list, tuple):
        return any(map(_telling, value))
    if type(value) is dict:
        return any(map(_telling, value.values()))
    if isinstance(value, float):
        return value != round(value, 2)
    return isinstance(value, np.ndarray) and value.size > 1 and bool((value != value.flat[0]).any())


def _copy(value: Any) -> Any:
    """A copy, also of tensors with a graph, which deepcopy refuses."""
    if type(value) is dict:
        return {name: _copy(each) for name, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_copy, value))
    return value.detach().clone() if is_tensor(value) else copy.deepcopy(value)
