"""Known mistakes of notebook 07: each function is wrong in one way that its text names.

The first that explains what came is told, so that within an exercise the order matters.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse import quantization as q
from qcourse.check.causes import mistake, plain, same, symptom

Pair = tuple[float, float]
EIGHT_BITS = "the number of bits is ignored: the codes are always those of 8 bits"


def _codes(params: np.ndarray, bits: int, ends: Any) -> tuple:
    return q.quantize_range(params, bits, float(ends[0]), float(ends[1]))


def _error(params: np.ndarray, bits: int, ends: Any) -> np.ndarray:
    return np.asarray(params, np.float64) - q.asymmetric_dequantize(*_codes(params, bits, ends))


# 7.1: the percentile range


def _own_grid(params: np.ndarray, bits: int, ends: Any, steps: int) -> tuple:
    beta, alpha = ends
    scale = (alpha - beta) / steps
    codes = np.round(params / scale) - round(beta / scale)
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, -round(beta / scale)


def _minmax_too(params: np.ndarray, percentile: float) -> bool:
    """Whether a percentile without interpolation is the minimum or the maximum as well."""
    nearest = np.percentile(params, [100 - percentile, percentile], method="nearest")
    return percentile < 100 and same(nearest, np.array([np.min(params), np.max(params)]))


symptom("7.1", "the codes are not int32: cast with astype(np.int32), as the last step")(
    lambda got, args, kwargs: got[0].dtype != np.int32
)
symptom("7.1", "the order: return (params_q, scale, zero)")(
    lambda got, args, kwargs: isinstance(got[1], int) and isinstance(got[2], float)
)


@symptom("7.1", "signed codes: the codes of this scheme run from 0 to 2**bits - 1")
def _signed(result: Any, args: list, kwargs: dict) -> bool:
    codes, half = plain(result[0]), 2 ** (args[1] - 1)
    return bool(codes.min() == -half and codes.max() == half - 1)


symptom("7.1", "the zero point is a float, as np.round gives it: it is a code, so make it an int")(
    lambda got, args, kwargs: isinstance(got[2], float | np.floating)
)
symptom("7.1", "an array of zeros: its scale would be 0; give it scale 1.0 and zero point 0")(
    lambda got, args, kwargs: not np.any(args[0]) and (got is None or got[1] != 1.0)
)
mistake("7.1", "the percentile is ignored: this is min-max; take both ends with np.percentile")(
    lambda x, bits, percentile=99.99: (
        None if _minmax_too(x, percentile) else _codes(x, bits, (np.min(x), np.max(x)))
    )
)
mistake("7.1", "the range is that of min-max: is the percentile ignored, or taken without interpolation?")(
    lambda x, bits, percentile=99.99: (
        _codes(x, bits, (np.min(x), np.max(x))) if _minmax_too(x, percentile) else None
    )
)
mistake("7.1", "the percentile is ignored: 99.99 is fixed in the code; use the parameter")(
    lambda x, bits, percentile=99.99: _codes(x, bits, np.percentile(x, [0.01, 99.99]))
)
mistake("7.1", "the default is not 99.99: keep the signature as it is given")(
    lambda x, bits, percentile=99.9: _codes(x, bits, np.percentile(x, [0.1, 99.9]))
)
mistake("7.1", "only the upper end is a percentile: the lower end is the percentile 100 - p")(
    lambda x, bits, percentile=99.99: _codes(x, bits, (np.min(x), np.percentile(x, percentile)))
)
mistake("7.1", "the percentile was divided by 100: np.percentile counts to 100, np.quantile to 1")(
    lambda x, bits, percentile=99.99: _codes(
        x, bits, np.percentile(x, [1 - percentile / 100, percentile / 100])
    )
)
mistake("7.1", "the tails are halved: the ends are the percentiles p and 100 - p, not (100 - p) / 2")(
    lambda x, bits, percentile=99.99: _codes(
        x, bits, np.percentile(x, [50 - percentile / 2, 50 + percentile / 2])
    )
)
mistake("7.1", "the range is symmetric: the percentile is that of the values, at both ends, not of |x|")(
    lambda x, bits, percentile=99.99: _codes(
        x, bits, np.percentile(np.abs(x), percentile) * np.array([-1, 1])
    )
)
mistake("7.1", "the percentiles are those of single columns or rows: take them over all elements")(
    lambda x, bits, percentile=99.99: _codes(
        x,
        bits,
        (np.percentile(x, 100 - percentile, axis=0).min(), np.percentile(x, percentile, axis=0).max()),
    )
)
mistake("7.1", EIGHT_BITS)(
    lambda x, bits, percentile=99.99: _codes(x, 8, np.percentile(x, [100 - percentile, percentile]))
)


@mistake("7.1", "the range leaves out 0, so 0.0 has no code: widen it with min(beta, 0) and max(alpha, 0)")
def _not_widened(params, bits, percentile=99.99):
    return _own_grid(params, bits, np.percentile(params, [100 - percentile, percentile]), 2**bits - 1)


@mistake("7.1", "off by one in the levels: there are 2**bits codes, so 2**bits - 1 steps between them")
def _levels(params, bits, percentile=99.99):
    ends = np.percentile(params, [100 - percentile, percentile])
    return _own_grid(params, bits, (min(ends[0], 0), max(ends[1], 0)), 2**bits)


@mistake("7.1", "the outliers are removed from the data: they must stay, at the end of the range (saturate)")
def _dropped(params, bits, percentile=99.99):
    ends = np.percentile(params, [100 - percentile, percentile])
    return _codes(params[(params >= ends[0]) & (params <= ends[1])], bits, ends)


for _method in ("nearest", "lower", "higher", "inverted_cdf"):

    @mistake("7.1", "the percentile is not interpolated: NumPy's default, linear interpolation, is meant")
    def _not_interpolated(params, bits, percentile=99.99, method=_method):
        return _codes(params, bits, np.percentile(params, [100 - percentile, percentile], method=method))


@symptom("7.1", "the codes are not limited: what lies outside the range must saturate at 0 or 2**bits - 1")
def _not_clamped(result: Any, args: list, kwargs: dict) -> bool:
    codes, bits = plain(result[0]), args[1]
    return bool(codes.min() < 0 or codes.max() > 2**bits - 1)


@symptom("7.1", "cast before the clamp: a code above 255 or below 0 wraps around in uint8; clamp first")
def _wrapped(result: Any, args: list, kwargs: dict) -> bool:
    codes = (np.round(args[0] / result[1]) + result[2]).astype(np.int64).astype(np.uint8)
    rounded = np.clip(np.round(args[0] / result[1]) + result[2], 0, 2 ** args[1] - 1)
    wrapped = np.clip(codes, 0, 2 ** args[1] - 1)
    return not same(rounded, wrapped.astype(float)) and same(wrapped.astype(np.int32), result[0])


@symptom("7.1", "the codes are cut off instead of rounded: use np.round before the cast")
def _cut_off(result: Any, args: list, kwargs: dict) -> bool:
    (codes, scale, zero), top = result, 2 ** args[1] - 1
    exact = args[0] / scale
    cut = (np.floor(exact) + zero, np.floor(exact + zero), np.trunc(exact) + zero)
    rounded = same(plain(codes).astype(float), np.clip(np.round(exact) + zero, 0, top))
    return not rounded and any(same(plain(codes).astype(float), np.clip(way, 0, top)) for way in cut)


symptom("7.1", "the zero point has the wrong sign: it is -round(beta / scale), the code of 0.0")(
    lambda got, args, kwargs: int(got[2]) < 0
)

# 7.2: clipping and rounding


def _parts(errors: np.ndarray, outside: np.ndarray, count: float) -> Pair:
    return float(np.sum(errors * outside) / count), float(np.sum(errors * ~outside) / count)


def _outside(params: np.ndarray, beta: float, alpha: float) -> np.ndarray:
    return (params < beta) | (params > alpha)


mistake("7.2", "the errors are summed: divide each sum by the count of all elements")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, _outside(x, b, a), 1)
)
mistake("7.2", "the two parts are swapped: clipping, from the elements outside the range, comes first")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, ~_outside(x, b, a), x.size)
)
mistake("7.2", "only the elements above alpha count as clipped: those below beta are outside as well")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, x > a, x.size)
)
mistake("7.2", "only the elements below beta count as clipped: those above alpha are outside as well")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, x < b, x.size)
)
mistake("7.2", "an element exactly at beta or alpha lies inside: compare with < and >")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, (x <= b) | (x >= a), x.size)
)
mistake("7.2", "the errors are absolute values: square them")(
    lambda x, bits, b, a: _parts(np.abs(_error(x, bits, (b, a))), _outside(x, b, a), x.size)
)
mistake("7.2", "beta and alpha are ignored: the codes are those of min-max")(
    lambda x, bits, b, a: _parts(_error(x, bits, (x.min(), x.max())) ** 2, _outside(x, b, a), x.size)
)
mistake("7.2", EIGHT_BITS)(lambda x, bits, b, a: _parts(_error(x, 8, (b, a)) ** 2, _outside(x, b, a), x.size))
mistake("7.2", "len(params) is the first dimension only: the count of all elements is params.size")(
    lambda x, bits, b, a: _parts(_error(x, bits, (b, a)) ** 2, _outside(x, b, a), len(x))
)
mistake("7.2", "this splits the error by the share of elements outside: sum the squared errors themselves")(
    lambda x, bits, b, a: _parts(np.mean(_error(x, bits, (b, a)) ** 2) + 0 * x, _outside(x, b, a), x.size)
)


@mistake("7.2", "clipped is judged by the code: elements inside the range may have an end code too")
def _by_code(params, bits, beta, alpha) -> Pair:
    codes = _codes(params, bits, (beta, alpha))[0]
    return _parts(
        _error(params, bits, (beta, alpha)) ** 2, (codes == 0) | (codes == 2**bits - 1), params.size
    )


@mistake("7.2", "each part is a mean over its own elements: divide both by the count of all elements")
def _own_counts(params, bits, beta, alpha) -> Pair:
    squared, outside = _error(params, bits, (beta, alpha)) ** 2, _outside(params, beta, alpha)
    clipping, rounding = _parts(squared, outside, 1)
    return clipping / max(1, np.sum(outside)), rounding / max(1, np.sum(~outside))


@symptom("7.2", "the mean of an empty selection is NaN: its sum is 0; divide by the count of all")
def _empty_mean(result: Any, args: list, kwargs: dict) -> bool:
    return bool(np.isnan(result).any())


@symptom("7.2", "rounding is estimated as scale^2 / 12: take the squared errors themselves")
def _estimated(result: Any, args: list, kwargs: dict) -> bool:
    params, bits, beta, alpha = args
    guess = ((alpha - beta) / (2**bits - 1)) ** 2 / 12
    shares = (1.0, np.mean(~_outside(params, beta, alpha)))
    return any(same(float(result[1]), float(guess * share)) for share in shares)


@symptom("7.2", "clipping is measured to the end of the range: measure it to the dequantized value")
def _to_the_end(result: Any, args: list, kwargs: dict) -> bool:
    params, bits, beta, alpha = args
    to_the_end = float(np.mean((params - np.clip(params, beta, alpha)) ** 2))
    to_the_code = _parts(_error(params, bits, (beta, alpha)) ** 2, _outside(params, beta, alpha), params.size)
    return same(float(result[0]), to_the_end) and not same(to_the_end, to_the_code[0])


# 7.3: the range of least error


def _best(params: np.ndarray, shares: np.ndarray, cost: Callable) -> Pair:
    ends = [(float(share * np.min(params)), float(share * np.max(params))) for share in shares]
    return ends[int(np.argmin([cost(end) for end in ends]))]


def _shares(candidates: int) -> np.ndarray:
    return np.arange(1, candidates + 1) / candidates


def _mse(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(_error(params, bits, ends) ** 2)


def _absolute(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(np.abs(_error(params, bits, ends)))


def _inside(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(_error(params, bits, ends)[~_outside(params, *ends)] ** 2)


def _alone(params: np.ndarray, bits: int, candidates: int, name: str) -> Pair | None:
    """What the mistake ``name`` gives, unless another one gives the same: few candidates tell little."""

    def other(rounding: Callable, limit: int) -> Callable:
        def cost(ends: Pair) -> float:
            _, scale, zero = _codes(params, bits, ends)
            codes = np.clip(rounding(np.asarray(params, np.float64) / scale) + zero, -limit, limit)
            codes = codes if limit > 2**bits else np.clip(codes, 0, 2**bits - 1)
            return float(np.mean((params - (codes - zero) * scale) ** 2))

        return cost

    shares = _shares(candidates)
    given = {
        "worst": _best(params, shares, lambda ends: -_mse(params, bits)(ends)),
        "not the full": _best(params, shares[:-1], _mse(params, bits)) if candidates > 1 else None,
        "absolute": _best(params, shares, _absolute(params, bits)),
        "inside": _best(params, shares, _inside(params, bits)),
        "largest": _best(params, shares, lambda ends: np.max(np.abs(_error(params, bits, ends)))),
        "floor": _best(params, shares, other(np.floor, 2**bits)),
        "no clamp": _best(params, shares, other(np.round, 2**30)),
    }
    rivals = [ends for other_name, ends in given.items() if other_name != name]
    return None if given[name] in rivals else given[name]


symptom("7.3", "the two ends are in the wrong order: return (beta, alpha), the lower end first")(
    lambda got, args, kwargs: got[0] > got[1]
)
symptom("7.3", "k = 0 gives the range [0, 0]: k runs from 1 to candidates")(
    lambda got, args, kwargs: got[0] == got[1] == 0
)
mistake("7.3", "this is min-max: compare the errors of the candidates, each quantized with the bits given")(
    lambda x, bits, candidates=100: (float(np.min(x)), float(np.max(x)))
)
mistake(
    "7.3", "this is the worst of the ranges: look for the least error, of all elements, clipped ones too"
)(lambda x, bits, candidates=100: _alone(x, bits, candidates, "worst"))
mistake("7.3", "the full range is missing: k runs from 1 up to and including candidates")(
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "not the full")
)
mistake("7.3", "candidates is ignored: 100 is fixed in the code; use the parameter")(
    lambda x, bits, candidates=100: _best(x, _shares(100), _mse(x, bits))
)
mistake("7.3", "bits is ignored: the best range for 8 bits is not the best for fewer; use the parameter")(
    lambda x, bits, candidates=100: _best(x, _shares(candidates), _mse(x, 8))
)
mistake("7.3", "the errors are absolute values: the range of least squared error is asked")(
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "absolute")
)
mistake("7.3", "the clipped elements are left out: judge each range by the error of all elements")(
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "inside")
)


@mistake("7.3", "only the upper end shrinks: a candidate is k / candidates of both ends")
def _upper_shrinks(params, bits, candidates=100) -> Pair:
    low, high = float(np.min(params)), float(np.max(params))
    return low, high * _best(np.array([0.0, 1.0]), _shares(candidates),
                             lambda ends: _mse(params, bits)((low, high * ends[1])))[1]  # fmt: skip


@mistake("7.3", "the range is symmetric: a candidate is k / candidates of [min, max], not of max|x|")
def _symmetric(params, bits, candidates=100) -> Pair:
    top = np.max(np.abs(params))
    return _best(np.array([-top, top]), _shares(candidates), _mse(params, bits))


@symptom(
    "7.3",
    "the narrowest range, often the worst, wins: take the least error, of all elements, clipped ones too",
)
def _narrowest(result: Any, args: list, kwargs: dict) -> bool:
    count = (args[2:] or [kwargs.get("candidates", 100)])[0]
    return count > 1 and same(result, (float(np.min(args[0]) / count), float(np.max(args[0]) / count)))


@symptom("7.3", "the full range is not found: k runs up to and including candidates, and errors are squared")
def _full_not_found(result: Any, args: list, kwargs: dict) -> bool:
    count = (args[2:] or [kwargs.get("candidates", 100)])[0]
    ends = [
        (k / count * float(np.min(args[0])), k / count * float(np.max(args[0]))) for k in (count - 1, count)
    ]
    cost = _mse(args[0], args[1])
    return count > 1 and same(tuple(result), ends[0]) and cost(ends[1]) < cost(ends[0])


@symptom("7.3", "the two ends have different shares: one k shrinks both, (beta, alpha) = k / K (min, max)")
def _each_alone(result: Any, args: list, kwargs: dict) -> bool:
    low, high = np.min(args[0]), np.max(args[0])
    return low < 0 < high and not np.isclose(result[0] / low, result[1] / high, rtol=1e-4)


# 7.4: the moving average. Here a mistake takes the batches, and gives the range after each of them.


def _moving(
    batches: list,
    old: float,
    new: float,
    start: Pair | None = None,
    first: Callable = lambda held: held is None,
) -> list:
    ranges: list = []
    held: Any = start
    for batch in batches:
        ends = float(np.min(batch)), float(np.max(batch))
        held = ends if first(held) else (old * held[0] + new * ends[0], old * held[1] + new * ends[1])
        ranges.append(held)
    return ranges


mistake("7.4", "the two weights are swapped: the new batch weighs momentum, the old range 1 - momentum")(
    lambda batches, momentum=0.01: _moving(batches, momentum, 1 - momentum)
)
mistake("7.4", "the average starts from 0: the first batch must set the range")(
    lambda batches, momentum=0.01: _moving(batches, 1 - momentum, momentum, (0.0, 0.0))
)
mistake("7.4", "momentum is ignored: 0.01 is fixed in the code; use the parameter")(
    lambda batches, momentum=0.01: _moving(batches, 0.99, 0.01)
)
mistake("7.4", "the default momentum is not 0.01: keep the signature as it is given")(
    lambda batches, momentum=0.1: _moving(batches, 0.9, 0.1)
)
mistake("7.4", "this is the range of the last batch alone: move the old range by momentum")(
    lambda batches, momentum=0.01: _moving(batches, 0.0, 1.0)
)
mistake("7.4", "the range never moves after the first batch")(
    lambda batches, momentum=0.01: _moving(batches, 1.0, 0.0)
)
mistake("7.4", "the old range loses nothing: move it by momentum * (new - old)")(
    lambda batches, momentum=0.01: _moving(batches, 1.0, momentum)
)
mistake("7.4", "an end of exactly 0 is taken for 'no batch yet': remember the first batch in another way")(
    lambda batches, momentum=0.01: _moving(
        batches, 1 - momentum, momentum, first=lambda held: not held or not held[0] or not held[1]
    )
)


@mistake("7.4", "this is the range of all batches so far (min-max), not a moving average")
def _running_minmax(batches, momentum=0.01):
    seen = range(1, len(batches) + 1)
    return [(min(map(np.min, batches[:n])), max(map(np.max, batches[:n]))) for n in seen]


@mistake("7.4", "this is the plain mean over the batches: later batches move the range by momentum")
def _plain_mean(batches, momentum=0.01):
    seen = range(1, len(batches) + 1)
    return [(np.mean([*map(np.min, batches[:n])]), np.mean([*map(np.max, batches[:n])])) for n in seen]


@mistake("7.4", "the range only grows: a batch with a narrower range must move it too, inward")
def _only_grows(batches, momentum=0.01):
    ranges = [(float(np.min(batches[0])), float(np.max(batches[0])))]
    for batch in batches[1:]:
        beta, alpha = ranges[-1]
        low, high = min(beta, float(np.min(batch))), max(alpha, float(np.max(batch)))
        ranges.append((beta + momentum * (low - beta), alpha + momentum * (high - alpha)))
    return ranges


@symptom("7.4", "the two ends are in the wrong order: the range is (beta, alpha), the lower end first")
def _range_swapped(result: Any, args: list, kwargs: dict) -> bool:
    return any(beta > alpha for beta, alpha in result)


@symptom("7.4", "the range is widened to 0: the observer keeps the range it saw; the quantizer widens it")
def _widened(result: Any, args: list, kwargs: dict) -> bool:
    low, high = min(map(np.min, args[0])), max(map(np.max, args[0]))
    return any(beta == 0 < low or alpha == 0 > high for beta, alpha in result)


@symptom("7.4", "the first range must be [min, max] of this tracker's own first batch, of all its elements")
def _first_is_wrong(result: Any, args: list, kwargs: dict) -> bool:
    return not np.allclose(result[0], (np.min(args[0][0]), np.max(args[0][0])), rtol=1e-4)


# 7.5: all elements against the bulk


def _compared(params: np.ndarray, bits: int, ranges: dict, order: np.ndarray, keep: slice) -> dict:
    squared = {name: np.ravel(_error(params, bits, ends)) ** 2 for name, ends in ranges.items()}
    return {name: (np.mean(errors), np.mean(errors[order[keep]])) for name, errors in squared.items()}


def _cut(params: np.ndarray, share: float = 0.001) -> int:
    return max(1, round(share * np.size(params)))


def _by_size(params: np.ndarray) -> np.ndarray:
    return np.argsort(np.abs(np.ravel(params)))


def _same_for_all(params: np.ndarray, ranges: dict) -> dict:
    return dict.fromkeys(ranges, (np.min(params), np.max(params)))


mistake("7.5", "the bulk is all elements: leave out the most extreme 0.1 % by absolute value, at least one")(
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(None))
)
mistake("7.5", "the largest values are left out: the most extreme are those of largest |x|")(
    lambda x, bits, ranges: _compared(x, bits, ranges, np.argsort(np.ravel(x)), slice(-_cut(x)))
)
mistake("7.5", "both ends are cut: 0.1 % in all are left out, by absolute value")(
    lambda x, bits, ranges: _compared(x, bits, ranges, np.argsort(np.ravel(x)), slice(_cut(x), -_cut(x)))
)
mistake("7.5", "this leaves out 1 % of the elements: 0.1 % is one in 1,000")(
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_cut(x, 0.01)))
)
mistake("7.5", "exactly one element is left out: it is 0.1 % of them, and at least one")(
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-1))
)
mistake("7.5", "0.1 % of the first dimension is left out: count all elements, with size")(
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_cut(np.zeros(len(x)))))
)
mistake("7.5", "this is the error of the extreme elements: the bulk is all the others")(
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_cut(x), None))
)
mistake("7.5", EIGHT_BITS)(lambda x, bits, ranges: _compared(x, 8, ranges, _by_size(x), slice(-_cut(x))))
mistake("7.5", "the ranges given are ignored: all codes are those of min-max")(
    lambda x, bits, ranges: _compared(x, bits, _same_for_all(x, ranges), _by_size(x), slice(-_cut(x)))
)


@mistake("7.5", "the largest errors are left out: the most extreme are the elements of largest |x|")
def _largest_errors(params, bits, ranges):
    squared = {name: np.sort(np.ravel(_error(params, bits, ends)) ** 2) for name, ends in ranges.items()}
    return {name: (np.mean(errors), np.mean(errors[: -_cut(params)])) for name, errors in squared.items()}


@mistake("7.5", "the error of the bulk is divided by the count of all: divide it by the count of the bulk")
def _divided_by_all(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    share = 1 - _cut(params) / np.size(params)
    return {name: (whole, bulk * share) for name, (whole, bulk) in compared.items()}


@mistake("7.5", "the two errors are swapped: that of all elements comes first")
def _pair_swapped(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    return {name: (bulk, whole) for name, (whole, bulk) in compared.items()}


@mistake("7.5", "the extreme elements are removed before both errors: the first is that of all elements")
def _removed_before(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    return {name: (bulk, bulk) for name, (_, bulk) in compared.items()}


symptom("7.5", "0.1 % of so few elements rounds to none: leave out at least one element")(
    lambda got, args, kwargs: np.size(args[0]) < 500 and all(np.isnan(pair[1]) for pair in got.values())
)
