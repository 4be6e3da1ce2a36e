"""Known mistakes of exercise 7.2, ``error_parts``."""

from typing import Any

import numpy as np

from qcourse.check.causes.ranges import Pair, beyond, code_error, error, quantized
from qcourse.check.causes.texts import EIGHT_BITS, NOT_RESTORED, SWAPPED_ENDS
from qcourse.check.registry import Causes, same

known = Causes()


def _parts(errors: np.ndarray, outside: np.ndarray, count: float) -> Pair:
    return float(np.sum(errors * outside) / count), float(np.sum(errors * ~outside) / count)


known.mistake(
    "the errors are summed: divide each sum by the number of all elements",
    lambda x, bits, b, a: _parts(error(x, bits, (b, a)) ** 2, beyond(x, b, a), 1),
)
known.mistake(
    "the two parts are swapped: clipping, from the elements outside the range, comes first",
    lambda x, bits, b, a: _parts(error(x, bits, (b, a)) ** 2, ~beyond(x, b, a), x.size),
)


def _of_restored(params, bits, beta, alpha) -> Pair:
    lost = error(params, bits, (beta, alpha))
    return _parts(lost**2, beyond(params - lost, beta, alpha), params.size)


def _one_end(params, bits, beta, alpha) -> list[Pair]:
    squared = error(params, bits, (beta, alpha)) ** 2
    return [_parts(squared, outside, params.size) for outside in (params > alpha, params < beta)]


known.mistake(
    "not all that lies outside is counted: the original elements decide, below beta and above alpha",
    lambda *call: _of_restored(*call) if _of_restored(*call) in _one_end(*call) else None,
)
known.mistake("the restored values decide what is outside: the original elements do", _of_restored)


ENDS = (
    "beta and alpha decide, not the grid's ends, and an element exactly at one of them is inside: use < and >"
)


def _of_the_grid(params, bits, beta, alpha) -> Pair:
    _, scale, zero = quantized(params, bits, (beta, alpha))
    outside = beyond(params, -zero * scale, (2**bits - 1 - zero) * scale)
    return _parts(error(params, bits, (beta, alpha)) ** 2, outside, params.size)


known.mistake(ENDS, _of_the_grid)


def _grid_from_beta(params, bits, beta, alpha) -> Pair:
    scale = (alpha - beta) / (2**bits - 1)
    codes = np.round((np.clip(params, beta, alpha) - beta) / scale)
    return _parts((params - (beta + codes * scale)) ** 2, beyond(params, beta, alpha), params.size)


known.mistake(
    "the grid starts at beta, so that 0.0 has no code of its own: use quantize_range", _grid_from_beta
)
known.mistake(
    "only the elements above alpha count as clipped: those below beta are outside as well",
    lambda x, bits, b, a: _parts(error(x, bits, (b, a)) ** 2, x > a, x.size),
)
known.mistake(
    "only the elements below beta count as clipped: those above alpha are outside as well",
    lambda x, bits, b, a: _parts(error(x, bits, (b, a)) ** 2, x < b, x.size),
)
for _outside in (
    lambda x, b, a: (x <= b) | (x >= a),
    lambda x, b, a: (x < b) | (x >= a),
    lambda x, b, a: (x <= b) | (x > a),
):
    known.mistake(
        ENDS,
        lambda x, bits, b, a, outside=_outside: _parts(error(x, bits, (b, a)) ** 2, outside(x, b, a), x.size),
    )
known.error(SWAPPED_ENDS, lambda error, args, kwargs: "above alpha" in str(error))
known.mistake(
    NOT_RESTORED, lambda x, bits, b, a: _parts(code_error(x, bits, (b, a)) ** 2, beyond(x, b, a), x.size)
)
for _sign in (-1, 1):
    known.mistake(
        "the errors are not squared: those above and those below cancel",
        lambda x, bits, b, a, sign=_sign: _parts(sign * error(x, bits, (b, a)), beyond(x, b, a), x.size),
    )


def _whole_first(params, bits, beta, alpha) -> Pair:
    squared, outside = error(params, bits, (beta, alpha)) ** 2, beyond(params, beta, alpha)
    return float(np.mean(squared)), _parts(squared, outside, params.size)[1]


