"""What the processes of a place use."""

import contextlib
import os
import re
from pathlib import Path
from typing import NamedTuple

from qcourse.grading.place.place import Place

TICKS = os.sysconf("SC_CLK_TCK")  # a second, in which the system counts CPU time


class Usage(NamedTuple):
    """What the processes inside use now: CPU seconds, bytes of memory that no file backs, their number."""

    cpu: float
    memory: int
    processes: int


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
