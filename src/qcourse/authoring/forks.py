"""Run functions in forks of this process: each finds all that is loaded here, and can break none of it."""

import contextlib
import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import TypeVar

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
    while waiting or running:
        while waiting and len(running) < cores():
            number, function = waiting.popleft()
            running[_start(function)] = number
        for connection in wait(list(running)):
            assert isinstance(connection, Connection)
            number = running.pop(connection)
            with contextlib.suppress(EOFError):
                results[number] = connection.recv()
            connection.close()
    gc.unfreeze()
    return results


def _start(function: Callable[[], Result]) -> Connection:
    receive, send = FORK.Pipe(duplex=False)
    FORK.Process(target=lambda: send.send(function()), daemon=True).start()
    send.close()
    return receive


def cores() -> int:
    """How many forks run at a time; pytest-xdist has started one process per core already."""
    return 1 if "PYTEST_XDIST_WORKER" in os.environ else os.cpu_count() or 1
