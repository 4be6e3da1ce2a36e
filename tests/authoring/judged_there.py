"""Judge answers in this process, and as grading does: in one of their own, whose data the checks judge."""

import contextlib
import gc
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qcourse.authoring import executing
from qcourse.authoring.executing import limit, refusal
from qcourse.authoring.judge import Judge
from qcourse.authoring.verdict import Refusal
from qcourse.course.cells import CHECK, HIDDEN
from qcourse.grading.trust import encode_torch  # noqa: F401 - here, not in each fork
from qcourse.grading.trust.decode_torch import NAMED  # noqa: F401
from qcourse.grading.trust.driver import Driver
from qcourse.grading.trust.graded_cells import CALL
from qcourse.grading.trust.line import Line
from qcourse.grading.trust.there import There

TRAINED = {"train_qat", "ptq_vs_qat"}  # answers to 9.3 and 9.6 train for seconds: they are judged here only
THERE = "-there"


class BothWays(Judge):
    """A `Judge` whose verdicts have a refusal more, with `THERE`, where the two ways differ."""

    def _refusals(self, exercise: str) -> dict[str, Refusal]:
        tests = [exercise + CHECK, exercise + HIDDEN]
        with _place(self._scope, exercise, [self._cells[test].source for test in tests]) as answers:
            here = super()._refusals(exercise)
            if exercise in TRAINED or exercise not in self._scope:
                return here
            names = [{"__name__": "__main__", exercise: answer} for answer in answers]
            there = {test: found for test, n in zip(tests, names) if (found := refusal(self._cells[test], n))}
        if _told(here) == _told(there):
            return here
        return here | {exercise + THERE: Refusal(f"here {_told(here)}, in a place {_told(there)}", 0)}


@contextlib.contextmanager
def _place(scope: dict[str, Any], answer: str, tests: Sequence[str]) -> Iterator[list[There]]:
    """The ``answer`` for each of ``tests``, in a fork; no containment: the bank means no harm."""
    ours, theirs = socket.socketpair()
    gc.freeze()  # a collection in the fork would copy all that is loaded
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            ours.close()
            limit(executing.SECONDS, executing.WALL_SECONDS)
            driver = Driver(scope)
            for _ in tests:
                driver.keep(answer)
            driver.serve(theirs.detach())
        os._exit(0)
    theirs.close()
    numbers = [found[1] if (found := CALL.search(test)) else "" for test in tests]
    try:
        yield [There(Line(ours), index, number, answer) for index, number in enumerate(numbers)]
    finally:
        ours.close()
        os.waitpid(child, 0)


def _told(refusals: Mapping[str, Refusal]) -> dict[str, str]:
    """Of each refusal the line that refused, and the likely cause."""
    causes = {
        test: found.message.partition("likely cause:")[2].partition("\n")[0]
        for test, found in refusals.items()
    }
    return {test: f"line {refusals[test].line}{causes[test]}" for test in sorted(causes)}
