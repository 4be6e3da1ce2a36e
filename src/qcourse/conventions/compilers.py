"""Converters and compilers: coremltools 9.0, ai-edge-quantizer 0.10.0, nncf 3.4.0, neural-compressor 3.10,
qwix 0.1.8.

All of them per tensor.
"""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Grid,
    divide_add_round,
    divide_round_add,
    highest,
    largest,
    lowest,
    multiply_add_round,
    nothing,
    tensor,
    with_zero,
)

ZERO, ONE = np.float32(0), np.float32(1)
EPS = np.finfo(np.float32).eps


def quantize_weight_by_dtype(x: Any, low: int, high: int, symmetric: bool = False, middle: int = 0) -> Grid:
    """scale = (max − min) / (high − low); zero = round((low · max − high · min) / (max − min)).

    coremltools/optimize/_utils.py. The symmetric unsigned range is 0..254 around 127. All zeros divide by
    zero: the scale is 0.0, the codes are NaN (shown as 0).
    """
    v = tensor(x)
    least, most = with_zero(v)
    if symmetric:
        most = np.maximum(-least, most)
        least = -most
    span = most - least
    if not span:
        return Grid(v, ZERO, middle, 0, 0, nothing)
    zero = middle if symmetric else int(np.rint((low * most - high * least) / span))
    return Grid(v, span / np.float32(high - low), zero, low, high, divide_round_add)


def tensor_zp_scale_from_min_max(x: Any, bits: int, symmetric: bool = False) -> Grid:
    """scale = max|x| / high, or (max − min) / (high − low), where the numerator is at least 1e-9;
    code = round(x / scale + zero).

    ai_edge_quantizer/algorithms/uniform_quantize/uniform_quantize_tensor.py. From 8 bits on the lowest code
    is left out where the scheme is symmetric.
    """
    v = tensor(x)
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    least, most = with_zero(v)
    bound = np.maximum(np.maximum(-least, most) if symmetric else most - least, np.float32(1e-9))
    if symmetric:
        return Grid(v, bound / np.float32(high), 0, low + (bits >= 8), high, divide_add_round)
    scale = bound / np.float32(high - low)
    return Grid(v, scale, int(np.rint(low - least / scale)), low, high, divide_add_round)


def signed_scale(x: Any, bits: int) -> Grid:
    """scale = ±max|x| / 2^(bits − 1), negative where the maximum is the larger: the extreme gets the lowest
    code.

    nncf/quantization/algorithms/weight_compression/weight_lowering.py, _calculate_signed_scale. OpenVINO
    stores the scale in float16.
    """
    v = tensor(x)
    least, most = np.abs(lowest(v)), highest(v)
    scale = (least if least >= most else -most) / np.float32(2 ** (bits - 1))
    scale = EPS if abs(scale) < EPS else scale
    return Grid(v, scale, 0, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, divide_round_add)


def calculate_scale_zero_point(x: Any, bits: int) -> Grid:
    """scale = (max − min) / (2^bits − 1); zero = round(−min / scale); code = round(x / scale + zero).

    nncf/quantization/algorithms/weight_compression/weight_lowering.py.
    """
    v = tensor(x)
    least, most = with_zero(v)
    high = 2**bits - 1
    scale = (most - least) / np.float32(high)
    scale = EPS if abs(scale) < EPS else scale
    return Grid(v, scale, int(np.clip(np.rint(-least / scale), 0, high)), 0, high, divide_add_round)


def qdq_weight_sym(x: Any, bits: int, full_range: bool = False) -> Grid:
    """scale = max|x| / (2^(bits − 1) − 1); with full_range ±max|x| / 2^(bits − 1). All zeros count as 1.

    neural_compressor/torch/algorithms/weight_only/utility.py.
    """
    v = tensor(x)
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    most = largest(v) or ONE
    scale = most / np.float32(-low if full_range else high)
    if full_range and abs(highest(v)) > abs(lowest(v)):
        scale = -scale
    return Grid(v, scale, 0, low, high, divide_round_add)


