"""Known mistakes of exercise 6.4, ``symmetric_quantization``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.registry import mistake, right, symptom
from qcourse.check.causes.symmetric_codes import HALF_CUT, half_cut, symmetric
from qcourse.check.causes.texts import NO_GUARD

right("6.4", quantization.symmetric_quantization)

symptom("6.4", "the codes are not int32: cast with astype(np.int32), as the last step")(
    lambda got, args, kwargs: got[0].dtype != np.int32
)
symptom("6.4", "an array of zeros: its scale would be 0; give it scale 1.0")(
    lambda got, args, kwargs: not np.any(args[0]) and (got is None or got[1] != 1.0)
)
symptom("6.4", NO_GUARD)(lambda got, args, kwargs: got is None and not args)
mistake("6.4", "floor instead of round: codes are up to one too low; np.round finds the nearest")(
    lambda x, bits: symmetric(x, bits, rounding=np.floor)
)
mistake("6.4", "cut off instead of rounded: astype(int) cuts towards zero, np.round finds the nearest")(
    lambda x, bits: symmetric(x, bits, rounding=np.trunc)
)
mistake("6.4", "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)")(
    lambda x, bits: symmetric(x, bits, levels=2 ** (bits - 1))
)
symptom("6.4", "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)")(
    lambda got, args, kwargs: np.isclose(got[1], np.abs(args[0]).max() / 2 ** (args[1] - 1))
)
symptom("6.4", "one bit too many: one bit goes to the sign, the largest code is 2**(bits - 1) - 1")(
    lambda got, args, kwargs: np.isclose(got[1], np.abs(args[0]).max() / (2 ** args[1] - 1), rtol=1e-6)
)
mistake("6.4", "the bits are ignored: always 8 bits")(lambda x, bits: symmetric(x, 8))
symptom("6.4", "the absolute value is missing: max(x) overlooks large negative values")(
    lambda got, args, kwargs: (
        -args[0].min() > args[0].max() and np.isclose(got[1], np.max(args[0]) / (2 ** (args[1] - 1) - 1))
    )
)
symptom("6.4", "the scale comes from max - min: the symmetric one comes from the largest absolute value")(
    lambda got, args, kwargs: np.isclose(np.ptp(args[0]) / got[1], [2 ** args[1] - 1, 2 ** args[1] - 2]).any()
)
symptom("6.4", "the codes leave ±(2**(bits - 1) - 1): the grid is the same on both sides")(
    lambda got, args, kwargs: np.abs(got[0]).max() > 2 ** (args[1] - 1) - 1
)
symptom("6.4", "the scale is upside down: it is the largest absolute value over the largest code")(
    lambda got, args, kwargs: np.isclose(got[1], (2 ** (args[1] - 1) - 1) / np.abs(args[0]).max())
)
symptom("6.4", "the scale belongs to 2**bits - 1 steps: the largest code is 2**(bits - 1) - 1")(
    lambda got, args, kwargs: np.isclose(got[1], 2 * np.abs(args[0]).max() / (2 ** args[1] - 1), rtol=1e-6)
)


def _positive_only(x, bits):
    codes, scale = quantization.symmetric_quantization(x, bits)
    return np.maximum(codes, 0), scale


@mistake("6.4", "negative codes are missing: cut off at 0, or rounded up by int(x + 0.5)")
def _(x, bits):
    cut = _positive_only(x, bits)
    return cut if np.array_equal(cut[0], symmetric(x, bits, rounding=half_cut)[0]) else None


mistake("6.4", "negative codes are cut off: the symmetric codes run from -(2**(bits - 1) - 1)")(
    _positive_only
)
mistake("6.4", HALF_CUT)(lambda x, bits: symmetric(x, bits, rounding=half_cut))


@mistake("6.4", "the sign is lost: round x / scale itself, not its absolute value")
def _(x, bits):
    codes, scale = quantization.symmetric_quantization(x, bits)
    return np.abs(codes), scale
