"""A place for untrusted code: namespaces that bubblewrap makes, and holds open around a process that sleeps.

A fork of the warm process joins them later: `qcourse.grading.kernels.provisioner` tells how. When bubblewrap
is killed, Linux kills every process in its process namespace.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import qcourse
from qcourse.errors import UserError
from qcourse.files import cache_folder
from qcourse.grading.place import syscalls
from qcourse.grading.place.limits import Limits, rlimits

HOME = "/tmp/home"  # inside: the folder where a notebook runs
SOCKETS = "/sockets"  # inside: the kernel's; sealed before a student's code runs, which could put links there
PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")  # the five of them
WHY = "/tmp/why"  # inside: what a kernel writes that does not start
# The first process inside says that the place is complete, and sleeps. It outlives a kill of all others, and
# reaps dead processes while it waits. Where nobody listens any more, bubblewrap may have ended before this
# process was to end with it.
SLEEP = ["sh", "-c", "echo && while :; do sleep 99999; done"]
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
PATH = "/usr/bin:/bin"
NOBODY = 65534  # the user inside; and outside, where root grades: Linux does not apply RLIMIT_NPROC to root
INSTALL = "install bubblewrap 0.8 or newer (apt install bubblewrap), or pass --isolation none if you trust all students"  # noqa: E501


class Sandbox:
    """An empty place: no network, no process, and nothing to read except Python and the data.

    ``pid`` is its first process, ``pidfd`` a descriptor of it, ``root`` its root folder as seen from outside.

    Raises:
        UserError: bubblewrap is not installed, or does not work here.
    """

    def __init__(self, limits: Limits, masked: Sequence[Path] = ()) -> None:
        self.pid = self._start(limits, masked)
        assert self._bwrap.stdout
        if not self._bwrap.stdout.readline():
            self._fail()
        import resource  # see rlimits

        try:
            for resource_, most in rlimits(limits).items():
                resource.prlimit(self.pid, resource_, (most, most))
            self.pidfd = os.pidfd_open(self.pid)
        except OSError as error:
            self._fail(str(error))
        self.root = Path(f"/proc/{self.pid}/root")

    def _start(self, limits: Limits, masked: Sequence[Path]) -> int:
        """Start bubblewrap, and map users while it waits; return the pid of the first process inside."""
        (info, told), (wait, go) = os.pipe(), os.pipe()
        with open(info) as report, open(go, "w"):  # it goes on when ``go`` is closed
            self._bwrap = _bubblewrap([*_view(limits, masked)], told, wait)
            text = report.read()
            try:
                pid: int = json.loads(text)["child-pid"]
                _map_users(pid)
            except ValueError:
                self._fail()
            except OSError as error:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)  # it waits, and does not yet die with bubblewrap
                self._fail(str(error))
        return pid

    def _fail(self, why: str = "") -> NoReturn:
        self._bwrap.kill()
        said = self._bwrap.communicate()[1].strip()  # it also closes the pipes, and leaves no dead process
        raise UserError(f"bubblewrap does not work here ({why or said}): {INSTALL}.")

    def inside(self, path: str) -> str:
        """``path`` as a process inside names it."""
        return f"/{path.lstrip('/')}"

    @property
    def sealed(self) -> bool:
        """Whether nothing in `SOCKETS` can be replaced any more; true also of a place that is gone."""
        try:
            return bool(os.statvfs(self.root / SOCKETS[1:]).f_flag & os.ST_RDONLY)
        except OSError:
            return True

    def processes(self) -> list[Path]:
        """The folders of the processes inside, below the /proc of the place."""
        return processes_of(self.root / "proc")

    def files(self) -> int:
        """The number of files in the scratch space."""
        try:
            used = [os.statvfs(self.root / folder) for folder in ("tmp", "dev/shm")]
        except OSError:  # it is gone
            return 0
        return sum(space.f_files - space.f_ffree for space in used)

    def close(self) -> None:
        """Kill every process inside, and wait until all are gone."""
        self._bwrap.kill()
        self._bwrap.wait()
        for pipe in (self._bwrap.stdout, self._bwrap.stderr):
            if pipe:
                pipe.close()
        pidfd, self.pidfd = self.pidfd, -1  # the watchdog may close the place at the same time
        if pidfd >= 0:
            os.close(pidfd)


def _bubblewrap(view: list[str], told: int, wait: int) -> "subprocess.Popen[str]":
    """Start bubblewrap; it reports its child to ``told``, and goes on when ``wait`` is at its end."""
    descriptors = {"--info-fd": told, "--userns-block-fd": wait, "--seccomp": _pipe(syscalls.program())}
    options = [word for option, descriptor in descriptors.items() for word in (option, str(descriptor))]
    try:
        return subprocess.Popen(
            ["bwrap", *view, "--as-pid-1", *options, *SLEEP],
            pass_fds=descriptors.values(),
            process_group=0,  # no interrupt from a terminal: until it is complete, the place would outlive it
            env={"PATH": PATH},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise UserError(f"bubblewrap is not installed: {INSTALL}.") from None
    finally:
        for descriptor in descriptors.values():
            os.close(descriptor)


def _map_users(pid: int) -> None:
    """Map the users of the namespace of ``pid`` to users outside: one, and also root where root grades."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        Path(f"/proc/{pid}/setgroups").write_text("deny")
    for kind, own in (("uid", uid), ("gid", gid)):
        users = f"0 0 1\n{NOBODY} {NOBODY} 1\n" if uid == 0 else f"{NOBODY} {own} 1\n"
        Path(f"/proc/{pid}/{kind}_map").write_text(users)


