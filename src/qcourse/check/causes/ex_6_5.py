"""Known mistakes of exercise 6.5, ``symmetric_dequantize``."""

import numpy as np

from qcourse import quantization
from qcourse.check.registry import Causes

known = Causes(right=quantization.symmetric_dequantize)
known.symptom(
    "the dtype is not float64",
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.float64,
)
known.mistake("divided by the scale: quantizing divides, going back multiplies", lambda q, scale: q / scale)
known.mistake(
    "a zero point where there is none: the symmetric grid's is 0", lambda q, scale: (q - q.min()) * scale
)
known.mistake(
    "a zero point where there is none: the symmetric grid's is 0", lambda q, scale: (q - 128) * scale
)
known.mistake("added: multiply the codes by the scale", lambda q, scale: q + scale)
known.mistake(
    "cast to 8 bits: codes of more bits do not fit",
    lambda q, scale: q.astype(np.int8).astype(np.float64) * scale,
)
known.mistake("the sign is lost: no absolute value here", lambda q, scale: np.abs(q) * scale)
known.mistake(
    "rounded or cast to an integer: the result is real numbers", lambda q, scale: np.round(q * scale)
)
known.mistake(
    "the codes are returned as they are: multiply by the scale", lambda q, scale: q.astype(np.float64)
)
