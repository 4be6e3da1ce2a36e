"""Known mistakes of exercise 7.3, ``mse_optimal_range``."""

from typing import Any

import numpy as np

from qcourse.check.causes.ranges import (
    Pair,
    at,
    best,
    costs,
    error,
    first_rise,
    mse,
    mse_by,
    mse_inside,
    shares_of,
)
from qcourse.check.causes.texts import SWAPPED_ENDS
from qcourse.check.kinds import is_tensor
from qcourse.check.references import once
from qcourse.check.registry import Causes, same

known = Causes()


def _count(args: list, kwargs: dict) -> int:
    return (args[2:] or [kwargs.get("candidates", 100)])[0]


def _alone(params: np.ndarray, bits: int, candidates: int, name: str) -> Pair | None:
    """What the mistake ``name`` gives, unless another one gives the same: few candidates tell little."""
    given = once(_given, params, bits, candidates)
    rivals = [ends for other_name, ends in given.items() if other_name != name]
    return None if given[name] in rivals else given[name]


def _given(params: np.ndarray, bits: int, candidates: int) -> dict[str, Pair | None]:
    """What each of eight mistakes gives, by name."""

    shares = shares_of(candidates)
    return {
        "worst": best(params, shares, lambda ends: -mse(params, bits)(ends)),
        "not the full": best(params, shares[:-1], mse(params, bits)) if candidates > 1 else None,
        "index": at(params, float(np.argmin(costs(params, bits, shares))) / candidates),
        "absolute": best(params, shares, lambda ends: np.mean(np.abs(error(params, bits, ends)))),
        "inside": best(params, shares, mse_inside(params, bits)),
        "largest": best(params, shares, lambda ends: np.max(np.abs(error(params, bits, ends)))),
        "floor": best(params, shares, mse_by(np.floor, params, bits)),
        "no clamp": best(params, shares, mse_by(np.round, params, bits, 2**30)),
    }


def _share_and_error(result: Any, args: list, kwargs: dict) -> bool:
    count = _count(args, kwargs)
    share, cost = map(float, result)
    return np.isclose(shares_of(count), share).any() and same(
        cost, *costs(args[0], args[1], np.array([share]))
    )


known.symptom(
    "a torch tensor is returned: return two Python floats", lambda got, args, kwargs: is_tensor(got[0])
)
known.error(
    SWAPPED_ENDS,
    lambda error, args, kwargs: "above alpha" in str(error) and np.min(args[0]) < 0 < np.max(args[0]),
)
known.error(
    "only one end shrinks: a candidate is k / candidates of both ends",
    lambda error, args, kwargs: "above alpha" in str(error),
)
known.symptom(
    "nothing was ever better: does the best error start at infinity (math.inf)? or a return is missing",
    lambda got, args, kwargs: got is None or got[0] is None,
)
known.symptom("the best share and its error are returned: return the range, (beta, alpha)", _share_and_error)
known.symptom(
    "the two ends are in the wrong order: return (beta, alpha), the lower end first",
    lambda got, args, kwargs: got[0] > got[1],
)
known.symptom(
    "k = 0 gives the range [0, 0], as does a start of (0, 0) that nothing replaces: k runs from 1, and the "
    "least error starts at math.inf",
    lambda got, args, kwargs: got[0] == got[1] == 0,
)
known.mistake(
    "the full range is taken: is it min-max, the last candidate whatever its error, are the bits ignored, or "
    "does the search stop too early?",
    lambda x, bits, candidates=100: (
        found if (found := first_rise(x, bits, shares_of(candidates)[::-1])) == at(x, 1.0) else None
    ),
)
known.mistake(
    "this is min-max, the last candidate: keep the range of the least error, and that error with it, each "
    "candidate quantized with the bits given",
    lambda x, bits, candidates=100: at(x, 1.0),
)
known.mistake(
    "this is the worst of the ranges: look for the smallest error over all elements, clipped ones included",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "worst"),
)
known.mistake(
    "off by one: an index counts from 0, so that of the best candidate is k - 1",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "index"),
)
known.mistake(
    "the shares do not start at 1 / candidates: they are k / candidates, up to 1",
    lambda x, bits, candidates=100: best(x, np.linspace(0.5, 1, candidates), mse(x, bits)),
)
for _step in (-1, 1):
    known.mistake(
        "the search stops where the error rises first: it may fall again; try all candidates",
        lambda x, bits, candidates=100, step=_step: first_rise(x, bits, shares_of(candidates)[::step]),
    )
