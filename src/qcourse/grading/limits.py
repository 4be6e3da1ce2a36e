"""What one submission may use, and what it does use."""

import contextlib
import os
import re
import resource
from pathlib import Path
from typing import NamedTuple, Protocol

TICKS = os.sysconf("SC_CLK_TCK")  # a second, in which the system counts CPU time
PROCESSES = 4  # times the limit of processes: how many the system itself allows, threads among them


class Limits(NamedTuple):
    """What one submission may use. A wall limit of ``10 ×`` the CPU time stands behind the CPU limits."""

    cell_cpu: float = 60  # seconds, of one cell
    cpu: float = 300  # seconds, of the whole submission
    wall: float = 10  # times the CPU limit
    idle: float = 60  # seconds of wall time, without computing anything
    memory: int = 2 * 2**30  # bytes, all processes together, above what the warm process shares
    processes: int = 64  # and threads are not counted
    disk: int = 256 * 2**20  # bytes, in the scratch space
    files: int = 50_000  # in the scratch space: each holds memory of the system
    output: int = 16 * 2**20  # bytes, of all cells together
    restarts: int = 5  # kernels that may be lost


class Usage(NamedTuple):
    """What the processes inside use now: CPU seconds, bytes of memory that no file backs, their number."""

    cpu: float
    memory: int
    processes: int


def rlimits(limits: Limits, size: int = 0, data: int = 0) -> dict[int, int]:
    """What the system holds each process to; ``size`` and ``data`` bytes of memory it has already."""
    return {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits.cpu) + 1,
        resource.RLIMIT_DATA: data + limits.memory,
        resource.RLIMIT_AS: size + 2 * limits.memory,  # memory shared with nobody is in no other limit
        resource.RLIMIT_FSIZE: limits.disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: PROCESSES * limits.processes,
    }


class Place(Protocol):
    """Where a submission runs: a `Sandbox`, or a `Scratch` folder where students are trusted."""

    def processes(self) -> list[Path]: ...

    def files(self) -> int: ...

    def close(self) -> None: ...


class Meter:
    """What the processes of a place use.

    The CPU time of those that have ended counts as last seen, or as their parents were told when they
    waited for them, whichever is more: many may come and go between two looks.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._cpu: dict[tuple[str, str], float] = {}

    def read(self, most: int) -> Usage:
        """Memory above ``most`` bytes is measured exactly, which takes longer."""
        processes, memory, told = self._place.processes(), 0, 0.0
        for process in processes:
            with contextlib.suppress(OSError):  # it has ended
                # proc_pid_stat(5), from the third field on: the second may itself hold spaces and brackets
                stat = (process / "stat").read_text().rpartition(")")[2].split()
                own = sum(map(int, stat[11:13])) / TICKS
                self._cpu[process.name, stat[19]] = own  # a number may be given again, at another time
                told += own + sum(map(int, stat[13:15])) / TICKS
                memory += held(process)
        if memory > most:  # what a fork shares with its parent was counted twice
            memory = sum(held(p, "smaps_rollup", "Pss_") for p in processes)
        return Usage(max(told, sum(self._cpu.values())), memory, len(processes))


def held(process: Path, file: str = "status", prefix: str = "Rss") -> int:
    """The bytes that a process holds and no file backs, those among them that it may share."""
    try:
        text = (process / file).read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, re.findall(rf"^{prefix}(?:Anon|Shmem):\s+(\d+)", text, re.MULTILINE)))
