"""Known mistakes of exercise 7.1, ``asymmetric_quantization_percentile``."""

from typing import Any

import numpy as np

from qcourse.check.causes.ranges import on_own_grid, quantized
from qcourse.check.causes.texts import EIGHT_BITS, NOT_INT32
from qcourse.check.registry import Causes, plain, same

known = Causes()


def _ends(params: np.ndarray, percentile: float, method: Any = "linear") -> np.ndarray:
    return np.percentile(params, [100 - percentile, percentile], method=method)


def _kept(params: np.ndarray, percentile: float) -> np.ndarray:
    low, high = _ends(params, percentile)
    return params[(params >= low) & (params <= high)]


def _minmax_too(params: np.ndarray, percentile: float) -> bool:
    """Whether a percentile without interpolation is the minimum or the maximum as well."""
    nearest = _ends(params, percentile, "nearest")
    return percentile < 100 and same(nearest, np.array([np.min(params), np.max(params)]))


known.symptom(NOT_INT32, lambda got, args, kwargs: got[0].dtype != np.int32)
known.symptom(
    "the order: return (params_q, scale, zero)",
    lambda got, args, kwargs: isinstance(got[1], int) and isinstance(got[2], float),
)
known.symptom(
    "signed codes: the codes of this scheme run from 0 to 2**bits - 1",
    lambda got, args, kwargs: (
        plain(got[0]).min() == -(2 ** (args[1] - 1)) and plain(got[0]).max() == 2 ** (args[1] - 1) - 1
    ),
)
known.symptom(
    "the zero point is a float, as np.round gives it: it is a code, so make it an int",
    lambda got, args, kwargs: isinstance(got[2], float | np.floating),
)
OF_ZEROS = "an array of zeros: its scale would be 0; give it scale 1.0 and zero point 0"
known.symptom(
    OF_ZEROS,
    lambda got, args, kwargs: not np.any(args[0]) and (got[1] != 1.0 or got[2] != 0),
)
known.error(OF_ZEROS, lambda error, args, kwargs: not np.any(args[0]))
known.error(
    "the two ends are swapped: beta, the lower one, is the percentile 100 - p",
    lambda error, args, kwargs: "above alpha" in str(error),
)
known.mistake(
    "the percentile is ignored: this is min-max; take both ends with np.percentile",
    lambda x, bits, percentile=99.99: (
        None if _minmax_too(x, percentile) else quantized(x, bits, (np.min(x), np.max(x)))
    ),
)
known.mistake(
    "the range is that of min-max: is the percentile ignored, or taken without interpolation?",
    lambda x, bits, percentile=99.99: (
        quantized(x, bits, (np.min(x), np.max(x))) if _minmax_too(x, percentile) else None
    ),
)
known.mistake(
    "the percentile is ignored: 99.99 is fixed in the code; use the parameter",
    lambda x, bits, percentile=99.99: (
        None if percentile == 99.99 else quantized(x, bits, np.percentile(x, [0.01, 99.99]))
    ),
)
known.mistake(
    "the default is not 99.99: keep the signature as it is given",
    lambda x, bits, percentile=99.9: quantized(x, bits, np.percentile(x, [0.1, 99.9])),
)
known.mistake(
    "only the upper end is a percentile: the lower end is the percentile 100 - p",
    lambda x, bits, percentile=99.99: quantized(x, bits, (np.min(x), np.percentile(x, percentile))),
)
known.mistake(
    "only the lower end is a percentile: the upper end is the percentile p",
    lambda x, bits, percentile=99.99: quantized(x, bits, (np.percentile(x, 100 - percentile), np.max(x))),
)
known.mistake(
    "clipped before the range is widened to include 0: widen first, then only what is outside saturates",
    lambda x, bits, percentile=99.99: quantized(
        np.clip(x, *_ends(x, percentile)), bits, _ends(x, percentile)
    ),
)
known.mistake(
    "the percentile was divided by 100: np.percentile takes 0 to 100, np.quantile takes 0 to 1",
    lambda x, bits, percentile=99.99: quantized(
        x, bits, np.percentile(x, [1 - percentile / 100, percentile / 100])
    ),
)
known.mistake(
    "the tails are halved: the ends are the percentiles p and 100 - p, not (100 - p) / 2",
    lambda x, bits, percentile=99.99: quantized(
        x, bits, np.percentile(x, [50 - percentile / 2, 50 + percentile / 2])
    ),
)
known.mistake(
    "the percentiles are those of single columns or rows: take them over all elements",
    lambda x, bits, percentile=99.99: quantized(
        x,
        bits,
        (np.percentile(x, 100 - percentile, axis=0).min(), np.percentile(x, percentile, axis=0).max()),
    ),
)
for _top in (lambda x, p: np.percentile(np.abs(x), p), lambda x, p: abs(np.percentile(x, p))):
    known.mistake(
        "the range is symmetric: the lower end is the percentile 100 - p of the values, not -alpha",
        lambda x, bits, percentile=99.99, top=_top: quantized(
            x, bits, (-top(x, percentile), top(x, percentile))
        ),
    )
