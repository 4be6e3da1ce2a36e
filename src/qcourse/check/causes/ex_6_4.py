"""Known mistakes of exercise 6.4, ``symmetric_quantization``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.symmetric_codes import half_cut, symmetric
from qcourse.check.causes.texts import (
    ALWAYS_8_BITS,
    CUT_OFF,
    FLOOR,
    HALF_CUT,
    NO_GUARD,
    NOT_INT32,
    ONE_LEVEL_TOO_MANY,
)
from qcourse.check.registry import Causes

known = Causes(right=quantization.symmetric_quantization)
known.symptom(
    NOT_INT32,
    lambda got, args, kwargs: got[0].dtype != np.int32,
)
OF_ZEROS = "an array of zeros: its scale would be 0; give it scale 1.0"
known.symptom(
    OF_ZEROS,
    lambda got, args, kwargs: not np.any(args[0]) and got[1] != 1.0,
)
known.error(OF_ZEROS, lambda error, args, kwargs: not np.any(args[0]))
known.symptom(NO_GUARD, lambda got, args, kwargs: got is None and not args)
known.mistake(
    FLOOR,
    lambda x, bits: symmetric(x, bits, rounding=np.floor),
)
known.mistake(
    CUT_OFF,
    lambda x, bits: symmetric(x, bits, rounding=np.trunc),
)
known.mistake(
    ONE_LEVEL_TOO_MANY,
    lambda x, bits: symmetric(x, bits, levels=2 ** (bits - 1)),
)
known.symptom(
    ONE_LEVEL_TOO_MANY,
    lambda got, args, kwargs: np.isclose(
        got[1], np.abs(args[0]).max() / 2 ** (args[1] - 1), rtol=1e-6, atol=0
    ),
)
known.symptom(
    "one bit too many: one bit goes to the sign, the largest code is 2**(bits - 1) - 1",
    lambda got, args, kwargs: np.isclose(
        got[1], np.abs(args[0]).max() / (2 ** args[1] - 1), rtol=1e-6, atol=0
    ),
)
known.mistake(ALWAYS_8_BITS, lambda x, bits: symmetric(x, 8))
known.symptom(
    "the absolute value is missing: max(x) overlooks large negative values",
    lambda got, args, kwargs: (
        -args[0].min() > args[0].max()
        and np.isclose(got[1], np.max(args[0]) / (2 ** (args[1] - 1) - 1), rtol=1e-6, atol=0)
    ),
)
known.symptom(
    "the scale comes from max - min: the symmetric one comes from the largest absolute value",
    lambda got, args, kwargs: np.isclose(
        np.ptp(args[0]) / got[1], [2 ** args[1] - 1, 2 ** args[1] - 2]
    ).any(),
)
known.symptom(
    "the codes leave ±(2**(bits - 1) - 1): the grid is the same on both sides",
    lambda got, args, kwargs: np.abs(got[0]).max() > 2 ** (args[1] - 1) - 1,
)
known.symptom(
    "the scale is upside down: it is the largest absolute value over the largest code",
    lambda got, args, kwargs: np.isclose(
        got[1], (2 ** (args[1] - 1) - 1) / np.abs(args[0]).max(), rtol=1e-6, atol=0
    ),
)
known.symptom(
    "the scale is that of 2**bits - 1 steps: the largest code is 2**(bits - 1) - 1",
    lambda got, args, kwargs: np.isclose(
        got[1], 2 * np.abs(args[0]).max() / (2 ** args[1] - 1), rtol=1e-6, atol=0
    ),
)


def _positive_only(x, bits):
    codes, scale = quantization.symmetric_quantization(x, bits)
    return np.maximum(codes, 0), scale


def _positive_only_or_half_cut(x, bits):
    cut = _positive_only(x, bits)
    return cut if np.array_equal(cut[0], symmetric(x, bits, rounding=half_cut)[0]) else None


known.mistake(
    "negative codes are missing: clipped at 0, or rounded up by int(x + 0.5)", _positive_only_or_half_cut
)
known.mistake(
    "negative codes are clipped at 0: the symmetric codes start at -(2**(bits - 1) - 1)", _positive_only
)
known.mistake(HALF_CUT, lambda x, bits: symmetric(x, bits, rounding=half_cut))


def _no_sign(x, bits):
    codes, scale = quantization.symmetric_quantization(x, bits)
    return np.abs(codes), scale


known.mistake("the sign is lost: round x / scale itself, not its absolute value", _no_sign)
known.symptom(
    "scale 1.0 belongs to an array of nothing but zeros, not to small values or a sum of 0",
    lambda got, args, kwargs: got[1] == 1.0 != symmetric(*args)[1] and np.any(args[0]),
)


def _cut_lower(got, codes, right, scale):
    largest = np.abs(got).max()
    cut = np.array_equal(got, np.clip(codes, -largest, largest))
    return cut and largest < np.abs(codes).max() and np.isclose(scale, right, atol=0)


known.symptom(
    "the largest code is cut off: the codes reach ±(2**(bits - 1) - 1)",
    lambda got, args, kwargs: _cut_lower(got[0], *quantization.symmetric_quantization(*args), got[1]),
)
known.symptom(
    "the standard deviation sets the range: take the largest absolute value, so that nothing is cut off",
    lambda got, args, kwargs: any(
        np.isclose(got[1], k * np.std(args[0]) / (2 ** (args[1] - 1) - 1), rtol=1e-6, atol=0) for k in (1, 3)
    ),
)
known.symptom(
    "an axis is reduced alone: there is one scale, from the largest absolute value of all elements",
    lambda got, args, kwargs: np.ndim(got[1]) > 0,
)
