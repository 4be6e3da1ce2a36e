"""Execute a submission in contained kernels, with limits; a cell that kills its kernel costs only itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbgrader.preprocessors import Execute
from traitlets import Integer

from qcourse.course.language import refuse_other_languages
from qcourse.course.notebooks import NotebookNode
from qcourse.grading.kernels.client import ContainedKernelManager
from qcourse.grading.other_files import read_folder
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.watchdog import Watch
from qcourse.grading.runner import Runner

LIMITS = Limits()


class ContainedExecute(Runner, Execute):
    """nbgrader's own Execute, over contained kernels, with limits.

    ``isolation`` is one of `place.MODES`, or empty for the default. ``needed`` holds the indices of the cells
    that must run; None means all. ``files`` go beside the notebook, by name; None means those in the folder
    that nbgrader names. nbgrader itself passes only keywords of its own.
    """

    timeout = Integer(int(LIMITS.cell_wall), allow_none=True, help=Execute.timeout.help).tag(config=True)

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
        kernel = {"limits": self.limits, "isolation": self.isolation, "torch": _uses_torch(nb)}
        self.execute(**kernel, files=self.files or {})
        return self.nb, self.resources

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Watch what the kernel uses."""
        manager: Any = self.km
        self.warden = watch = Watch(manager.provisioner.place, self.limits, self._spent, self._began)
        try:
            yield
        finally:
            self._spent = watch.stop()

    def in_time(self) -> bool:
        """Whether the submission has CPU time and wall time left."""
        late = time.monotonic() - self._began > self.limits.wall_total
        return not late and self._spent <= self.limits.cpu_total


def _uses_torch(notebook: NotebookNode) -> bool:
    """Whether a code cell names torch, as one that imports it does; else a kernel would import it."""
    return any(cell.cell_type == "code" and "torch" in cell.source for cell in notebook.cells)
