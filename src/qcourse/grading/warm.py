"""What a kernel of this course needs, done once: imports, the data, its tensors, the float network."""

import importlib

MODULES = (
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
    "qcourse.check.causes",
    "qcourse.plots.calibration",
    "qcourse.plots.ptq",
    "qcourse.plots.qat",
    "qcourse.plots.scratch",
    "qcourse.torch_ao",
    "qcourse.training",
)


def warm() -> None:
    """Import and load; everything stays in memory, shared with every fork until it is written to."""
    for name in MODULES:
        importlib.import_module(name)
