"""Where submissions run: in a sandbox, or without one where every student is trusted."""

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from qcourse.errors import UserError
from qcourse.grading.place.bubblewrap import HOME, SOCKETS, Sandbox, processes_of
from qcourse.grading.place.limits import Limits

MODES = ("auto", "bwrap", "none")


class Place(Protocol):
    """Where a submission runs: a `Sandbox`, or a `Scratch` folder where students are trusted."""

    @property
    def root(self) -> Path:
        """Its root folder, as seen from outside."""

    @property
    def pidfd(self) -> int | None:
        """A descriptor of its first process, whose namespaces a kernel joins; None where there are none."""

    @property
    def sealed(self) -> bool:
        """Whether nothing in `SOCKETS` can be replaced any more."""

    def inside(self, path: str) -> str:
        """``path`` as a process inside names it."""

    def processes(self) -> list[Path]:
        """The folders below /proc of the processes inside."""

    def files(self) -> int:
        """The number of files in the scratch space."""

    def close(self) -> None:
        """Kill every process inside, and wait until all are gone."""


def make_place(limits: Limits, mode: str = "", masked: Sequence[Path] = ()) -> Place:
    """A new place of the kind ``mode``, one of `MODES`, or else of the kind ``$QCOURSE_ISOLATION``.

    In a sandbox the files and folders ``masked`` are empty.

    Raises:
        UserError: the kind is unknown, or bubblewrap does not work here.
    """
    if sys.platform != "linux":
        raise UserError("students' code runs on Linux only: grade in a virtual machine or on a cluster.")
    mode = mode or os.environ.get("QCOURSE_ISOLATION") or "auto"
    if mode not in MODES:
        raise UserError(f"the isolation {mode!r} is unknown: use one of {', '.join(MODES)}.")
    return Scratch() if mode == "none" else Sandbox(limits, masked)


def missing() -> str:
    """Why submissions cannot be contained on this machine; empty if they can."""
    try:
        Sandbox(Limits()).close()
    except UserError as error:
        return str(error)
    return ""


class Scratch:
    """No containment: a temporary folder and a process group, for ``--isolation none``."""

    pidfd = None
    sealed = True

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="qcourse-", ignore_cleanup_errors=True)
        self.root = Path(self._folder.name)
        for folder in (HOME, SOCKETS):
            (self.root / folder[1:]).mkdir(parents=True)

    def inside(self, path: str) -> str:
        """``path`` below the temporary folder."""
        return str(self.root / path.lstrip("/"))

    def processes(self) -> list[Path]:
        """The kernel and the processes that it started: those whose working directory is in the folder."""
        return [p for p in processes_of(Path("/proc")) if self._holds(p)]

    def _holds(self, process: Path) -> bool:
        try:
            return os.readlink(process / "cwd").startswith(str(self.root))
        except OSError:  # it has ended, or belongs to another user
            return False

    def files(self) -> int:
        """No limit holds for them: 0."""
        return 0

    def close(self) -> None:
        """Kill the processes and remove the folder."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
        self._folder.cleanup()
