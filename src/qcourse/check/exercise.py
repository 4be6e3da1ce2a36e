"""One graded cell: calls to the student's answer, and what must be true of what comes back."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qcourse.check import borrowing, calling, unchanged
from qcourse.check.causes import registry as causes
from qcourse.check.failure import CheckFailed, short
from qcourse.check.picture import number_line


class Exercise:
    """The check of one exercise in one graded cell.

    ``number`` is "6.2", ``answer`` the student's function or class, ``returns`` the names of what it
    returns where that is a tuple, ``given`` correct versions of earlier exercises that the answer may
    use (or, in 06, their names), ``hidden`` whether messages must keep inputs to themselves.
    """

    def __init__(
        self,
        number: str,
        answer: Callable,
        *,
        returns: Sequence[str] = (),
        given: Mapping[str, object] | Sequence[str] = (),
        hidden: bool = False,
    ) -> None:
        self.number, self.answer, self.returns = number, answer, returns
        given = given or {}
        self.given = given if isinstance(given, Mapping) else borrowing.finished_copies(given)
        self.hidden = hidden
        self.case, self.input = "", ""
        calling.restore_names(sys._getframe(1).f_globals)
        self._last: tuple[Any, list, dict] | None = None  # what the last call returned, for the causes

    def call(
        self, *args: Any, case: str = "", function: Callable | None = None,
        may_change: Sequence[int] = (), **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Call the answer (or ``function``, one of its methods); return what it returns.

        Fails where it raises, where it changes an argument whose position is not in ``may_change``,
        or where it does not return what ``returns`` names. ``case`` describes the input in words.
        """
        target = function or self.answer
        before = unchanged.copies(args)
        words = [short(a, 60) for a in args] + [f"{k}={short(v, 40)}" for k, v in kwargs.items()]
        name = getattr(target, "__name__", type(target).__name__)
        self.case, self.input = case, f"{name}({', '.join(words)})"
        result = self._run(target, args, kwargs)
        self._last = (result, before, kwargs)
        for position in unchanged.changed_arguments(before, list(args)):
            if position not in may_change:
                kind = type(args[position]).__name__
                self._last = None  # what came back does not tell why the input changed
                self.fail(
                    "your code changed its input; the caller still needs it.",
                    changed=f"argument {position + 1} ({kind})",
                    likely_cause=unchanged.why_changed(before[position], args[position]),
                )
        if function is None and len(self.returns) > 1:
            self._check_returned(result)
        return result

    def equal(
        self, name: str, got: Any, want: Any, *, dtype: Any = None, rtol: float = 1e-6, atol: float = 0.0
    ) -> None:
        """``got`` must be ``want``: its kind, its shape, its dtype where named, its values."""
        self._same_kind(name, got, want, dtype)
        ours, theirs = causes.plain(want), causes.plain(got)
        if theirs.shape != ours.shape:
            self.fail(f"{name} has the wrong shape.", expected=f"shape {list(ours.shape)}",
                      got=f"shape {list(theirs.shape)}")  # fmt: skip
        if theirs.dtype.kind not in "biufc":
            self.fail(f"{name} does not hold numbers.", **self._both(want, got))
        if ours.dtype.kind != "b" and np.isnan(theirs).any() and not np.isnan(ours).any():
            self.fail(f"{name} holds NaN (not a number).", **self._both(want, got))
        wrong = ~np.isclose(theirs, ours, rtol=rtol, atol=atol, equal_nan=True)
        if wrong.any():
            self._differs(name, got, want, wrong)

    def codes(self, name: str, got: Any, exact: np.ndarray, low: int, high: int, slack: float = 1e-6) -> None:
        """``got`` must be int32 codes: ``exact`` (real-valued ``x / scale + zero``), rounded, in [low, high].

        At a tie both neighbours are right: NumPy rounds it to even, others round it up. ``slack`` is
        how far from a tie that still holds, in codes: float32 input cannot be placed more exactly.
        """
        self._same_kind(name, got, np.zeros(1, np.int32), np.int32)
        if got.shape != exact.shape:
            self.fail(f"{name} has the wrong shape.", expected=f"shape {list(exact.shape)}",
                      got=f"shape {list(got.shape)}")  # fmt: skip
        outside = (got < low) | (got > high)
        want = np.clip(np.round(exact), low, high).astype(np.int32)
        if outside.any():
            self.fail(f"{name} leaves the range of codes, {low} to {high}.",
                      **self._both(want[outside], got[outside]))  # fmt: skip
        wrong = np.abs(got - np.clip(exact, low, high)) > 0.5 + slack
        if wrong.any():
            self._differs(name, got, want, wrong)

    def true(self, condition: object, problem: str, **facts: Any) -> None:
        """``condition`` must hold; ``problem`` says in a sentence what is wrong where it does not."""
        if not bool(condition):
            self.fail(problem, **{k: v if isinstance(v, str) else short(v) for k, v in facts.items()})

    def raises(self, error: type[Exception], *args: Any, case: str, **kwargs: Any) -> None:
        """The answer must raise ``error`` for these arguments."""
        self.case, self.input = case, ", ".join(short(a, 60) for a in args)
        self._last = None
        with calling.quiet(), borrowing.borrowing_refused(self.number):
            try:
                result = self.answer(*unchanged.copies(args), **kwargs)
            except error:
                return
            except NotImplementedError as stub:
                problem, got = str(stub) or "not written yet", "NotImplementedError"
            except Exception as other:
                problem, got = f"{case} must raise {error.__name__}.", f"{type(other).__name__}: {other}"
            else:
                problem, got = f"{case} must raise {error.__name__}.", f"{short(result)}"
                self._last = (None, [], {})  # what came tells nothing: the guard is missing
        self.fail(problem, expected=error.__name__, got=got)

    def passed(self) -> None:
        """Say that this cell's check is passed, in one line."""
        kind = "hidden tests" if self.hidden else "visible check"
        print(f"✓ Exercise {self.number}: {kind} passed.")

    def fail(self, problem: str, *, picture: str = "", **facts: str) -> None:
        """Raise `CheckFailed` with the input, the facts, the likely cause and where to read."""
        told = {"case": self.case} if self.case else {}
        if not self.hidden and self.input:
            told["input"] = self.input
        told |= {name.replace("_", " "): value for name, value in facts.items() if value}
        own = "likely cause" in told  # the test's own cause is nearer to what it saw
        if not own and self._last and (cause := causes.likely_cause(self.number, *self._last)):
            told["likely cause"] = cause
        told["read"] = f"exercise {self.number}: the formula above the cell, and its hint"
        failure = CheckFailed(self.number, problem, told, picture)
        failure.display()
        raise failure from None

    def _run(self, target: Callable, args: tuple, kwargs: dict) -> Any:
        self._last = None
        try:
            borrowing.refuse_copied_code(self.number, target)
            with (
                calling.quiet(),
                borrowing.borrowing_refused(self.number),
                calling.names_given(target, self.given),
            ):
                return target(*args, **kwargs)
        except borrowing.Borrowed:
            problem, line = "the answer calls qcourse's finished function; write it yourself.", ""
        except (Exception, SystemExit) as error:
            problem, line = f"your code raised {calling.first_line(error)}", calling.students_line(error)
            if isinstance(error, NotImplementedError) and "Could not run" not in str(error):  # torch's own
                problem, line = (
                    f"not written yet: {str(error).removeprefix(f'Exercise {self.number}: ')}.",
                    "",
                )
        self.fail(problem, where=line)

    def _check_returned(self, result: Any) -> None:
        wanted = ", ".join(self.returns)
        if not isinstance(result, tuple | list) or len(result) != len(self.returns):
            got = "None: is a return missing?" if result is None else short(result)
            self.fail(f"return {len(self.returns)} values, ({wanted}).", expected=f"({wanted})", got=got)

    def _same_kind(self, name: str, got: Any, want: Any, dtype: Any) -> None:
        if got is None:
            self.fail(f"{name} is None: is a return missing?", expected=short(want), got="None")
        if isinstance(want, bool | str):
            right = type(got) is type(want)
        elif isinstance(want, int | np.integer):
            right = isinstance(got, int | np.integer) and not isinstance(got, bool)
        elif isinstance(want, float | np.floating):
            right = isinstance(got, float | np.floating)
        else:
            right = type(got) is type(want)
        if not right:
            self.fail(f"{name} has the wrong type.", expected=type(want).__name__, got=type(got).__name__)
        if dtype is not None and got.dtype != dtype:
            expected = dtype.__name__ if isinstance(dtype, type) else str(dtype)
            self.fail(f"{name} has the wrong dtype.", expected=expected, got=str(got.dtype))

    def _differs(self, name: str, got: Any, want: Any, wrong: np.ndarray) -> None:
        if wrong.ndim == 0:
            self.fail(f"{name} is wrong.", **self._both(want, got))
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        ours, theirs = causes.plain(want)[where], causes.plain(got)[where]
        first = f"element {list(where)}: expected {ours:.6g}, got {theirs:.6g}"
        facts = {} if self.hidden else self._both(want, got)
        picture = "" if self.hidden else number_line(causes.plain(want), causes.plain(got))
        problem = f"{name} is wrong in {wrong.sum()} of {wrong.size} elements."
        self.fail(problem, picture=picture, first=first, **facts)

    def _both(self, want: Any, got: Any) -> dict[str, str]:
        return {"expected": short(want), "got": short(got)}
