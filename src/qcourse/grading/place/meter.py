"""The resources that the processes of a place use."""

import contextlib
import os
import re
from pathlib import Path
from typing import NamedTuple

from qcourse.grading.place.place import Place

TICKS = os.sysconf("SC_CLK_TCK")  # per second: the unit of CPU time in /proc


class Usage(NamedTuple):
    """CPU seconds, bytes of memory that no file backs, and the number of processes."""

    cpu: float
    memory: int
    processes: int


class Meter:
    """Measures what the processes of a place use.

    A process that has ended counts with the CPU time that was last seen, or that its parent was charged with
    when it waited for it, whichever is more: many may come and go between two measurements.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._cpu: dict[tuple[str, str], float] = {}

    def read(self, most: int) -> Usage:
        """The usage now; memory above ``most`` bytes is measured exactly, which takes longer."""
        processes = self._place.processes()
        memory = 0
        charged = 0.0  # seconds, of living processes and of the children that they have waited for
        for process in processes:
            with contextlib.suppress(OSError):  # it has ended
                # proc_pid_stat(5), from the third field on: the second may itself hold spaces and brackets
                stat = (process / "stat").read_text().rpartition(")")[2].split()
                own = sum(map(int, stat[11:13])) / TICKS
                self._cpu[process.name, stat[19]] = own  # a number may be given again, at another time
                charged += own + sum(map(int, stat[13:15])) / TICKS
                memory += held(process)
        if memory > most:  # what a fork shares with its parent was counted twice
            memory = sum(held(p, "smaps_rollup", "Pss_") for p in processes)
        return Usage(max(charged, sum(self._cpu.values())), memory, len(processes))


def held(process: Path, file: str = "status", prefix: str = "Rss") -> int:
    """The bytes of memory of a process that no file backs, including those that it may share."""
    try:
        text = (process / file).read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, re.findall(rf"^{prefix}(?:Anon|Shmem):\s+(\d+)", text, re.MULTILINE)))
