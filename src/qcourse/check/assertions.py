"""One graded cell: calls to the student's answer, and what must be true of the results."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from qcourse.check import borrowing, calling, comparing, memory, raised, references, seeds, shown, unchanged
from qcourse.check import registry as causes
from qcourse.check.failure import CheckFailed
from qcourse.check.here import Here
from qcourse.check.parameters import parameters


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
        self._place = answer if isinstance(answer, Here) else Here(number, answer)
        self.answer = answer
        self.returns = returns
        if not isinstance(given, Mapping):
            given = {n: self.callback(f) for n, f in borrowing.finished_copies(given).items()}
        self.given = given
        self.hidden = hidden
        # Text that an answer makes could tell what it has seen.
        self._short = shown.numbers if hidden else shown.short
        self.case = ""
        self._show_input: Callable[[], str] = str
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
        before = self._place.copies(args)
        self.case = case
        names: Sequence[str] = ()
        if not self.hidden:  # only who fails is shown it, and to look through arrays takes time
            name = self._place.name if target is self.answer else ""
            names = parameters(self.number if name else target)
            options = dict(zip(kwargs, unchanged.copies([*kwargs.values()]), strict=True))
            self._show_input = partial(shown.call, name, names, before, options)
        result = self._run(target, args, kwargs)
        self._last = causes.Call(result, before, kwargs)
        for position in unchanged.changed_arguments(before, list(args)):
            if position not in may_change:
                kind = type(args[position]).__name__
                argument = names[position] if position < len(names) else f"argument {position + 1}"
                self._last = None  # the result does not tell why the input changed
                self.fail(
                    "your code changed its input; the caller still needs it.",
                    changed=f"{argument} ({kind})",
                    likely_cause=unchanged.why_changed(before[position], args[position]),
                )
        if function is None and len(self.returns) > 1:
            self._fail_for(comparing.not_values(result, self.returns, self._short))
        if function is None:
            self._check_memory(before, kwargs, result)
        return result

    @property
    def changed(self) -> set[str]:
        """The process-wide switches that the last call left changed."""
        return self._place.changed

    def callback(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function`` for an answer or a model to call: it runs here, wherever the answer runs."""
        return self._place.callback(function)

    def seed(self, name: int) -> int:
        """The seed that this course has for ``name``: inputs of hidden tests vary from course to course."""
        return seeds.seed(self.number, name) if self.hidden else name

    def once(self, function: Callable[..., Any], *args: Any) -> Any:
        """``function(*args)``, a reference that no answer changes: computed once for a class."""
        return references.once(function, *args)

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
            self.fail(problem, **{k: v if type(v) is str else self._short(v) for k, v in facts.items()})

    verified = true  # for what only an answer that deceives a test can break: the cheat bank holds these

    def raises(self, error: type[Exception], *args: Any, case: str, **kwargs: Any) -> None:
        """The answer must raise ``error`` for these arguments."""
        self.case = case
        names = parameters(self.number)
        self._show_input = str if self.hidden else partial(shown.call, self._place.name, names, args, kwargs)
        self._last = None
        problem = f"{case} must raise {error.__name__}."
        try:
            result = self._place.call(self.answer, unchanged.copies(args), kwargs, {})
        except error:
            return
        except Exception as other:
            got = type(other).__name__ if self.hidden else raised.first_line(other)
            if calling.is_stub(other):
                raised.problem(other, self.number, self.hidden)  # raises: not written yet
        else:
            got = self._short(result)
        self._last = causes.Call(None, [], {})  # the result tells nothing: the guard is missing
        self.fail(problem, expected=error.__name__, got=got)

    def again(self) -> None:
        """Make the first call once more: it must return the same, if it returned numbers."""
        self._place.begin()
        if first := self._memory.first:
            self.case, self._show_input = "the first call of this cell, made again", str
            result = self._run(self.answer, tuple(unchanged.copies(first.args)), first.kwargs)
            same = unchanged.unchanged(first.result, result) or causes.same(first.result, result)
            self.true(same, memory.MEMORY, likely_cause=memory.WHY_MEMORY)

    def passed(self, when_graded: str = "") -> None:
        """Print that this cell's check is passed, and which rules only hidden tests try."""
        rest = f" Tested only when graded: {when_graded}." if when_graded else ""
        with contextlib.suppress(ValueError):  # a student may have closed stdout
            what = "hidden tests" if self.hidden else "visible check"
            print(f"✓ Exercise {self.number}: {what} passed.{rest}")

    def fail(self, problem: str, *, picture: str = "", otherwise: str = "", **facts: str) -> NoReturn:
        """Raise `CheckFailed` with the input, the facts and the likely cause.

        The cause is the first of: the test's own, a known mistake of the exercise, ``otherwise``.
        """
        told = {"case": self.case} if self.case else {}
        told |= {"input": shown_input} if (shown_input := self._show_input()) else {}
        told |= {name.replace("_", " "): value for name, value in facts.items() if value}
        if "likely cause" not in told:  # the test's own cause is nearer to what it saw
            cause = causes.causes_of(self.number).likely(self._last) if self._last else ""
            told |= {"likely cause": found} if (found := cause or otherwise) else {}
        failure = CheckFailed(self.number, problem, told, picture)
        failure.display()
        raise failure from None

    def _fail_for(self, found: comparing.Difference | None) -> None:
        if found:
            picture, values = ("", {}) if self.hidden else (found.picture, found.values)
            cause = found.cause or (memory.WHY_AGAIN if self._memory.repeats else "")
            causes = {"likely_cause" if found.sure else "otherwise": cause}
            self.fail(found.problem, picture=picture, **causes, **found.facts, **values)

    def _run(self, target: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What ``target`` returns; fails where it raises, or borrows."""
        self._last = None
        try:
            return self._place.call(target, args, kwargs, self.given)
        except (Exception, SystemExit) as error:
            self._last = causes.Call(error, [*args], kwargs)
            problem, cause = raised.problem(error, self.number, self.hidden), raised.why(error)
            line = "" if self.hidden else self._place.students_line(error)
        self.fail(problem, where=line, otherwise=cause)

    def _check_memory(self, args: list[Any], kwargs: dict[str, Any], result: Any) -> None:
        changed = self._memory.changed or self._place.stale
        self.true(not changed, memory.BUFFER, likely_cause=memory.WHY_BUFFER)
        self._memory.keep(args, kwargs, result)
