"""Known mistakes of exercise 6.3, ``asymmetric_dequantize``."""

import numpy as np

from qcourse import quantization
from qcourse.check.registry import Causes

known = Causes(right=quantization.asymmetric_dequantize)
known.symptom(
    "the dtype is not float64",
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.float64,
)
known.mistake(
    "the zero point is ignored: subtract it before you multiply by the scale",
    lambda q, scale, zero: q * scale,
)
known.mistake(
    "the sign of the zero point: subtract it; the code `zero` stands for 0.0",
    lambda q, scale, zero: (q + zero) * scale,
)
known.mistake(
    "the parentheses: the zero point is a code; subtract it before you multiply by the scale",
    lambda q, scale, zero: q * scale - zero,
)
known.mistake(
    "the parentheses: the scale multiplies the difference, not the zero point alone",
    lambda q, scale, zero: q - zero * scale,
)
known.mistake(
    "128 is written into the code: the zero point is the parameter zero",
    lambda q, scale, zero: (q - 128) * scale,
)
known.mistake(
    "divided by the scale: quantizing divides, going back multiplies",
    lambda q, scale, zero: (q - zero) / scale,
)
known.mistake(
    "the order of the difference: codes minus zero point", lambda q, scale, zero: (zero - q) * scale
)
known.mistake(
    "cast to unsigned: codes below the zero point wrap around",
    lambda q, scale, zero: (q.astype(np.uint8) - np.uint8(zero)) * scale,
)
known.mistake(
    "cast to unsigned: codes below the zero point wrap around",
    lambda q, scale, zero: (q.astype(np.uint16) - np.uint16(zero)) * scale,
)
known.mistake(
    "cast to 8 bits: codes minus the zero point reach from -255 to 255, which needs more",
    lambda q, scale, zero: (q - zero).astype(np.int8) * scale,
)
known.mistake(
    "cast to 8 bits: codes reach 255, which int8 cannot hold",
    lambda q, scale, zero: (q.astype(np.int8) - np.int8(zero)) * scale,
)
known.mistake(
    "rounded or cast to an integer at the end: the result is real numbers",
    lambda q, scale, zero: np.round((q - zero) * scale),
)
