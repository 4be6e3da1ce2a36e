"""ONNX: onnxruntime 1.31.1, its tools and its kernels, and the reference implementation of onnx 1.23.2."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Grid,
    blocks,
    divide_round_add,
    highest,
    lowest,
    tensor,
    with_zero,
)
from qcourse.conventions.torch_ao import affine_qparams, symmetric_qparams

ZERO = np.float32(0)


def compute_scale_zp(
    x: Any, low: int, high: int, symmetric: bool = False, stored: tuple[int, int] | None = None
) -> Grid:
    """scale = (max − min) / (high − low) in float64, then float32; zero = round(low − min / scale).

    onnxruntime/quantization/quant_utils.py, quantize_data: of weights, and of activations after
    calibration. The symmetric int8 range is −127..127, or −64..64 with reduce_range: the bit is taken from
    the weights. A scale below float32's smallest normal number becomes 1.0, with zero point 0.
    """
    v = tensor(x)
    least, most = with_zero(v)
    if symmetric:
        most = np.maximum(-least, most)
        least = -most
    scale = (float(most) - float(least)) / (high - low)
    if scale < np.finfo(np.float32).tiny:
        return Grid(v, np.float32(1), 0, *(stored or (low, high)), divide_round_add)
    zero = (low + high) / 2 if symmetric else low - float(least) / scale
    return Grid(v, np.float32(scale), int(np.rint(zero)), *(stored or (low, high)), divide_round_add)


def dynamic_quantize_linear(x: Any, nothing: float = 1.0) -> Grid:
    """scale = (max − min) / 255 in float32; zero = round(0 − min / scale); what is all zero gets scale
    ``nothing``.

    onnxruntime/core/util/qmath.h, GetQuantizationParameter (1.0);
    onnx/reference/ops/op_dynamic_quantize_linear.py (1/255).
    """
    v = tensor(x)
    least, most = with_zero(v)
    scale = (most - least) / np.float32(255) if most > least else np.float32(nothing)
    zero = int(np.rint(np.clip(-least / scale, ZERO, np.float32(255))))
    return Grid(v, scale, zero, 0, 255, divide_round_add)


def matmul_nbits_symmetric(x: Any) -> Grid:
    """The value of the largest magnitude gets code −8, stored as 0: scale = it / −8; code = round(x /
    scale) + 8.

    onnxruntime/core/mlas/lib/q4_dq.cpp, as quantize_matmul_4bits calls it; MatMulNBits without zero points.
    """
    v = blocks(x, 32)
    least, most = np.atleast_1d(lowest(v)), np.atleast_1d(highest(v))
    scale = np.where(np.abs(most) > np.abs(least), most, least) / np.float32(-8)
    return Grid(v, scale, np.full(len(v), 8, np.float32), 0, 15, _nbits)


def matmul_nbits(x: Any) -> Grid:
    """scale = (max − min) / 15; zero = round(−min / scale).

    onnxruntime/core/mlas/lib/q4_dq.cpp, as quantize_matmul_4bits calls it; MatMulNBits with zero points.
    """
    v = blocks(x, 32)
    least, most = (np.atleast_1d(part) for part in with_zero(v))
    scale = (most - least) / np.float32(15)
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = np.where(scale == 0, ZERO, np.clip(np.floor(-least / scale + np.float32(0.5)), 0, 15)).astype(
            np.float32
        )
    return Grid(v, scale, zero, 0, 15, _nbits)


def _nbits(x: Any, scale: Any, zero: Any, out: Any) -> None:
    """round(x · (1 / scale) + zero), ties away from zero; a scale of 0 has the inverse 0."""
    with np.errstate(divide="ignore"):
        inverse = np.where(scale == 0, ZERO, np.float32(1) / scale)
    np.add(np.multiply(x, inverse, out=out), zero, out=out)
    np.floor(np.add(out, np.float32(0.5), out=out), out=out)


def exported_fake_quantize(x: Any, symmetric: bool = False) -> Grid:
    """scale and zero point are those of torch.ao's observer; code = round(x / scale) + zero, where torch
    itself multiplies by the inverse.

    torch/onnx/symbolic_opset13.py, fake_quantize_per_tensor_affine: what the exporter of torch 2.13.0
    (dynamo=False) makes of fake quantization is a QuantizeLinear, which ONNX Runtime computes.
    """
    grid = symmetric_qparams(x, -128, 127) if symmetric else affine_qparams(x, 0, 255, (0, 255))
    return replace(grid, rule=divide_round_add)


CONVENTIONS: Conventions = {
    "onnxruntime quantize_data int8 symmetric": partial(
        compute_scale_zp, low=-127, high=127, symmetric=True, stored=(-128, 127)
    ),
    "onnxruntime quantize_data uint8 symmetric": partial(compute_scale_zp, low=0, high=255, symmetric=True),
    "onnxruntime quantize_data int8": partial(compute_scale_zp, low=-128, high=127),
    "onnxruntime quantize_data uint8": partial(compute_scale_zp, low=0, high=255),
    "onnxruntime quantize_data int8 symmetric reduce_range": partial(
        compute_scale_zp, low=-64, high=64, symmetric=True, stored=(-128, 127)
    ),
    "onnxruntime quantize_data uint8 reduce_range": partial(
        compute_scale_zp, low=0, high=127, stored=(0, 255)
    ),
    "onnxruntime quantize_data int16 symmetric": partial(
        compute_scale_zp, low=-32767, high=32767, symmetric=True, stored=(-32768, 32767)
    ),
    "onnxruntime quantize_data int4 symmetric": partial(compute_scale_zp, low=-8, high=7, symmetric=True),
    "onnxruntime quantize_data int4": partial(compute_scale_zp, low=-8, high=7),
    "onnxruntime DynamicQuantizeLinear": dynamic_quantize_linear,
    "onnx reference DynamicQuantizeLinear": partial(dynamic_quantize_linear, nothing=1 / 255),
    "onnx reference QuantizeLinear uint8": partial(compute_scale_zp, low=0, high=255),
    "onnxruntime QuantizeLinear uint8": partial(compute_scale_zp, low=0, high=255),
    "onnxruntime MatMulNBits int4 symmetric, blocks of 32": matmul_nbits_symmetric,
    "onnxruntime MatMulNBits uint4, blocks of 32": matmul_nbits,
    "torch.onnx.export FakeQuantize qint8 symmetric": partial(exported_fake_quantize, symmetric=True),
    "torch.onnx.export FakeQuantize quint8 affine": exported_fake_quantize,
}
