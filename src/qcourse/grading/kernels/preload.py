"""What every kernel of this course needs, done once: the imports, the data and the trained float network."""

import gc
import importlib

from qcourse.data import keep_loaded

MODULES = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "numpy.random",
    "qcourse.pt2e_qat",
    "qcourse.check.causes.registry",
    "qcourse.grading.kernels.staying_kernel",
    "qcourse.plots.calibration",
    "qcourse.plots.ptq",
    "qcourse.plots.qat",
    "qcourse.plots.scratch",
    "qcourse.torch_ao",
    "qcourse.training",
)
LATE = (  # torch imports these at the first gradient and at the first optimizer, which takes over a second
    "torch._dynamo",
    "torch._subclasses.schema_check_mode",
    "torch.fx.experimental.symbolic_shapes",
)


def warm() -> None:
    """Import and load; every fork shares the memory until it writes to it."""
    for name in (*MODULES, *LATE):
        importlib.import_module(name)
    keep_loaded()
    gc.collect()
    gc.freeze()  # otherwise a collection in a fork touches every object, and so copies the memory
