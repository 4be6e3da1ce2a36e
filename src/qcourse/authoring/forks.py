"""Run functions in forks of this process: each finds all that is loaded here, and can break none of it."""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
FORK = multiprocessing.get_context("fork")
MADV_COLLAPSE = 25  # since Linux 6.1
MANY = 20  # forks that save what huge pages cost


def in_forks(functions: Sequence[Callable[[], Result]]) -> list[Result | None]:
    """What each function returns, in their order; None where its process ended before it returned."""
    if not functions:
        return []
    waiting = deque(enumerate(functions))
    running: dict[Connection, int] = {}
    results: list[Result | None] = [None] * len(functions)
    gc.freeze()  # a collection in a fork would touch, and so copy, everything that is loaded
    if len(functions) > MANY:
        _use_huge_pages()
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


def _use_huge_pages() -> None:
    """Bring what is loaded into huge pages, where Linux can: a fork of it then costs a third."""
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, rights, _, _, _, *path = line.split()
        if rights == "rw-p" and path in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in addresses.split("-"))
            madvise(start, end - start, MADV_COLLAPSE)  # what cannot be brought there stays


def _start(function: Callable[[], Result]) -> Connection:
    receive, send = FORK.Pipe(duplex=False)
    FORK.Process(target=lambda: send.send(function()), daemon=True).start()
    send.close()
    return receive


def cores() -> int:
    """How many forks run at a time; pytest-xdist has started one process per core already."""
    return 1 if "PYTEST_XDIST_WORKER" in os.environ else os.cpu_count() or 1
