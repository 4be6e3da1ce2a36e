"""Known mistakes of exercise 6.5, ``symmetric_dequantize``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.registry import mistake, right, symptom

right("6.5", quantization.symmetric_dequantize)

symptom("6.5", "the dtype is not float64")(
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.float64
)
mistake("6.5", "divided by the scale: quantizing divides, going back multiplies")(lambda q, scale: q / scale)
mistake("6.5", "a zero point where there is none: the symmetric grid's is 0")(
    lambda q, scale: (q - q.min()) * scale
)
mistake("6.5", "the sign is lost: no absolute value here")(lambda q, scale: np.abs(q) * scale)
mistake("6.5", "rounded or cast to an integer: the result is real numbers")(
    lambda q, scale: np.round(q * scale)
)
mistake("6.5", "the codes are returned as they are: multiply by the scale")(
    lambda q, scale: q.astype(np.float64)
)
