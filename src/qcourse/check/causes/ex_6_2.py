"""Known mistakes of exercise 6.2, ``asymmetric_quantization``."""

import numpy as np

from qcourse import quantization
from qcourse.check.causes.symmetric_codes import half_cut
from qcourse.check.causes.texts import ALWAYS_8_BITS, CUT_OFF, FLOOR, HALF_CUT, NO_GUARD, NOT_INT32
from qcourse.check.registry import Causes

known = Causes(right=quantization.asymmetric_quantization)


def _asymmetric(x, bits, *, rounding=np.round, levels=None, widen=True, zero=True):
    x = np.asarray(x, dtype=np.float64)
    top = 2**bits - 1
    beta, alpha = (min(x.min(), 0.0), max(x.max(), 0.0)) if widen else (x.min(), x.max())
    scale = (alpha - beta) / (levels or top)
    code_of_0 = int(-np.round(beta / scale)) if zero else 0
    return np.clip(rounding(x / scale) + code_of_0, 0, top).astype(np.int32), float(scale), code_of_0


def _range(args: list) -> float:
    return _asymmetric(*args)[1] * (2 ** args[1] - 1)


known.symptom(
    "the order: return (params_q, scale, zero)",
    lambda got, args, kwargs: (
        any(np.ndim(got[0]) < np.ndim(args[0]) == np.ndim(one) for one in got[1:])
        or (isinstance(got[1], int) and isinstance(got[2], float))
    ),
)
known.symptom(NOT_INT32, lambda got, args, kwargs: got[0].dtype != np.int32)
known.symptom(
    "the zero point is a float, as np.round gives it: it is a code, so make it an int",
    lambda got, args, kwargs: isinstance(got[2], float | np.floating),
)
WITHOUT_RANGE = "an array without range: its scale would be 0; give it scale 1.0 and zero point 0"
known.symptom(WITHOUT_RANGE, lambda got, args, kwargs: not np.any(args[0]) and (*got[1:],) != (1.0, 0))
known.error(WITHOUT_RANGE, lambda error, args, kwargs: not np.any(args[0]))
known.symptom(NO_GUARD, lambda got, args, kwargs: got is None and not args)


def _floor_or_shifted(x, bits):
    floor, shifted = _asymmetric(x, bits, rounding=np.floor), _asymmetric(x, bits)
    beta = min(np.min(x), 0.0)
    same_codes = np.array_equal(floor[0], np.round((np.asarray(x, np.float64) - beta) / shifted[1]))
    return floor if same_codes else None


known.mistake("floor instead of round, or shifted by beta instead of by the zero point", _floor_or_shifted)


def _shifted(x, bits):
    _, scale, zero = _asymmetric(x, bits)
    codes = np.round((np.asarray(x, np.float64) - min(np.min(x), 0.0)) / scale)
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, zero


known.mistake("shifted by beta instead of by the zero point: then 0.0 has no code of its own", _shifted)
known.mistake(FLOOR, lambda x, bits: _asymmetric(x, bits, rounding=np.floor))
known.mistake(CUT_OFF, lambda x, bits: _asymmetric(x, bits, rounding=np.trunc))


def _cast(x, bits):
    exact = np.asarray(x, np.float64) / _asymmetric(x, bits)[1] + _asymmetric(x, bits)[2]
    return np.clip(exact, 0, 2**bits - 1).astype(np.int32), *_asymmetric(x, bits)[1:]


known.mistake("cut off instead of rounded: x / scale + zero is cast without np.round", _cast)


def _clamped_first(x, bits):
    _, scale, zero = _asymmetric(x, bits)
    codes = np.clip(np.round(np.asarray(x, np.float64) / scale), 0, 2**bits - 1) + zero
    return codes.astype(np.int32), scale, zero


def _clamped_first_or_rounded_up(x, bits):
    clamped = _clamped_first(x, bits)
    others = [_asymmetric(x, bits, rounding=rounding)[0] for rounding in (np.ceil, half_cut)]
    return clamped if any(np.array_equal(clamped[0], codes) for codes in others) else None


known.mistake(
    "clamped before the zero point is added (add it first), or rounded up by ceil or int(x + 0.5)",
    _clamped_first_or_rounded_up,
)
known.mistake("clamped before the zero point is added: add it first, then clamp", _clamped_first)


def _zero_clamped(x, bits):
    beta, alpha, top = np.min(x), np.max(x), 2**bits - 1
    scale = float((alpha - beta) / top)
    zero = int(np.clip(-np.round(beta / scale), 0, top))
    return np.clip(np.round(np.asarray(x, np.float64) / scale) + zero, 0, top).astype(np.int32), scale, zero


known.mistake("the zero point is clamped: widen the range to include 0, then it is a code", _zero_clamped)


def _ceil_or_half_cut(x, bits):
    ceil, cut = (_asymmetric(x, bits, rounding=rounding) for rounding in (np.ceil, half_cut))
    return ceil if np.array_equal(ceil[0], cut[0]) else None


