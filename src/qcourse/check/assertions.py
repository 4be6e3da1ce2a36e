"""One graded cell: calls to the student's answer, and what must be true of the results."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from qcourse.check import borrowing, calling, comparing, memory, switches, unchanged
from qcourse.check.causes import registry as causes
from qcourse.check.failure import CheckFailed, short


class Exercise:
    """The check of one exercise in one graded cell.

    number: "6.2".
    answer: the student's function or class.
    returns: the names of the values that it returns, if it returns a tuple.
    given: correct versions of earlier exercises that the answer may use, by name; in 06, their names.
    hidden: whether messages must not reveal inputs.
    """

    def __init__(
        self,
        number: str,
        answer: Callable[..., Any],
        *,
        returns: Sequence[str] = (),
        given: Mapping[str, object] | Sequence[str] = (),
        hidden: bool = False,
    ) -> None:
        self.number = number
        self.answer = answer
        self.returns = returns
        self.given = given if isinstance(given, Mapping) else borrowing.finished_copies(given)
        self.hidden = hidden
        self.case = ""
        self.input = ""
        self.changed: set[str] = set()  # the process-wide switches that the last call left changed
        self._last: causes.Call | None = None
        self._memory = memory.Memory()

    def call(
        self, *args: Any, case: str = "", function: Callable[..., Any] | None = None,
        may_change: Sequence[int] = (), **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Call the answer (or ``function``, one of its methods) and return its result.

        Fails if the answer raises, if it changes an argument whose position is not in ``may_change``,
        or if it does not return as many values as ``returns`` names. ``case`` describes the input in words.
        """
        target = function or self.answer
        before = unchanged.copies(args)
        words = [short(a, 60) for a in args] + [f"{k}={short(v, 40)}" for k, v in kwargs.items()]
        name = getattr(target, "__name__", type(target).__name__)
        self.case = case
        self.input = f"{name}({', '.join(words)})"
        result = self._run(target, args, kwargs)
        self._last = causes.Call(result, before, kwargs)
        for position in unchanged.changed_arguments(before, list(args)):
            if position not in may_change:
                kind = type(args[position]).__name__
                self._last = None  # the result does not tell why the input changed
                self.fail(
                    "your code changed its input; the caller still needs it.",
                    changed=f"argument {position + 1} ({kind})",
                    likely_cause=unchanged.why_changed(before[position], args[position]),
                )
        if function is None and len(self.returns) > 1:
            self._check_returned(result)
        if function is None:
            self._check_memory(before, kwargs, result)
        return result

    def equal(
        self, name: str, got: Any, want: Any, *, dtype: Any = None, rtol: float = 1e-6, atol: float = 0.0
    ) -> None:
        """``got`` must be ``want``: its kind, its shape, its dtype where one is given, its values."""
        self._fail_for(comparing.not_equal(name, got, want, dtype, rtol, atol))

    def codes(self, name: str, got: Any, exact: np.ndarray, low: int, high: int, slack: float = 1e-6) -> None:
        """``got`` must be int32 codes: ``exact`` (real-valued ``x / scale + zero``), rounded, in [low, high].

        At a tie both neighbours are right: NumPy rounds it to even, others round it up. ``slack`` is
        how far from a tie that still holds, in codes: float32 input cannot be placed more exactly.
        """
        self._fail_for(comparing.not_codes(name, got, exact, low, high, slack))

    def true(self, condition: object, problem: str, **facts: Any) -> None:
        """``condition`` must hold; ``problem`` is a sentence that says what is wrong if it does not."""
        if not bool(condition):
            self.fail(problem, **{k: v if isinstance(v, str) else short(v) for k, v in facts.items()})

    def raises(self, error: type[Exception], *args: Any, case: str, **kwargs: Any) -> None:
        """The answer must raise ``error`` for these arguments."""
        self.case = case
        self.input = ", ".join(short(a, 60) for a in args)
        self._last = None
        with calling.quiet(), borrowing.borrowing_refused(self.number), switches.given_back():
            try:
                result = self.answer(*unchanged.copies(args), **kwargs)
            except error:
                return
            except Exception as other:
                problem, got = f"{case} must raise {error.__name__}.", f"{type(other).__name__}: {other}"
                if calling.is_stub(other):
                    problem, got = str(other), "NotImplementedError"
            else:
                problem, got = f"{case} must raise {error.__name__}.", short(result)
                self._last = causes.Call(None, [], {})  # the result tells nothing: the guard is missing
        self.fail(problem, expected=error.__name__, got=got)

    def again(self) -> None:
        """Make the first call once more: it must return the same, if it returned numbers."""
        if first := self._memory.first:
            self.case, self.input = "the first call of this cell, made again", ""
            result = self._run(self.answer, tuple(unchanged.copies(first.args)), first.kwargs)
            same = unchanged.unchanged(first.result, result) or causes.same(first.result, result)
            self.true(same, memory.MEMORY, likely_cause=memory.WHY_MEMORY)

    def passed(self) -> None:
        """Print one line: this cell's check is passed."""
        kind = "hidden tests" if self.hidden else "visible check"
        with contextlib.suppress(ValueError):  # a student may have closed stdout
            print(f"✓ Exercise {self.number}: {kind} passed.")

    def fail(self, problem: str, *, picture: str = "", **facts: str) -> NoReturn:
        """Raise `CheckFailed` with the input, the facts, the likely cause and where to read."""
        told = {"case": self.case} if self.case else {}
        if not self.hidden and self.input:
            told["input"] = self.input
        told |= {name.replace("_", " "): value for name, value in facts.items() if value}
        own = "likely cause" in told  # the test's own cause is nearer to what it saw
        if not own and self._last and (cause := causes.causes_of(self.number).likely(self._last)):
            told["likely cause"] = cause
        told["read"] = f"exercise {self.number}: the formula above the cell, and its hint"
        failure = CheckFailed(self.number, problem, told, picture)
        failure.display()
        raise failure from None

    def _fail_for(self, found: comparing.Difference | None) -> None:
        if found and self.hidden:
            self.fail(found.problem, **found.facts)
        if found:
            self.fail(found.problem, picture=found.picture, **found.facts, **found.values)

    def _run(self, target: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What ``target`` returns; fails where it raises, or borrows."""
        self._last = None
        try:
            borrowing.refuse_copied_code(self.number, target)
            with (
                calling.quiet(),
                borrowing.borrowing_refused(self.number),
                calling.names_given(target, self.given),
                switches.given_back() as self.changed,
            ):
                return target(*args, **kwargs)
        except (Exception, SystemExit) as error:
            problem, line = self._problem(error)
            cause = calling.why_raised(error)
        self.fail(problem, where=line, likely_cause=cause)

    def _problem(self, error: BaseException) -> tuple[str, str]:
        """What an exception says of the answer, and the student's line that raised it, if that helps."""
        if isinstance(error, borrowing.Borrowed):
            return "the answer calls qcourse's finished function; write it yourself.", ""
        if calling.is_stub(error):
            return f"not written yet: {str(error).removeprefix(f'Exercise {self.number}: ')}.", ""
        return f"your code raised {calling.first_line(error)}", calling.students_line(error)

    def _check_memory(self, args: list[Any], kwargs: dict[str, Any], result: Any) -> None:
        self.true(not self._memory.changed, memory.BUFFER, likely_cause=memory.WHY_BUFFER)
        self._memory.keep(args, kwargs, result)

    def _check_returned(self, result: Any) -> None:
        if isinstance(result, tuple | list) and len(result) == len(self.returns):
            return
        wanted = ", ".join(self.returns)
        got = "None: is a return missing?" if result is None else short(result)
        self.fail(f"return {len(self.returns)} values, ({wanted}).", expected=f"({wanted})", got=got)
