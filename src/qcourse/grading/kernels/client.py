"""Jupyter's kernel manager and client for contained kernels, whose messages are not trusted."""

import contextlib
import time
from importlib.metadata import EntryPoint
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.session import Session

PROVISIONER = EntryPoint(
    "qcourse-contained",
    "qcourse.grading.kernels.provisioner:ContainedProvisioner",
    KernelProvisionerFactory.GROUP_NAME,
)


class TolerantSession(Session):
    """Replaces a malformed message by an empty one, which answers nothing.

    Adds ``size`` to each message: the bytes of its content and buffers.
    """

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list[Any], list[Any]]:
        """As the base class; empty lists for a message without a delimiter."""
        try:
            identities, parts = super().feed_identities(msg_list, copy)
        except ValueError:
            return [], []
        return identities, list(parts)

    def deserialize(self, msg_list: list[Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As the base class; a wrong signature or a missing part makes an empty message."""
        try:
            message: dict[str, Any] = super().deserialize(msg_list, *args, **kwargs)
            parts = [message[part] for part in ("header", "parent_header", "metadata", "content")]
            if all(isinstance(part, dict) for part in parts):
                return message | {"size": sum(map(len, msg_list[3:]))}
        except Exception:  # a kernel may send anything
            pass
        return {"msg_type": "", "header": {}, "parent_header": {}, "content": {}, "size": 0}


class LimitedClient(AsyncKernelClient):
    """Drops a message of more than four times the kernel's limit of output: it would fill our memory."""

    def _context_default(self) -> zmq.asyncio.Context:
        manager: Any = self.parent
        context = super()._context_default()
        # These hold for the sockets that the context will make.
        # A message somewhat above the limit arrives, so that the cell is ended at once and is told why.
        context.setsockopt(zmq.MAXMSGSIZE, 4 * manager.provisioner.limits.output)
        context.setsockopt(zmq.RCVHWM, 5)  # the rest waits in the kernel, and counts as its memory
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on both channels; the base class waits for 0.2 s of silence."""
        deadline = time.monotonic() + (timeout or 60)
        while await self.is_alive() and time.monotonic() < deadline:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.1)
                return
        manager: Any = self.parent
        raise RuntimeError(f"the kernel did not start{manager.provisioner.said()}")


class ContainedKernelManager(AsyncKernelManager):
    """Starts kernels with `qcourse.grading.kernels.provisioner`, with no kernelspec to install."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known: Any = KernelProvisionerFactory.instance(parent=self.parent).provisioners
        known[PROVISIONER.name] = PROVISIONER  # also where the package is on the path, and not installed
        self.client_factory = LimitedClient
        self._kernel_spec = KernelSpec(
            display_name="contained", language="python", interrupt_mode="message",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER.name}},
        )  # fmt: skip

    def _session_default(self) -> Session:
        return TolerantSession(parent=self)

    async def _async_wait(self, pollinterval: float = 0.01) -> None:  # 0.1 in the base class
        await super()._async_wait(pollinterval)
