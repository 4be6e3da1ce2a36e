"""The trusted process: it runs graded cells, and asks the place for what answers give.

A fork of the warm process, as kernels are, so that torch is imported once for both. It knows hidden tests,
references, likely causes and the secret of the course, and never runs a student's code.
"""

import atexit
import contextlib
import io
import json
import signal
import socket
import threading
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import cloudpickle

from qcourse.grading.trust.line import Ended, Line

SECONDS = 120  # of the processor for a graded cell, on this side; the longest of the course takes 3
MEMORY = 2 * 2**30  # bytes of this process, beside what it starts with
Outputs = list[dict[str, Any]]


class TooLong(BaseException):
    """A graded cell took too long on this side; no check catches it."""


class Referee:
    """The worker's end of a trusted process."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        atexit.register(self.close)
        self._lock = threading.Lock()

    def judge(self, place: socket.socket, request: dict[str, Any]) -> Outputs | None:
        """The outputs of a graded cell; None where the place ended meanwhile.

        ``request`` has the cell's ``source``, the ``answer`` that it names and the ``index`` of it in the
        place, the ``number`` of the exercise, and the ``secret`` of the course.

        Raises:
            Ended: the trusted process is gone.
        """
        line = Line(self._socket)
        with self._lock:
            try:
                socket.send_fds(self._socket, [b"."], [place.fileno()])
            except OSError as error:
                raise Ended from error
            line.send(json.dumps(request).encode())
            reply: Outputs | None = json.loads(line.receive())
            return reply

    def close(self) -> None:
        """End the trusted process."""
        self._socket.close()
        atexit.unregister(self.close)


def serve(end: socket.socket) -> None:
    """In a fork of the warm process: judge until the worker is gone."""
    signal.signal(signal.SIGPROF, _too_long)
    _limit_memory()
    # The place is a fork of the same process: what a function of a check uses is imported there. To look
    # through thousands of modules for each function took a fifth of a referee's time in 09.
    cloudpickle.cloudpickle._find_imported_submodules = lambda code, dependencies: []
    line = Line(end)
    with contextlib.suppress(Ended):
        while True:
            asked, handed, _, _ = socket.recv_fds(end, 1, 1)
            if not asked:
                return
            request = json.loads(line.receive())
            with socket.socket(fileno=handed[0]) as place:
                line.send(json.dumps(_judge(Line(place), request)).encode())


def _limit_memory() -> None:
    """What a check makes of the data of a place must not take the machine's memory."""
    import resource  # which Windows lacks

    status = Path("/proc/self/status").read_text(encoding="utf-8")
    most = 1024 * int(status.split("VmData:")[1].split()[0]) + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _judge(place: Line, request: dict[str, Any]) -> Outputs | None:
    from qcourse.check import seeds
    from qcourse.check.failure import CheckFailed
    from qcourse.grading.trust.there import There

    seeds.set_secret(bytes.fromhex(request["secret"]))
    answer = There(place, request["index"], request["number"], request["answer"])
    said = io.StringIO()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            exec(_compiled(request["source"]), {request["answer"]: answer})
    except Ended:
        return None
    except CheckFailed as failure:
        return failure.outputs()
    except (Exception, TooLong) as error:  # of the check, which met data that it was not made for
        text = f"the check could not make sense of what the answer gave ({type(error).__name__})."
        return [{"output_type": "error", "ename": "CheckFailed", "evalue": text, "traceback": [text]}]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return [{"output_type": "stream", "name": "stdout", "text": said.getvalue()}]


@lru_cache(maxsize=100)
def _compiled(source: str) -> CodeType:
    return compile(source, "<graded cell>", "exec")


def _too_long(*_: object) -> None:
    raise TooLong
