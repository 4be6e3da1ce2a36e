"""torch.ao.quantization and torch's quantized kernels on x86 (torch 2.13.0; where 2.14.1 differs it says
so).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Grid,
    Rule,
    by_offset,
    fused_multiply_add_round,
    highest,
    largest,
    lowest,
    multiply_round_add,
    rows,
    tensor,
    with_zero,
)

EPS = np.float32(2**-23)
SMALL = np.float32(6.1e-5)


def symmetric_qparams(
    x: Any, low: int, high: int, eps: Any = EPS, zero: int = 0, stored: tuple[int, int] = (-128, 127)
) -> Grid:
    """scale = max|x| / ((high − low) / 2), at least eps; the codes are those of the stored type.

    torch/ao/quantization/observer.py, UniformQuantizationObserverBase._calculate_qparams. The half width of
    −128..127 is 127.5: the largest value lies on 127.5 and saturates. quantize_per_tensor knows the type
    only, so a reduced range ends at its largest value's code, 64, and not at 63.
    """
    v = tensor(x)
    scale = np.maximum(largest(v) / np.float32((high - low) / 2), np.float32(eps))
    return Grid(v, scale, zero, *stored, fused_multiply_add_round)


def affine_qparams(
    x: Any, low: int, high: int, stored: tuple[int, int], rule: Rule = fused_multiply_add_round
) -> Grid:
    """scale = (max − min) / (high − low), at least 2^-23; zero = low − round(min / scale).

    torch/ao/quantization/observer.py, UniformQuantizationObserverBase._calculate_qparams;
    quantize_per_tensor (FBGEMM, QuantizeAvx2) adds the zero point before it rounds in 2.13.0 and after it in
    2.14.1, as fake_quantize_per_tensor_affine does in both.
    """
    v = tensor(x)
    least, most = with_zero(v)
    scale = np.maximum((most - least) / np.float32(high - low), EPS)
    zero = int(np.clip(low - np.rint(least / scale), low, high))
    return Grid(v, scale, zero, *stored, rule)


def per_channel_qparams(x: Any) -> Grid:
    """As the symmetric scheme, with one scale for each row; quantize_per_channel.

    torch/ao/quantization/observer.py, PerChannelMinMaxObserver.
    """
    v = rows(x)
    scale = np.atleast_1d(np.maximum(largest(v) / np.float32(127.5), EPS))
    return Grid(v, scale, np.zeros(len(v), np.float32), -128, 127, fused_multiply_add_round)


def choose_quantization_params(
    x: Any,
    low: int,
    high: int,
    symmetric: bool = False,
    rule: Rule = multiply_round_add,
    single: bool = False,
    stored: tuple[int, int] | None = None,
) -> Grid:
    """scale = max(min / −128, max / 127) if symmetric and values have both signs, else affine; in float64.

    ATen/native/quantized/cpu/QuantUtils.h, ChooseQuantizationParams: what the fused fake quantization
    trains with and what dynamic layers do with their input. A scale of 0 becomes 0.1, one below 6.1e-5
    becomes 6.1e-5.
    """
    v = tensor(x)
    least, most = with_zero(v)
    both = symmetric and least < 0 < most
    if both:
        half = (high - low) // 2
        step = max(abs(float(least / np.float32(-half - 1))), abs(float(most / np.float32(half))))
        least, most = np.float32(step * (-half - 1)), np.float32(step * half)
    scale, least, most = _not_too_small(least, most, high - low)
    scale = float(np.float32(scale)) if single else scale
    from_low, from_high = low - float(least) / scale, high - float(most) / scale
    closer = abs(low) - abs(float(least) / scale) < abs(high) - abs(float(most) / scale)
    zero = (low + high) / 2 if both else from_low if closer else from_high
    zero = int(np.rint(np.clip(zero, low, high)))
    return Grid(v, scale, zero, *(stored or (low, high)), rule, used=(np.float32(scale), zero))


def _not_too_small(least: Any, most: Any, steps: int) -> tuple[float, Any, Any]:
    """The scale of a range, and the range itself, wider where the scale would be below ``SMALL``."""
    scale = (float(most) - float(least)) / steps
    with np.errstate(divide="ignore"):
        if np.float32(scale) == 0 or np.isinf(np.float32(1) / np.float32(scale)):
            return 0.1, least, most
    if scale >= SMALL:
        return scale, least, most
    amplifier, width = SMALL / np.float32(scale), SMALL * np.float32(steps)
    if least == 0:
        return float(SMALL), least, width
    if most == 0:
        return float(SMALL), -width, most
    return float(SMALL), least * amplifier, most * amplifier


def embedding_bag_byte_prepack(x: Any) -> Grid:
    """scale = (max − min) / 255 of each row, and its minimum, so 0.0 is no code.

    code = round((x − min) · (255 / (max − min + 1e-8))).
    ATen/native/quantized/cpu/qembeddingbag_prepack.cpp.
    """
    v = rows(x)
    low, span = np.atleast_1d(lowest(v)), np.atleast_1d(highest(v) - lowest(v))
    inverse = np.float32(255) / (span + np.float32(1e-8))

    def rule(x: Any, inverse: Any, low: Any, out: Any) -> None:
        np.rint(np.multiply(np.subtract(x, low, out=out), inverse, out=out), out=out)

    return Grid(v, span / np.float32(255), low, 0, 255, rule, by_offset, used=(inverse, low))


QUINT8, QINT8 = (0, 255), (-128, 127)
AFFINE = partial(affine_qparams, rule=multiply_round_add)
CONVENTIONS: Conventions = {
    "torch.ao MinMaxObserver qint8 symmetric": partial(symmetric_qparams, low=-128, high=127),
    "torch.ao MinMaxObserver qint8 symmetric -127..127": partial(
        symmetric_qparams, low=-127, high=127, eps=2**-12
    ),
    "torch.ao MinMaxObserver qint8 symmetric reduce_range": partial(symmetric_qparams, low=-64, high=63),
    "torch.ao MinMaxObserver quint8 symmetric": partial(
        symmetric_qparams, low=0, high=255, zero=128, stored=QUINT8
    ),
    "torch.ao MinMaxObserver quint8 affine": partial(affine_qparams, low=0, high=255, stored=QUINT8),
    "torch.ao MinMaxObserver qint8 affine": partial(affine_qparams, low=-128, high=127, stored=QINT8),
    "torch.ao MinMaxObserver quint8 affine reduce_range": partial(
        affine_qparams, low=0, high=127, stored=QUINT8
    ),
    "torch.ao PerChannelMinMaxObserver qint8 symmetric": per_channel_qparams,
    "torch.ao FusedMovingAvgObsFakeQuantize qint8 symmetric": partial(
        choose_quantization_params, low=-128, high=127, symmetric=True, single=True
    ),
    "torch.ao FusedMovingAvgObsFakeQuantize quint8 affine": partial(
        choose_quantization_params, low=0, high=255, single=True
    ),
    "torch.fake_quantize_per_tensor_affine quint8": partial(AFFINE, low=0, high=255, stored=QUINT8),
    "torch quantized.linear_dynamic input": partial(
        choose_quantization_params, low=0, high=255, rule=fused_multiply_add_round
    ),
    "torch quantized.linear_dynamic input reduce_range": partial(
        choose_quantization_params, low=0, high=127, rule=fused_multiply_add_round, stored=QUINT8
    ),
    "torch embedding_bag_byte_prepack uint8": embedding_bag_byte_prepack,
}


def _rounded_first(convention: Callable[[Any], Grid]) -> Callable[[Any], Grid]:
    def convention_2_14(x: Any) -> Grid:
        return replace(convention(x), rule=multiply_round_add)

    convention_2_14.__doc__ = (
        convention.func.__doc__ if isinstance(convention, partial) else convention.__doc__
    )
    return convention_2_14


NEWER: Conventions = {  # torch 2.14.1: quantize_per_tensor rounds first, and adds the zero point then
    f"{name} (2.14.1)": _rounded_first(made) if "MinMaxObserver" in name or "linear" in name else made
    for name, made in CONVENTIONS.items()
}
