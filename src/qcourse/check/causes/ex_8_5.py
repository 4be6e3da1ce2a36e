"""Known mistakes of exercise 8.5, ``quantized_linear_by_hand``."""

import numpy as np

from qcourse.check.kinds import is_tensor
from qcourse.check.registry import Causes
from qcourse.quantization import integer_linear

known = Causes()

# One thing is wrong at a time.


def _codes(place):
    return np.clip(np.round(place), 0, 255).astype(np.uint8)


def _changed(text, change):
    """The mistake that takes other arguments for what was given: ``change`` says which."""

    def wrong(*args):
        x, sx, zx, w, sw, b, sy, zy = change(*args)
        return _codes(integer_linear(x, sx, zx, w, sw, b) / sy + zy)

    known.mistake(text, wrong)


def _finished(text, finish):
    """The mistake made after the sum: ``finish`` gets the real-valued place of each code, and out_zero."""

    def wrong(x, sx, zx, w, sw, b, sy, zy):
        return finish(integer_linear(x, sx, zx, w, sw, b) / sy + zy, zy)

    known.mistake(text, wrong)


known.symptom(
    "a torch tensor is returned: return a NumPy array, as the arguments are",
    lambda got, args, kwargs: is_tensor(got),
)
known.symptom(
    "the result is not uint8: cast it with astype(np.uint8), as the last step",
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.uint8,
)
_finished("cut off instead of rounded: half of the codes are one too low; use np.round",
          lambda place, zero: np.clip(place, 0, 255).astype(np.uint8))  # fmt: skip
_finished("cut off instead of rounded: below out_zero the codes are one too high; use np.round",
          lambda place, zero: _codes(np.trunc(place - zero) + zero))  # fmt: skip
_finished("not clipped: anything outside 0 to 255 wraps around in uint8; clip before the cast",
          lambda place, zero: np.round(place).astype(np.int64).astype(np.uint8))  # fmt: skip
_finished("clipped before the zero point is added: the sum may then leave 0 to 255; add first",
          lambda place, zero: _codes(place - zero) + np.uint8(zero))  # fmt: skip
_finished("clipped before the zero point is added: add it first, then clip once to 0 and 255",
          lambda place, zero: _codes(np.clip(place - zero, -128, 127) + zero))  # fmt: skip
_finished("clipped to 127: the layer's codes go up to 255",
          lambda place, zero: np.clip(np.round(place), 0, 127).astype(np.uint8))  # fmt: skip
_finished("clipped as int8, -128 to 127: activations are uint8, 0 to 255",
          lambda place, zero: np.clip(np.round(place), -128, 127).astype(np.int8).view(np.uint8))  # fmt: skip
_finished("a ReLU is applied: this layer has none; its codes may lie below out_zero",
          lambda place, zero: np.maximum(_codes(place), np.uint8(zero)))  # fmt: skip
_finished("not clipped below: negative codes wrap around in uint8; clip to 0 and 255 before the cast",
          lambda place, zero: np.minimum(np.round(place), 255).astype(np.int64).astype(np.uint8))  # fmt: skip
_changed("128 is subtracted from the weights: their codes are int8, and their zero point is 0",
         lambda x, sx, zx, w, *rest: (x, sx, zx, w.astype(np.int32) - 128, *rest))  # fmt: skip
_changed("128 is added to the weights: their codes are int8, and their zero point is 0",
         lambda x, sx, zx, w, *rest: (x, sx, zx, w.astype(np.int32) + 128, *rest))  # fmt: skip
known.error(
    "w_scale and bias are [out] and belong to the last axis: no reshape to a column is needed",
    lambda error, args, kwargs: "broadcast" in str(error) and np.size(args[4]) > 1,
)
_changed("the input's zero point is left out: subtract x_zero from the codes",
         lambda x, sx, zx, *rest: (x, sx, 0, *rest))  # fmt: skip
_changed("the input's zero point is added: subtract it", lambda x, sx, zx, *rest: (x, sx, -zx, *rest))
_changed("the output's zero point is left out: add out_zero after rounding", lambda *args: (*args[:-1], 0))
_changed("the output's zero point is subtracted: add it", lambda *args: (*args[:-1], -args[-1]))
_changed("the bias is left out, or added to the int32 sum as it is: divide it by x_scale * w_scale first",
         lambda x, sx, zx, w, sw, b, *rest: (x, sx, zx, w, sw, 0 * b, *rest))  # fmt: skip
_changed("the bias is added to the int32 sum as it is: divide it by x_scale * w_scale first",
         lambda x, sx, zx, w, sw, b, *rest: (x, sx, zx, w, sw, b * sx * np.asarray(sw), *rest))  # fmt: skip
_changed("the bias has the wrong unit: the int32 sum takes bias / (x_scale * w_scale), the output code "
         "bias / out_scale",
         lambda x, sx, zx, w, sw, b, sy, zy: (x, sx, zx, w, sw, b * sy, sy, zy))  # fmt: skip
_changed("not divided by out_scale: the codes must be in the unit of the output",
         lambda x, sx, zx, w, sw, b, sy, zy: (x, sx, zx, w, sw, b, 1.0, zy))  # fmt: skip
_changed("x_scale or w_scale is left out of the rescaling: the unit of the sum is x_scale * w_scale",
         lambda x, sx, *rest: (x, 1.0, *rest))  # fmt: skip
_changed("w_scale is left out of the rescaling: the unit of the sum is x_scale * w_scale",
         lambda x, sx, zx, w, sw, *rest: (x, sx, zx, w, 1.0, *rest))  # fmt: skip
_changed("out_zero is added before the division by out_scale: it is a code; add it afterwards",
         lambda x, sx, zx, w, sw, b, sy, zy: (x, sx, zx, w, sw, b + zy, sy, 0))  # fmt: skip
_changed("multiplied by out_scale: divide by it", lambda *args: (*args[:-2], 1 / args[-2], args[-1]))
_changed("only the first weight scale is used: there is one for each output row",
         lambda x, sx, zx, w, sw, *rest: (x, sx, zx, w, np.ravel(sw)[0], *rest))  # fmt: skip
_changed("x_q - x_zero is computed in uint8, where it wraps around below 0: cast to np.int32 first",
         lambda x, sx, zx, *rest: (x - np.uint8(zx), sx, 0, *rest))  # fmt: skip


def _overflows(x, sx, zx, w, sw, b, sy, zy):
    total = ((x.astype(np.int32) - zx) @ w.astype(np.int32).T).astype(np.int16).astype(np.float64)
    return _codes((total * sx * np.asarray(sw) + b) / sy + zy)


known.mistake("the sum overflows: cast both factors to np.int32 before the product", _overflows)


def _overflows_uint8_int8(x, sx, zx, w, sw, b, sy, zy):
    total = (x @ w.T).astype(np.int64) - zx * w.astype(np.int64).sum(axis=1)
    return _codes((total * sx * np.asarray(sw) + b) / sy + zy)


known.mistake("uint8 @ int8 is int16, which overflows: cast both to np.int32 first", _overflows_uint8_int8)


def _overflows_int8(x, sx, zx, w, sw, b, sy, zy):
    total = ((x.astype(np.int32) - zx).astype(np.int8) @ w.T).astype(np.float64)
    return _codes((total * sx * np.asarray(sw) + b) / sy + zy)


known.mistake("the product overflows in int8: cast both factors to np.int32 before it", _overflows_int8)
