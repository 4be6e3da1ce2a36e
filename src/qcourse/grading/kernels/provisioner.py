"""A Jupyter kernel provisioner whose kernels are forked warm and live contained.

nbgrader, nbclient and formgrader start it like any other kernel: it is named in `pyproject.toml` as the
entry point ``qcourse-contained``. ``$QCOURSE_ISOLATION`` says how kernels are contained.
"""

import asyncio
import contextlib
import os
import select
import signal
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from qcourse.grading.kernels.forkserver import Forkserver
from qcourse.grading.place.bubblewrap import HOME, SOCKETS, Sandbox
from qcourse.grading.place.limits import Limits
from qcourse.grading.place.place import Scratch, enter

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
_warm: list[Forkserver] = []


def forkserver() -> Forkserver:
    """This process's own; a new one where the last has died."""
    if _warm and not _warm[0].alive:
        _warm.pop().close()
    if not _warm:
        _warm.append(Forkserver())
    return _warm[0]


class ContainedProvisioner(KernelProvisionerBase):
    """One kernel and the place that it lives in."""

    limits = Limits()
    place: Sandbox | Scratch | None = None
    _ends = -1

    @property
    def has_process(self) -> bool:
        return self.place is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the place; tell the kernel manager where the sockets will be, as seen from outside."""
        self.limits = kwargs.pop("limits", self.limits)
        self.place = enter(self.limits, kwargs.pop("isolation", ""))
        manager: Any = self.parent
        manager.transport, manager.ip = "ipc", str(self.place.root / SOCKETS[1:] / "kernel")
        for number, port in enumerate(PORTS, start=1):
            setattr(manager, port, number)
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel into the place."""
        assert self.parent
        assert self.place
        info = self.parent.get_connection_info()
        self.connection_info = info
        inside = info | {"ip": self.place.inside(f"{SOCKETS}/kernel"), "key": info["key"].decode()}
        self._ends = forkserver().fork(inside, self.place.inside(HOME), self.limits, self.place.pidfd)
        while not self.place.sealed and await self.poll() is None:
            await asyncio.sleep(0.01)
        return info

    async def poll(self) -> int | None:
        if self.place is None:
            return 0
        ended, _, _ = select.select([self._ends], [], [], 0)
        return 1 if ended else None

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        await self.cleanup()
        return 1

    async def send_signal(self, signum: int) -> None:
        """A kernel is interrupted by message; any other signal ends it with all that it started."""
        if signum != signal.SIGINT:
            await self.kill()

    async def kill(self, restart: bool = False) -> None:
        if self.place is not None:
            self.place.close()

    async def terminate(self, restart: bool = False) -> None:
        await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        await self.kill()
        self.place = None
        if self._ends >= 0:
            with contextlib.suppress(OSError):
                os.close(self._ends)
            self._ends = -1
