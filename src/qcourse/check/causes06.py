"""Known mistakes of notebook 06, each as the wrong code that makes it. The first that fits is told."""

# These are wrong on purpose: none is a solution.
from typing import Any

import numpy as np

from qcourse import quantization
from qcourse.check.causes import mistake, right, symptom
from qcourse.quantization import integer_linear

NO_GUARD = "no guard: first look whether the array is empty or holds NaN or infinity (np.isfinite)"

for _number, _name in enumerate(
    (
        "clamp",
        "asymmetric_quantization",
        "asymmetric_dequantize",
        "symmetric_quantization",
        "symmetric_dequantize",
        "quantization_error",
        "sqnr_db",
        "symmetric_quantization_per_channel",
        "integer_linear",
    ),
    start=1,
):
    right(f"6.{_number}", getattr(quantization, _name))


symptom("6.1", "done in place, or not copied: build a new array, the caller's must stay as it is")(
    lambda got, args, kwargs: got.dtype == args[0].dtype and np.array_equal(got, quantization.clamp(*args))
)
symptom("6.1", "rounded or cut off to whole numbers: values within the range stay as they are")(
    lambda got, args, kwargs: (
        args[0].dtype.kind == got.dtype.kind == "f"
        and np.array_equal(got, np.trunc(got))
        and np.abs(got - quantization.clamp(*args)).max() < 1
    )
)
mistake("6.1", "cast to an 8-bit integer before the clamp: 200 becomes -56 there; the dtype must stay")(
    lambda q, low, high: np.clip(q.astype(np.int8), max(low, -128), min(high, 127)).astype(q.dtype)
)
symptom("6.1", "the dtype of the result differs from the input's: cast it back with astype(params_q.dtype)")(
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != args[0].dtype
)
mistake("6.1", "the lower bound is missing: only the upper one is applied")(
    lambda q, low, high: np.minimum(q, high)
)
mistake("6.1", "the upper bound is missing: only the lower one is applied")(
    lambda q, low, high: np.maximum(q, low)
)
mistake("6.1", "the two bounds are swapped: raise to the lower one, then cut at the upper one")(
    lambda q, low, high: np.maximum(np.minimum(q, low), high).astype(q.dtype)
)
mistake("6.1", "the two bounds are swapped: what is too low becomes the lower bound")(
    lambda q, low, high: np.where(q < low, high, np.where(q > high, low, q)).astype(q.dtype)
)
mistake("6.1", "the two bounds are swapped: raise to the lower one, then cut at the upper one")(
    lambda q, low, high: np.minimum(np.maximum(q, high), low).astype(q.dtype)
)
mistake("6.1", "the bounds are ignored: 0 and 255 are fixed in the code; use the parameters")(
    lambda q, low, high: np.clip(q, 0, 255).astype(q.dtype)
)
mistake("6.1", "wrapped around, as an integer type does: what lies outside must become the nearest bound")(
    lambda q, low, high: ((q - low) % (high - low + 1) + low).astype(q.dtype)
)
mistake("6.1", "elements outside are removed: they must become the nearest bound, and the shape must stay")(
    lambda q, low, high: q[(q >= low) & (q <= high)]
)
mistake("6.1", "elements outside become 0: they must become the nearest bound")(
    lambda q, low, high: np.where((q < low) | (q > high), 0, q).astype(q.dtype)
)


def _asymmetric(x, bits, *, rounding=np.round, levels=None, widen=True, zero_sign=1, zero=True, scale=None):
    x = np.asarray(x, dtype=np.float64)
    top = 2**bits - 1
    beta, alpha = (min(x.min(), 0.0), max(x.max(), 0.0)) if widen else (x.min(), x.max())
    scale = scale or (alpha - beta) / (levels or top)
    code_of_0 = int(-np.round(beta / scale)) * zero_sign if zero else 0
    return np.clip(rounding(x / scale) + code_of_0, 0, top).astype(np.int32), float(scale), code_of_0


symptom("6.2", "the codes are not int32: cast with astype(np.int32), as the last step")(
    lambda got, args, kwargs: got[0].dtype != np.int32
)
symptom("6.2", "the order: return (params_q, scale, zero)")(
    lambda got, args, kwargs: isinstance(got[1], int) and isinstance(got[2], float)
)
symptom("6.2", "the zero point is a float, as np.round gives it: it is a code, so make it an int")(
    lambda got, args, kwargs: isinstance(got[2], float | np.floating)
)
symptom("6.2", "an array without range: its scale would be 0; give it scale 1.0 and zero point 0")(
    lambda got, args, kwargs: not np.any(args[0]) and (got is None or got[1] != 1.0)
)
symptom("6.2", NO_GUARD)(lambda got, args, kwargs: got is None and not args)


