"""What a kernel of this course needs, done once: imports, the data, its tensors, the float network."""

import gc
import importlib

from qcourse.data import keep_loaded

MODULES = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
    "numpy.random",
    "qcourse.pt2e_qat",
    "qcourse.check.causes.registry",
    "qcourse.plots.calibration",
    "qcourse.plots.ptq",
    "qcourse.plots.qat",
    "qcourse.plots.scratch",
    "qcourse.torch_ao",
    "qcourse.training",
    # What torch imports late: at the first gradient, and at the first optimizer.
    "torch._dynamo",
    "torch._subclasses.schema_check_mode",
    "torch.fx.experimental.symbolic_shapes",
)


def warm() -> None:
    """Import and load; everything stays in memory, shared with every fork until it is written to."""
    for name in MODULES:
        importlib.import_module(name)
    keep_loaded()
    gc.collect()
    gc.freeze()  # a collection in a fork would look at every object here, and so copy its memory
