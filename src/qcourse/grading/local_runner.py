"""Kernels on the student's own machine, not contained: for ``qcourse check``, on any system."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from qcourse.course.notebooks import NotebookNode
from qcourse.course.settings import QUIET, STAYING
from qcourse.grading.kernels.client import TolerantSession
from qcourse.grading.place.limits import Limits
from qcourse.grading.runner import Runner


class LocalKernelManager(AsyncKernelManager):
    """Starts kernels of this Python, with no kernelspec to install."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._kernel_spec = KernelSpec(argv=command, display_name="Python 3", language="python")

    def _session_default(self) -> Session:
        return TolerantSession(parent=self)


class LocalWarden:
    """Ends a kernel that writes or holds too much. Time is wall time, and nbclient's to limit."""

    def __init__(self, runner: Runner, seconds: int) -> None:
        self.reason = ""
        self.out_of_time = False
        self._runner = runner
        self._seconds = seconds
        self._began = time.monotonic()

    @property
    def cell_cpu(self) -> float:
        """The seconds of wall time that the cell has used."""
        return time.monotonic() - self._began

    def next_cell(self, left: float | None) -> None:
        """Set the limit of the cell."""
        self._began = time.monotonic()
        self._runner.timeout = math.ceil(min(self._seconds, left or self._seconds))

    def end(self, reason: str) -> None:
        """Kill the kernel; it is found dead soon after."""
        self.reason = self.reason or reason
        manager: Any = self._runner.km
        manager.provisioner.process.kill()


class LocalRunner(Runner):
    """Executes a notebook in ``folder``, each cell for at most so many seconds of wall time."""

    def __init__(
        self, notebook: NotebookNode, folder: Path, seconds: float, on_cell: Callable[[int], None]
    ) -> None:
        options = ["--HistoryManager.hist_file=:memory:", QUIET, STAYING]
        super().__init__(
            notebook, kernel_manager_class=LocalKernelManager, resources={"metadata": {"path": str(folder)}},
            allow_errors=True, record_timing=False, shutdown_kernel="immediate", store_widget_state=False,
            raise_on_iopub_timeout=True, extra_arguments=options,
        )  # fmt: skip
        self._seconds = self.iopub_timeout = math.ceil(seconds)
        self.limits = Limits()
        self.on_cell_start = lambda cell, cell_index: on_cell(cell_index)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """As much as can be limited on any system."""
        self.warden = LocalWarden(self, self._seconds)
        yield

    def words(self, error: Exception) -> str:
        """As in grading; the limit of time is the student's own."""
        if isinstance(error, CellTimeoutError):
            return f"the cell ran for more than {self.timeout} seconds"
        if isinstance(error, DeadKernelError):
            return "the cell ended the kernel"
        return super().words(error)
