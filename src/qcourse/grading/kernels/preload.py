"""What every kernel of a notebook needs, done once: the imports and the data."""

import gc
import importlib

from qcourse.data import keep_loaded

MODULES = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "numpy.random",
    "qcourse.check.causes.registry",
    "qcourse.grading.kernels.staying_kernel",
    "qcourse.plots.calibration",
    "qcourse.plots.scratch",
)
TORCH = (  # three quarters of the time: only for notebooks that use torch
    "qcourse.plots.ptq",
    "qcourse.plots.qat",
    "qcourse.pt2e_qat",
    "qcourse.torch_ao",
    "qcourse.training",
)
LATE = (  # torch imports these at the first gradient and at the first optimizer, which takes over a second
    "torch._dynamo",
    "torch._subclasses.schema_check_mode",
    "torch.fx.experimental.symbolic_shapes",
)


def warm(*, torch: bool) -> None:
    """Import, with ``torch`` what uses it, and load; every fork shares the memory until it writes to it."""
    for name in (*MODULES, *(TORCH + LATE if torch else ())):
        importlib.import_module(name)
    keep_loaded()
    gc.collect()
    gc.freeze()  # otherwise a collection in a fork touches every object, and so copies the memory