known.mistake(
    "the second is the whole error: rounding is the part of the elements inside",
    lambda x, bits, b, a: (
        _whole_first(x, bits, b, a)[0] - _whole_first(x, bits, b, a)[1],
        _whole_first(x, bits, b, a)[0],
    ),
)
known.mistake("the first is the whole error: clipping is the part of the elements outside", _whole_first)
known.mistake(
    "nothing counts as outside: elements of params below beta or above alpha are, joined by |, not by &",
    lambda x, bits, b, a: (
        (0.0, float(np.mean(error(x, bits, (b, a)) ** 2))) if beyond(x, b, a).any() else None
    ),
)
known.mistake(
    "the roots of the parts: leave out the square root; the two must add up to the total error",
    lambda x, bits, b, a: tuple(
        np.sqrt(_parts(error(x, bits, (b, a)) ** 2, beyond(x, b, a), x.size)).tolist()
    ),
)
known.mistake(
    "the errors are absolute values: square them",
    lambda x, bits, b, a: _parts(np.abs(error(x, bits, (b, a))), beyond(x, b, a), x.size),
)
known.mistake(
    "beta and alpha are ignored: the codes are those of min-max",
    lambda x, bits, b, a: _parts(error(x, bits, (x.min(), x.max())) ** 2, beyond(x, b, a), x.size),
)
known.mistake(EIGHT_BITS, lambda x, bits, b, a: _parts(error(x, 8, (b, a)) ** 2, beyond(x, b, a), x.size))
known.mistake(
    "len(params) is the first dimension only: the number of all elements is params.size",
    lambda x, bits, b, a: _parts(error(x, bits, (b, a)) ** 2, beyond(x, b, a), len(x)),
)
known.mistake(
    "this splits the error by the share of elements outside: sum the squared errors themselves",
    lambda x, bits, b, a: _parts(np.mean(error(x, bits, (b, a)) ** 2) + 0 * x, beyond(x, b, a), x.size),
)


def _by_code(params, bits, beta, alpha) -> Pair:
    codes = quantized(params, bits, (beta, alpha))[0]
    return _parts(error(params, bits, (beta, alpha)) ** 2, (codes == 0) | (codes == 2**bits - 1), params.size)


known.mistake("clipping is judged by the code: elements inside the range may have an end code too", _by_code)


def _own_counts(params, bits, beta, alpha) -> Pair:
    squared, outside = error(params, bits, (beta, alpha)) ** 2, beyond(params, beta, alpha)
    clipping, rounding = _parts(squared, outside, 1)
    return clipping / max(1, np.sum(outside)), rounding / max(1, np.sum(~outside))


known.mistake(
    "each part is a mean over its own elements: divide both by the number of all elements", _own_counts
)


def _by_those_inside(result: Any, args: list, kwargs: dict) -> bool:
    squared, inside = error(args[0], args[1], args[2:]) ** 2, ~beyond(args[0], *args[2:])
    return not inside.all() and same(float(result[1]), float(np.mean(squared[inside])))


known.symptom(
    "rounding is a mean over the elements inside: divide by the number of all elements", _by_those_inside
)


def _empty_mean(result: Any, args: list, kwargs: dict) -> bool:
    return bool(np.isnan(result).any())


known.symptom(
    "the mean of an empty selection is NaN: its sum is 0; divide by the number of all elements", _empty_mean
)


def _estimated(result: Any, args: list, kwargs: dict) -> bool:
    params, bits, beta, alpha = args
    guess = ((alpha - beta) / (2**bits - 1)) ** 2 / 12
    inside = ~beyond(params, beta, alpha)
    guesses = [guess, guess * np.mean(inside)] if inside.any() else [guess]
    return any(same(float(result[1]), float(one)) for one in guesses)


known.symptom("rounding is estimated as scale^2 / 12: take the squared errors themselves", _estimated)


def _to_the_end(result: Any, args: list, kwargs: dict) -> bool:
    params, bits, beta, alpha = args
    to_the_end = float(np.mean((params - np.clip(params, beta, alpha)) ** 2))
    to_the_code = _parts(error(params, bits, (beta, alpha)) ** 2, beyond(params, beta, alpha), params.size)
    return same(float(result[0]), to_the_end) and not same(to_the_end, to_the_code[0])


known.symptom(
    "clipping is measured to the end of the range: measure it to the dequantized value", _to_the_end
)