def _pipe(content: bytes) -> int:
    """A descriptor from which ``content`` can be read; a pipe must be able to hold it."""
    descriptor, end = os.pipe()
    with open(end, "wb") as stream:
        stream.write(content)
    return descriptor


def processes_of(proc: Path) -> list[Path]:
    """The folders of the processes in ``proc``, a file system of that type."""
    try:
        return [proc / name for name in os.listdir(proc) if name.isdigit()]
    except OSError:  # it is gone
        return []


def _view(limits: Limits, masked: Sequence[Path]) -> list[str]:
    """The options for what is inside: Python, this package and the data, read-only, and scratch space."""
    readable = [Path(p) for p in SYSTEM] + [Path(sys.base_prefix), Path(sys.prefix)]
    readable += [Path(qcourse.__file__).parent, cache_folder()]
    if given := os.environ.get("QCOURSE_DATA"):
        readable.append(Path(given).absolute() / "MNIST")
    readable = [path for path in readable if path.exists()]
    above = sorted({folder for path in readable for folder in path.parents} - {Path("/"), Path("/tmp")})
    folders = [
        ("--perms", "0755", "--dir", str(folder)) for folder in above
    ]  # otherwise only root could enter
    binds = [("--ro-bind", str(path), str(path)) for path in readable]
    binds += [("--ro-bind", "/dev/null", str(path)) for path in masked if path.is_file()]
    empty = [("--size", "4096", "--tmpfs", str(p), "--remount-ro", str(p)) for p in masked if p.is_dir()]
    return [
        *("--unshare-all", "--unshare-user", "--cap-drop", "ALL", "--new-session", "--die-with-parent"),
        *(() if os.geteuid() == 0 else ("--uid", str(NOBODY), "--gid", str(NOBODY))),
        # The scratch space first: a course may itself lie below /tmp.
        *("--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp", "--perms", "0777", "--dir", HOME),
        *("--perms", "0777", "--size", "65536", "--tmpfs", SOCKETS),
        *itertools.chain(*folders, *binds, *empty),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", "1048576", "--tmpfs", "/dev/shm"),
        # Where root grades, a process without any capability still owns /proc/sys, including core_pattern.
        *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"),
    ]  # fmt: skip
