"""Known mistakes of exercise 6.3, ``asymmetric_dequantize``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.registry import mistake, right, symptom

right("6.3", quantization.asymmetric_dequantize)

symptom("6.3", "the dtype is not float64")(
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.float64
)
mistake("6.3", "the zero point is ignored: subtract it before the scale")(lambda q, scale, zero: q * scale)
mistake("6.3", "the sign of the zero point: subtract it, the code zero stands for 0.0")(
    lambda q, scale, zero: (q + zero) * scale
)
mistake("6.3", "the parentheses: the zero point is a code, subtract it before the scale")(
    lambda q, scale, zero: q * scale - zero
)
mistake("6.3", "divided by the scale: quantizing divides, going back multiplies")(
    lambda q, scale, zero: (q - zero) / scale
)
mistake("6.3", "the order of the difference: codes minus zero point")(
    lambda q, scale, zero: (zero - q) * scale
)
mistake("6.3", "cast to unsigned: codes below the zero point wrap around")(
    lambda q, scale, zero: (q.astype(np.uint8) - np.uint8(zero)) * scale
)
mistake("6.3", "rounded or cast to an integer at the end: the result is real numbers")(
    lambda q, scale, zero: np.round((q - zero) * scale)
)
