"""Execute a submission in contained kernels; a cell that kills its kernel costs only itself."""

import asyncio
import time
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbgrader.preprocessors import Execute

from qcourse.course.cells import is_graded
from qcourse.course.notebooks import NotebookNode, new_error
from qcourse.grading.kernels.client import ContainedKernelManager
from qcourse.grading.other_files import read_folder
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.watchdog import Watch
from qcourse.grading.replay import Replay
from qcourse.grading.slow_answers import SlowAnswers

LIMITS = Limits()
KERNEL_LOST, NOT_RUN = "KernelLost", "NotRun"  # the errors of cells that did not run to their end


class ContainedExecute(Execute):
    """nbgrader's own Execute, over contained kernels, with limits.

    ``isolation`` is one of `place.MODES`, or empty for the default. ``needed`` holds the indices of the cells
    that must run; None means all. ``files`` go beside the notebook, by name; None means those in the folder
    that nbgrader names. nbgrader itself passes only keywords of its own.
    """

    _watch: Watch

    def __init__(
        self,
        limits: Limits = LIMITS,
        isolation: str = "",
        needed: set[int] | None = None,
        files: dict[str, bytes] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs, kernel_manager_class=ContainedKernelManager)
        self.limits = limits
        self.isolation = isolation
        self.needed = needed
        self.files = files
        self.shutdown_kernel = "immediate"
        self.interrupt_on_timeout = False
        self.record_timing = False
        self.store_widget_state = False  # it would keep every buffer that a kernel sends

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute ``nb`` in place; `execute` does the work."""
        NotebookClient.__init__(self, nb, km)
        self._check_assign_resources(resources)
        if self.files is None and (folder := resources.get("metadata", {}).get("path")):
            self.files = read_folder(Path(folder))
        self.execute()
        return self.nb, self.resources

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> NotebookNode:
        """Execute every cell; after a lost kernel `Replay` goes on in a fresh one."""
        self.reset_execution_trackers()
        kwargs |= {"limits": self.limits, "isolation": self.isolation, "files": self.files or {}}
        self.timeout = self.iopub_timeout = int(self.limits.cell_wall)
        code = [number for number, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        needed = code if self.needed is None else [number for number in code if number in self.needed]
        replay = Replay(self.nb, needed, self.limits.restarts)
        began = time.monotonic()
        spent = 0.0  # seconds of CPU time
        in_time = True
        self._written = 0  # bytes of output
        self._slow = SlowAnswers(self.nb.cells, self.limits.slow_cpu)
        while replay.goes_on and in_time:
            self.km = self.kc = None  # nbclient starts a new one
            async with self.async_setup_kernel(**kwargs):
                manager: Any = self.km
                self._watch = Watch(manager.provisioner.place, self.limits, spent, began)
                try:
                    for number, again in replay.turns():
                        if reason := await self._loss(number, again):
                            self._fail(replay.lose(reason), reason)
                finally:
                    spent = self._watch.stop()
                    _cancel_polls()
            late = time.monotonic() - began > self.limits.wall_total
            in_time = spent <= self.limits.cpu_total and not late
        lost = f"{len(replay.lost)} kernels had already been lost"
        self._leave_out(replay.waiting, lost if in_time else "the notebook's time was used up")
        notebook: NotebookNode = self.nb
        return notebook

    execute = run_sync(async_execute)

    async def _loss(self, number: int, again: bool) -> str:
        """Execute a cell; return how it cost its kernel, or an empty string."""
        cell, failure = self.nb.cells[number], ""
        left = None if again else self._slow.left(number)
        if left == 0:
            self._leave_out([number], self._slow.why(number))
            return ""
        self._watch.next_cell(left)
        self._written_before = self._written
        try:
            await self._execute_cell(cell, number)
        except Exception as error:  # a kernel may send anything
            failure = self._watch.reason or _words(error)
        if self._watch.out_of_time:
            self._slow.ended(number)
        elif not again:
            well = not failure and not any(output.output_type == "error" for output in cell.outputs)
            self._slow.ran(number, self._watch.cell_cpu, well=well)
        if again:  # its outputs are dropped
            self._written = self._written_before
        elif is_graded(cell):
            _forgive_warnings(cell)
        return failure

    async def _execute_cell(self, cell: NotebookNode, number: int) -> None:
        await self.async_execute_cell(cell, number, execution_count=self.code_cells_executed + 1)
        if self._watch.reason:  # the kernel was ended when the cell had just answered
            raise DeadKernelError(self._watch.reason)
        if any(map(_out_of_memory, cell.outputs)):  # what it still holds would cost other cells
            self._watch.end(f"the notebook needs more than {self.limits.memory / 2**30:.3g} GB of memory")
            raise DeadKernelError(self._watch.reason)

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Drop what comes after the output limit, and end the kernel that does not stop."""
        if self._watch.reason:
            return None
        self._written += msg["size"]
        if self._written > self.limits.output and msg["msg_type"] != "status":
            cell.outputs, self._written = [], self._written_before
            self._watch.end(f"the notebook's outputs are larger than {self.limits.output / 2**20:.3g} MB")
            return None
        output: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return output

    def _leave_out(self, numbers: list[int], reason: str) -> None:
        for number in numbers:
            self.nb.cells[number].outputs = [new_error(NOT_RUN, f"not run: {reason}")]

    def _fail(self, index: int, reason: str) -> None:
        cell = self.nb.cells[index]
        end = "" if reason.endswith("?") else "."
        what = f"{reason}{end} This cell was stopped; the others were graded without it."
        cell.outputs = [*cell.get("outputs", []), new_error(KERNEL_LOST, what)]


def _out_of_memory(output: NotebookNode) -> bool:
    """Whether Python, NumPy or torch could not allocate memory."""
    name, text = output.get("ename", ""), output.get("evalue", "")
    return name.endswith("MemoryError") or "can't allocate memory" in text


def _cancel_polls() -> None:
    """End the tasks that nbclient leaves behind when a cell is not executed to its end."""
    for task in asyncio.all_tasks():
        if getattr(task.get_coro(), "__name__", "").startswith("_async_poll_"):
            task.cancel()


def _words(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return "the cell ended its kernel"
    if isinstance(error, CellTimeoutError):
        return "the cell did not answer in time, or its output was too large"
    return f"the cell sent a message that no kernel sends ({type(error).__name__}: {error})"


def _forgive_warnings(cell: NotebookNode) -> None:
    """A cell that writes to stderr has not failed: nbgrader would give 0 points for a warning."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            output.name = "stdout"
