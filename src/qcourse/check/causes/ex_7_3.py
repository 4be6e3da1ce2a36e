"""Known mistakes of exercise 7.3, ``mse_optimal_range``."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse.check.causes.ranges import Pair, beyond, error, quantized
from qcourse.check.registry import Causes, same

known = Causes()


def _best(params: np.ndarray, shares: np.ndarray, cost: Callable) -> Pair:
    ends = [(float(share * np.min(params)), float(share * np.max(params))) for share in shares]
    return ends[int(np.argmin([cost(end) for end in ends]))]


def _shares(candidates: int) -> np.ndarray:
    return np.arange(1, candidates + 1) / candidates


def _mse(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(error(params, bits, ends) ** 2)


def _absolute(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(np.abs(error(params, bits, ends)))


def _inside(params: np.ndarray, bits: int) -> Callable:
    return lambda ends: np.mean(error(params, bits, ends)[~beyond(params, *ends)] ** 2)


def _alone(params: np.ndarray, bits: int, candidates: int, name: str) -> Pair | None:
    """What the mistake ``name`` gives, unless another one gives the same: few candidates tell little."""

    def other(rounding: Callable, limit: int) -> Callable:
        def cost(ends: Pair) -> float:
            _, scale, zero = quantized(params, bits, ends)
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
        "largest": _best(params, shares, lambda ends: np.max(np.abs(error(params, bits, ends)))),
        "floor": _best(params, shares, other(np.floor, 2**bits)),
        "no clamp": _best(params, shares, other(np.round, 2**30)),
    }
    rivals = [ends for other_name, ends in given.items() if other_name != name]
    return None if given[name] in rivals else given[name]


def _share_and_error(result: Any, args: list, kwargs: dict) -> bool:
    count = (args[2:] or [kwargs.get("candidates", 100)])[0]
    share, cost = map(float, result)
    ends = share * float(np.min(args[0])), share * float(np.max(args[0]))
    return np.isclose(_shares(count), share).any() and same(cost, float(_mse(args[0], args[1])(ends)))


known.symptom("the best share and its error are returned: return the range, (beta, alpha)", _share_and_error)
known.symptom(
    "the two ends are in the wrong order: return (beta, alpha), the lower end first",
    lambda got, args, kwargs: got[0] > got[1],
)
known.symptom(
    "k = 0 gives the range [0, 0]: k runs from 1 to candidates",
    lambda got, args, kwargs: got[0] == got[1] == 0,
)
known.mistake(
    "this is min-max: compare the errors of the candidates, each quantized with the bits given",
    lambda x, bits, candidates=100: (float(np.min(x)), float(np.max(x))),
)
known.mistake(
    "this is the worst of the ranges: look for the smallest error over all elements, clipped ones included",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "worst"),
)
known.mistake(
    "the full range is missing: k runs from 1 up to and including candidates",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "not the full"),
)
known.mistake(
    "candidates is ignored: 100 is fixed in the code; use the parameter",
    lambda x, bits, candidates=100: _best(x, _shares(100), _mse(x, bits)),
)
known.mistake(
    "bits is ignored: the best range for 8 bits is not the best for fewer; use the parameter",
    lambda x, bits, candidates=100: _best(x, _shares(candidates), _mse(x, 8)),
)
known.mistake(
    "the errors are absolute values: find the range with the smallest squared error",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "absolute"),
)
known.mistake(
    "the clipped elements are left out: judge each range by the error of all elements",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "inside"),
)


def _upper_shrinks(params, bits, candidates=100) -> Pair:
    low, high = float(np.min(params)), float(np.max(params))
    return low, high * _best(np.array([0.0, 1.0]), _shares(candidates),
                             lambda ends: _mse(params, bits)((low, high * ends[1])))[1]  # fmt: skip


known.mistake("only the upper end shrinks: a candidate is k / candidates of both ends", _upper_shrinks)


def _symmetric(params, bits, candidates=100) -> Pair:
    top = np.max(np.abs(params))
    return _best(np.array([-top, top]), _shares(candidates), _mse(params, bits))


known.mistake(
    "the range is symmetric: a candidate is k / candidates of [min, max], not of max|x|", _symmetric
)


def _narrowest(result: Any, args: list, kwargs: dict) -> bool:
    count = (args[2:] or [kwargs.get("candidates", 100)])[0]
    return count > 1 and same(result, (float(np.min(args[0]) / count), float(np.max(args[0]) / count)))


known.symptom(
    "the narrowest range, often the worst, wins: take the smallest error over all elements",
    _narrowest,
)


def _full_not_found(result: Any, args: list, kwargs: dict) -> bool:
    count = (args[2:] or [kwargs.get("candidates", 100)])[0]
    ends = [
        (k / count * float(np.min(args[0])), k / count * float(np.max(args[0]))) for k in (count - 1, count)
    ]
    cost = _mse(args[0], args[1])
    return count > 1 and same(tuple(result), ends[0]) and cost(ends[1]) < cost(ends[0])


known.symptom(
    "the full range is not found: k includes candidates; the error is the mean square over all elements",
    _full_not_found,
)


def _each_alone(result: Any, args: list, kwargs: dict) -> bool:
    low, high = np.min(args[0]), np.max(args[0])
    return low < 0 < high and not np.isclose(result[0] / low, result[1] / high, rtol=1e-4)


known.symptom(
    "the two ends have different shares: one k shrinks both, (beta, alpha) = k / K (min, max)", _each_alone
)