known.mistake(EIGHT_BITS, lambda x, bits, percentile=99.99: quantized(x, 8, _ends(x, percentile)))
known.mistake(
    "the range leaves out 0, so 0.0 has no code: widen it with min(beta, 0) and max(alpha, 0)",
    lambda x, bits, percentile=99.99: on_own_grid(x, bits, _ends(x, percentile), 2**bits - 1),
)
known.mistake(
    "off by one in the levels: there are 2**bits codes, so 2**bits - 1 steps between them",
    lambda x, bits, percentile=99.99: on_own_grid(
        x, bits, (min(_ends(x, percentile)[0], 0), max(_ends(x, percentile)[1], 0)), 2**bits
    ),
)
REMOVED = "the outliers are removed from the data: they must stay, at the end of the range (saturate)"
known.mistake(
    REMOVED,
    lambda x, bits, percentile=99.99: quantized(_kept(x, percentile), bits, _ends(x, percentile)),
)
known.mistake(
    REMOVED,
    lambda x, bits, percentile=99.99: quantized(
        _kept(x, percentile), bits, (np.min(_kept(x, percentile)), np.max(_kept(x, percentile)))
    ),
)
for _method in ("nearest", "lower", "higher", "inverted_cdf"):
    known.mistake(
        "the percentile is not interpolated, as NumPy's default is, or was moved by a 0 added to params",
        lambda x, bits, percentile=99.99, method=_method: quantized(x, bits, _ends(x, percentile, method)),
    )
known.mistake(
    "a 0 added to the data moves the percentiles: take them first, then widen the range",
    lambda x, bits, percentile=99.99: quantized(x, bits, _ends(np.append(x, 0.0), percentile)),
)
known.symptom(
    "the codes are not limited: what lies outside the range must saturate at 0 or 2**bits - 1",
    lambda got, args, kwargs: plain(got[0]).min() < 0 or plain(got[0]).max() > 2 ** args[1] - 1,
)


def _wrapped(result: Any, args: list, kwargs: dict) -> bool:
    codes = (np.round(args[0] / result[1]) + result[2]).astype(np.int64).astype(np.uint8)
    rounded = np.clip(np.round(args[0] / result[1]) + result[2], 0, 2 ** args[1] - 1)
    wrapped = np.clip(codes, 0, 2 ** args[1] - 1)
    return not same(rounded, wrapped.astype(float)) and same(wrapped.astype(np.int32), result[0])


known.symptom(
    "cast before the clamp: a code above 255 or below 0 wraps around in uint8; clamp first", _wrapped
)


def _cut_off(result: Any, args: list, kwargs: dict) -> bool:
    (codes, scale, zero), top = result, 2 ** args[1] - 1
    exact = args[0] / scale
    cut = (np.floor(exact) + zero, np.floor(exact + zero), np.trunc(exact) + zero)
    rounded = same(plain(codes).astype(float), np.clip(np.round(exact) + zero, 0, top))
    return not rounded and any(same(plain(codes).astype(float), np.clip(way, 0, top)) for way in cut)


known.symptom("the codes are cut off instead of rounded: use np.round before the cast", _cut_off)


def _right(x, bits, percentile=99.99):
    return quantized(x, bits, _ends(x, percentile))


known.symptom(
    "the zero point has the wrong sign: it is -round(beta / scale), the code of 0.0",
    lambda got, args, kwargs: int(got[2]) == -_right(*args, **kwargs)[2] < 0,
)
known.symptom(
    "the range is not widened to include 0: the zero point leaves the codes 0 to 2**bits - 1",
    lambda got, args, kwargs: not 0 <= got[2] < 2 ** args[1] and same(got[1], _right(*args, **kwargs)[1]),
)
known.symptom(
    "the codes are shifted by another number than the zero point that is returned",
    lambda got, args, kwargs: (
        same(tuple(got[1:]), _right(*args, **kwargs)[1:])
        and np.ptp(shift := got[0] - _right(*args, **kwargs)[0]) == 0 != shift.flat[0]
    ),
)
known.symptom(
    "the range comes out empty: beta is min(P of 100 - p, 0), the lower end, alpha is max(P of p, 0)",
    lambda got, args, kwargs: got[1] in (0, 1) and _right(*args, **kwargs)[1] != 1,
)
