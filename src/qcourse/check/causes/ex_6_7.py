"""Known mistakes of exercise 6.7, ``sqnr_db``."""

import numpy as np

from qcourse import quantization
from qcourse.check.registry import Causes

known = Causes(right=quantization.sqnr_db)


def _decibels(signal, noise, factor=10.0):
    return float(factor * np.log10(signal / noise))


def _norms(x, back):
    return _decibels(np.sqrt(np.sum(x**2)), np.sqrt(np.sum((x - back) ** 2)))


known.symptom(
    "nothing was lost, so the noise is 0: check for that before you divide, and return inf",
    lambda got, args, kwargs: np.array_equal(*args),
)
known.error(
    "inf alone is not a name: write math.inf or np.inf",
    lambda error, args, kwargs: isinstance(error, NameError) and "'inf'" in str(error),
)
known.error(
    "nothing was lost, so the noise is 0: check for that before you divide, and return inf",
    lambda error, args, kwargs: isinstance(error, ZeroDivisionError) and np.array_equal(*args),
)


def _sums_squared(x, back):
    noise = np.sum(x - back) ** 2
    return _decibels(np.sum(x) ** 2, noise) if noise else float("inf")


known.mistake("squared after the sum, in which errors cancel: square each element first", _sums_squared)
known.mistake(
    "a sum against a mean: take sums for both, or means for both",
    lambda x, back: _decibels(np.sum(x**2), np.mean((x - back) ** 2)),
)
known.mistake(
    "a sum against a mean: take sums for both, or means for both",
    lambda x, back: _decibels(np.mean(x**2), np.sum((x - back) ** 2)),
)
known.symptom(
    "below 0 dB there is more noise than signal: a negative result stays as it is",
    lambda got, args, kwargs: got == 0 and quantization.sqnr_db(*args) < 0,
)
known.symptom(
    "inf although something was lost: it is for a total noise of exactly 0, not for a small one, nor where "
    "one element is exact",
    lambda got, args, kwargs: np.isposinf(got) and np.any(args[0] != args[1]),
)
known.mistake(
    "the mean of the elements' ratios: take one ratio, of the sums over all elements",
    lambda x, back: float(np.mean(10 * np.log10(x**2 / (x - back) ** 2))),
)
known.mistake(
    "factor 20 on powers: 20 belongs to amplitudes, 10 to powers",
    lambda x, back: _decibels(np.sum(x**2), np.sum((x - back) ** 2), 20),
)
known.mistake(
    "noise over signal: the ratio is upside down",
    lambda x, back: _decibels(np.sum((x - back) ** 2), np.sum(x**2)),
)
known.mistake(
    "the natural logarithm: decibels need log10",
    lambda x, back: float(10 * np.log(np.sum(x**2) / np.sum((x - back) ** 2))),
)
known.mistake(
    "the base-2 logarithm: decibels need log10",
    lambda x, back: float(10 * np.log2(np.sum(x**2) / np.sum((x - back) ** 2))),
)
known.mistake(
    "the factor 10 is missing: that gives bels, not decibels",
    lambda x, back: _decibels(np.sum(x**2), np.sum((x - back) ** 2), 1),
)
known.mistake(
    "the ratio itself: take 10 log10 of it", lambda x, back: float(np.sum(x**2) / np.sum((x - back) ** 2))
)


def _amplitudes(x, back):
    absolute = _decibels(np.sum(np.abs(x)), np.sum(np.abs(x - back)))
    return absolute if np.isclose(absolute, _norms(x, back), rtol=1e-6) else None


known.mistake(
    "amplitudes instead of powers: with absolute values use squares, with norms the factor 20", _amplitudes
)
known.mistake("norms are roots of powers: square them, or take the factor 20", _norms)
known.mistake(
    "absolute values instead of squares: a power is a sum of squares",
    lambda x, back: _decibels(np.sum(np.abs(x)), np.sum(np.abs(x - back))),
)


def _mean_of_rows(x, back):
    rows = (np.reshape(a, (len(a), -1)).astype(float) for a in (x, back))
    x, back = rows
    return float(np.mean(10 * np.log10(np.sum(x**2, axis=1) / np.sum((x - back) ** 2, axis=1))))


known.mistake(
    "the mean of the rows' decibels: take one ratio, of the sums over all elements",
    lambda x, back: _mean_of_rows(x, back) if np.ndim(x) > 1 else None,
)
known.mistake(
    "the restored values' power: the signal is the original array",
    lambda x, back: _decibels(np.sum(back**2), np.sum((x - back) ** 2)),
)
known.mistake(
    "the variance instead of the power: do not subtract the mean",
    lambda x, back: _decibels(np.var(x), np.var(x - back)),
)
known.mistake(
    "the variance instead of the power: do not subtract the signal's mean",
    lambda x, back: _decibels(np.var(x), np.mean((x - back) ** 2)),
)
known.mistake(
    "the variance of the noise instead of its power: do not subtract its mean",
    lambda x, back: _decibels(np.mean(x**2), np.var(x - back)),
)
known.mistake(
    "the peak instead of the power: that is PSNR; the signal is the sum of squares",
    lambda x, back: _decibels(np.max(np.abs(x)) ** 2, np.mean((x - back) ** 2)),
)
