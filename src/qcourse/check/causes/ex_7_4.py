"""Known mistakes of exercise 7.4, ``MovingAverageMinMax``."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse.check.causes.ranges import Pair
from qcourse.check.registry import Causes

known = Causes()

# A mistake takes the batches, and gives the range after each of them.


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


known.symptom(
    "range is still None after a batch: update must set self.range",
    lambda got, args, kwargs: isinstance(got, list) and (got[0] is None or None in got[0]),
)
known.error(
    "there is no range yet when the first batch comes: it is still None; let that batch set both ends",
    lambda error, args, kwargs: "NoneType" in str(error),
)
known.error(
    "momentum without self: __init__ stores it as self.momentum, update reads self.momentum",
    lambda error, args, kwargs: str(error).startswith("name 'momentum' is not defined"),
)
known.symptom(
    "range is an array: make it a tuple of two floats, (beta, alpha)",
    lambda got, args, kwargs: isinstance(got, list) and isinstance(got[0], np.ndarray),
)
known.mistake(
    "the two weights are swapped: the new batch gets momentum, the old range 1 - momentum",
    lambda batches, momentum=0.01: _moving(batches, momentum, 1 - momentum),
)
known.mistake(
    "momentum is divided by 100: it is a share already, 0.01 is one in a hundred",
    lambda batches, momentum=0.01: _moving(batches, 1 - momentum / 100, momentum / 100),
)
known.mistake(
    "the average starts from 0: the first batch must set the range",
    lambda batches, momentum=0.01: _moving(batches, 1 - momentum, momentum, (0.0, 0.0)),
)
known.mistake(
    "momentum 0 is taken for 'not given': `momentum or 0.01` replaces it",
    lambda batches, momentum=0.01: _moving(batches, 0.99, 0.01) if momentum == 0 else None,
)
known.mistake(
    "momentum is ignored: 0.01 is fixed in the code; use the parameter",
    lambda batches, momentum=0.01: _moving(batches, 0.99, 0.01),
)
known.mistake(
    "the default momentum is not 0.01: keep the signature as it is given",
    lambda batches, momentum=0.1: _moving(batches, 0.9, 0.1),
)
known.mistake(
    "this is the range of the last batch alone: move the old range by momentum",
    lambda batches, momentum=0.01: _moving(batches, 0.0, 1.0),
)
known.mistake(
    "the range never moves after the first batch", lambda batches, momentum=0.01: _moving(batches, 1.0, 0.0)
)
known.mistake(
    "the sign of the step: the range moves towards the new batch, by momentum * (new - old)",
    lambda batches, momentum=0.01: _moving(batches, 1 + momentum, -momentum),
)
known.mistake(
    "the old range keeps its full weight: move it by momentum * (new - old)",
    lambda batches, momentum=0.01: _moving(batches, 1.0, momentum),
)


def _zero_end(batches, momentum=0.01):
    ranges, held = [], [0.0, 0.0]
    for batch in batches:
        ends = float(np.min(batch)), float(np.max(batch))
        held = [old + momentum * (new - old) if old else new for old, new in zip(held, ends, strict=True)]
        ranges.append(tuple(held))
    return ranges


known.mistake(
    "an end of exactly 0 is taken for 'no batch yet': remember the first batch in another way", _zero_end
)
known.mistake(
    "an end of exactly 0 is taken for 'no batch yet': remember the first batch in another way",
    lambda batches, momentum=0.01: _moving(
        batches, 1 - momentum, momentum, first=lambda held: not held or not held[0] or not held[1]
    ),
)


def _running_minmax(batches, momentum=0.01):
    seen = range(1, len(batches) + 1)
    return [(min(map(np.min, batches[:n])), max(map(np.max, batches[:n]))) for n in seen]


known.mistake("this is the range of all batches so far (min-max), not a moving average", _running_minmax)


def _plain_mean(batches, momentum=0.01):
    seen = range(1, len(batches) + 1)
    return [(np.mean([*map(np.min, batches[:n])]), np.mean([*map(np.max, batches[:n])])) for n in seen]


known.mistake(
    "this is the plain mean over the batches: later batches move the range by momentum", _plain_mean
)


def _only_grows(batches, momentum=0.01, lower=True, upper=True):
    ranges = [(float(np.min(batches[0])), float(np.max(batches[0])))]
    for batch in batches[1:]:
        beta, alpha = ranges[-1]
        low, high = map(float, (np.min(batch), np.max(batch)))
        low, high = min(beta, low) if lower else low, max(alpha, high) if upper else high
        ranges.append((beta + momentum * (low - beta), alpha + momentum * (high - alpha)))
    return ranges


GROWS = "the range only grows: a batch with a narrower range must move it too, inward"
known.mistake(GROWS, _only_grows)
known.mistake(GROWS, lambda batches, momentum=0.01: _only_grows(batches, momentum, lower=False))
known.mistake(GROWS, lambda batches, momentum=0.01: _only_grows(batches, momentum, upper=False))


def _largest(batches, momentum=0.01):
    tops = [np.max(np.abs(batch)) * np.array([-1, 1]) for batch in batches]
    return _moving(tops, 1 - momentum, momentum)


known.mistake("the range is symmetric: take the minimum and the maximum, not the largest |x|", _largest)


def _range_swapped(result: Any, args: list, kwargs: dict) -> bool:
    return any(isinstance(pair, tuple | list) and pair[0] > pair[1] for pair in result)


known.symptom(
    "the two ends are in the wrong order: the range is (beta, alpha), the lower end first", _range_swapped
)


def _widened(result: Any, args: list, kwargs: dict) -> bool:
    low, high = min(map(np.min, args[0])), max(map(np.max, args[0]))
    return any(beta == 0 < low or alpha == 0 > high for beta, alpha in result)


WIDENED = "the range is widened to 0: the observer keeps the range it saw; the quantizer widens it"
known.mistake(
    WIDENED,
    lambda batches, momentum=0.01: _moving([np.append(b, 0.0) for b in batches], 1 - momentum, momentum),
)
known.symptom(WIDENED, _widened)


def _first_is_wrong(result: Any, args: list, kwargs: dict) -> bool:
    batches = args[0]  # a list only where the check reads the range after each batch
    if not isinstance(batches, list) or len(result) != len(batches):
        return False
    return not np.allclose(result[0], (np.min(batches[0]), np.max(batches[0])), rtol=1e-4)


known.symptom(
    "the first range must be [min, max] of this tracker's own first batch, of all its elements",
    _first_is_wrong,
)
