"""A warm process that forks contained kernels: ``python -m qcourse.grading.kernels.forkserver FD``.

Importing torch and loading the data takes seconds; forking a process that has done so takes milliseconds.
The warm process runs nothing but this package, holds no secret, and has one thread, so that it can fork.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qcourse
from qcourse.errors import UserError
from qcourse.files import cache_folder
from qcourse.grading.kernels.preload import CACHES
from qcourse.grading.place.limits import Limits

# What only the warm process needs is imported there: the sooner it starts, the sooner it is warm.
if TYPE_CHECKING:
    from qcourse.grading.trust.referee import Referee

READY = b"ready"
MOST_SAID = 2000  # bytes of what it wrote to stderr that are shown
KEPT = ["HOME", "PATH", "QCOURSE_CACHE", "QCOURSE_DATA", "QCOURSE_SOURCE"]
GIVEN = {
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    # What ipykernel sets before a fresh kernel imports matplotlib, which is imported here already.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "QCOURSE_OFFLINE": "1",
    "USER": "student",
    "NBGRADER_EXECUTION": "autograde",
}


class Forkserver:
    """The caller's end: starts the warm process, has it import libraries, and asks it for kernels."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        if (folder := Path(qcourse.__file__).parents[1]).name != "site-packages":
            environment["PYTHONPATH"] = str(folder)  # a copy that is on this process's path, not installed
        environment |= GIVEN | {name: str(cache_folder() / name.lower()) for name in CACHES}
        self._socket = ours
        self._has: set[str] = set()
        self._ready: list[int] = []  # a pipe for each import that was asked for
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - until `close`
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env=environment, cwd="/", stdin=subprocess.DEVNULL,
            stderr=self._stderr,
        )  # fmt: skip
        theirs.close()
        atexit.register(self.close)

    def begin(self, parts: Set[str]) -> None:
        """Have it import some of `preload.PARTS`, if it has not; do not wait."""
        if parts <= self._has:
            return
        ready, writes = os.pipe()
        with contextlib.suppress(OSError):  # it has ended: `warm` says so
            socket.send_fds(self._socket, [json.dumps({"parts": sorted(parts)}).encode()], [writes])
        os.close(writes)
        self._has |= parts
        self._ready.append(ready)

    def warm(self, parts: Set[str]) -> None:
        """Have it import some of `preload.PARTS`, and wait until it has, in each fork of this process, too.

        Raises:
            UserError: it has ended meanwhile.
        """
        self.begin(parts)
        while self._ready:
            poll = select.poll()
            poll.register(self._ready[0], select.POLLIN)
            ((_, found),) = poll.poll()  # what is in the pipe stays there, for the forks
            if not found & select.POLLIN:
                self._process.wait()
                raise UserError(f"the warm process ended while it started{self.said}")
            os.close(self._ready.pop(0))

    @property
    def said(self) -> str:
        """What it and its forks have written to stderr, the last of it, after a colon; "." where nothing."""
        size = os.fstat(self._stderr.fileno()).st_size
        written = os.pread(self._stderr.fileno(), MOST_SAID, max(0, size - MOST_SAID))
        return f":\n{written.decode(errors='replace').strip()}" if written.strip() else "."

    @property
    def alive(self) -> bool:
        """Whether the warm process runs; it may be the child of another process, of which this is a fork."""
        poll = select.poll()
        poll.register(self._socket, select.POLLHUP)
        return not poll.poll(0)

    def close(self) -> None:
        """End the warm process, and with it the kernels that it has forked."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._stderr.close()
        while self._ready:
            os.close(self._ready.pop())
        atexit.unregister(self.close)

    def fork(
        self, connection: dict[str, Any], home: str, limits: Limits, line: socket.socket, pidfd: int | None
    ) -> int:
        """Start a kernel in ``home``, in the place of ``pidfd``; return a pipe that ends with the kernel.

        Its driver answers the calls that come over ``line``.
        """
        ends, held = os.pipe()
        request = json.dumps({"connection": connection, "home": home, "limits": limits})
        handed = [held, line.fileno()] + ([] if pidfd is None else [pidfd])
        try:
            socket.send_fds(self._socket, [request.encode()], handed)
        finally:
            os.close(held)
        return ends

    def referee(self) -> "Referee":
        """A new trusted process, a fork of the warm one."""
        from qcourse.grading.trust.referee import Referee

        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._socket, [b"{}"], [theirs.fileno()])
        return Referee(ours)


def serve(fd: int) -> None:
    """Import what is asked for, and fork a kernel for each request, until the caller is gone."""
    from qcourse.grading.kernels.forked_kernel import start
    from qcourse.grading.kernels.huge_pages import MANY, use_huge_pages
    from qcourse.grading.kernels.preload import warm

    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # where a worker has started it
    with socket.socket(fileno=fd) as caller:
        forks = 0
        while True:
            content, handed, _, _ = socket.recv_fds(caller, 2**16, 3)
            if not content:
                return
            request = json.loads(content)
            if "parts" in request:
                warm(request["parts"])
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
                with contextlib.suppress(BrokenPipeError):  # the caller is gone
                    os.write(handed[0], READY)
            else:
                if forks == MANY:
                    use_huge_pages()
                forks += 1
                if os.fork() == 0:
                    caller.close()
                    start(request, handed)
            for descriptor in handed:
                os.close(descriptor)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
