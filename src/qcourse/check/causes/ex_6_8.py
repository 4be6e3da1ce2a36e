"""Known mistakes of exercise 6.8, ``symmetric_quantization_per_channel``."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse import quantization
from qcourse.check.causes.registry import mistake, right, symptom
from qcourse.check.causes.symmetric_codes import symmetric

right("6.8", quantization.symmetric_quantization_per_channel)


def _per_channel(weight, bits, axis, *, rounding=np.round, levels=None):
    top = 2 ** (bits - 1) - 1
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    largest = np.abs(weight).max(axis=others, keepdims=True)
    scales = largest / (levels or top)
    return np.clip(rounding(weight / scales), -top - 1, top).astype(np.int32), scales.ravel()


symptom("6.8", "the scales are not float64: compute in float64")(
    lambda got, args, kwargs: got[1].dtype != np.float64
)
symptom("6.8", "the scales keep their reduced dimensions: return them as one flat array [channels]")(
    lambda got, args, kwargs: got[1].ndim > 1
)


@symptom("6.8", "a scale too many or too few: one for each slice along axis")
def _(result, args, kwargs):
    axis = (args[2:] or [kwargs.get("axis", 0)])[0]
    return np.shape(result[1]) != (args[0].shape[axis],)


def _over_slices(function: Callable, args: list, kwargs: dict) -> np.ndarray:
    """``function`` of each slice along the axis, over the largest code."""
    axis = (args[2:] or [kwargs.get("axis", 0)])[0]
    slices = np.moveaxis(args[0], axis, 0).reshape(args[0].shape[axis], -1)
    return function(slices, axis=1) / (2 ** (args[1] - 1) - 1)


def _largest(slices: np.ndarray, axis: int) -> np.ndarray:
    return np.abs(slices).max(axis=axis)


@symptom("6.8", "a slice of zeros: its scale would be 0; give it scale 1.0")
def _zeros(result: Any, args: list, kwargs: dict) -> bool:
    scales = np.asarray(result[1])
    zeros = _over_slices(_largest, args, kwargs) == 0
    return bool(np.isnan(scales).any() or (scales == 0).any() or (scales[zeros] != 1.0).any())


symptom("6.8", "the channel axis is not moved back: the codes must have the weight's shape")(
    lambda got, args, kwargs: got[0].shape != args[0].shape and got[0].size == args[0].size
)
mistake("6.8", "the wrong axis: one scale for each slice ALONG axis; reduce over all the others")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, 1 - axis)
)
symptom("6.8", "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)")(
    lambda got, args, kwargs: np.allclose(
        got[1] / quantization.symmetric_quantization_per_channel(*args, **kwargs)[1],
        1 - 0.5 ** (args[1] - 1),
    )
)
mistake("6.8", "the axis is ignored: always the first one")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, 0) if axis % weight.ndim else None
)
mistake("6.8", "the axis is ignored: always the last one")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, -1) if (axis + 1) % weight.ndim else None
)


@mistake("6.8", "one scale for the whole tensor: each slice along axis needs its own")
def _(weight, bits, axis=0):
    codes, scale = symmetric(weight, bits)
    return codes, np.full(weight.shape[axis], scale)


mistake("6.8", "floor instead of round: codes are up to one too low; np.round finds the nearest")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, rounding=np.floor)
)
mistake("6.8", "cut off instead of rounded: astype(int) cuts towards zero, np.round finds the nearest")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, rounding=np.trunc)
)
mistake("6.8", "one bit too many: one bit goes to the sign, the largest code is 2**(bits - 1) - 1")(
    lambda weight, bits, axis=0: _per_channel(weight, bits, axis, levels=2**bits - 1)
)
mistake("6.8", "the bits are ignored: always 8 bits")(
    lambda weight, bits, axis=0: _per_channel(weight, 8, axis)
)


@symptom("6.8", "the absolute value is missing: max overlooks large negative values")
def _no_absolute(result: Any, args: list, kwargs: dict) -> bool:
    right, signed = (_over_slices(f, args, kwargs) for f in (_largest, np.max))
    return not np.allclose(right, signed) and np.isclose(result[1], signed)[right != 0].all()


@symptom("6.8", "the scales come from max - min: the symmetric ones come from the largest absolute values")
def _spread(result: Any, args: list, kwargs: dict) -> bool:
    right, spread = (_over_slices(f, args, kwargs) for f in (_largest, np.ptp))
    top, ratio = 2 ** (args[1] - 1) - 1, (spread / result[1])[right != 0]
    return any(np.allclose(ratio * top, steps) for steps in (2 * top + 1, 2 * top)) and ratio.any()
