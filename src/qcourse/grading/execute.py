"""Execute a submission in contained kernels; a cell that kills its kernel costs only itself."""

import asyncio
import contextlib
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_locked

from qcourse.grading.limits import Limits
from qcourse.grading.watch import Watch


class Listening(Session):
    """Takes what is no message, by its signature or its parts, for one that answers nothing.

    ``size`` of a message is the bytes of what it carries.
    """

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list, list]:
        try:
            return super().feed_identities(msg_list, copy)
        except ValueError:
            return [], []

    def deserialize(self, msg_list: list, *args: Any, **kwargs: Any) -> dict:
        try:
            message = super().deserialize(msg_list, *args, **kwargs)
            parts = [message[part] for part in ("header", "parent_header", "metadata", "content")]
            if all(isinstance(part, dict) for part in parts):
                return message | {"size": sum(map(len, msg_list[3:]))}
        except Exception:
            pass
        return {"msg_type": "", "header": {}, "parent_header": {}, "content": {}, "size": 0}


class Client(AsyncKernelClient):
    """Cuts off a message that is larger than all outputs together may be: it would fill our memory."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, Limits().output)  # for the sockets that it will make
        context.setsockopt(zmq.RCVHWM, 20)  # the rest waits in the kernel, and counts as its memory
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Until the kernel answers on both channels; the base class always waits for 0.2 s of silence."""
        deadline = time.monotonic() + (timeout or 60)
        while await self.is_alive() and time.monotonic() < deadline:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.1)
                return
        raise RuntimeError("the kernel did not get ready")


class ContainedKernelManager(AsyncKernelManager):
    """Starts kernels by `qcourse.grading.provisioner`, with no kernelspec to install."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client_factory = Client
        self._kernel_spec = KernelSpec(
            display_name="contained", language="python", interrupt_mode="message",
            metadata={"kernel_provisioner": {"provisioner_name": "qcourse-contained"}},
        )  # fmt: skip

    def _session_default(self) -> Session:
        return Listening(parent=self)

    async def _async_wait(self, pollinterval: float = 0.01) -> None:  # 0.1 in the base class
        await super()._async_wait(pollinterval)


class ContainedExecute(Execute):
    """nbgrader's own Execute, over contained kernels, with limits.

    Before it runs, `limits` and `isolation` can be set, and `needed` to the indices of the cells that must
    run; None is all.
    """

    limits, isolation = Limits(), ""
    needed: set[int] | None = None
    _watch: Watch

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, kernel_manager_class=ContainedKernelManager)
        self.shutdown_kernel, self.interrupt_on_timeout, self.record_timing = "immediate", False, False
        self.store_widget_state = False  # it would keep every buffer that a kernel sends

    def preprocess(self, nb: NotebookNode, resources: dict, km: None = None) -> tuple[NotebookNode, dict]:
        """Execute ``nb`` in place; `execute` does the work."""
        NotebookClient.__init__(self, nb, km)
        self._check_assign_resources(resources)
        self.execute()
        return self.nb, self.resources

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> NotebookNode:
        """Execute every cell; after a lost kernel go on in a fresh one that holds the earlier cells."""
        self.reset_execution_trackers()
        self.timeout = self.iopub_timeout = int(self.limits.cell_cpu * self.limits.wall)
        code = [number for number, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        todo = code if self.needed is None else [number for number in code if number in self.needed]
        lost: list[int] = []
        self._written, begin, spent, began = 0, 0, 0.0, time.monotonic()
        while begin < len(todo):
            late = time.monotonic() - began > self.limits.cpu * self.limits.wall
            if len(lost) > self.limits.restarts or spent > self.limits.cpu or late:
                self._leave_out(todo[begin:], len(lost))
                break
            self.km = self.kc = None  # type: ignore[var-annotated]  # nbclient starts a new one
            async with self.async_setup_kernel(limits=self.limits, isolation=self.isolation, **kwargs):
                manager: Any = self.km
                self._watch = Watch(manager.provisioner.place, self.limits, spent, began)
                try:
                    begin = await self._go_on(todo, begin, lost)
                except Exception as error:  # a kernel may send anything
                    lost.append(todo[self._position])
                    self._fail(lost[-1], self._watch.reason or _words(error))
                    begin = self._position + 1
                finally:
                    spent = self._watch.stop()
                    _cancel_polls()
        return self.nb

    execute = run_sync(async_execute)

    async def _go_on(self, todo: list[int], begin: int, lost: list[int]) -> int:
        """In a fresh kernel: the cells before position ``begin``, graded ones left out, then all others."""
        for position, number in enumerate(todo):
            cell = self.nb.cells[number]
            if position < begin:
                if number in lost or (is_grade(cell) and is_locked(cell)):
                    continue
                kept = cell.outputs, cell.execution_count
            self._position = max(
                position, begin
            )  # an earlier cell that fails now, by chance, is not to blame
            self._watch.next_cell()
            self._written_before = self._written
            await self.async_execute_cell(cell, number, execution_count=self.code_cells_executed + 1)
            if self._watch.reason:  # the kernel was ended when the cell had just answered
                raise DeadKernelError(self._watch.reason)
            if any(map(_out_of_memory, cell.outputs)):  # what it still holds would cost other cells
                self._watch.end(f"the notebook needs more than {self.limits.memory / 2**30:.3g} GB of memory")
                raise DeadKernelError(self._watch.reason)
            if position < begin:
                cell.outputs, cell.execution_count = kept
                self._written = self._written_before
            elif is_grade(cell):
                _forgive_warnings(cell)
        return len(todo)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Drop what comes after the output limit, and end the kernel that does not stop."""
        if self._watch.reason:
            return None
        self._written += msg["size"]
        if self._written > self.limits.output and msg["msg_type"] != "status":
            cell.outputs, self._written = [], self._written_before
            self._watch.end(f"the notebook's outputs are larger than {self.limits.output / 2**20:.3g} MB")
            return None
        return super().process_message(msg, cell, cell_index)

    def _fail(self, index: int, reason: str) -> None:
        cell = self.nb.cells[index]
        what = f"{reason}. This cell was stopped; the others were graded without it."
        cell.outputs = [*cell.get("outputs", []), _error("KernelLost", what)]

    def _leave_out(self, rest: list[int], lost: int) -> None:
        what = (
            f"not run: before it {lost} kernels were lost, or the CPU time of the whole notebook was used up"
        )
        for number in rest:
            self.nb.cells[number].outputs = [_error("NotRun", what)]


def _out_of_memory(output: NotebookNode) -> bool:
    """As Python, NumPy or torch says it."""
    said = output.get("ename", ""), output.get("evalue", "")
    return said[0].endswith("MemoryError") or "can't allocate memory" in said[1]


def _cancel_polls() -> None:
    """End what nbclient leaves behind when a cell is not executed to its end."""
    for task in asyncio.all_tasks():
        if getattr(task.get_coro(), "__name__", "").startswith("_async_poll_"):
            task.cancel()


def _words(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return "the cell ended its kernel"
    if isinstance(error, CellTimeoutError):
        return "the cell gave no answer in time, or its output was too large"
    return f"the cell sent what no kernel sends ({type(error).__name__}: {error})"


def _error(name: str, value: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=value, traceback=[f"{name}: {value}"])


def _forgive_warnings(cell: NotebookNode) -> None:
    """What is written to stderr is no failure: nbgrader would give 0 points for a warning."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            output.name = "stdout"
