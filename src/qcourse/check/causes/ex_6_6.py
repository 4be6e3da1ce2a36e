"""Known mistakes of exercise 6.6, ``quantization_error``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.registry import mistake, right, symptom

right("6.6", quantization.quantization_error)

mistake("6.6", "the sum instead of the mean: divide by the number of elements")(
    lambda x, back: float(np.sum((x - back) ** 2))
)
mistake("6.6", "the mean of absolute differences: square them")(
    lambda x, back: float(np.mean(np.abs(x - back)))
)
mistake("6.6", "the mean of the differences without a square: positive and negative ones cancel")(
    lambda x, back: float(np.mean(x - back))
)
mistake("6.6", "the root of the mean squared error: leave out the square root")(
    lambda x, back: float(np.sqrt(np.mean((x - back) ** 2)))
)
mistake("6.6", "the square of the mean: square each difference first, then take the mean")(
    lambda x, back: float(np.mean(x - back) ** 2)
)
mistake("6.6", "divided by the number of rows: take the mean over all elements")(
    lambda x, back: float(np.sum((x - back) ** 2) / len(x))
)
mistake("6.6", "divided by n - 1: this is a mean, not an estimate of a variance")(
    lambda x, back: float(np.sum((x - back) ** 2) / (x.size - 1))
)
mistake("6.6", "the variance of the difference: it leaves out a constant shift; take the mean of squares")(
    lambda x, back: float(np.var(x - back)) if np.size(x) > 1 else None
)
mistake("6.6", "the difference of the squares: take the difference first, then square it")(
    lambda x, back: float(np.mean(x**2 - back**2))
)
mistake("6.6", "the largest squared difference: take the mean of them")(
    lambda x, back: float(np.max((x - back) ** 2))
)
symptom("6.6", "an axis is named: the mean goes over all elements and gives one number")(
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.ndim > 0
)
