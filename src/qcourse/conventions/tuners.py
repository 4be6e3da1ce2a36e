"""The grids of tools that then tune what is rounded to them: GPTQModel 7.7.0, AutoRound 0.16.1."""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.ggml import half
from qcourse.conventions.grid import (
    Conventions,
    Grid,
    blocks,
    divide_round_add,
    rows,
    with_zero,
)


def find_params(x: Any, symmetric: bool = False) -> Grid:
    """scale = (max − min) / 15 of each row; zero = round(−min / scale), or 8 if symmetric, with min = −max|x|
    and max = max|x|. A row of zeros counts as −1 to 1.

    gptqmodel/quantization/quantizer.py, Quantizer.find_params. Symmetric, a row without negative values keeps
    0 as its minimum: half the scale, and what is above half of its maximum saturates
    (findings/gptqmodel_positive_row.sh).
    """
    v = rows(x)
    least, most = (np.atleast_1d(part) for part in with_zero(v))
    if symmetric:
        most = np.maximum(-least, most)
        least = np.where(least < 0, -most, least)
    empty = (least == 0) & (most == 0)
    least, most = np.where(empty, least - np.float32(1), least), np.where(empty, most + np.float32(1), most)
    scale = (most - least) / np.float32(15)
    zero = np.full_like(scale, 8) if symmetric else np.rint(-least / scale)
    return Grid(v, scale, zero, 0, 15, divide_round_add)


def _at_least(scale: Any) -> Any:
    """``scale``, stored in float16, and no smaller than float16's 1e-5, whatever its sign."""
    scale, least = half(scale), half(1e-5)
    return np.where(scale < 0, np.minimum(scale, -least), np.maximum(scale, least))


def quant_tensor_sym(x: Any) -> Grid:
    """scale = ±max|x| / 8 in float16, negative where the maximum is the larger; the codes are those of the
    stored scale.

    auto_round/data_type/int.py, quant_tensor_sym, before tuning. A scale is at least 1e-5.
    """
    v = blocks(x, 32)
    least, most = (np.atleast_1d(part) for part in with_zero(v))
    scale = np.where(most < -least, -least, -np.maximum(most, -least)) / np.float32(8)
    return Grid(v, _at_least(scale), np.zeros_like(scale), -8, 7, divide_round_add)


def quant_tensor_asym(x: Any) -> Grid:
    """scale = (max − min) / 15 in float16, at least 1e-5; zero = round(−min / scale), with the stored scale.

    auto_round/data_type/int.py, quant_tensor_asym, before tuning.
    """
    v = blocks(x, 32)
    least, most = (np.atleast_1d(part) for part in with_zero(v))
    scale = _at_least((most - least) / np.float32(15))
    return Grid(v, scale, np.rint(-least / scale), 0, 15, divide_round_add)


CONVENTIONS: Conventions = {
    "gptqmodel int4 symmetric, per row": partial(find_params, symmetric=True),
    "gptqmodel int4, per row": find_params,
    "auto-round int_sym 4 bits, groups of 32": quant_tensor_sym,
    "auto-round int_asym 4 bits, groups of 32": quant_tensor_asym,
}
