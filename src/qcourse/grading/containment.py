"""A place for untrusted code: bubblewrap's namespaces, which a warm process then joins.

bubblewrap makes the place and holds it open around a process that only sleeps. The forkserver's child
enters it with setns(2), so that torch is imported before and not inside. When bubblewrap is
killed, the kernel kills everything that lives in its process namespace.
"""

import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import psutil

import qcourse
from qcourse.data import cache_folder
from qcourse.errors import UserError

MODES = ("auto", "bwrap", "none")
HOME = "/tmp/home"  # inside: the folder where a notebook runs
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
PATH = "/usr/bin:/bin"
INSTALL = "install bubblewrap 0.8 or newer (apt install bubblewrap), or say --isolation none where you trust every student"  # noqa: E501


class Limits(NamedTuple):
    """What one submission may use. A wall limit of ``10 ×`` the CPU time stands behind the CPU limits."""

    cell_cpu: float = 60  # seconds, of one cell
    cpu: float = 300  # seconds, of the whole submission
    wall: float = 10  # times the CPU limit
    memory: int = 2 * 2**30  # bytes, all processes together, above what the warm process shares
    processes: int = 64  # and threads are not counted
    disk: int = 256 * 2**20  # bytes, in the scratch space
    output: int = 16 * 2**20  # bytes, of all cells together
    restarts: int = 5  # kernels that may be lost


class Usage(NamedTuple):
    """What the processes inside use now: CPU seconds, bytes of memory that no file backs, their number."""

    cpu: float
    memory: int
    processes: int


class Sandbox:
    """An empty place: no network, no process, nothing to read but Python and the data.

    ``pidfd`` leads into it, ``root`` is its root folder as seen from outside.

    Raises:
        UserError: bubblewrap is not there, or does not work here.
    """

    def __init__(self, limits: Limits) -> None:
        report, told = os.pipe()
        # It writes a line when everything is in its place, and sleeps. As the first process it outlives
        # a kill of all others, and reaps the dead while it waits.
        sleep = ["sh", "-c", "echo; while :; do sleep 99999; done"]
        command = ["bwrap", *_view(limits), "--as-pid-1", "--info-fd", str(told), *sleep]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = {"PATH": PATH}
        try:
            self._bwrap = subprocess.Popen(
                command, pass_fds=[told], stdin=subprocess.DEVNULL, env=environment, text=True, **pipes
            )
        except FileNotFoundError:
            os.close(report)
            raise UserError(f"bubblewrap is not installed: {INSTALL}.") from None
        finally:
            os.close(told)
        with open(report) as stream:
            info = stream.read()
        assert self._bwrap.stdout
        if not (info and self._bwrap.stdout.readline()):
            reason = self._bwrap.communicate()[1].strip()
            raise UserError(f"bubblewrap does not work here ({reason}): {INSTALL}.")
        self.pid: int = json.loads(info)["child-pid"]
        self.pidfd = os.pidfd_open(self.pid)
        self.root = Path(f"/proc/{self.pid}/root")
        self._namespace = os.readlink(f"/proc/{self.pid}/ns/pid")

    def inside(self, path: str) -> str:
        """``path`` as the kernel names it."""
        return f"/{path.lstrip('/')}"

    def processes(self) -> list[psutil.Process]:
        """Everything that runs inside."""
        return [p for p in psutil.process_iter() if _link(p.pid, "ns/pid") == self._namespace]

    def close(self) -> None:
        """Kill everything inside, and wait until it is gone."""
        self._bwrap.kill()
        self._bwrap.wait()
        for pipe in (self._bwrap.stdout, self._bwrap.stderr):
            if pipe:
                pipe.close()
        entrance, self.pidfd = self.pidfd, -1
        if entrance >= 0:
            os.close(entrance)


class Meter:
    """What the processes of a place use; the CPU time of those that have ended counts as last seen."""

    def __init__(self, place: "Sandbox | Scratch") -> None:
        self._place = place
        self._cpu: dict[tuple[int, float], float] = {}

    def read(self, most: int) -> Usage:
        """Memory above ``most`` bytes is measured exactly, which takes longer."""
        processes, memory = self._place.processes(), 0
        for process in processes:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._cpu[process.pid, process.create_time()] = times.user + times.system
                memory += _memory(process.pid)
        if memory > most:  # what a fork shares with its parent was counted twice
            memory = sum(_memory(p.pid, "smaps_rollup", "Pss_") for p in processes)
        return Usage(sum(self._cpu.values()), memory, len(processes))


def enter(limits: Limits) -> "Sandbox | Scratch":
    """A new place, of the kind that ``$QCOURSE_ISOLATION`` asks for.

    Raises:
        UserError: it asks for something unknown, or bubblewrap does not work here.
    """
    mode = os.environ.get("QCOURSE_ISOLATION") or "auto"
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


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:  # it has ended, or is somebody else's
        return ""


def _memory(pid: int, file: str = "status", prefix: str = "Rss") -> int:
    """The bytes that ``pid`` holds and no file backs; psutil leaves out those that it may share."""
    try:
        text = Path(f"/proc/{pid}/{file}").read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, re.findall(rf"^{prefix}(?:Anon|Shmem):\s+(\d+)", text, re.MULTILINE)))


def _view(limits: Limits) -> list[str]:
    """What bubblewrap shows: Python, this package and the data, read-only, and a small scratch space."""
    readable = [Path(p) for p in SYSTEM] + [Path(sys.base_prefix), Path(sys.prefix)]
    readable += [Path(qcourse.__file__).parent, cache_folder()]
    if given := os.environ.get("QCOURSE_DATA"):
        readable.append(Path(given).absolute() / "MNIST")
    binds = [("--ro-bind", str(path), str(path)) for path in readable if path.exists()]
    return [
        *("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL", "--new-session"),
        *("--uid", "65534", "--gid", "65534", "--die-with-parent"),
        # The scratch space first: a course may itself lie below /tmp.
        *("--size", str(limits.disk), "--tmpfs", "/tmp", "--dir", HOME),
        *itertools.chain(*binds),
        *("--proc", "/proc", "--dev", "/dev", "--size", "1048576", "--tmpfs", "/dev/shm"),
        # Where root grades, a process without any right still owns /proc/sys, core_pattern among it.
        *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"),
    ]  # fmt: skip


class Scratch:
    """No containment: a temporary folder and a process group, for ``--isolation none``."""

    pidfd = None

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="qcourse-", ignore_cleanup_errors=True)
        self.root = Path(self._folder.name)
        (self.root / HOME[1:]).mkdir(parents=True)

    def inside(self, path: str) -> str:
        """``path`` as the kernel names it."""
        return str(self.root / path.lstrip("/"))

    def processes(self) -> list[psutil.Process]:
        """The kernel and what it has started and not cut off: those that stand in our folder."""
        return [p for p in psutil.process_iter() if _link(p.pid, "cwd").startswith(str(self.root))]

    def close(self) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        self._folder.cleanup()
