"""Known mistakes of exercise 6.8, ``symmetric_quantization_per_channel``."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse import quantization
from qcourse.check.causes.symmetric_codes import symmetric
from qcourse.check.causes.texts import ALWAYS_8_BITS, CUT_OFF, FLOOR, ONE_LEVEL_TOO_MANY
from qcourse.check.registry import Causes

known = Causes(right=quantization.symmetric_quantization_per_channel)


def _per_channel(weight, bits, axis, *, rounding=np.round, levels=None):
    top = 2 ** (bits - 1) - 1
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    largest = np.abs(weight).max(axis=others, keepdims=True)
    scales = largest / (levels or top)
    return np.clip(rounding(weight / scales), -top - 1, top).astype(np.int32), scales.ravel()


def _wrong_size(result, args, kwargs):
    axis = (args[2:] or [kwargs.get("axis", 0)])[0]
    return np.size(result[1]) != args[0].shape[axis]


known.symptom(
    "the scales are not float64: compute in float64", lambda got, args, kwargs: got[1].dtype != np.float64
)
known.symptom(
    "the scales keep their reduced dimensions: return them as one flat array [channels]",
    lambda got, args, kwargs: got[1].ndim > 1 and not _wrong_size(got, args, kwargs),
)
known.symptom(
    "only one axis is reduced: take the largest over all axes but the channels', however many there are",
    lambda got, args, kwargs: got[1].ndim > 1,
)
known.symptom(
    "a negative axis equals none of 0, 1, 2 …: compare with axis % weight.ndim",
    lambda got, args, kwargs: (
        np.size(got[1]) == 1
        and (args[2:] or [kwargs.get("axis", 0)])[0] < 0
        and _wrong_size(got, args, kwargs)
    ),
)
known.symptom(
    "one scale for the whole tensor: each slice along axis needs its own",
    lambda got, args, kwargs: np.size(got[1]) == 1 and _wrong_size(got, args, kwargs),
)
known.symptom(
    "the axis is ignored, always the first or the last one, or the scales are those of another axis",
    lambda got, args, kwargs: np.size(got[1]) in args[0].shape and _wrong_size(got, args, kwargs),
)


known.symptom("one scale too many or too few: there is one for each slice along axis", _wrong_size)


def _over_slices(function: Callable, args: list, kwargs: dict) -> np.ndarray:
    """``function`` of each slice along the axis, over the largest code."""
    axis = (args[2:] or [kwargs.get("axis", 0)])[0]
    slices = np.moveaxis(args[0], axis, 0).reshape(args[0].shape[axis], -1)
    return function(slices, axis=1) / (2 ** (args[1] - 1) - 1)


def _largest(slices: np.ndarray, axis: int) -> np.ndarray:
    return np.abs(slices).max(axis=axis)


def _reshaped(result: Any, args: list, kwargs: dict) -> bool:
    axis = (args[2:] or [kwargs.get("axis", 0)])[0]
    slices = args[0].reshape(args[0].shape[axis], -1)
    scales = _largest(slices, axis=1) / (2 ** (args[1] - 1) - 1)
    right = _over_slices(_largest, args, kwargs)
    return not np.allclose(scales, right) and np.allclose(result[1], np.where(scales == 0, 1.0, scales))


known.mistake(
    "the axis is ignored: always the first one",
    lambda weight, bits, axis=0: _per_channel(weight, bits, 0) if axis % weight.ndim else None,
)
known.mistake(
    "the axis is ignored: always the last one",
    lambda weight, bits, axis=0: _per_channel(weight, bits, -1) if (axis + 1) % weight.ndim else None,
)
known.symptom(
    "one slice of zeros makes every scale 1.0: only its own is",
    lambda got, args, kwargs: (
        (got[1] == 1.0).all()
        and (_over_slices(_largest, args, kwargs) == 0).any()
        and np.any(args[0])
        and not np.allclose(got[1], quantization.symmetric_quantization_per_channel(*args, **kwargs)[1])
    ),
)
known.symptom("reshape alone mixes the slices: bring axis to the front first, with np.moveaxis", _reshaped)


def _zeros(result: Any, args: list, kwargs: dict) -> bool:
    scales = np.asarray(result[1])
    zeros = _over_slices(_largest, args, kwargs) == 0
    return bool(np.isnan(scales).any() or (scales == 0).any() or (scales[zeros] != 1.0).any())


known.symptom("a slice of zeros: its scale would be 0; give it scale 1.0", _zeros)
known.symptom(
    "the channel axis is not moved back: the codes must have the weight's shape",
    lambda got, args, kwargs: got[0].shape != args[0].shape and got[0].size == args[0].size,
)
known.mistake(
    "the wrong axis: one scale for each slice ALONG axis; reduce over all the others",
    lambda weight, bits, axis=0: _per_channel(weight, bits, 1 - axis),
)
known.symptom(
    ONE_LEVEL_TOO_MANY,
    lambda got, args, kwargs: np.allclose(
        got[1] / quantization.symmetric_quantization_per_channel(*args, **kwargs)[1],
        1 - 0.5 ** (args[1] - 1),
    ),
)


def _one_scale(weight, bits, axis=0):
    codes, scale = symmetric(weight, bits)
    return codes, np.full(weight.shape[axis], scale)


known.mistake("one scale for the whole tensor: each slice along axis needs its own", _one_scale)
known.mistake(
    FLOOR,
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, rounding=np.floor),
)
known.mistake(
    CUT_OFF,
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, rounding=np.trunc),
)
known.mistake(
    "one bit too many: one bit goes to the sign, the largest code is 2**(bits - 1) - 1",
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, levels=2**bits - 1),
)
known.mistake(ALWAYS_8_BITS, lambda weight, bits, axis=0: _per_channel(weight, 8, axis))


def _no_absolute(result: Any, args: list, kwargs: dict) -> bool:
    right, signed = (_over_slices(f, args, kwargs) for f in (_largest, np.max))
    return not np.allclose(right, signed) and np.isclose(result[1], signed)[right != 0].all()


known.symptom("the absolute value is missing: max overlooks large negative values", _no_absolute)


def _spread(result: Any, args: list, kwargs: dict) -> bool:
    right, spread = (_over_slices(f, args, kwargs) for f in (_largest, np.ptp))
    top, ratio = 2 ** (args[1] - 1) - 1, (spread / result[1])[right != 0]
    return any(np.allclose(ratio * top, steps) for steps in (2 * top + 1, 2 * top)) and ratio.any()


known.symptom(
    "the scales come from max - min: the symmetric ones come from the largest absolute values", _spread
)
