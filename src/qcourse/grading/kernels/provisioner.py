"""A Jupyter kernel provisioner whose kernels are forked warm and live contained.

nbgrader, nbclient and formgrader start such a kernel like any other: `client.ContainedKernelManager` tells
jupyter_client of the provisioner ``qcourse-contained``. ``$QCOURSE_ISOLATION`` sets how kernels are
contained.

Theory of operation
-------------------
A worker grades submissions. These processes serve it; only the last one runs code of a student::

    worker                 trusted: sends cells, reads outputs, measures, and kills bwrap at a limit
    +-- bwrap              one per kernel: makes the namespaces; when it dies, everything inside dies
    |   +-- sh             first process inside: holds the namespaces open, sleeps, reaps dead processes
    +-- forkserver         one of all workers: warm, it has imported what notebooks do and loaded the data
        +-- keeper         a fork: joins the namespaces of sh (setns), forks the kernel, seals its sockets
            +-- kernel     inside: gives up its rights, then becomes ipykernel

They talk through:

- ``--info-fd`` and ``--userns-block-fd``, pipes between bwrap and the worker: bwrap reports the pid of sh,
  and waits until the worker has mapped its users;
- the stdout of sh, a pipe to the worker: one line, when the place is complete;
- a socket pair between worker and forkserver: per kernel one request in JSON, with a pidfd of sh;
- a pipe that only the keeper holds open: the worker sees its end when the kernel has ended;
- Jupyter's five ZeroMQ sockets in `SOCKETS`, files inside that the worker reaches by /proc/PID-OF-SH/root.
"""

import asyncio
import contextlib
import os
import select
import signal
import socket
from collections.abc import Set
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from qcourse.files import read_regular
from qcourse.grading.kernels import head_start
from qcourse.grading.kernels.forkserver import MOST_SAID, Forkserver
from qcourse.grading.other_files import put
from qcourse.grading.place.bubblewrap import HOME, PORTS, SOCKETS, WHY
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import Place, make_place
from qcourse.grading.trust.referee import Referee

USUAL = frozenset(("kernel", "course"))
_warm: list[Forkserver] = []  # one, where it has been started
_referees: list[Referee] = []  # one of its forks, likewise


def forkserver(parts: Set[str] = USUAL, *, wait: bool = True) -> Forkserver:
    """The one of this process, which has imported some of `preload.PARTS`; a new one if the last has died.

    Who does not ``wait`` must do so later, by `Forkserver.warm`.
    """
    if _warm and not _warm[0].alive:
        _warm.pop().close()
    if not _warm:
        _lose_referee()
        _warm.append(head_start.take() or Forkserver())
    (_warm[0].warm if wait else _warm[0].begin)(parts)
    return _warm[0]


def referee(parts: Set[str] = USUAL, *, new: bool = False) -> Referee:
    """The trusted process of this one; a ``new`` one where the last has died."""
    warm = forkserver(parts)
    if new:
        _lose_referee()
    if not _referees:
        _referees.append(warm.referee())
    return _referees[0]


def _lose_referee() -> None:
    while _referees:
        _referees.pop().close()


class ContainedProvisioner(KernelProvisionerBase):
    """One kernel and the place that it lives in."""

    limits = Limits()
    parts: Set[str] = USUAL
    warm: Forkserver | None = None  # which has forked it
    place: Place | None = None
    line: socket.socket | None = None  # a referee's end
    _ends = -1  # a pipe that ends with the kernel

    @property
    def has_process(self) -> bool:
        """Whether there is a place, and a kernel in it or soon."""
        return self.place is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the place, and tell the kernel manager where the sockets will be, as seen from outside."""
        self.limits = kwargs.pop("limits", self.limits)
        self.parts = kwargs.pop("parts", self.parts)
        self.place = make_place(self.limits, kwargs.pop("isolation", ""), kwargs.pop("masked", ()))
        put(self.place.root / HOME[1:], kwargs.pop("files", {}))
        manager: Any = self.parent
        manager.transport, manager.ip = "ipc", str(self.place.root / SOCKETS[1:] / "kernel")
        for number, port in enumerate(PORTS, start=1):
            setattr(manager, port, number)
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel into the place."""
        assert self.parent
        assert self.place
        info: Any = self.parent.get_connection_info()
        self.connection_info = info
        inside = info | {"ip": self.place.inside(f"{SOCKETS}/kernel"), "key": info["key"].decode()}
        self.warm = warm = forkserver(self.parts)
        self.line, theirs = socket.socketpair()
        with theirs:
            self._ends = warm.fork(inside, self.place.inside(HOME), self.limits, theirs, self.place.pidfd)
        while not self.place.sealed and await self.poll() is None:
            await asyncio.sleep(0.01)
        return self.connection_info

    def said(self) -> str:
        """Why a kernel that ran no code yet has ended, after a colon; "." where nothing is known."""
        with contextlib.suppress(OSError):
            if self.place:
                written = read_regular(self.place.root / WHY[1:], MOST_SAID)
                return f":\n{written.decode(errors='replace').strip()}"
        return forkserver(self.parts).said

    async def poll(self) -> int | None:
        """None while the kernel runs."""
        if self.place is None:
            return 0
        ended, _, _ = select.select([self._ends], [], [], 0)
        return 1 if ended else None

    async def wait(self) -> int | None:
        """Until the kernel has ended."""
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        await self.cleanup()
        return 1

    async def send_signal(self, signum: int) -> None:
        """A kernel is interrupted by message; any other signal ends it and all that it started."""
        if signum != signal.SIGINT:
            await self.kill()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        if self.place is not None:
            self.place.close()

    async def terminate(self, restart: bool = False) -> None:
        """The same as `kill`: a kernel is not asked."""
        await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the place."""
        await self.kill()
        self.place = None
        if self.line:
            self.line.close()
            self.line = None
        if self._ends >= 0:
            with contextlib.suppress(OSError):
                os.close(self._ends)
            self._ends = -1