known.mistake(
    "the full range is missing: k runs from 1 up to and including candidates",
    lambda x, bits, candidates=100: _alone(x, bits, candidates, "not the full"),
)
known.mistake(
    "candidates is ignored: 100 is fixed in the code; use the parameter",
    lambda x, bits, candidates=100: best(x, shares_of(100), mse(x, bits)),
)
known.mistake(
    "bits is ignored: the best range for 8 bits is not the best for fewer; use the parameter",
    lambda x, bits, candidates=100: best(x, shares_of(candidates), mse(x, 8)),
)
OTHER_ERRORS = {
    "absolute": "the errors are absolute values: find the range with the smallest squared error",
    "inside": "the clipped elements are left out: judge each range by the error of all elements",
    "largest": "the largest error decides: take the mean of the squared errors of all elements",
}
for _name, _text in OTHER_ERRORS.items():
    known.mistake(_text, lambda x, bits, candidates=100, name=_name: _alone(x, bits, candidates, name))


def _upper_shrinks(params, bits, candidates=100) -> Pair:
    low, high = float(np.min(params)), float(np.max(params))
    return low, high * best(np.array([0.0, 1.0]), shares_of(candidates),
                             lambda ends: mse(params, bits)((low, high * ends[1])))[1]  # fmt: skip


known.mistake("only the upper end shrinks: a candidate is k / candidates of both ends", _upper_shrinks)


known.mistake(
    "the range is symmetric: a candidate is k / candidates of [min, max], not of max|x|",
    lambda x, bits, candidates=100: best(
        np.max(np.abs(x)) * np.array([-1, 1]), shares_of(candidates), mse(x, bits)
    ),
)


def _narrowest(result: Any, args: list, kwargs: dict) -> bool:
    count = _count(args, kwargs)
    return count > 1 and same(result, at(args[0], 1 / count))


known.symptom(
    "the narrowest range, often the worst, wins: is there a return inside the loop, or is the error not the "
    "smallest, over all elements of params, clipped ones included?",
    _narrowest,
)


def _full_not_found(result: Any, args: list, kwargs: dict) -> bool:
    count = _count(args, kwargs)
    before, full = costs(args[0], args[1], np.array([(count - 1) / count, 1.0]))
    return count > 1 and same(tuple(result), at(args[0], (count - 1) / count)) and full < before


known.symptom(
    "one candidate too narrow: k runs from 1 to candidates, both included; an index counted from 0 is k - 1; "
    "and what counts is the mean of squares, not the largest error",
    _full_not_found,
)

known.symptom(
    "the error is returned in place of alpha: return the range, (beta, alpha)",
    lambda got, args, kwargs: same(
        float(got[1]), *costs(args[0], args[1], np.array([got[0] / np.min(args[0])]))
    ),
)


def _shares(result: Any, args: list) -> tuple[float, float]:
    low, high = np.min(args[0]), np.max(args[0])
    return (result[0] / low, result[1] / high) if low < 0 < high else (1.0, 1.0)


known.symptom(
    "the two ends have different shares: one k shrinks both, (beta, alpha) = k / K (min, max)",
    lambda got, args, kwargs: not np.isclose(*_shares(got, args), rtol=1e-4),
)
known.symptom(
    "this share of [min, max] is no k / candidates, k = 1 to candidates; min and max are those of params",
    lambda got, args, kwargs: np.abs(_shares(got, args)[1] - shares_of(_count(args, kwargs))).min() > 1e-4,
)
