"""Execute a submission in contained kernels, with limits; a cell that kills its kernel costs only itself."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute
from traitlets import Integer, Unicode

from qcourse.course.cells import is_hidden
from qcourse.course.harmless import reduce_outputs
from qcourse.course.language import refuse_other_languages
from qcourse.course.notebooks import NotebookNode
from qcourse.grading.kernels.client import ContainedKernelManager
from qcourse.grading.kernels.preload import wanted
from qcourse.grading.kernels.provisioner import referee
from qcourse.grading.other_files import read_folder
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.watchdog import Watch
from qcourse.grading.runner import Runner
from qcourse.grading.trust.graded_cells import reference_files, tests
from qcourse.grading.trust.line import Ended
from qcourse.grading.trust.secret import course_secret

LIMITS = Limits()
REFEREES = 3  # that may be lost over one cell


class ContainedExecute(Runner, Execute):
    """nbgrader's own Execute, over contained kernels, with limits.

    ``isolation`` is one of `place.MODES`, or empty for the default. ``needed`` holds the indices of the cells
    that must run; None means all. ``files`` go beside the notebook, by name; None means those in the folder
    that nbgrader names. nbgrader itself passes only keywords of its own.
    """

    timeout = Integer(int(LIMITS.cell_wall), allow_none=True, help=Execute.timeout.help).tag(config=True)

    secret = Unicode(help="The secret of the course; the one beside the receipts if it is empty.").tag(
        config=True
    )

    def __init__(
        self,
        limits: Limits = LIMITS,
        isolation: str = "",
        needed: set[int] | None = None,
        files: dict[str, bytes] | None = None,
        **kwargs: Any,
    ) -> None:
        Execute.__init__(self, **kwargs, kernel_manager_class=ContainedKernelManager)
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
        refuse_other_languages(nb, "the notebook")
        NotebookClient.__init__(self, nb, km)
        self._check_assign_resources(resources)
        if self.files is None and (folder := resources.get("metadata", {}).get("path")):
            self.files = read_folder(Path(folder))
        given, most = self.timeout or 0, int(self.limits.cell_wall)
        self.timeout = self.iopub_timeout = min(given, most) if given > 0 else most
        self._began = time.monotonic()
        self._spent = 0.0  # seconds of CPU time
        self._kept: list[int] = []  # the tests whose answers the kernel has kept, in that order
        self._serves = False  # whether it does nothing but answer a referee
        self._tests, self._parts = tests(nb), wanted(nb)
        if not self.secret and (course := getattr(self.parent, "coursedir", None)):
            self.secret = course_secret(Path(course.root))
        kernel = {"limits": self.limits, "isolation": self.isolation, "parts": self._parts}
        self.execute(**kernel, files=self.files or {}, masked=reference_files(self._tests))
        reduce_outputs(self.nb)
        return self.nb, self.resources

    def in_order(self, needed: list[int]) -> list[int]:
        """Tests that a referee runs come after all of the student's cells, and the hidden ones last.

        So no answer knows anything of a hidden test when it can still say something to the student.
        """
        cells = self.nb.cells
        return sorted(needed, key=lambda i: (i in self._tests, i in self._tests and is_hidden(cells[i]), i))

    async def async_execute_cell(
        self,
        cell: NotebookNode,
        cell_index: int,
        execution_count: int | None = None,
        store_history: bool = True,
    ) -> NotebookNode:
        """Execute a cell in the kernel, or have it judged."""
        if cell_index not in self._tests:
            self._keep_answers(cell_index)
            return await super().async_execute_cell(cell, cell_index, execution_count, store_history)
        cell.execution_count, cell.outputs = execution_count, []
        self._keep_answers(len(self.nb.cells))
        outputs = await asyncio.to_thread(self._judge, cell.source, cell_index)
        if outputs is None:
            raise DeadKernelError("the kernel has ended")
        cell.outputs = [NotebookNode(output) for output in outputs]
        return cell

    def _keep_answers(self, before: int) -> None:
        """Have the kernel keep the answers whose tests stand above the cell ``before``, as they are now."""
        for index, test in self._tests.items():
            if index < before and index not in self._kept:
                self._kept.append(index)
                self._tell("keep_answer", answer=test.answer)

    def _tell(self, what: str, **content: str) -> None:
        client: Any = self.kc
        client.shell_channel.send(client.session.msg(what, content))

    def _judge(self, source: str, index: int) -> list[dict[str, Any]] | None:
        manager: Any = self.km
        if not self._serves:
            self._serves = True
            self._tell("serve_referee")
        test, line = self._tests[index], manager.provisioner.line
        request = {
            "source": source, "answer": test.answer, "number": test.number,
            "index": self._kept.index(index), "secret": self.secret,
        }  # fmt: skip
        for attempt in range(REFEREES):
            with contextlib.suppress(Ended):  # the place is as it was: another referee asks it anew
                return referee(self._parts, new=attempt > 0).judge(line, request)
        raise RuntimeError("the process that runs the tests has ended")

    def words(self, error: Exception) -> str:
        """As in the base class.

        Raises:
            RuntimeError: the process that had forked the kernel has ended, and the kernel with it.
        """
        manager: Any = self.km
        if manager.provisioner.warm and not manager.provisioner.warm.alive:
            raise RuntimeError("the process that forks kernels has ended") from error
        return super().words(error)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Watch what the kernel uses."""
        manager: Any = self.km
        self._kept, self._serves = [], False
        self.warden = watch = Watch(manager.provisioner.place, self.limits, self._spent, self._began)
        try:
            yield
        finally:
            self._spent = watch.stop()

    def in_time(self) -> bool:
        """Whether the submission has CPU time and wall time left."""
        late = time.monotonic() - self._began > self.limits.wall_total
        return not late and self._spent <= self.limits.cpu_total
