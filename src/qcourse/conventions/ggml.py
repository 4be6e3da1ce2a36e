"""Blocks with scales of their own: gguf 0.19.0 (llama.cpp), MLX 0.32.4, HQQ 0.2.8."""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Floats,
    Grid,
    away,
    blocks,
    by_offset,
    highest,
    largest,
    lowest,
)

ZERO = np.float32(0)
HALF = np.float32(0.5)


def half(scale: Any) -> Any:
    """What is left of a scale that is stored in float16."""
    with np.errstate(over="ignore"):
        return np.asarray(scale, np.float16).astype(np.float32)


def _inverse(scale: Any) -> Any:
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(scale == 0, ZERO, np.float32(1) / scale)


def q8_0(x: Any) -> Grid:
    """scale = max|x| / 127, stored in float16; code = x · (1 / the float32 scale), ties away from zero.

    gguf/quants.py, class Q8_0.
    """
    v = blocks(x, 32)
    scale = np.atleast_1d(largest(v)) / np.float32(127)
    return Grid(v, half(scale), 0, -128, 127, away, used=(_inverse(scale), 0))


def _cut(x: Floats, inverse: Any, middle: Any, out: Floats) -> None:
    np.trunc(np.add(np.multiply(x, inverse, out=out), middle, out=out), out=out)


def q4_0(x: Any, bits: int = 4) -> Grid:
    """scale = the value of the largest magnitude / −8, with its sign; code = cut(x / scale + 8.5).

    gguf/quants.py, classes Q4_0 and Q5_0 (−16, 16.5). The scale is stored in float16, the codes are those of
    the float32 scale.
    """
    v = blocks(x, 32)
    middle = 2 ** (bits - 1)
    extreme = np.take_along_axis(v, np.abs(v).argmax(axis=1, keepdims=True), 1)[:, 0]
    scale = extreme / np.float32(-middle)
    return Grid(
        v, half(scale), middle, 0, 2**bits - 1, _cut, used=(_inverse(scale), np.float32(middle + 0.5))
    )


def _from_minimum(x: Floats, inverse: Any, low: Any, out: Floats) -> None:
    np.multiply(np.subtract(x, low, out=out), inverse, out=out)
    np.trunc(np.add(out, HALF, out=out), out=out)


def q4_1(x: Any, bits: int = 4) -> Grid:
    """scale = (max − min) / 15 and the minimum, both in float16; 0.0 is no code. Values come back as code ·
    scale + min.

    gguf/quants.py, classes Q4_1 and Q5_1 (31).
    """
    v = blocks(x, 32)
    low = np.atleast_1d(lowest(v))
    scale = (np.atleast_1d(highest(v)) - low) / np.float32(2**bits - 1)
    return Grid(
        v, half(scale), half(low), 0, 2**bits - 1, _from_minimum, by_offset, used=(_inverse(scale), low)
    )


def mlx_quantize(x: Any, bits: int = 4) -> Grid:
    """scale = (max − min) / 15, negative where the maximum has the larger magnitude; then moved so that 0.0
    is a code.

    mlx/backend/cpu/quantized.cpp, quantize: the edge of the larger magnitude gets code 0 and is the bias;
    the scale becomes edge / round(edge / scale).
    """
    v = blocks(x, 32)
    low, high = np.atleast_1d(lowest(v)), np.atleast_1d(highest(v))
    steps = np.float32(2**bits - 1)
    scale = np.maximum((high - low) / steps, np.float32(1e-7))
    negative = np.abs(low) > np.abs(high)
    scale = np.where(negative, scale, -scale)
    edge = np.where(negative, low, high)
    codes = np.rint(edge / scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(codes != 0, edge / codes, scale)
    bias = np.where(codes != 0, edge, ZERO)

    def rule(x: Floats, scale: Any, bias: Any, out: Floats) -> None:
        np.rint(np.divide(np.subtract(x, bias, out=out), scale, out=out), out=out)

    return Grid(v, scale, bias, 0, 2**bits - 1, rule, by_offset)


def hqq_quantize(x: Any, bits: int = 4) -> Grid:
    """inverse = (2^bits − 1) / (max − min), at most 20,000, 1 where the range is at most 1e-4; zero = −min ·
    inverse, a fraction.

    hqq/core/quantize.py, Quantizer.quantize with optimize=False. Without a code for 0.0.
    """
    v = blocks(x, 32)
    low = np.atleast_1d(lowest(v))
    span = np.atleast_1d(highest(v)) - low
    with np.errstate(divide="ignore"):
        inverse = np.where(
            np.abs(span) <= np.float32(1e-4), np.float32(1), np.float32(1) / span * np.float32(2**bits - 1)
        )
    inverse = np.minimum(inverse, np.float32(2e4))
    zero = -low * inverse

    def rule(x: Floats, inverse: Any, zero: Any, out: Floats) -> None:
        np.rint(np.add(np.multiply(x, inverse, out=out), zero, out=out), out=out)

    return Grid(v, np.float32(1) / inverse, zero, 0, 2**bits - 1, rule, used=(inverse, zero))


CONVENTIONS: Conventions = {
    "gguf Q8_0": q8_0,
    "gguf Q4_0": q4_0,
    "gguf Q4_1": q4_1,
    "gguf Q5_0": partial(q4_0, bits=5),
    "gguf Q5_1": partial(q4_1, bits=5),
    "mlx quantize 8 bits, groups of 32": partial(mlx_quantize, bits=8),
    "mlx quantize 4 bits, groups of 32": mlx_quantize,
    "mlx quantize 2 bits, groups of 32": partial(mlx_quantize, bits=2),
    "hqq 4 bits, groups of 32": hqq_quantize,
    "hqq 8 bits, groups of 32": partial(hqq_quantize, bits=8),
}
