"""``checked.clamp``: the student's own ``clamp`` once its check has passed, until then the course's.

The lessons' cells that show something call answers in this way, so that nobody who is stuck in one exercise
loses the pictures of the next. A line below the cell says what is the course's. In a place where a submission
is graded the course's answers are missing: everything is the student's there. No answer may use it, whether
the course's answers are there or not (`qcourse.check.borrowing`).
"""

import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from qcourse.check import solved
from qcourse.jupyter import in_notebook

_used: dict[str, str] = {}  # by the name of an answer, the exercise for whose sake this cell has the course's


def __getattr__(name: str) -> Any:
    known = solved.exercises()
    scope = sys._getframe(1).f_globals
    if not known and not name.startswith("_"):
        return solved.Missing(name, scope)
    if name not in known:
        raise AttributeError(f"no exercise asks for {name!r}")
    waiting = next(_open(name, scope, known, set()), "")
    if not waiting:
        return scope[name]
    _tell(name, waiting)
    return solved.answer(name)


def _open(name: str, scope: dict[str, Any], known: dict[str, str], seen: set[str]) -> Iterator[str]:
    """The exercises, among that of ``name`` and those that its answer calls, that have not passed."""
    seen.add(name)
    mine = scope.get(name)
    imported = str(getattr(mine, "__module__", "")).startswith("qcourse.")  # a finished function of 06, in 07
    if name in known and not imported and not solved.has_passed(known[name], mine):
        yield known[name]
    methods = list(vars(mine).values()) if isinstance(mine, type) else [mine]
    for method in methods:
        if isinstance(method, FunctionType) and method.__globals__ is scope:
            for called in (_names(method.__code__) & scope.keys()) - seen:  # x.clamp is not 6.1's
                yield from _open(called, scope, known, seen)


def _names(code: CodeType) -> set[str]:
    inner = [_names(c) for c in code.co_consts if isinstance(c, CodeType)]
    return {*code.co_names}.union(*inner)


def _tell(name: str, number: str) -> None:
    """Say below the cell, in one line, what of it is the course's."""
    first = not _used
    _used[name] = number
    if not in_notebook():
        _say()
    elif first:
        from IPython import get_ipython

        events: Any = get_ipython().events

        def say(*_: object) -> None:
            events.unregister("post_run_cell", say)
            _say()

        events.register("post_run_cell", say)


def _say() -> None:
    numbers = sorted(set(_used.values()))
    open_ones = (
        f"Exercises {', '.join(numbers)} have not passed their checks"
        if len(numbers) > 1
        else f"Exercise {numbers[0]} has not passed its check"
    )
    print(f"{open_ones} yet, so this cell used the course's {', '.join(_used)}.")
    _used.clear()
