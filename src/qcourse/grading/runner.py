"""Execute a notebook though kernels are lost on the way: ``qcourse check`` and ``qcourse grade`` share it."""

import asyncio
from contextlib import AbstractContextManager
from typing import Any, Protocol

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync

from qcourse.course.cells import is_graded, is_test
from qcourse.course.notebooks import NotebookNode, new_error
from qcourse.grading.place.limits import Limits
from qcourse.grading.replay import Replay
from qcourse.grading.slow_answers import SlowAnswers

KERNEL_LOST, NOT_RUN = "KernelLost", "NotRun"  # the errors of cells that did not run to their end
STOPPED = " This cell was stopped; the others were graded without it."


class Warden(Protocol):
    """Ends a kernel at a limit; ``reason`` says at which one, and is empty until then."""

    reason: str
    out_of_time: bool  # the cell was ended for its own time

    @property
    def cell_cpu(self) -> float:
        """The seconds that the cell has used."""

    def next_cell(self, left: float | None) -> None:
        """A new cell begins; it has ``left`` seconds where the usual limit does not apply."""

    def end(self, reason: str) -> None:
        """End the kernel."""


class Runner(NotebookClient):
    """Executes cells; one that costs its kernel costs only itself. Subclasses make kernels, and guard them.

    After it, a test (a check, or hidden tests) has passed unless it holds an error: a warning on stderr is
    none, and a test that did not run holds one.
    """

    limits: Limits
    warden: Warden
    needed: set[int] | None = None  # the indices of the cells that must run; None means all
    lost: dict[int, str]  # how kernels were lost, by the index of the cell that did it
    _written = 0  # bytes of output
    _written_before = 0

    def guarded(self) -> AbstractContextManager[None]:
        """Inside, there is a ``warden`` for the kernel that has just been started."""
        raise NotImplementedError

    def in_time(self) -> bool:
        """Whether the notebook has time left."""
        return True

    def in_order(self, needed: list[int]) -> list[int]:
        """The order in which the cells ``needed`` run."""
        return needed

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> NotebookNode:
        """Execute every cell that is needed; after a lost kernel `Replay` goes on in a fresh one."""
        self.reset_execution_trackers()
        code = [number for number, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for number in code:
            self.nb.cells[number].outputs, self.nb.cells[number].execution_count = [], None
        needed = code if self.needed is None else [number for number in code if number in self.needed]
        replay = Replay(self.nb, self.in_order(needed), self.limits.restarts)
        self.lost, self._written = replay.lost, 0
        self._slow = SlowAnswers(self.nb.cells, self.limits.slow_cpu)
        while replay.goes_on and self.in_time():
            self.km = self.kc = None  # nbclient starts a new one
            async with self.async_setup_kernel(**kwargs):
                try:
                    with self.guarded():
                        for number, again in replay.turns():
                            if reason := await self._loss(number, again):
                                self._fail(replay.lose(reason), reason)
                finally:
                    _cancel_polls()
        lost = f"{len(replay.lost)} kernels had already been lost"
        self._leave_out(replay.waiting, lost if self.in_time() else "the notebook's time was used up")
        for number in code:
            if is_test(self.nb.cells[number]):
                _settle(self.nb.cells[number])
        notebook: NotebookNode = self.nb
        return notebook

    execute = run_sync(async_execute)

    def words(self, error: Exception) -> str:
        """How a cell cost its kernel."""
        if isinstance(error, DeadKernelError):
            return "the cell ended its kernel"
        if isinstance(error, CellTimeoutError):
            return "the cell did not answer in time, or its output was too large"
        return f"the cell sent a message that no kernel sends ({type(error).__name__}: {error})"

    async def _loss(self, number: int, again: bool) -> str:
        """Execute a cell; return how it cost its kernel, or an empty string."""
        cell, failure = self.nb.cells[number], ""
        left = None if again else self._slow.left(number)
        if left == 0:
            self._leave_out([number], self._slow.why(number))
            return ""
        self.warden.next_cell(left)
        self._written_before = self._written
        try:
            await self._execute_cell(cell, number)
        except Exception as error:  # a kernel may send anything
            failure = self.warden.reason or self.words(error)
            self.warden.out_of_time |= isinstance(error, CellTimeoutError)
        if self.warden.out_of_time:
            self._slow.ended(number)
        elif not again:
            self._slow.ran(
                number, self.warden.cell_cpu, well=not failure and not any(map(_is_error, cell.outputs))
            )
        if again:  # its outputs are dropped
            self._written = self._written_before
        elif is_graded(cell):
            _forgive_warnings(cell)
        return failure

    async def _execute_cell(self, cell: NotebookNode, number: int) -> None:
        await self.async_execute_cell(cell, number, execution_count=self.code_cells_executed + 1)
        if self.warden.reason:  # the kernel was ended when the cell had just answered
            raise DeadKernelError(self.warden.reason)
        if any(map(_out_of_memory, cell.outputs)):  # what it still holds would cost other cells
            self.warden.end(f"the notebook needs more than {self.limits.memory / 2**30:.3g} GB of memory")
            raise DeadKernelError(self.warden.reason)

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Drop what comes after the output limit, and end the kernel that does not stop."""
        if self.warden.reason:
            return None
        self._written += msg["size"]
        if self._written > self.limits.output and msg["msg_type"] != "status":
            cell.outputs, self._written = [], self._written_before
            self.warden.end(f"the notebook's outputs are larger than {self.limits.output / 2**20:.3g} MB")
            return None
        output: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return output

    def on_cell_executed(self, *, cell: NotebookNode, execute_reply: dict[str, Any], **_: Any) -> None:
        """Show an error that only the reply tells of: IPython sends no output for an ExceptionGroup."""
        reply = execute_reply["content"]
        if reply["status"] != "error" or any(_is_error(o, reply["ename"]) for o in cell.outputs):
            return
        cell.outputs.append(new_error(reply["ename"], reply["evalue"]))

    def _leave_out(self, numbers: list[int], reason: str) -> None:
        for number in numbers:
            self.nb.cells[number].outputs = [new_error(NOT_RUN, f"not run: {reason}")]

    def _fail(self, index: int, reason: str) -> None:
        cell = self.nb.cells[index]
        end = "" if reason.endswith("?") else "."
        cell.outputs = [*cell.get("outputs", []), new_error(KERNEL_LOST, f"{reason}{end}{STOPPED}")]


def _is_error(output: NotebookNode, name: str = "") -> bool:
    return output.output_type == "error" and name in ("", output.ename)


def _settle(test: NotebookNode) -> None:
    """Let an error win over a result, of which nbgrader takes the first, and a test that did not run fail."""
    if test.execution_count is None and test.source.strip() and not test.outputs:
        test.outputs = [new_error(NOT_RUN, "not run")]
    if any(map(_is_error, test.outputs)):
        for output in test.outputs:
            if output.output_type == "execute_result":
                output.output_type = "display_data"
                output.pop("execution_count", None)


def _out_of_memory(output: NotebookNode) -> bool:
    """Whether Python, NumPy or torch could not allocate memory."""
    name, text = output.get("ename", ""), output.get("evalue", "")
    return name.endswith("MemoryError") or "can't allocate memory" in text


def _cancel_polls() -> None:
    """End the tasks that nbclient leaves behind when a cell is not executed to its end."""
    for task in asyncio.all_tasks():
        if getattr(task.get_coro(), "__name__", "").startswith("_async_poll_"):
            task.cancel()


def _forgive_warnings(cell: NotebookNode) -> None:
    """A cell that writes to stderr has not failed: nbgrader would give 0 points for a warning."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            output.name = "stdout"
