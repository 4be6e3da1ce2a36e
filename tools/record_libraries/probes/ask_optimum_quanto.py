"""optimum-quanto: its default optimizers for 8 and 4 bits."""

import probe
import torch
from optimum.quanto import AbsmaxOptimizer, MaxOptimizer, qint4, qint8
from optimum.quanto.tensor.activations.quantization import quantize_activation
from optimum.quanto.tensor.weights.quantization import quantize_weight


@probe.scheme(
    "optimum-quanto qint8 activation", "optimum/quanto/tensor/optimizers/absmax_optimizer.py AbsmaxOptimizer"
)
def activation(x):
    x = torch.from_numpy(x)
    scale = AbsmaxOptimizer()(x, qint8)
    return quantize_activation(x, qint8, scale)._data, scale, 0


@probe.scheme(
    "optimum-quanto qint8 weight, per row",
    "optimum/quanto/tensor/optimizers/absmax_optimizer.py AbsmaxOptimizer",
)
def weight(x):
    x = torch.from_numpy(probe.matrix(x))
    scale = AbsmaxOptimizer()(x, qint8, 0)
    return quantize_weight(x, qint8, 0, scale)._data, scale, 0


@probe.scheme(
    "optimum-quanto qint4 weight, per row",
    "optimum/quanto/tensor/optimizers/max_optimizer.py MaxOptimizer",
    zero_is="a shift in the unit of the values",
)
def weight4(x):
    x = torch.from_numpy(probe.matrix(x))
    scale, shift = MaxOptimizer()(x, qint4, 0, zeropoint=False)
    made = quantize_weight(x, qint4, 0, scale, shift)
    return made._data.unpack() if hasattr(made._data, "unpack") else made._data, scale, shift


probe.main("optimum-quanto", "torch")
