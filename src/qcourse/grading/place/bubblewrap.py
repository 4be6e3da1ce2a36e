"""A place for untrusted code: bubblewrap's namespaces, which a warm process then joins.

bubblewrap makes the place and holds it open around a process that only sleeps. The forkserver's child
enters it with setns(2), so that torch is imported before and not inside. When bubblewrap is
killed, the kernel kills everything that lives in its process namespace.
"""

import itertools
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import qcourse
from qcourse.data import cache_folder
from qcourse.errors import UserError
from qcourse.grading.place import syscalls
from qcourse.grading.place.limits import Limits, rlimits

HOME = "/tmp/home"  # inside: the folder where a notebook runs
SOCKETS = "/sockets"  # inside: the kernel's; sealed before a student's code runs, or it could put links there
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
PATH = "/usr/bin:/bin"
NOBODY = 65534  # who runs inside; where root grades, outside too: no limit on processes holds for root
INSTALL = "install bubblewrap 0.8 or newer (apt install bubblewrap), or say --isolation none where you trust every student"  # noqa: E501


class Sandbox:
    """An empty place: no network, no process, nothing to read but Python and the data.

    ``pidfd`` leads into it, ``root`` is its root folder as seen from outside.

    Raises:
        UserError: bubblewrap is not there, or does not work here.
    """

    def __init__(self, limits: Limits) -> None:
        (info, told), (wait, go) = os.pipe(), os.pipe()
        # It writes a line when everything is in its place, and sleeps. As the first process it outlives
        # a kill of all others, and reaps the dead while it waits.
        sleep = ["sh", "-c", "echo; while :; do sleep 99999; done"]
        given = {"--info-fd": told, "--userns-block-fd": wait, "--seccomp": _pipe(syscalls.program())}
        options = [word for option, fd in given.items() for word in (option, str(fd))]
        pipes: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        with open(info) as report, open(go, "w"):
            try:
                self._bwrap = subprocess.Popen(
                    ["bwrap", *_view(limits), "--as-pid-1", *options, *sleep],
                    pass_fds=given.values(), env={"PATH": PATH}, text=True, **pipes,
                )  # fmt: skip
            except FileNotFoundError:
                raise UserError(f"bubblewrap is not installed: {INSTALL}.") from None
            finally:
                for descriptor in given.values():
                    os.close(descriptor)
            text = report.read()
            try:
                self.pid: int = json.loads(text)["child-pid"]
                _map_users(self.pid)
            except (ValueError, OSError) as error:
                self._fail("" if isinstance(error, ValueError) else str(error))
        assert self._bwrap.stdout
        if not self._bwrap.stdout.readline():
            self._fail()
        for what, most in rlimits(limits).items():
            resource.prlimit(self.pid, what, (most, most))
        self.pidfd = os.pidfd_open(self.pid)
        self.root = Path(f"/proc/{self.pid}/root")

    def _fail(self, why: str = "") -> NoReturn:
        self._bwrap.kill()
        reason = why or self._bwrap.communicate()[1].strip()
        raise UserError(f"bubblewrap does not work here ({reason}): {INSTALL}.")

    def inside(self, path: str) -> str:
        """``path`` as the kernel names it."""
        return f"/{path.lstrip('/')}"

    @property
    def sealed(self) -> bool:
        """Whether nothing in `SOCKETS` can be replaced any more."""
        return bool(os.statvfs(self.root / SOCKETS[1:]).f_flag & os.ST_RDONLY)

    def processes(self) -> list[Path]:
        """Everything that runs inside: its folders below /proc, which shows there nothing else."""
        return processes_of(self.root / "proc")

    def files(self) -> int:
        """How many files there are in the scratch space."""
        try:
            used = [os.statvfs(self.root / folder) for folder in ("tmp", "dev/shm")]
        except OSError:  # it is gone
            return 0
        return sum(space.f_files - space.f_ffree for space in used)

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


def _map_users(pid: int) -> None:
    """Say who the users of the namespace of ``pid`` are outside: one, and where root grades, root besides."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        Path(f"/proc/{pid}/setgroups").write_text("deny")
    for kind, own in (("uid", uid), ("gid", gid)):
        users = f"0 0 1\n{NOBODY} {NOBODY} 1\n" if uid == 0 else f"{NOBODY} {own} 1\n"
        Path(f"/proc/{pid}/{kind}_map").write_text(users)


def _pipe(content: bytes) -> int:
    """A descriptor from which ``content``, no more than a pipe holds, can be read."""
    descriptor, end = os.pipe()
    with open(end, "wb") as stream:
        stream.write(content)
    return descriptor


def processes_of(proc: Path) -> list[Path]:
    """The folders of processes in a file system of kind proc."""
    try:
        return [proc / name for name in os.listdir(proc) if name.isdigit()]
    except OSError:  # it is gone
        return []


def _view(limits: Limits) -> list[str]:
    """What bubblewrap shows: Python, this package and the data, read-only, and a small scratch space."""
    readable = [Path(p) for p in SYSTEM] + [Path(sys.base_prefix), Path(sys.prefix)]
    readable += [Path(qcourse.__file__).parent, cache_folder()]
    if given := os.environ.get("QCOURSE_DATA"):
        readable.append(Path(given).absolute() / "MNIST")
    readable = [path for path in readable if path.exists()]
    above = sorted({folder for path in readable for folder in path.parents} - {Path("/"), Path("/tmp")})
    folders = [("--perms", "0755", "--dir", str(folder)) for folder in above]  # else closed to all but root
    binds = [("--ro-bind", str(path), str(path)) for path in readable]
    return [
        *("--unshare-all", "--unshare-user", "--cap-drop", "ALL", "--new-session", "--die-with-parent"),
        *(() if os.geteuid() == 0 else ("--uid", str(NOBODY), "--gid", str(NOBODY))),
        # The scratch space first: a course may itself lie below /tmp.
        *("--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp", "--perms", "0777", "--dir", HOME),
        *("--perms", "0777", "--size", "65536", "--tmpfs", SOCKETS),
        *itertools.chain(*folders, *binds),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", "1048576", "--tmpfs", "/dev/shm"),
        # Where root grades, a process without any right still owns /proc/sys, core_pattern among it.
        *("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"),
    ]  # fmt: skip
