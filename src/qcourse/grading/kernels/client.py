"""Jupyter's manager and client for contained kernels; what such a kernel sends is not trusted."""

import contextlib
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session

from qcourse.grading.place.limits import Limits


class Listening(Session):
    """Takes what is no message, by its signature or its parts, for one that answers nothing.

    ``size`` of a message is the bytes of what it carries.
    """

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list, list]:
        try:
            return super().feed_identities(msg_list, copy)
        except ValueError:
            return [], []

    def deserialize(self, msg_list: list, *args: Any, **kwargs: Any) -> dict:
        try:
            message = super().deserialize(msg_list, *args, **kwargs)
            parts = [message[part] for part in ("header", "parent_header", "metadata", "content")]
            if all(isinstance(part, dict) for part in parts):
                return message | {"size": sum(map(len, msg_list[3:]))}
        except Exception:
            pass
        return {"msg_type": "", "header": {}, "parent_header": {}, "content": {}, "size": 0}


class Client(AsyncKernelClient):
    """Cuts off a message that is larger than all outputs together may be: it would fill our memory."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, Limits().output)  # for the sockets that it will make
        context.setsockopt(zmq.RCVHWM, 20)  # the rest waits in the kernel, and counts as its memory
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Until the kernel answers on both channels; the base class always waits for 0.2 s of silence."""
        deadline = time.monotonic() + (timeout or 60)
        while await self.is_alive() and time.monotonic() < deadline:
            self.kernel_info()
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.1)
                return
        raise RuntimeError("the kernel did not get ready")


class ContainedKernelManager(AsyncKernelManager):
    """Starts kernels by `qcourse.grading.kernels.provisioner`, with no kernelspec to install."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client_factory = Client
        self._kernel_spec = KernelSpec(
            display_name="contained", language="python", interrupt_mode="message",
            metadata={"kernel_provisioner": {"provisioner_name": "qcourse-contained"}},
        )  # fmt: skip

    def _session_default(self) -> Session:
        return Listening(parent=self)

    async def _async_wait(self, pollinterval: float = 0.01) -> None:  # 0.1 in the base class
        await super()._async_wait(pollinterval)
