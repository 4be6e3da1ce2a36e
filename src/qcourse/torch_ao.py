"""Everything that the course takes from torch.ao.quantization, imported here and nowhere else.

As of 2026-11 torch.ao.quantization is deprecated in favour of torchao, and still the only eager-mode
API with int8 kernels that runs wherever torch runs. When torch drops it, this module is what changes.
Its deprecation warnings are silenced here and nowhere else: a warning in a graded cell would cost the
student the points (nbgrader counts output on stderr as failure).
"""

import warnings

import torch

from qcourse.errors import UserError

for _about in (
    "torch.ao.quantization is deprecated",
    ".*reduce_range will be deprecated",
    "torch.quantize_per_tensor, .* are deprecated",
):
    warnings.filterwarnings("ignore", message=_about)

try:
    from torch.ao.nn.quantized.modules.linear import LinearPackedParams
    from torch.ao.quantization import (
        DeQuantStub,
        FakeQuantize,
        FusedMovingAvgObsFakeQuantize,
        HistogramObserver,
        MinMaxObserver,
        MovingAverageMinMaxObserver,
        MovingAveragePerChannelMinMaxObserver,
        PerChannelMinMaxObserver,
        QConfig,
        QuantStub,
        convert,
        default_qat_qconfig,
        default_qconfig,
        disable_fake_quant,
        disable_observer,
        enable_fake_quant,
        enable_observer,
        fuse_modules,
        fuse_modules_qat,
        get_default_qat_qconfig,
        get_default_qconfig,
        prepare,
        prepare_qat,
    )
    from torch.ao.quantization.quantize import _observer_forward_hook as observer_forward_hook
except ImportError as error:
    raise UserError(
        f"torch {torch.__version__} has no torch.ao.quantization, which notebooks 08 and 09 teach: "
        "install the version that constraints.txt names (pip install -c constraints.txt torch)."
    ) from error

if torch.backends.quantized.engine == "none":  # as on Apple Silicon, although qnnpack's kernels are there
    torch.backends.quantized.engine = "qnnpack"

__all__ = [
    "DeQuantStub",
    "FakeQuantize",
    "FusedMovingAvgObsFakeQuantize",
    "HistogramObserver",
    "LinearPackedParams",
    "MinMaxObserver",
    "MovingAverageMinMaxObserver",
    "MovingAveragePerChannelMinMaxObserver",
    "PerChannelMinMaxObserver",
    "QConfig",
    "QuantStub",
    "convert",
    "default_qat_qconfig",
    "default_qconfig",
    "disable_fake_quant",
    "disable_observer",
    "enable_fake_quant",
    "enable_observer",
    "fuse_modules",
    "fuse_modules_qat",
    "get_default_qat_qconfig",
    "get_default_qconfig",
    "observer_forward_hook",
    "prepare",
    "prepare_qat",
]
