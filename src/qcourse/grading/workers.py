"""The processes of this machine that grade a class: forks of this one, which need no start of their own.

They share what is imported here, and one warm process, which forks the kernels of all.
"""

import contextlib
import contextvars
import ctypes
import gc
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, NamedTuple, Protocol

from qcourse.grading.submission import Submission

PR_SET_PDEATHSIG = 1
Task = Callable[..., dict[str, Any]]


class Failed(Exception):
    """The task of ``submission`` has brought no result; ``deaths`` workers have died with it."""

    def __init__(self, submission: Submission, why: str = "", deaths: int = 0) -> None:
        super().__init__(why)
        self.submission, self.deaths = submission, deaths


class Workers(Protocol):
    """Whoever grades: there are never more submissions at work than workers, so a death can be blamed."""

    def has_room(self) -> bool:
        """Whether another submission can be at work."""

    def start(self, task: Task, submission: Submission, *args: Any, **kwargs: Any) -> None:
        """Have ``task`` run for ``submission``."""

    def next_result(self) -> tuple[Submission, dict[str, Any]]:
        """Wait for a task that is at work.

        Raises:
            Failed: it has brought none.
        """


class _Worker(NamedTuple):
    process: ForkProcess
    line: Connection


class LocalWorkers:
    """At most ``count`` of them, 0 means one per core; each is forked when it is needed.

    ``ready`` waits for what they need beside this process: they can read submissions meanwhile.
    """

    def __init__(self, count: int = 0, ready: Callable[[], object] = bool) -> None:
        self._count, self._ready = count, ready
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Submission] = {}

    def has_room(self) -> bool:
        """Whether one of them has nothing to do."""
        return not self._busy or len(self._busy) < (self._count or _cores())

    def start(self, task: Task, submission: Submission, *args: Any, **kwargs: Any) -> None:
        """Hand it to one that has nothing to do."""
        with _uninterrupted():
            worker = self._idle.pop() if self._idle else _fork()
            self._busy[worker] = submission
        with contextlib.suppress(OSError):  # it has died: `next_result` sees that
            worker.line.send((task, args, kwargs))

    def next_result(self) -> tuple[Submission, dict[str, Any]]:
        """As in `Workers`."""
        self._ready()
        ready = wait([worker.line for worker in self._busy])
        worker = next(worker for worker in self._busy if worker.line in ready)
        submission = self._busy.pop(worker)
        try:
            result, why = worker.line.recv()
        except (EOFError, OSError):
            _end(worker)
            raise Failed(submission, deaths=1) from None
        self._idle.append(worker)
        if result is None:
            raise Failed(submission, why)
        return submission, result

    def close(self) -> None:
        """End them all, at work or not."""
        for worker in (*self._idle, *self._busy):
            _end(worker)


def _cores() -> int:
    from dask.system import (
        CPU_COUNT,
    )  # it knows what a container may use; one submission needs no second core

    return CPU_COUNT


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Inside, an interrupt waits: Python drops one that comes to a function that is called at each fork."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _fork() -> _Worker:
    ours, theirs = get_context("fork").Pipe()
    gc.freeze()  # otherwise a collection there touches every object, and so copies the memory
    process = get_context("fork").Process(target=_work, args=(theirs, os.getpid()), daemon=True)
    process.start()
    gc.unfreeze()
    theirs.close()
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    worker.line.close()
    worker.process.kill()
    worker.process.join()


def _work(line: Connection, parent: int) -> None:
    """In a worker: do what comes, until this process is ended; it does not outlive the one that grades.

    Interrupts stay blocked in it: the one that grades ends it. (To ignore them would not last: nbclient
    handles them while a notebook runs.)
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return
    contextvars.Context().run(_serve, line)  # Jupyter keeps an event loop in the context: it is the parent's


def _serve(line: Connection) -> None:
    while True:
        task, args, kwargs = line.recv()
        try:
            line.send((task(*args, **kwargs), ""))
        except Exception as error:  # of the grader itself
            line.send((None, f"{type(error).__name__}: {error}"))