def qdq_weight_asym(x: Any, bits: int) -> Grid:
    """scale = (max − min) / (2^bits − 1); all zeros count as −1 to 1.

    neural_compressor/torch/algorithms/weight_only/utility.py.
    """
    v = tensor(x)
    least, most = with_zero(v)
    least, most = (-ONE, ONE) if least == most == 0 else (least, most)
    scale = (most - least) / np.float32(2**bits - 1)
    return Grid(v, scale, int(np.rint(-least / scale)), 0, 2**bits - 1, divide_round_add)


def compute_scale_zero_point(x: Any, bits: int, symmetric: bool = False) -> Grid:
    """scale = max|x| / (high + 0.5), or (max − min) / (high − low); below 1.08e-19 it becomes 1.

    qwix/_src/core/qarray.py, numerics.py.
    """
    v = tensor(x)
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    least, most = with_zero(v)
    scale = (
        np.maximum(-least, most) / np.float32(high + 0.5)
        if symmetric
        else (most - least) / np.float32(high - low)
    )
    scale = ONE if scale < np.sqrt(np.finfo(np.float32).tiny) else scale
    zero = 0 if symmetric else int(np.clip(np.rint(low - least / scale), low, high))
    return Grid(v, scale, zero, low, high, multiply_add_round)


CONVENTIONS: Conventions = {
    "coremltools linear_symmetric int8": partial(
        quantize_weight_by_dtype, low=-127, high=127, symmetric=True
    ),
    "coremltools linear_symmetric uint8": partial(
        quantize_weight_by_dtype, low=0, high=254, symmetric=True, middle=127
    ),
    "coremltools linear int8": partial(quantize_weight_by_dtype, low=-128, high=127),
    "coremltools linear_symmetric int4": partial(quantize_weight_by_dtype, low=-7, high=7, symmetric=True),
    "coremltools linear uint4": partial(quantize_weight_by_dtype, low=0, high=15),
    "ai-edge-quantizer int8 symmetric": partial(tensor_zp_scale_from_min_max, bits=8, symmetric=True),
    "ai-edge-quantizer int8": partial(tensor_zp_scale_from_min_max, bits=8),
    "ai-edge-quantizer int4 symmetric": partial(tensor_zp_scale_from_min_max, bits=4, symmetric=True),
    "ai-edge-quantizer int4": partial(tensor_zp_scale_from_min_max, bits=4),
    "ai-edge-quantizer int16 symmetric": partial(tensor_zp_scale_from_min_max, bits=16, symmetric=True),
    "nncf INT8_SYM": partial(signed_scale, bits=8),
    "nncf INT8_ASYM": partial(calculate_scale_zero_point, bits=8),
    "nncf INT4_SYM": partial(signed_scale, bits=4),
    "nncf INT4_ASYM": partial(calculate_scale_zero_point, bits=4),
    "neural-compressor quant_tensor int8 sym": partial(qdq_weight_sym, bits=8),
    "neural-compressor quant_tensor int8 sym full_range": partial(qdq_weight_sym, bits=8, full_range=True),
    "neural-compressor quant_tensor int8 asym": partial(qdq_weight_asym, bits=8),
    "neural-compressor quant_tensor int4 sym": partial(qdq_weight_sym, bits=4),
    "neural-compressor quant_tensor int4 sym full_range": partial(qdq_weight_sym, bits=4, full_range=True),
    "neural-compressor quant_tensor int4 asym": partial(qdq_weight_asym, bits=4),
    "qwix int8 absmax": partial(compute_scale_zero_point, bits=8, symmetric=True),
    "qwix int8 minmax": partial(compute_scale_zero_point, bits=8),
    "qwix int4 absmax": partial(compute_scale_zero_point, bits=4, symmetric=True),
    "qwix int4 minmax": partial(compute_scale_zero_point, bits=4),
}
