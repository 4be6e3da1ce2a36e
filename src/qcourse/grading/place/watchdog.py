"""The watchdog of a kernel: it measures what the kernel uses, and ends it when that is too much."""

import threading
import time
from pathlib import Path

from qcourse.grading.place.limits import Limits
from qcourse.grading.place.meter import Meter, Usage, held
from qcourse.grading.place.place import Place

POLL = 0.2  # seconds between two measurements
OWN = Path("/proc/self")
ASLEEP = 1 / 200  # seconds of CPU time per second of wall time: a kernel that waits uses some too


class Watch:
    """A thread that measures what a kernel uses, and closes its place when that is too much.

    The submission has used ``spent`` seconds of CPU time in earlier kernels since it ``began``
    (`time.monotonic`). ``reason`` says why the place was closed; it is empty until then.
    """

    def __init__(self, place: Place, limits: Limits, spent: float, began: float) -> None:
        self.reason = ""
        self._place = place
        self._limits = limits
        self._spent = spent
        self._began = began
        self._own_memory = held(OWN) + limits.memory  # the most for this process: it holds complete messages
        self._meter = Meter(place)
        self._cpu = 0.0  # seconds that this kernel has used
        self._cell_began = 0.0  # the same, when the cell began
        self._cell_most, self._cell_idle = limits.cell_cpu, limits.idle
        self.out_of_time = False  # the cell was ended for its own time, computing or waiting
        self._woke = time.monotonic()  # when it was last seen to compute
        self._woke_cpu = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def next_cell(self, left: float | None = None) -> None:
        """A new cell begins, and with it its time: ``left`` seconds where the usual limits do not apply."""
        self._cell_began, self._cell_most, self._cell_idle = (
            self._cpu,
            self._limits.cell_cpu,
            self._limits.idle,
        )
        if left is not None:
            self._cell_most, self._cell_idle = min(left, self._cell_most), min(left, self._cell_idle)
            self._woke = time.monotonic()

    @property
    def cell_cpu(self) -> float:
        """The seconds of CPU time that the cell has used, as last seen."""
        return self._cpu - self._cell_began

    def end(self, reason: str) -> None:
        """Close the place; the kernel is found dead soon after."""
        self.reason = self.reason or reason
        self._place.close()

    def stop(self) -> float:
        """Stop; return the CPU seconds of the submission so far."""
        self._stopped.set()
        self._thread.join()
        return self._spent + self._cpu

    def _watch(self) -> None:
        while not (self.reason or self._stopped.wait(POLL)):
            usage = self._meter.read(self._limits.memory)
            self._cpu = max(self._cpu, usage.cpu)
            if reason := self._excess(usage) or self._delay():
                self.end(reason)

    def _excess(self, usage: Usage) -> str:
        """Which limit of what it uses is exceeded, in words."""
        limits = self._limits
        if usage.processes > limits.processes:  # first: what they compute and hold follows from it
            return f"the notebook started more than {limits.processes} processes"
        if self.cell_cpu > self._cell_most:
            self.out_of_time = True
            return f"the cell used more than {self._cell_most:.3g} seconds of CPU time: an endless loop?"
        if self._spent + self._cpu > limits.cpu_total:
            return f"the notebook used more than {limits.cpu_total:g} seconds of CPU time"
        if usage.memory > limits.memory:
            return f"the notebook used more than {limits.memory / 2**30:.3g} GB of memory"
        if self._place.files() > limits.files:
            return f"the notebook made more than {limits.files:,} files"
        if held(OWN) > self._own_memory:
            return "the notebook sent too much at once"
        return ""

    def _delay(self) -> str:
        """Which limit of wall time is exceeded, in words."""
        now = time.monotonic()
        if now - self._began > self._limits.wall_total:
            return f"the notebook ran for more than {self._limits.wall_total:g} seconds"
        if self._cpu - self._woke_cpu > self._cell_idle * ASLEEP:
            self._woke = now
            self._woke_cpu = self._cpu
        elif now - self._woke > self._cell_idle:
            self.out_of_time = True
            return f"the cell waited for {self._cell_idle:.3g} seconds and computed nothing"
        return ""
