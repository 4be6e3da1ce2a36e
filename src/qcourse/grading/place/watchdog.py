"""While a kernel runs, somebody looks at what it uses, and ends it when it is too much."""

import threading
import time
from pathlib import Path

from qcourse.grading.place.limits import Limits
from qcourse.grading.place.meter import Meter, held
from qcourse.grading.place.place import Place

POLL = 0.2  # seconds between two looks
OWN = Path("/proc/self")


class Watch:
    """A thread that looks at what a kernel uses, and closes its place when it is too much."""

    def __init__(self, place: Place, limits: Limits, spent: float, began: float) -> None:
        self.reason = ""
        self._place, self._limits, self._spent, self._began = place, limits, spent, began
        self._most = held(OWN) + limits.memory  # of ours: messages come in whole
        self._meter, self._cpu, self._cell_began = Meter(place), 0.0, 0.0
        self._woke, self._woke_cpu = time.monotonic(), 0.0  # when it was last seen to compute
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def next_cell(self) -> None:
        self._cell_began = self._cpu

    def end(self, reason: str) -> None:
        """Close the place; the kernel is found dead soon after."""
        self.reason = self.reason or reason
        self._place.close()

    def stop(self) -> float:
        """Stop looking; return the CPU seconds of the submission so far."""
        self._stopped.set()
        self._thread.join()
        return self._spent + self._cpu

    def _look(self) -> None:
        limits = self._limits
        while not (self.reason or self._stopped.wait(POLL)):
            cpu, memory, processes = self._meter.read(limits.memory)
            self._cpu = max(self._cpu, cpu)
            if self._cpu - self._cell_began > limits.cell_cpu:
                self.end(f"the cell used more than {limits.cell_cpu:g} seconds of CPU time: an endless loop?")
            elif self._spent + self._cpu > limits.cpu:
                self.end(f"the notebook used more than {limits.cpu:g} seconds of CPU time")
            elif memory > limits.memory:
                self.end(f"the notebook used more than {limits.memory / 2**30:.3g} GB of memory")
            elif processes > limits.processes:
                self.end(f"the notebook started more than {limits.processes} processes")
            elif self._place.files() > limits.files:
                self.end(f"the notebook made more than {limits.files:,} files")
            elif held(OWN) > self._most:
                self.end("the notebook sent too much at once")
            elif time.monotonic() - self._began > limits.cpu * limits.wall:
                self.end(f"the notebook ran for more than {limits.cpu * limits.wall:g} seconds")
            elif self._cpu - self._woke_cpu > limits.idle / 200:  # a kernel that waits uses some CPU time too
                self._woke, self._woke_cpu = time.monotonic(), self._cpu
            elif time.monotonic() - self._woke > limits.idle:
                self.end(f"the cell waited for {limits.idle:g} seconds and computed nothing")
