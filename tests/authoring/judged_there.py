"""Judge answers in this process, and as grading does: in one of their own, whose data the checks judge."""

import contextlib
import gc
import os
import pickle
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qcourse.authoring import executing
from qcourse.authoring.answers import Answer
from qcourse.authoring.executing import limit, refusal
from qcourse.authoring.judge import Judge
from qcourse.authoring.verdict import Refusal
from qcourse.course.cells import CHECK, HIDDEN
from qcourse.grading.trust import encode_torch  # noqa: F401 - here, not in each fork
from qcourse.grading.trust.decode_torch import NAMED  # noqa: F401
from qcourse.grading.trust.driver import Driver
from qcourse.grading.trust.graded_cells import CALL
from qcourse.grading.trust.line import Ended, Line
from qcourse.grading.trust.there import There

TRAINED = {"train_qat", "ptq_vs_qat"}  # answers to 9.3 and 9.6 train for seconds: they are judged here only
THERE = "-there"


class BothWays(Judge):
    """A `Judge` whose verdicts have a refusal more, with `THERE`, where the two ways differ."""

    def _in_turn(self, answers: Sequence[Answer], *others: Any) -> list[dict[str, Refusal]]:
        with self._place() as self._line:
            return super()._in_turn(answers, *others)

    def _failed(self, answer: Answer, *others: list[str]) -> dict[str, Refusal]:
        self._answer = answer
        return super()._failed(answer, *others)

    def _refusals(self, exercise: str) -> dict[str, Refusal]:
        here = super()._refusals(exercise)
        if exercise in TRAINED or exercise not in self._scope:
            return here
        there = {}
        with self._asked(exercise) as answers:
            for test, answer in answers.items():
                if found := refusal(self._cells[test], {"__name__": "__main__", exercise: answer}):
                    there[test] = found
        if _told(here) == _told(there):
            return here
        return here | {exercise + THERE: Refusal(f"here {_told(here)}, in a place {_told(there)}", 0)}

    @contextlib.contextmanager
    def _asked(self, exercise: str) -> Iterator[dict[str, There]]:
        """The answer to ``exercise`` for each of its tests, in the place, where the judged one is bound."""
        ours, theirs = socket.socketpair()
        socket.send_fds(self._line, [pickle.dumps((self._answer, exercise))], [theirs.fileno()])
        theirs.close()
        with ours:
            tests = [exercise + CHECK, exercise + HIDDEN]
            numbers = [found[1] if (found := CALL.search(self._cells[t].source)) else "" for t in tests]
            yield {t: There(Line(ours), i, numbers[i], exercise) for i, t in enumerate(tests)}

    @contextlib.contextmanager
    def _place(self) -> Iterator[socket.socket]:
        """A fork in which no answer has run, at the other end of the socket.

        No containment: the bank means no harm.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gc.freeze()  # a collection in the fork would copy all that is loaded
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                ours.close()
                self._serve(theirs)
            os._exit(0)
        theirs.close()
        try:
            yield ours
        finally:
            ours.close()
            os.waitpid(child, 0)

    def _serve(self, line: socket.socket) -> None:
        """Bind the answers that are named, one after the other, and answer calls to what a test names."""
        names = dict(self._scope)
        while True:
            request, (descriptor,), _, _ = socket.recv_fds(line, 2**20, 1)
            answer, exercise = pickle.loads(request)
            self._scope.clear()
            self._scope.update(names)
            limit(executing.SECONDS, executing.WALL_SECONDS)
            self._bind(answer)
            driver = Driver(self._scope)
            driver.keep(exercise)
            driver.keep(exercise)
            with contextlib.suppress(Ended):
                driver.serve(descriptor)
            limit(0, 0)


def _told(refusals: Mapping[str, Refusal]) -> dict[str, str]:
    """Of each refusal the line that refused, and the likely cause."""
    causes = {
        test: found.message.partition("likely cause:")[2].partition("\n")[0]
        for test, found in refusals.items()
    }
    return {test: f"line {refusals[test].line}{causes[test]}" for test in sorted(causes)}
