"""What every kernel of a notebook needs, done once: the imports and the data."""

import gc
import importlib
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

# Made at import: the default is in /tmp, where anybody can create it first.
CACHES = ("MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")
PARTS = {
    "kernel": (
        *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
        *("IPython.core.oinspect", "IPython.extensions.storemagic", "IPython.utils.wildcard"),
        *("ipykernel.kernelapp", "faulthandler", "numpy.random", "sqlite3", "tornado.platform.asyncio"),
        "qcourse.grading.kernels.answering_kernel",
    ),
    "course": ("qcourse.jupyter", "qcourse.plots"),  # and the data
    "matplotlib": ("qcourse.plots.figure", "qcourse.plots.live"),
    "torch": (
        *("qcourse.grading.trust.encode_torch", "qcourse.measure", "qcourse.pt2e", "qcourse.torch_ao"),
        *("qcourse.training", "torch._subclasses.schema_check_mode", "torch.utils.serialization.config"),
    ),
    # What torch imports when the first of `torch.optim` is made: as long as torch itself.
    "optimizer": ("torch._dynamo", "torch.fx.experimental.symbolic_shapes"),
}
# To name torch is not enough. (No ``\s``, which would run over blank lines again from each of them.)
NAMED = {
    "course": re.compile(r"qcourse"),
    "matplotlib": re.compile(r"matplotlib"),
    "torch": re.compile(r"^[ \t]*(?:from|import)\b[^#\n]*\btorch", re.MULTILINE),
    "optimizer": re.compile(r"\boptim\.\w+\("),
}


def wanted(*notebooks: Mapping[str, Any]) -> set[str]:
    """The `PARTS` that code cells of ``notebooks`` name: what their kernels must not import themselves."""
    cells = [cell for notebook in notebooks for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    named = {part for part, name in NAMED.items() if any(map(name.search, sources))}
    return {"kernel"} | (named if "torch" in named else named - {"optimizer"})


def warm(parts: Collection[str]) -> None:
    """Import parts, and load the data; every fork shares the memory until it writes to it."""
    gc.disable()  # what is imported stays: a collection finds 5 MB of 250, in a seventh of the whole time
    if "ipykernel.debugger" not in sys.modules:
        sys.modules["debugpy"] = None  # type: ignore[assignment]  # which takes as long as NumPy to import,
        importlib.import_module("ipykernel.debugger")  # and which ipykernel does without
        del sys.modules["debugpy"]  # a notebook may have it
    for part, modules in PARTS.items():
        for name in modules if part in parts else ():
            importlib.import_module(name)
    if "course" in parts:
        importlib.import_module("qcourse.data").keep_loaded()
    gc.freeze()  # otherwise a collection in a fork touches every object, and so copies the memory
    gc.enable()
