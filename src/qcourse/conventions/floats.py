"""Small floating-point numbers as codes: float8 and the MX formats (torchao 0.18.0), code books
(bitsandbytes 0.50.2).
"""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import Conventions, Floats, Grid, blocks, largest, tensor

ZERO = np.float32(0)


def float_values(exponent: int, mantissa: int, top: float) -> Floats:
    """The non-negative values of a small float, in the order of their bits, up to ``top``."""
    bias = 2 ** (exponent - 1) - 1
    bits = np.arange(2 ** (exponent + mantissa))
    power, fraction = bits >> mantissa, bits & (2**mantissa - 1)
    step = 2.0 ** (np.maximum(power, 1) - bias - mantissa)
    values = (fraction + np.where(power > 0, 2**mantissa, 0)) * step
    return values[values <= top].astype(np.float32)


E4M3, E5M2, E2M1 = float_values(4, 3, 448), float_values(5, 2, 57344), float_values(2, 1, 6)


def _to_float(values: Floats, sign: int) -> Any:
    """The rule that rounds x / scale to the nearest of ``values``, ties to the even code; codes are the
    bits.
    """
    middles = (values[:-1].astype(np.float64) + values[1:]) / 2  # exact in float64

    def rule(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
        np.add(np.divide(x, scale, out=out), zero, out=out)
        size = np.abs(out).astype(np.float64)
        below = np.searchsorted(middles, size, side="left")
        even = np.searchsorted(middles, size, side="right")
        codes = np.where(below % 2 == 0, below, even)  # below and even differ at a tie only
        out[...] = codes + np.where(np.signbit(out), sign, 0)

    return rule


def _from_float(values: Floats, sign: int) -> Any:
    book = np.zeros(2 * sign, np.float32)
    book[: len(values)], book[sign : sign + len(values)] = values, -values

    def decode(codes: Floats, scale: Any, zero: Any) -> Any:
        return book[codes.astype(np.intp)] * scale

    return decode


def choose_scale_float8(
    x: Any,
    values: Floats = E4M3,
    floor: float = 1e-12,
    nothing: float | None = None,
    added: float = -0.0,  # compressed-tensors adds 0.0, which makes a 0.0 of -0.0
) -> Grid:
    """scale = max|x| / 448 (e4m3fn) or 57344 (e5m2), max|x| at least a limit of the library; codes
    are the float8's bits.

    torchao/quantization/quant_primitives.py, _choose_scale_float8, _quantize_affine_float8. All zeros get
    the scale 1 in qwix and 2^-23 in compressed-tensors.
    """
    v = tensor(x)
    scale = np.maximum(largest(v), np.float32(floor)) / values[-1]
    scale = scale if nothing is None or scale else np.float32(nothing)
    rule, decode = _to_float(values, 128), _from_float(values, 128)
    return Grid(v, scale, 0, 0, 255, rule, decode, used=(scale, np.float32(added)))


def to_mx(x: Any, values: Floats, sign: int, up: bool = False) -> Grid:
    """Blocks of 32 with a power of two: 2^(floor(log2 max|x|) − the format's largest exponent), or rounded
    up.

    torchao/prototype/mx_formats/mx_tensor.py, to_mx, modes FLOOR and RCEIL (the power of two above max|x| /
    the format's largest value). With FLOOR a block's largest value can saturate.
    """
    v = blocks(x, 32)
    most = np.atleast_1d(largest(v))
    if up:
        fraction, power = np.frexp(most / values[-1])
        power = np.where(fraction == 0.5, power - 1, power)
    else:
        power = np.frexp(most)[1] - 1 - (np.frexp(values[-1])[1] - 1)
    power = np.clip(np.where(most == 0, -127, power), -127, 127)
    scale = np.ldexp(np.float32(1), power)
    used = np.maximum(scale, np.float32(2.0**-126))
    return Grid(
        v,
        scale,
        0,
        0,
        2 * sign - 1,
        _to_float(values, sign),
        _from_float(values, sign),
        used=(used, np.float32(-0.0)),
    )


NF4 = np.array(
    [
        -1.0,
        -0.6961928009986877,
        -0.5250730514526367,
        -0.39491748809814453,
        -0.28444138169288635,
        -0.18477343022823334,
        -0.09105003625154495,
        0.0,
        0.07958029955625534,
        0.16093020141124725,
        0.24611230194568634,
        0.33791524171829224,
        0.44070982933044434,
        0.5626170039176941,
        0.7229568362236023,
        1.0,
    ],
    np.float32,
)


def quantize_nf4(x: Any) -> Grid:
    """Blocks of 64: the nearest of 16 quantiles of a normal distribution to x / max|x|; the scale stored is
    max|x|.

    bitsandbytes/functional.py, quantize_4bit; Dettmers et al. 2023, "QLoRA", section 3.
    """
    v = blocks(x, 64)
    most = np.atleast_1d(largest(v))
    middles = (NF4[:-1] + NF4[1:]) / np.float32(2)
    inverse = np.where(most > 0, np.float32(1) / np.where(most > 0, most, 1), ZERO).astype(np.float32)

    def rule(x: Floats, inverse: Any, zero: Any, out: Floats) -> None:
        out[...] = np.searchsorted(middles, np.multiply(x, inverse, out=out), side="left")

    def decode(codes: Floats, most: Any, zero: Any) -> Any:
        return NF4[codes.astype(np.intp)] * most

    return Grid(v, most, 0, 0, 15, rule, decode, used=(inverse, 0))


CONVENTIONS: Conventions = {
    "torchao float8_e4m3fn": choose_scale_float8,
    "torchao float8_e5m2": partial(choose_scale_float8, values=E5M2),
    "qwix float8_e4m3fn absmax": partial(choose_scale_float8, floor=0, nothing=1),
    "compressed-tensors float8": partial(choose_scale_float8, floor=0, nothing=2**-23, added=0.0),
    "torchao MXFP8 e4m3, floor": partial(to_mx, values=E4M3, sign=128),
    "torchao MXFP8 e4m3, rceil": partial(to_mx, values=E4M3, sign=128, up=True),
    "torchao MXFP4 e2m1, floor": partial(to_mx, values=E2M1, sign=8),
    "torchao MXFP4 e2m1, rceil": partial(to_mx, values=E2M1, sign=8, up=True),
    "bitsandbytes NF4, blocks of 64": quantize_nf4,
}
