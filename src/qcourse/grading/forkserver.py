"""A warm process that forks contained kernels: ``python -m qcourse.grading.forkserver FD``.

Importing torch and loading the data take seconds; a fork of a process that has done so takes
milliseconds. It runs nothing but this package, holds no secret, and forks before any thread is started.
"""

import atexit
import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from qcourse.data import cache_folder
from qcourse.grading.containment import NOBODY, SOCKETS
from qcourse.grading.limits import Limits, rlimits
from qcourse.grading.syscalls import refuse

READY = b"ready"
# clone(2): the kinds of namespace that bubblewrap makes; that of users is entered first
USERS, OTHERS = 0x10000000, 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
REMOUNT_READ_ONLY = 0x1 | 0x2 | 0x4 | 0x20 | 0x1000  # and nosuid, nodev; of this mount: mount(2)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
KEPT = (
    "HOME",
    "OMP_NUM_THREADS",
    "PYTHONHASHSEED",
    "PATH",
    "QCOURSE_CACHE",
    "QCOURSE_DATA",
    "QCOURSE_SOURCE",
)

CACHES = (
    "MPLCONFIGDIR",
    "TORCHINDUCTOR_CACHE_DIR",
)  # made at import, else in /tmp where anybody may make them


class Forkserver:
    """The caller's end: starts the process, and asks it for kernels."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "QCOURSE_OFFLINE": "1"}
        environment |= {"USER": "student", "NBGRADER_EXECUTION": "autograde"}
        environment |= {name: str(cache_folder() / name.lower()) for name in CACHES}
        self._socket = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "qcourse.grading.forkserver", str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env=environment, cwd="/", stdin=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        atexit.register(self.close)
        if ours.recv(len(READY)) != READY:
            raise RuntimeError("the warm process has ended while it got ready: its message stands above.")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End it; kernels that it has forked end too."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
        atexit.unregister(self.close)

    def fork(self, connection: dict, home: str, limits: Limits, pidfd: int | None) -> int:
        """Start a kernel in the folder ``home`` inside ``pidfd``; return a pipe that ends when it does."""
        ends, held = os.pipe()
        request = json.dumps({"connection": connection, "home": home, "limits": limits})
        try:
            socket.send_fds(self._socket, [request.encode()], [held] + ([pidfd] if pidfd else []))
        finally:
            os.close(held)
        return ends


def serve(fd: int) -> None:
    """Get warm, then fork a kernel for each request, until the caller is gone."""
    from qcourse.grading.warm import warm

    with socket.socket(fileno=fd) as caller:
        warm()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
        caller.send(READY)
        while True:
            request, handed, _, _ = socket.recv_fds(caller, 2**16, 2)
            if not request:
                return
            if os.fork() == 0:
                caller.close()
                _start(json.loads(request), handed)
            for descriptor in handed:
                os.close(descriptor)


def _start(request: dict, handed: list[int]) -> None:
    """In the child: enter, fork the kernel, wait for it; the open pipe tells the caller that it lives."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    Path("/proc/self/oom_score_adj").write_text("1000")  # the first to go where memory runs out
    if len(handed) == 2:
        _libc("setns", handed[1], USERS)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")  # of this namespace: it gets no other
        _libc("setns", handed[1], OTHERS)
    if kernel := os.fork():
        if len(handed) == 2:
            _seal(kernel)
        os.waitpid(kernel, 0)
        os._exit(0)
    try:
        if len(handed) == 2:
            _become_nobody()
        _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _confine(Limits(*request["limits"]))
        _run(request["connection"], Path(request["home"]))
    finally:
        os._exit(1)


def _seal(kernel: int) -> None:
    """When the kernel has made its sockets, let nobody replace them: the caller would follow a link.

    The caller waits for this before it sends any code.
    """
    while len(os.listdir(SOCKETS)) < 5:
        if os.waitpid(kernel, os.WNOHANG)[0]:
            os._exit(1)
        time.sleep(0.005)
    _libc("mount", None, SOCKETS.encode(), None, REMOUNT_READ_ONLY, None)


def _become_nobody() -> None:
    """Where root grades: for root no limit on processes holds."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        _libc("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # else its own /proc/self would be closed to it


def _confine(limits: Limits) -> None:
    """Give up every right and every descriptor, and take on limits, for good."""
    os.closerange(0, 2**16)
    for _ in range(3):
        os.open(os.devnull, os.O_RDWR)
    _libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _libc("capset", header, none)
    refuse()
    for what, most in rlimits(limits, _memory("VmSize"), _memory("VmData")).items():
        with contextlib.suppress(ValueError):  # a lower limit holds already
            resource.setrlimit(what, (most, most))


def _memory(kind: str) -> int:
    """Memory that this process has now, in bytes; RLIMIT_DATA counts ``VmData``, private and writable."""
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{kind}:")[1].split()[0])


def _run(connection: dict, home: Path) -> None:
    import zmq
    from ipykernel.kernelapp import IPKernelApp

    class App(IPKernelApp):
        def init_iopub(self, context: zmq.Context) -> None:
            """Nothing that a cell prints is dropped: what is not yet read waits here."""
            context.setsockopt(zmq.SNDHWM, 0)
            super().init_iopub(context)

    os.chdir(home)
    os.environ["HOME"] = str(home)
    for name in CACHES:
        del os.environ[name]
    sys.path.insert(0, "")
    file = home.parent / "connection.json"
    file.write_text(json.dumps(connection))
    App.launch_instance(
        ["-f", str(file), "--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"]
    )


def _libc(function: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
