"""torchao 0.18.0, and compressed-tensors 0.20.0, the format of llm-compressor and vLLM."""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Floats,
    Grid,
    by_offset,
    divide_add_round,
    highest,
    largest,
    lowest,
    multiply_round_add,
    rows,
    tensor,
    with_zero,
)

TINY = np.finfo(np.float32).tiny
EPS = np.finfo(np.float32).eps


def choose_qparams_symmetric(x: Any, low: int, high: int, eps: Any = TINY, by_row: bool = False) -> Grid:
    """scale = max|x| / ((high − low) / 2), at least eps; code = round(x · (1 / scale)).

    torchao/quantization/quant_primitives.py, choose_qparams_affine with MappingType.SYMMETRIC,
    quantize_affine. int4 is −8..7 with scale max / 7.5.
    """
    v = rows(x) if by_row else tensor(x)
    scale = np.maximum(largest(v) / np.float32((high - low) / 2), np.float32(eps))
    return Grid(v, np.atleast_1d(scale) if by_row else scale, _zero(v, by_row), low, high, multiply_round_add)


def _zero(v: Floats, by_row: bool) -> Any:
    return np.zeros(len(v), np.float32) if by_row else 0


def choose_qparams_no_clipping(x: Any, low: int, high: int) -> Grid:
    """scale = max(min / low, max / high): nothing saturates, and a negative extreme gets the lowest code.

    torchao/quantization/quant_primitives.py, choose_qparams_affine with
    MappingType.SYMMETRIC_NO_CLIPPING_ERR.
    """
    v = tensor(x)
    least, most = with_zero(v)
    scale = np.maximum(np.maximum(least / np.float32(low), most / np.float32(high)), TINY)
    return Grid(v, scale, 0, low, high, multiply_round_add)


def choose_qparams_asymmetric(x: Any, low: int, high: int) -> Grid:
    """scale = (max − min) / (high − low), at least 1.18e-38; zero = low − round(min / scale).

    torchao/quantization/quant_primitives.py, choose_qparams_affine with MappingType.ASYMMETRIC.
    """
    v = tensor(x)
    least, most = with_zero(v)
    scale = np.maximum((most - least) / np.float32(high - low), TINY)
    zero = int(np.clip(low - np.rint(least / scale), low, high))
    return Grid(v, scale, zero, low, high, multiply_round_add)


def tinygemm(x: Any) -> Grid:
    """scale = (max − min) / 15, at least 1e-6; the zero is the value min + 8 · scale that code 8 stands for.

    torchao/quantization/quant_primitives.py, _choose_qparams_affine_tinygemm: 0.0 need not be a code.
    """
    v = tensor(x)
    low = lowest(v)
    scale = np.maximum((highest(v) - low) / np.float32(15), np.float32(1e-6))
    middle = low + scale * np.float32(8)

    def rule(x: Floats, scale: Any, middle: Any, out: Floats) -> None:
        np.subtract(x, middle - scale * np.float32(8), out=out)
        np.rint(np.divide(out, scale, out=out), out=out)

    def decode(codes: Floats, scale: Any, middle: Any) -> Floats:
        return by_offset(codes - np.float32(8), scale, middle)

    return Grid(v, scale, middle, 0, 15, rule, decode)


def calculate_qparams(x: Any, low: int, high: int, symmetric: bool = False) -> Grid:
    """scale = max|x| / ((high − low) / 2), or (max − min) / (high − low); 0 becomes 2^-23; the zero point
    is added first.

    compressed_tensors/quantization/utils/helpers.py, calculate_qparams; lifecycle/forward.py divides.
    """
    v = tensor(x)
    least, most = with_zero(v)
    if symmetric:
        scale = np.maximum(-least, most) / np.float32((high - low) / 2)
        zero = 0
    else:
        scale = (most - least) / np.float32(high - low)
        zero = int(np.rint(np.clip(low - least / scale, low, high))) if scale else 0
    return Grid(v, scale if scale else EPS, zero, low, high, divide_add_round)


CONVENTIONS: Conventions = {
    "torchao choose_qparams_affine int8 weight-only symmetric, per row": partial(
        choose_qparams_symmetric, low=-128, high=127, eps=EPS, by_row=True
    ),
    "torchao choose_qparams_affine int8 dynamic activations symmetric": partial(
        choose_qparams_symmetric, low=-127, high=127, eps=1e-5
    ),
    "torchao choose_qparams_affine intx int8 symmetric": partial(
        choose_qparams_symmetric, low=-128, high=127
    ),
    "torchao choose_qparams_affine intx int4 symmetric": partial(choose_qparams_symmetric, low=-8, high=7),
    "torchao choose_qparams_affine intx int4 no clipping error": partial(
        choose_qparams_no_clipping, low=-8, high=7
    ),
    "torchao choose_qparams_affine intx int2 symmetric": partial(choose_qparams_symmetric, low=-2, high=1),
    "torchao choose_qparams_affine int8 asymmetric": partial(choose_qparams_asymmetric, low=-128, high=127),
    "torchao tinygemm uint4": tinygemm,
    "compressed-tensors int8 symmetric": partial(calculate_qparams, low=-128, high=127, symmetric=True),
    "compressed-tensors int8": partial(calculate_qparams, low=-128, high=127),
    "compressed-tensors int4 symmetric": partial(calculate_qparams, low=-8, high=7, symmetric=True),
    "compressed-tensors int4": partial(calculate_qparams, low=-8, high=7),
}
