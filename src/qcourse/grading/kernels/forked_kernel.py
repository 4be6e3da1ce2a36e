"""A fork of the warm process becomes a contained kernel: it enters, gives up its rights, and runs."""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from qcourse.grading.place.bubblewrap import NOBODY, SOCKETS
from qcourse.grading.place.limits import Limits, rlimits
from qcourse.grading.place.syscalls import refuse

# clone(2): the kinds of namespace that bubblewrap makes; that of users is entered first
USERS, OTHERS = 0x10000000, 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
REMOUNT_READ_ONLY = 0x1 | 0x2 | 0x4 | 0x20 | 0x1000  # and nosuid, nodev; of this mount: mount(2)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
# made at import, else in /tmp where anybody may make them
CACHES = ("MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")


def start(request: dict, handed: list[int]) -> None:
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
    app = App.instance()
    app.initialize(
        [
            *("-f", str(file), "--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"),
            f"--ip={connection['ip']}",  # or it would look for one before it reads the file
        ]
    )
    print(flush=True)  # makes the threads' sockets for output now, while there are descriptors
    app.start()


def _libc(function: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")
