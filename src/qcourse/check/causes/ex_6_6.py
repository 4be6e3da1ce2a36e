"""Known mistakes of exercise 6.6, ``quantization_error``."""

import numpy as np

from qcourse import quantization
from qcourse.check.registry import Causes

known = Causes(right=quantization.quantization_error)
known.mistake(
    "the sum instead of the mean: divide by the number of elements",
    lambda x, back: float(np.sum((x - back) ** 2)),
)
known.mistake(
    "the mean of absolute differences: square them", lambda x, back: float(np.mean(np.abs(x - back)))
)
known.mistake(
    "the mean of the differences without a square: positive and negative ones cancel",
    lambda x, back: float(np.mean(x - back)),
)
known.mistake(
    "the root of the mean squared error: leave out the square root",
    lambda x, back: float(np.sqrt(np.mean((x - back) ** 2))),
)
known.mistake(
    "the square of the mean: square each difference first, then take the mean",
    lambda x, back: float(np.mean(x - back) ** 2),
)
known.mistake(
    "divided by the number of rows: take the mean over all elements",
    lambda x, back: float(np.sum((x - back) ** 2) / len(x)),
)
known.mistake(
    "divided by n - 1: this is a mean, not an estimate of a variance",
    lambda x, back: float(np.sum((x - back) ** 2) / (x.size - 1)),
)
known.mistake(
    "the variance of the difference: it leaves out a constant shift; take the mean of squares",
    lambda x, back: float(np.var(x - back)) if np.size(x) > 1 else None,
)
known.mistake(
    "the difference of the squares: take the difference first, then square it",
    lambda x, back: float(np.mean(x**2 - back**2)),
)
known.mistake(
    "the largest squared difference: take the mean of them", lambda x, back: float(np.max((x - back) ** 2))
)
known.mistake(
    "the norm: square it, and divide by the number of elements",
    lambda x, back: float(np.linalg.norm(x - back)),
)
known.mistake("the median of the squares: take their mean", lambda x, back: float(np.median((x - back) ** 2)))
known.mistake("the third power: take the square", lambda x, back: float(np.mean(np.abs(x - back) ** 3)))
known.mistake(
    "divided by the signal's squares: this error is not relative",
    lambda x, back: float(np.sum((x - back) ** 2) / np.sum(x**2)),
)
known.symptom(
    "never 0: nothing may be added, for where nothing is lost the error is 0",
    lambda got, args, kwargs: got > 0 and np.array_equal(*args),
)
known.mistake(
    "the mean of one row, that of the largest error: take the mean over all elements",
    lambda x, y: float(np.mean((x - y) ** 2, axis=-1).max()),
)
