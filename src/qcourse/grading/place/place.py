"""Where untrusted code is run: in a sandbox, or where every student is trusted, without one."""

import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from qcourse.errors import UserError
from qcourse.grading.place.bubblewrap import HOME, SOCKETS, Sandbox, processes_of
from qcourse.grading.place.limits import Limits

MODES = ("auto", "bwrap", "none")


def enter(limits: Limits, mode: str = "") -> "Sandbox | Scratch":
    """A new place, of the kind that ``mode`` or else ``$QCOURSE_ISOLATION`` asks for.

    Raises:
        UserError: it asks for something unknown, or bubblewrap does not work here.
    """
    if sys.platform != "linux":
        raise UserError("students' code is run on Linux only: grade in a virtual machine or on a cluster.")
    mode = mode or os.environ.get("QCOURSE_ISOLATION") or "auto"
    if mode not in MODES:
        raise UserError(f"the isolation {mode!r} is unknown: say one of {', '.join(MODES)}.")
    return Scratch() if mode == "none" else Sandbox(limits)


def missing() -> str:
    """Why submissions cannot be contained on this machine; empty where they can."""
    try:
        Sandbox(Limits()).close()
    except UserError as error:
        return str(error)
    return ""


class Place(Protocol):
    """Where a submission runs: a `Sandbox`, or a `Scratch` folder where students are trusted."""

    def processes(self) -> list[Path]: ...

    def files(self) -> int: ...

    def close(self) -> None: ...


class Scratch:
    """No containment: a temporary folder and a process group, for ``--isolation none``."""

    pidfd = None

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="qcourse-", ignore_cleanup_errors=True)
        self.root = Path(self._folder.name)
        for folder in (HOME, SOCKETS):
            (self.root / folder[1:]).mkdir(parents=True)

    sealed = True

    def inside(self, path: str) -> str:
        """``path`` as the kernel names it."""
        return str(self.root / path.lstrip("/"))

    def processes(self) -> list[Path]:
        """The kernel and what it has started and not cut off: those that stand in our folder."""
        return [p for p in processes_of(Path("/proc")) if self._holds(p)]

    def _holds(self, process: Path) -> bool:
        try:
            return os.readlink(process / "cwd").startswith(str(self.root))
        except OSError:  # it has ended, or is somebody else's
            return False

    def files(self) -> int:
        return 0

    def close(self) -> None:
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
        self._folder.cleanup()
