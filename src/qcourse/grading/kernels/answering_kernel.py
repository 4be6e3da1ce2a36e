"""The kernel of a place: it stays, keeps answers, and in the end answers a referee."""

from types import SimpleNamespace
from typing import Any

import zmq
from ipykernel import ipkernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import Type

from qcourse.grading.kernels.staying_kernel import StayingKernel
from qcourse.grading.trust.driver import Driver


class AnsweringKernel(StayingKernel):
    """Calls the answers of its notebook for a referee, who asks by the descriptor ``line``."""

    line = -1

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert self.shell
        self._driver = Driver(self.shell.user_ns)
        self.shell_handlers |= {"keep_answer": self.keep_answer, "serve_referee": self.serve_referee}

    async def keep_answer(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Keep the answer of that name as it is now; nobody waits for a reply."""
        self._driver.keep(parent["content"]["answer"])

    async def serve_referee(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """From now on do nothing but answer a referee."""
        self._driver.serve(self.line)


class App(IPKernelApp):
    """Runs such a kernel."""

    kernel_class = Type(AnsweringKernel)

    def init_iopub(self, context: "zmq.Context[Any]") -> None:
        """Drop nothing that a cell prints: what is not yet read waits here."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)

    def init_kernel(self) -> None:
        """Without the list of all modules' files, for a debugger: to read them copies their memory."""
        module: Any = ipkernel
        real, module.sys = module.sys, SimpleNamespace(modules={})
        super().init_kernel()
        module.sys = real