@mistake("6.2", "floor instead of round, or shifted by beta instead of by the zero point")
def _(x, bits):
    floor, shifted = _asymmetric(x, bits, rounding=np.floor), _asymmetric(x, bits)
    beta = min(np.min(x), 0.0)
    same_codes = np.array_equal(floor[0], np.round((np.asarray(x, np.float64) - beta) / shifted[1]))
    return floor if same_codes else None


@mistake("6.2", "shifted by beta instead of by the zero point: then 0.0 has no code of its own")
def _(x, bits):
    _, scale, zero = _asymmetric(x, bits)
    codes = np.round((np.asarray(x, np.float64) - min(np.min(x), 0.0)) / scale)
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, zero


mistake("6.2", "floor instead of round: codes are up to one too low; np.round finds the nearest")(
    lambda x, bits: _asymmetric(x, bits, rounding=np.floor)
)
mistake("6.2", "cut off instead of rounded: astype(int) cuts towards zero, np.round finds the nearest")(
    lambda x, bits: _asymmetric(x, bits, rounding=np.trunc)
)


@mistake("6.2", "cut off instead of rounded: x / scale + zero is cast without np.round")
def _(x, bits):
    exact = np.asarray(x, np.float64) / _asymmetric(x, bits)[1] + _asymmetric(x, bits)[2]
    return np.clip(exact, 0, 2**bits - 1).astype(np.int32), *_asymmetric(x, bits)[1:]


mistake("6.2", "ceil instead of round: codes are up to one too high; np.round finds the nearest")(
    lambda x, bits: _asymmetric(x, bits, rounding=np.ceil)
)
mistake("6.2", "off by one in the levels: 2**bits codes have 2**bits - 1 steps between them")(
    lambda x, bits: _asymmetric(x, bits, levels=2**bits)
)
mistake("6.2", "off by one in the levels: codes 0 to 2**bits - 1 have 2**bits - 1 steps between them")(
    lambda x, bits: _asymmetric(x, bits, levels=2**bits - 2)
)
mistake("6.2", "one bit too few: 2**(bits - 1) - 1 belongs to the symmetric scheme")(
    lambda x, bits: _asymmetric(x, bits, levels=2 ** (bits - 1) - 1)
)
mistake("6.2", "the bits are ignored: always 8 bits")(lambda x, bits: _asymmetric(x, 8))


def _zero_of(args: list) -> int:
    return quantization.asymmetric_quantization(*args)[2]


def _cut_zero(args: list) -> int:
    x, bits = np.asarray(args[0], np.float64), args[1]
    return int(-min(x.min(), 0.0) / _asymmetric(x, bits)[1])


symptom("6.2", "signed codes: the codes of this scheme run from 0 to 2**bits - 1")(
    lambda got, args, kwargs: got[0].min() < 0 and got[2] == _zero_of(args) - 2 ** (args[1] - 1)
)
symptom("6.2", "the zero point is missing, or cut off by int(...) instead of rounded")(
    lambda got, args, kwargs: got[2] == 0 == _cut_zero(args) < _zero_of(args)
)
symptom("6.2", "the zero point is cut off by int(...) instead of rounded")(
    lambda got, args, kwargs: 0 < got[2] == _cut_zero(args) < _zero_of(args)
)
symptom("6.2", "the sign of the zero point: it is minus round(beta / scale), so it is never negative")(
    lambda got, args, kwargs: got[2] == -_zero_of(args) < 0
)
mistake("6.2", "the zero point is missing: codes must be shifted by it, and it must be returned")(
    lambda x, bits: _asymmetric(x, bits, zero=False)
)
mistake("6.2", "the sign of the zero point: it is minus round(beta / scale), so it is never negative")(
    lambda x, bits: _asymmetric(x, bits, zero_sign=-1)
)


@mistake("6.2", "the zero point is computed but not added to the codes")
def _(x, bits):
    _, scale, zero = _asymmetric(x, bits)
    return np.clip(np.round(np.asarray(x) / scale), 0, 2**bits - 1).astype(np.int32), scale, zero


