"""The classes that cross: a module of one of them is built anew on the other side, and computes there."""

import importlib
from typing import Any

_FILES = {
    "qcourse.models": ("VerySimpleNet", "QuantizedVerySimpleNet"),
    "torch.nn.modules.activation": ("ReLU",),
    "torch.nn.modules.container": ("ModuleDict", "ModuleList", "Sequential"),
    "torch.nn.modules.dropout": ("Dropout",),
    "torch.nn.modules.flatten": ("Flatten",),
    "torch.nn.modules.linear": ("Identity", "Linear"),
    "torch.ao.nn.intrinsic.modules.fused": ("LinearReLU",),
    "torch.ao.nn.intrinsic.qat.modules.linear_relu": ("LinearReLU",),
    "torch.ao.nn.intrinsic.quantized.modules.linear_relu": ("LinearReLU",),
    "torch.ao.nn.qat.modules.linear": ("Linear",),
    "torch.ao.nn.quantized.dynamic.modules.linear": ("Linear",),
    "torch.ao.nn.quantized.modules": ("DeQuantize", "Quantize"),
    "torch.ao.nn.quantized.modules.linear": ("Linear",),
    "torch.ao.quantization.fake_quantize": (
        "FakeQuantize",
        "FixedQParamsFakeQuantize",
        "FusedMovingAvgObsFakeQuantize",
    ),
    "torch.ao.quantization.observer": (
        "FixedQParamsObserver",
        "MinMaxObserver",
        "MovingAverageMinMaxObserver",
        "MovingAveragePerChannelMinMaxObserver",
        "PerChannelMinMaxObserver",
    ),
    "torch.ao.quantization.stubs": ("DeQuantStub", "QuantStub", "QuantWrapper"),
}
NAMES = frozenset(f"{file}.{name}" for file, names in _FILES.items() for name in names)


def find(name: str) -> Any:
    """The class of that name, or None where it does not cross."""
    if name not in NAMES:
        return None
    file, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(file), attribute)
