"""What every kernel of a notebook needs, done once: the imports and the data."""

import gc
import importlib
import sys
from itertools import chain

from qcourse.data import keep_loaded

STACKS = ("numpy", "course", "torch")  # each with what stands before it
MODULES = (
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect"),
    *("IPython.extensions.storemagic", "IPython.utils.wildcard", "ipykernel.kernelapp"),
    *("faulthandler", "numpy.random", "sqlite3", "tornado.platform.asyncio"),
    "qcourse.grading.kernels.answering_kernel",
)
COURSE = (  # only for notebooks that use this package, or matplotlib
    "qcourse.plots.calibration",
    "qcourse.plots.explore",
    "qcourse.plots.scratch",
)
TORCH = (  # three quarters of the time: only for notebooks that use torch
    "qcourse.grading.trust.encode_torch",
    "qcourse.measure",
    "qcourse.plots.explore_nets",
    "qcourse.plots.ptq",
    "qcourse.plots.qat",
    "qcourse.pt2e",
    "qcourse.torch_ao",
    "qcourse.training",
)
LATE = (  # torch imports these at the first gradient and at the first optimizer, which takes over a second
    "torch._dynamo",
    "torch._subclasses.schema_check_mode",
    "torch.fx.experimental.symbolic_shapes",
    "torch.utils.serialization.config",
)


def warm(stack: str) -> None:
    """Import one of `STACKS`, and load the data; every fork shares the memory until it writes to it."""
    gc.disable()  # what is imported stays: a collection finds 5 MB of 250, in a seventh of the whole time
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # which takes as long as NumPy to import,
    importlib.import_module("ipykernel.debugger")  # and which ipykernel does without
    del sys.modules["debugpy"]  # a notebook may have it
    parts = MODULES, COURSE, TORCH + LATE
    for name in chain(*parts[: STACKS.index(stack) + 1]):
        importlib.import_module(name)
    if stack != "numpy":
        keep_loaded()
    gc.freeze()  # otherwise a collection in a fork touches every object, and so copies the memory
    gc.enable()
