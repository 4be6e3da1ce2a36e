"""A kernel that a notebook cannot leave by a wish: `exit`, `quit`, a request to shut down.

ipykernel takes such a wish when the cell has answered, and stops 0.1 s later, in another cell.
Here nothing is lost by it. Whoever started the kernel ends it by a signal
(``shutdown_kernel = "immediate"``).
"""

import asyncio
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets import Type, observe

from qcourse.grading.kernels.missing_modules import WithoutMissingModules


def _ignored() -> None:
    """A wish to stop the loop that answers requests."""


class StayingShell(ZMQInteractiveShell):
    """Takes no notice of `exit`, `quit` and their like, and goes on without modules that are missing here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ast_transformers.append(WithoutMissingModules())
        # An error of a student's callback, at every cell, is no error of the cell.
        self.events.shell = SimpleNamespace(showtraceback=lambda: None)  # type: ignore[assignment]

    def ask_exit(self) -> None:
        """What `exit` and `quit` call."""

    @observe("exit_now")
    def _update_exit_now(self, change: dict[str, Any]) -> None:
        """Where the base class sets a timer that ends the kernel."""


class StayingKernel(IPythonKernel):
    """Answers a request to shut down, and stays."""

    shell_class = Type(StayingShell)

    def start(self) -> None:
        """Start; from now on nothing stops the loop that answers requests."""
        super().start()
        asyncio.get_event_loop().stop = _ignored  # type: ignore[method-assign]

    def do_shutdown(self, restart: bool) -> dict[str, Any]:  # type: ignore[override]
        """What a shutdown is answered with; not async, as ipykernel's own is not."""
        return {"status": "ok", "restart": restart}

    async def shutdown_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Answer only."""
        content = self.do_shutdown(bool(parent["content"].get("restart")))
        assert self.session
        self.session.send(stream, "shutdown_reply", content, parent, ident=ident)