mistake("6.2", "the range is not widened to include 0: take min(beta, 0) and max(alpha, 0)")(
    lambda x, bits: _asymmetric(x, bits, widen=False)
)
symptom("6.2", "the range is not widened to include 0: the zero point leaves the codes 0 to 2**bits - 1")(
    lambda got, args, kwargs: (
        not 0 <= got[2] <= 2 ** args[1] - 1 and (np.min(args[0]) > 0 or np.max(args[0]) < 0)
    )
)
symptom("6.2", "the codes are not limited: a tie rounded up gives one too large; clamp before the cast")(
    lambda got, args, kwargs: got[0].max() > 2 ** args[1] - 1 or got[0].min() < 0
)
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


def _symmetric(x, bits, *, rounding=np.round, levels=None, largest=None):
    x = np.asarray(x, dtype=np.float64)
    top = 2 ** (bits - 1) - 1
    scale = float(np.abs(x).max() if largest is None else largest) / (levels or top)
    return np.clip(rounding(x / scale), -top - 1, top).astype(np.int32), scale


symptom("6.4", "the codes are not int32: cast with astype(np.int32), as the last step")(
    lambda got, args, kwargs: got[0].dtype != np.int32
)
symptom("6.4", "an array of zeros: its scale would be 0; give it scale 1.0")(
    lambda got, args, kwargs: not np.any(args[0]) and (got is None or got[1] != 1.0)
)
symptom("6.4", NO_GUARD)(lambda got, args, kwargs: got is None and not args)
mistake("6.4", "floor instead of round: codes are up to one too low; np.round finds the nearest")(
    lambda x, bits: _symmetric(x, bits, rounding=np.floor)
)
mistake("6.4", "cut off instead of rounded: astype(int) cuts towards zero, np.round finds the nearest")(
    lambda x, bits: _symmetric(x, bits, rounding=np.trunc)
)
mistake("6.4", "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)")(
    lambda x, bits: _symmetric(x, bits, levels=2 ** (bits - 1))
)
symptom("6.4", "off by one in the levels: the largest code is 2**(bits - 1) - 1, not 2**(bits - 1)")(
    lambda got, args, kwargs: np.isclose(got[1], np.abs(args[0]).max() / 2 ** (args[1] - 1))
)
symptom("6.4", "one bit too many: one bit goes to the sign, the largest code is 2**(bits - 1) - 1")(
    lambda got, args, kwargs: np.isclose(got[1], np.abs(args[0]).max() / (2 ** args[1] - 1), rtol=1e-6)
)
mistake("6.4", "the bits are ignored: always 8 bits")(lambda x, bits: _symmetric(x, 8))
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
symptom("6.4", "negative codes are cut off: the symmetric codes run from -(2**(bits - 1) - 1)")(
    lambda got, args, kwargs: (
        np.isclose(got[1], quantization.symmetric_quantization(*args)[1])
        and got[0].min() >= 0 > np.round(args[0] / got[1]).min()
    )
)
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


def _decibels(signal, noise, factor=10.0):
    return float(factor * np.log10(signal / noise))


symptom("6.7", "nothing was lost, so the noise is 0: look for that before you divide, and return inf")(
    lambda got, args, kwargs: np.array_equal(*args)
)
mistake("6.7", "factor 20 on powers: 20 belongs to amplitudes, 10 to powers")(
    lambda x, back: _decibels(np.sum(x**2), np.sum((x - back) ** 2), 20)
)
mistake("6.7", "noise over signal: the ratio is upside down")(
    lambda x, back: _decibels(np.sum((x - back) ** 2), np.sum(x**2))
)
mistake("6.7", "the natural logarithm: decibels need log10")(
    lambda x, back: float(10 * np.log(np.sum(x**2) / np.sum((x - back) ** 2)))
)
mistake("6.7", "the base-2 logarithm: decibels need log10")(
    lambda x, back: float(10 * np.log2(np.sum(x**2) / np.sum((x - back) ** 2)))
)
mistake("6.7", "the factor 10 is missing: that is bel, not decibel")(
    lambda x, back: _decibels(np.sum(x**2), np.sum((x - back) ** 2), 1)
)
mistake("6.7", "the ratio itself: take 10 log10 of it")(
    lambda x, back: float(np.sum(x**2) / np.sum((x - back) ** 2))
)
mistake("6.7", "absolute values instead of squares: a power is a sum of squares")(
    lambda x, back: _decibels(np.sum(np.abs(x)), np.sum(np.abs(x - back)))
)
mistake("6.7", "the restored values' power: the signal is the original array")(
    lambda x, back: _decibels(np.sum(back**2), np.sum((x - back) ** 2))
)
mistake("6.7", "the variance instead of the power: do not subtract the mean")(
    lambda x, back: _decibels(np.var(x), np.var(x - back))
)
mistake("6.7", "the variance instead of the power: do not subtract the signal's mean")(
    lambda x, back: _decibels(np.var(x), np.mean((x - back) ** 2))
)
mistake("6.7", "the peak instead of the power: that is PSNR; the signal is the sum of squares")(
    lambda x, back: _decibels(np.max(np.abs(x)) ** 2, np.mean((x - back) ** 2))
)


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


