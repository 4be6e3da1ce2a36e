"""A fork of the warm process becomes a contained kernel: it joins a place, gives up its rights, and runs."""

import contextlib
import ctypes
import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from qcourse.check import switches
from qcourse.course.settings import QUIET
from qcourse.grading.kernels.preload import CACHES
from qcourse.grading.place.bubblewrap import NOBODY, PORTS, SOCKETS, WHY
from qcourse.grading.place.limits import Limits, rlimits
from qcourse.grading.place.syscalls import refuse
from qcourse.grading.trust import referee

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x04000000, 0x08000000, 0x20000000
CLONE_NEWCGROUP, CLONE_NEWUSER, CLONE_NEWNET = 0x02000000, 0x10000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 0x1, 0x2, 0x4, 0x20, 0x1000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LINUX_CAPABILITY_VERSION_3 = 0x20080522
MOST_DESCRIPTORS = 2**16


def start(request: dict[str, Any], handed: list[int]) -> NoReturn:
    """In a fork of the warm process: join the place, fork the kernel in it, and wait for the kernel's end.

    ``handed`` holds an open pipe, by which the caller sees that the kernel lives, the driver's end of its
    line, and where the place is a sandbox, a pidfd of its first process. An empty request is for a referee.
    """
    try:
        _leave_the_warm_process()
        if not request:
            referee.serve(socket.socket(fileno=handed[0]))
            os._exit(0)
        Path("/proc/self/oom_score_adj").write_text("1000")  # the first to be killed when memory runs out
        _, line, *pidfds = handed
        if pidfds:
            _join(pidfds[0])
        kernel = os.fork()
        if kernel == 0:
            _become_kernel(request, line, sandboxed=bool(pidfds))
        else:
            if pidfds:
                _seal(kernel)
            os.waitpid(kernel, 0)
    except BaseException:
        traceback.print_exc()  # for the grader; once confined, a kernel has no stderr
    finally:
        os._exit(1)


def _leave_the_warm_process() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()


def _join(pidfd: int) -> None:
    """Join every namespace of a process, that of users first: it gives the right to join the others."""
    _libc("setns", pidfd, CLONE_NEWUSER)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # in this namespace: none can be made in it
    others = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
    _libc("setns", pidfd, others)


def _become_kernel(request: dict[str, Any], line: int, *, sandboxed: bool) -> None:
    if sandboxed:
        _become_nobody()
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _confine(Limits(*request["limits"]), line)
    try:
        _run(request["connection"], Path(request["home"]), line)
    except BaseException:  # it has no stderr any more
        Path(request["home"]).with_name(Path(WHY).name).write_text(traceback.format_exc()[-1000:])
        raise


def _seal(kernel: int) -> None:
    """When the kernel has made its sockets, make their folder read-only: the caller would follow a link.

    The caller waits for this before it sends any code.
    """
    while len(os.listdir(SOCKETS)) < len(PORTS):
        if os.waitpid(kernel, os.WNOHANG)[0]:
            os._exit(1)
        time.sleep(0.005)
    read_only = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
    _libc("mount", None, SOCKETS.encode(), None, read_only, None)


def _become_nobody() -> None:
    """Where root grades, be nobody: Linux does not apply RLIMIT_NPROC to root."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        _libc("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # otherwise it could not read its own /proc/self


def _confine(limits: Limits, line: int) -> None:
    """Give up every capability and every descriptor but ``line``, and accept limits, for good."""
    import resource  # see rlimits

    os.closerange(0, line)
    os.closerange(line + 1, MOST_DESCRIPTORS)
    for _ in range(3):
        os.open(os.devnull, os.O_RDWR)
    _libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header, none = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _libc("capset", header, none)
    refuse()
    for what, most in rlimits(limits, _memory("VmSize"), _memory("VmData")).items():
        with contextlib.suppress(ValueError):  # a lower limit is set already
            resource.setrlimit(what, (most, most))


def _memory(kind: str) -> int:
    """The memory of this process, in bytes; RLIMIT_DATA counts ``VmData``, what is private and writable."""
    return 1024 * int(Path("/proc/self/status").read_text().split(f"{kind}:")[1].split()[0])


def _run(connection: dict[str, Any], home: Path, line: int) -> None:
    """Run ipykernel in the folder ``home`` until it is told to end."""
    from qcourse.grading.kernels.answering_kernel import App

    # For calls, while there are descriptors; not warm, since it imports and reads what a place has not.
    importlib.import_module("qcourse.check.borrowing")
    importlib.import_module("qcourse.check.solved").exercises()

    os.chdir(home)
    switches.start_here()
    os.environ["HOME"] = str(home)
    for name in CACHES:
        del os.environ[name]
    sys.path.append("")  # last: a student's numpy.py must not stand in for a library
    file = home.parent / "connection.json"
    file.write_text(json.dumps(connection))
    app = App.instance()
    app.initialize(
        [
            *("-f", str(file), "--HistoryManager.hist_file=:memory:", QUIET),
            f"--ip={connection['ip']}",  # otherwise it looks for one before it reads the file
        ]
    )
    app.kernel.line = line
    print(flush=True)  # makes the sockets for output now, while there are descriptors
    app.start()


def _libc(function: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")