UP = "rounded up: by ceil, or by int(x + 0.5), which rounds negative values up; use np.round"
known.mistake(UP, _ceil_or_half_cut)
known.mistake(
    "ceil instead of round: codes are up to one too high; np.round finds the nearest",
    lambda x, bits: _asymmetric(x, bits, rounding=np.ceil),
)
known.mistake(HALF_CUT, lambda x, bits: _asymmetric(x, bits, rounding=half_cut))
OFF_BY_ONE = "off by one in the levels: 2**bits codes have 2**bits - 1 steps between them"
known.symptom(OFF_BY_ONE, lambda got, args, kwargs: np.isclose(2 ** args[1], _range(args) / got[1], atol=0))
known.mistake(OFF_BY_ONE, lambda x, bits: _asymmetric(x, bits, levels=2**bits - 2))
known.mistake(
    "one bit too few: 2**(bits - 1) - 1 belongs to the symmetric scheme",
    lambda x, bits: _asymmetric(x, bits, levels=2 ** (bits - 1) - 1),
)
EXCLUSIVE_OR = "2^bits is an exclusive or in Python: a power is 2**bits"
known.mistake(EXCLUSIVE_OR, lambda x, bits: _asymmetric(x, bits, levels=2 ^ (bits - 1)))
known.error(  # 2^3 - 1 is 2^2, which is 0
    EXCLUSIVE_OR,
    lambda error, args, kwargs: isinstance(error, ZeroDivisionError) and args[1] == 3 and np.ptp(args[0]) > 0,
)
known.mistake(ALWAYS_8_BITS, lambda x, bits: _asymmetric(x, 8))


def _zero_of(args: list) -> int:
    return quantization.asymmetric_quantization(*args)[2]


def _cut_zero(args: list) -> int:
    return int(-min(np.min(args[0]), 0.0) / _asymmetric(*args)[1])


known.symptom(
    "signed codes: the codes of this scheme run from 0 to 2**bits - 1",
    lambda got, args, kwargs: got[0].min() < 0 and got[2] == _zero_of(args) - 2 ** (args[1] - 1),
)
known.symptom(
    "the zero point is missing, or cut off by int(...) instead of rounded",
    lambda got, args, kwargs: got[2] == 0 == _cut_zero(args) < _zero_of(args),
)
known.symptom(
    "the zero point is cut off by int(...) instead of rounded",
    lambda got, args, kwargs: 0 < got[2] == _cut_zero(args) < _zero_of(args),
)
known.symptom(
    "the zero point is rounded up, as by ceil: it is the nearest code, minus round(beta / scale)",
    lambda got, args, kwargs: got[2] == _cut_zero(args) + 1 == _zero_of(args) + 1,
)
known.symptom(
    "the sign of the zero point: it is minus round(beta / scale), so it is never negative",
    lambda got, args, kwargs: got[2] == -_zero_of(args) < 0,
)
known.mistake(
    "the zero point is missing: codes must be shifted by it, and it must be returned",
    lambda x, bits: _asymmetric(x, bits, zero=False),
)


def _zero_times(factor, x, bits):
    _, scale, zero = _asymmetric(x, bits)
    codes = np.round(np.asarray(x) / scale) + factor * zero
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, zero


known.mistake("the zero point is computed but not added to the codes", lambda *args: _zero_times(0, *args))
known.mistake("the zero point is subtracted from the codes: add it", lambda *args: _zero_times(-1, *args))
known.mistake(
    "the range is not widened to include 0: take min(beta, 0) and max(alpha, 0)",
    lambda x, bits: _asymmetric(x, bits, widen=False),
)
known.symptom(
    "the range is not widened to include 0: the zero point leaves the codes 0 to 2**bits - 1",
    lambda got, args, kwargs: not 0 <= got[2] < 2 ** args[1] and np.min(args[0]) * np.max(args[0]) > 0,
)
known.symptom(
    "the codes are not limited: a tie rounded up gives one too large; clamp before the cast",
    lambda got, args, kwargs: got[0].max() > 2 ** args[1] - 1 or got[0].min() < 0,
)
known.symptom(
    "scale 1.0 belongs to an array of nothing but zeros, not to small or equal values",
    lambda got, args, kwargs: got[1] == 1.0 != _asymmetric(*args)[1] and np.any(args[0]),
)


def _shifted_by_another(got, args, kwargs):
    codes, scale, zero = quantization.asymmetric_quantization(*args)
    shifts = np.unique(got[0] - codes)
    return got[2] == zero and np.isclose(got[1], scale, atol=0) and shifts.size == 1 and shifts[0] != 0


known.symptom("the codes are shifted by another number than the zero point returned", _shifted_by_another)
known.symptom(
    "the range is made symmetric about 0: asymmetric means from beta to alpha, as they are",
    lambda got, args, kwargs: np.isclose(got[1] * (2 ** args[1] - 1), 2 * np.abs(args[0]).max(), atol=0),
)
