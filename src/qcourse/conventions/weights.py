"""Weights and vectors: quanto 0.2.7, bitsandbytes 0.50.2, brevitas 0.13.4, Model Optimizer 0.47.0,
CTranslate2 4.8.5.
"""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Floats,
    Grid,
    divide_add_round,
    divide_round_add,
    highest,
    largest,
    lowest,
    rows,
    tensor,
)

ZERO, ONE, STEPS = np.float32(0), np.float32(1), np.float32(127)


def _scaled(x: Floats, inverse: Any, zero: Any, out: Floats) -> None:
    """round(x · inverse), ties to even."""
    np.rint(np.multiply(x, inverse, out=out), out=out)


def absmax_optimizer(x: Any, by_row: bool = False) -> Grid:
    """scale = max|x| / 127; all zeros get 0.0, and NaN for a code, which the cast makes 0.

    optimum/quanto/tensor/optimizers/absmax_optimizer.py.
    """
    v = rows(x) if by_row else tensor(x)
    scale = largest(v) / STEPS
    used = np.where(scale == 0, ONE, scale)
    return Grid(v, np.atleast_1d(scale), 0, -128, 127, divide_round_add, used=(np.atleast_1d(used), 0))


def max_optimizer(x: Any) -> Grid:
    """scale = (max − min) / 15 of each row; shift = −min; code = round((x + shift) / scale). 0.0 need not
    be a code.

    optimum/quanto/tensor/optimizers/max_optimizer.py. A weight of one row gets one scale for each column
    instead (findings/quanto_one_row.sh): then every value is the only one of its group.
    """
    v = rows(x)
    v = v if len(v) > 1 else np.ascontiguousarray(v.T)
    shift = -np.atleast_1d(lowest(v))
    scale = (np.atleast_1d(highest(v)) + shift) / np.float32(15)
    used = np.where(scale == 0, ONE, scale)

    def rule(x: Floats, scale: Any, shift: Any, out: Floats) -> None:
        np.rint(np.divide(np.add(x, shift, out=out), scale, out=out), out=out)

    def decode(codes: Floats, scale: Any, shift: Any) -> Any:
        return codes * scale - shift

    return Grid(v, scale, shift, 0, 15, rule, decode, used=(used, shift))


def int8_vectorwise_quant(x: Any) -> Grid:
    """The scale stored is max|x| of the row; code = round(x · (127 / max|x|)).

    bitsandbytes/functional.py; backends/default/ops.py.
    """
    v = rows(x)
    most = np.atleast_1d(largest(v))
    inverse = ONE / np.where(most == 0, ONE, most) * STEPS  # torch's 127 / tensor

    def decode(codes: Floats, most: Any, zero: Any) -> Any:
        return codes * most * np.float32(1 / 127)

    return Grid(v, most, 0, -127, 127, _scaled, decode, used=(inverse, ZERO))


def int8_weight_per_tensor_float(x: Any, bits: int = 8) -> Grid:
    """scale = max|x| / (2^(bits − 1) − 1), with max|x| at least 1e-10; the range is narrow.

    brevitas/quant/scaled_int.py.
    """
    v = tensor(x)
    high = 2 ** (bits - 1) - 1
    scale = np.maximum(largest(v), np.float32(1e-10)) / np.float32(high)
    return Grid(v, scale, 0, -high, high, divide_round_add)


def shifted_uint8_weight(x: Any) -> Grid:
    """scale = (max − min(min, 0)) / 255, with a numerator of at least 1e-10; code = round(x / scale + zero).

    brevitas/quant/shifted_scaled_int.py, core/stats/stats_op.py AbsMinMax: the range is not widened to 0 from
    above, so negative values alone do not fit in it, and saturate.
    """
    v = tensor(x)
    least = np.minimum(lowest(v), ZERO)
    scale = np.maximum(np.abs(highest(v) - least), np.float32(1e-10)) / np.float32(255)
    zero = int(np.clip(np.rint(-least / scale), 0, 255))
    return Grid(v, scale, zero, 0, 255, divide_add_round)


def fake_tensor_quant(x: Any, bits: int, narrow: bool = False) -> Grid:
    """code = round(x · (high / amax)), high = 2^(bits − 1) − 1; the lowest code is −high − 1, or −high where
    the range is narrow; an amax of at most 2^-24 gives zeros.

    modelopt/torch/quantization/tensor_quant.py. It gives values back; codes are these over amax / high.
    """
    v = tensor(x)
    high = 2 ** (bits - 1) - 1
    most = largest(v)
    inverse = ZERO if most <= 2**-24 else np.float32(high) / most
    return Grid(v, most / np.float32(high), 0, -high - (not narrow), high, _scaled, used=(inverse, 0))


def ctranslate2_int8(x: Any) -> Grid:
    """The scale stored is 127 / max|x| of the row, 1 for zeros; code = round(x · scale); values are code /
    scale.

    ctranslate2/specs/model_spec.py, LayerSpec._quantize.
    """
    v = rows(x)
    most = np.atleast_1d(largest(v))
    scale = STEPS / np.where(most == 0, STEPS, most)
    return Grid(v, scale, 0, -128, 127, _scaled, _divided)


def _divided(codes: Floats, scale: Any, zero: Any) -> Any:
    return codes / scale


def ctranslate2_int16(x: Any) -> Grid:
    """As int8, of the whole tensor, with 1024 in place of 127: 10 bits of 16.

    ctranslate2/specs/model_spec.py, LayerSpec._quantize.
    """
    v = tensor(x)
    most = largest(v)
    with np.errstate(divide="ignore"):
        scale = np.float32(1024) / most
    return Grid(v, scale, 0, -32768, 32767, _scaled, _divided, used=(scale if most else ONE, 0))


CONVENTIONS: Conventions = {
    "optimum-quanto qint8 activation": absmax_optimizer,
    "optimum-quanto qint8 weight, per row": partial(absmax_optimizer, by_row=True),
    "optimum-quanto qint4 weight, per row": max_optimizer,
    "bitsandbytes int8_vectorwise_quant, per row": int8_vectorwise_quant,
    "brevitas Int8WeightPerTensorFloat": int8_weight_per_tensor_float,
    "brevitas Int8WeightPerTensorFloat, 4 bits": partial(int8_weight_per_tensor_float, bits=4),
    "brevitas ShiftedUint8WeightPerTensorFloat": shifted_uint8_weight,
    "modelopt int8": partial(fake_tensor_quant, bits=8),
    "modelopt int8 narrow_range": partial(fake_tensor_quant, bits=8, narrow=True),
    "modelopt int4": partial(fake_tensor_quant, bits=4),
    "ctranslate2 int8": ctranslate2_int8,
    "ctranslate2 int16": ctranslate2_int16,
}
