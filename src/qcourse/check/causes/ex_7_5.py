"""Known mistakes of exercise 7.5, ``compare_ranges``."""

import math

import numpy as np

from qcourse.check.causes.ranges import beyond, code_error, error
from qcourse.check.causes.texts import EIGHT_BITS, NOT_RESTORED, SWAPPED_ENDS
from qcourse.check.registry import Causes

known = Causes()


def _compared(params: np.ndarray, bits: int, ranges: dict, order: np.ndarray, keep: slice) -> dict:
    squared = {name: np.ravel(error(params, bits, ends)) ** 2 for name, ends in ranges.items()}
    return {name: (np.mean(errors), np.mean(errors[order[keep]])) for name, errors in squared.items()}


def _cut(params: np.ndarray, share: float = 0.001) -> int:
    return max(1, round(share * np.size(params)))


def _up(params: np.ndarray) -> int:
    return math.ceil(np.size(params) / 1000)


def _by_size(params: np.ndarray) -> np.ndarray:
    return np.argsort(np.abs(np.ravel(params)))


known.mistake(
    "the bulk is all elements: leave out the most extreme 0.1 % by absolute value, at least one",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(None)),
)
known.mistake(
    "the largest values are left out: the most extreme are those of largest |x|",
    lambda x, bits, ranges: _compared(x, bits, ranges, np.argsort(np.ravel(x)), slice(-_cut(x))),
)
known.mistake(
    "both ends are cut: leave out 0.1 % in total, by absolute value",
    lambda x, bits, ranges: _compared(x, bits, ranges, np.argsort(np.ravel(x)), slice(_cut(x), -_cut(x))),
)
for _share in (0.01, 0.1):
    known.mistake(
        f"this leaves out {100 * _share:g} % of the elements: 0.1 % is one in 1,000",
        lambda x, bits, ranges, s=_share: _compared(x, bits, ranges, _by_size(x), slice(-_cut(x, s))),
    )
known.mistake(
    "0.1 % of the elements is cut off to a whole number: round it",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-max(1, np.size(x) // 1000))),
)
known.mistake(
    "0.1 % of the elements is rounded up, by ceil or by a percentile: round it to the nearest whole number",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_up(x))),
)
known.mistake(
    "exactly one element is left out: leave out 0.1 % of all elements (size, not len), at least one",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-1)),
)
known.mistake(
    "0.1 % of the first dimension is left out: count all elements, with size",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_cut(np.zeros(len(x))))),
)
known.mistake(
    "the smallest |x| are left out: the most extreme are those of largest |x|, the last of np.argsort",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(_cut(x), None)),
)
known.mistake(
    "the last elements of params are left out: sort by |x| first",
    lambda x, bits, ranges: _compared(x, bits, ranges, np.arange(x.size), slice(-_cut(x))),
)
known.mistake(
    "this is the error of the extreme elements: the bulk is all the others",
    lambda x, bits, ranges: _compared(x, bits, ranges, _by_size(x), slice(-_cut(x), None)),
)
known.mistake(EIGHT_BITS, lambda x, bits, ranges: _compared(x, 8, ranges, _by_size(x), slice(-_cut(x))))
known.mistake(
    "the ranges given are ignored: all codes are those of min-max",
    lambda x, bits, ranges: _compared(
        x, bits, dict.fromkeys(ranges, (x.min(), x.max())), _by_size(x), slice(-_cut(x))
    ),
)


def _largest_errors(params, bits, ranges):
    squared = {name: np.sort(np.ravel(error(params, bits, ends)) ** 2) for name, ends in ranges.items()}
    return {name: (np.mean(errors), np.mean(errors[: -_cut(params)])) for name, errors in squared.items()}


known.mistake(
    "the largest errors are left out: the most extreme are the elements of largest |x|", _largest_errors
)


def _divided_by_all(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    share = 1 - _cut(params) / np.size(params)
    return {name: (whole, bulk * share) for name, (whole, bulk) in compared.items()}


known.mistake(
    "the error of the bulk is divided by the number of all elements: divide it by that of the bulk",
    _divided_by_all,
)


def _pair_swapped(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    return {name: (bulk, whole) for name, (whole, bulk) in compared.items()}


known.mistake("the two errors are swapped: that of all elements comes first", _pair_swapped)


def _removed_before(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    return {name: (bulk, bulk) for name, (_, bulk) in compared.items()}


known.mistake(
    "the extreme elements are removed before both errors: the first is that of all elements", _removed_before
)


def _inside(params, bits, ranges):
    compared = {}
    for name, ends in ranges.items():
        squared = error(params, bits, ends) ** 2
        compared[name] = np.mean(squared), np.mean(squared[~beyond(params, *ends)])
    return compared


known.mistake(
    "the bulk is what lies inside the range: it is all but the 0.1 % of largest |x|, whatever the range",
    _inside,
)


def _roots(params, bits, ranges):
    compared = _compared(params, bits, ranges, _by_size(params), slice(-_cut(params)))
    return {name: (np.sqrt(whole), np.sqrt(bulk)) for name, (whole, bulk) in compared.items()}


known.mistake("the roots of the errors: leave out the square root", _roots)


def _other(params, ranges, loss, reduce=np.mean):
    bulk = _by_size(params)[: -_cut(params)]
    lost = {name: np.ravel(loss(ends)) for name, ends in ranges.items()}
    return {name: (reduce(one), reduce(one[bulk])) for name, one in lost.items()}


known.mistake(
    "the errors are summed: divide each sum by the number of its elements",
    lambda x, bits, ranges: _other(x, ranges, lambda ends: error(x, bits, ends) ** 2, np.sum),
)
known.mistake(
    "the errors are absolute values: square them",
    lambda x, bits, ranges: _other(x, ranges, lambda ends: np.abs(error(x, bits, ends))),
)
known.mistake(
    NOT_RESTORED, lambda x, bits, ranges: _other(x, ranges, lambda ends: code_error(x, bits, ends) ** 2)
)


def _below_a_limit(params, bits, ranges):
    size = np.abs(np.ravel(params))
    bulk = size < np.sort(size)[-_cut(params)]
    squared = {name: np.ravel(error(params, bits, ends)) ** 2 for name, ends in ranges.items()}
    return {name: (np.mean(errors), np.mean(errors[bulk])) for name, errors in squared.items()}


known.mistake(
    "equal elements are all left out, or all kept: leave out as many as the formula says",
    _below_a_limit,
)
known.symptom(
    "0.1 % of so few elements rounds to none: leave out at least one element",
    lambda got, args, kwargs: np.size(args[0]) < 500 and all(np.isnan(pair[1]) for pair in got.values()),
)
known.mistake(
    "the extremes are those farthest from the mean: take those of largest |x|",
    lambda x, bits, ranges: _compared(
        x, bits, ranges, np.argsort(np.abs(np.ravel(x) - np.mean(x))), slice(-_cut(x))
    ),
)
known.symptom(
    "returned inside the loop, after the first range: return after the loop",
    lambda got, args, kwargs: isinstance(got, dict) and list(got) == list(args[2])[:1] != list(args[2]),
)
known.symptom(
    "one range is left, the last: make the dict once, before the loop, and add to it",
    lambda got, args, kwargs: isinstance(got, dict) and list(got) == list(args[2])[-1:] != list(args[2]),
)
known.error(SWAPPED_ENDS, lambda error, args, kwargs: "above alpha" in str(error))
known.error(
    "np.argsort sorts each row of a matrix on its own: flatten params first, with np.ravel",
    lambda error, args, kwargs: "out of bounds" in str(error) and args[0].ndim > 1,
)
