"""What every kernel of a notebook needs, done once: the imports and the data."""

import gc
import importlib
import re
import sys
from collections.abc import Mapping
from itertools import chain
from typing import Any

from qcourse.data import keep_loaded

STACKS = ("numpy", "course", "torch", "optimizer")  # each with what stands before it
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
    "torch._subclasses.schema_check_mode",
    "torch.utils.serialization.config",
)
OPTIMIZER = (  # what torch imports when the first of `torch.optim` is made: as long as torch itself
    "torch._dynamo",
    "torch.fx.experimental.symbolic_shapes",
)
# To name torch is not enough. (No ``\s``, which would run over blank lines again from each of them.)
IMPORTS_TORCH = re.compile(r"^[ \t]*(?:from|import)\b[^#\n]*\btorch", re.MULTILINE)
MAKES_OPTIMIZER = re.compile(r"\boptim\.\w+\(")


def stack(*notebooks: Mapping[str, Any]) -> str:
    """Which of `STACKS` a kernel must not import itself, by what the code cells of ``notebooks`` say."""
    cells = [cell for notebook in notebooks for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    if any(IMPORTS_TORCH.search(source) for source in sources):
        return "optimizer" if any(MAKES_OPTIMIZER.search(source) for source in sources) else "torch"
    names = "qcourse", "matplotlib"
    return "course" if any(name in source for source in sources for name in names) else "numpy"


def warm(stack: str) -> None:
    """Import one of `STACKS`, and load the data; every fork shares the memory until it writes to it.

    A larger one can be imported afterwards.
    """
    gc.disable()  # what is imported stays: a collection finds 5 MB of 250, in a seventh of the whole time
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # which takes as long as NumPy to import,
    importlib.import_module("ipykernel.debugger")  # and which ipykernel does without
    del sys.modules["debugpy"]  # a notebook may have it
    parts = MODULES, COURSE, TORCH, OPTIMIZER
    for name in chain(*parts[: STACKS.index(stack) + 1]):
        importlib.import_module(name)
    if stack != "numpy":
        keep_loaded()
    gc.freeze()  # otherwise a collection in a fork touches every object, and so copies the memory
    gc.enable()
