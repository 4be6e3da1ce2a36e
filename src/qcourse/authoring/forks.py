"""Run functions in forks of this process: each finds all that is loaded here, and can break none of it."""

import contextlib
import gc
import multiprocessing
import os
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TypeVar

from qcourse.check.switches import start_here
from qcourse.grading.kernels.huge_pages import MANY, use_huge_pages

Result = TypeVar("Result")
FORK = multiprocessing.get_context("fork")


def in_forks(functions: Sequence[Callable[[], Result]]) -> list[Result | None]:
    """What each function returns, in their order; None where its process ended before it returned."""
    if not functions:
        return []
    waiting = deque(enumerate(functions))
    running: dict[Connection, int] = {}
    results: list[Result | None] = [None] * len(functions)
    gc.freeze()  # a collection in a fork would touch, and so copy, everything that is loaded
    if len(functions) > MANY:
        use_huge_pages()
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < cores():
                number, function = waiting.popleft()
                running[_start(function, Path(folder, str(number)))] = number
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                number = running.pop(connection)
                with contextlib.suppress(EOFError):
                    results[number] = connection.recv()
                connection.close()
    gc.unfreeze()
    return results


def _start(function: Callable[[], Result], folder: Path) -> Connection:
    """Run it in a new working folder: a file that one answer writes there is not laid to another."""

    def run() -> None:
        folder.mkdir()
        os.chdir(folder)
        start_here()
        send.send(function())

    receive, send = FORK.Pipe(duplex=False)
    FORK.Process(target=run, daemon=True).start()
    send.close()
    return receive


def cores() -> int:
    """How many forks run at a time; pytest-xdist has started one process per core already."""
    return 1 if "PYTEST_XDIST_WORKER" in os.environ else os.cpu_count() or 1