symptom("6.8", "a slice of zeros: its scale would be 0; give it scale 1.0")(
    lambda got, args, kwargs: bool(np.any(np.asarray(got[1]) == 0) or np.isnan(got[1]).any())
)
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
    codes, scale = _symmetric(weight, bits)
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
symptom("6.8", "the absolute value is missing: max overlooks large negative values")(
    lambda got, args, kwargs: (np.asarray(got[1]) <= 0).any() or np.abs(got[0]).max() >= 2 ** (args[1] - 1)
)
symptom(
    "6.9", "made float before the product, so products that cancel leave a rest: multiply integers first"
)(lambda got, args, kwargs: got.any() and not integer_linear(*args).any() and np.abs(got).max() < 1e-9)


def _is_integers(got: Any) -> bool:
    return np.asarray(got).dtype.kind in "iu"


symptom("6.9", "the final rescale is missing: the accumulated integers must become real numbers")(
    lambda got, args, kwargs: (
        _is_integers(got) and np.array_equal(got, integer_linear(args[0], 1.0, args[2], args[3], 1.0))
    )
)
symptom("6.9", "rounded or cast to an integer at the end: the result is real numbers")(
    lambda got, args, kwargs: _is_integers(got)
)
mistake("6.9", "the zero point of the input is ignored: subtract it from x_q before the product")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, 0, w, sw, b)
)
mistake("6.9", "the sign of the zero point: subtract it from x_q")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, -zx, w, sw, b)
)
mistake("6.9", "the zero point is subtracted from the product: subtract it from x_q before")(
    lambda x, sx, zx, w, sw, b=None: np.asarray(sw) * sx * (x @ w.T - zx) + (0 if b is None else b)
)
mistake("6.9", "the bias is ignored: add it at the end where it is given")(
    lambda x, sx, zx, w, sw, b=None: None if b is None else integer_linear(x, sx, zx, w, sw)
)
mistake("6.9", "the bias is inside the rescale: it is a real number, add it after the scales")(
    lambda x, sx, zx, w, sw, b=None: None if b is None else sx * sw * ((x - zx) @ w.T + b)
)
mistake("6.9", "the bias is subtracted: add it")(
    lambda x, sx, zx, w, sw, b=None: None if b is None else integer_linear(x, sx, zx, w, sw, -b)
)
mistake("6.9", "the weight's scale is missing: multiply by x_scale and by w_scale")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w, 1.0, b)
)
mistake("6.9", "the input's scale is missing: multiply by x_scale and by w_scale")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1.0, zx, w, sw, b)
)
mistake("6.9", "the scales are added: they multiply")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1.0, zx, w, sx + sw, b)
)
mistake("6.9", "divided by the scales: multiply by them")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1 / sx, zx, w, 1 / np.asarray(sw), b)
)


@mistake("6.9", "the scales of the rows run down the batch: w_scale [out] belongs to the last axis")
def _(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    scale = np.asarray(w_scale).reshape(-1, 1)
    return None if np.ndim(w_scale) == 0 else integer_linear(x_q, x_scale, x_zero, w_q, scale, bias)


mistake("6.9", "one scale for all rows: w_scale may hold one for each")(
    lambda x, sx, zx, w, sw, b=None: None if np.ndim(sw) == 0 else integer_linear(x, sx, zx, w, sw[0], b)
)
mistake("6.9", "the transpose is missing: w_q is [out, in], the product needs w_q.T")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w.T, sw, b)
)


@mistake("6.9", "the sum does not fit: accumulate in int32, not in 16 bits or fewer")
def _(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    product = (x_q - x_zero).astype(np.int16) @ w_q.astype(np.int16).T
    return x_scale * np.asarray(w_scale) * product + (0 if bias is None else bias)


mistake("6.9", "the codes do not fit in int8: codes of the input reach 255; compute in int32")(
    lambda x, sx, zx, w, sw, b=None: integer_linear(x.astype(np.int8).astype(np.int32), sx, zx, w, sw, b)
)
