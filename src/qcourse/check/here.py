"""Call an answer in this process; where grading keeps answers in another one, its `Here` asks that one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from qcourse.check import calling, raised, switches, unchanged

Function = TypeVar("Function", bound=Callable[..., Any])


class Here:
    """An answer of this process.

    ``changed`` names the process-wide switches that the last call left changed. ``stale`` is whether it
    changed what an earlier call had returned, as far as `memory` cannot see that.
    """

    def __init__(self, number: str, answer: Any) -> None:
        self.number = number
        self.answer = answer
        self.name = getattr(answer, "__name__", type(answer).__name__)
        self.changed: set[str] = set()
        self.stale = False

    def begin(self) -> None:
        """A check begins: switches stand at their defaults, and random numbers start anew."""

    def copies(self, args: Sequence[Any]) -> list[Any]:
        """The arguments of the next call as they are before it."""
        return unchanged.copies(args)

    def call(self, function: Any, args: Any, kwargs: Mapping[str, Any], given: Mapping[str, object]) -> Any:
        """What ``function``, the answer or one that calls it, returns; the answer finds what is ``given``."""
        from qcourse.check import borrowing  # finished functions, which a contained place need not have

        with (
            calling.quiet(),
            borrowing.borrowing_refused(self.number, self.answer),
            calling.names_given(self.answer, given),
            switches.given_back() as self.changed,
        ):
            return function(*args, **kwargs)

    def callback(self, function: Function) -> Function:
        """``function``, which runs in the process of the check wherever it is called."""
        return function

    def students_line(self, error: BaseException) -> str:
        """The student's line that raised ``error``, or ""."""
        return raised.students_line(error, "qcourse.check.graded_cell")
