"""Known mistakes of exercise 6.9, ``integer_linear``."""

from typing import Any

import numpy as np

from qcourse.check.registry import Causes
from qcourse.quantization import integer_linear

known = Causes(right=integer_linear)
known.symptom(
    "made float before the product, so products that cancel leave a remainder: multiply integers first",
    lambda got, args, kwargs: got.any() and not integer_linear(*args).any() and np.abs(got).max() < 1e-9,
)


known.error(
    "`if bias` asks one yes or no of a whole array: test whether it `is None`",
    lambda error, args, kwargs: "truth value" in str(error) and len(args) > 5 and np.size(args[5]) > 1,
)

known.error(
    "w_scale and bias are [out] and belong to the last axis: no reshape to a column is needed",
    lambda error, args, kwargs: "broadcast" in str(error) and np.size(args[4]) > 1,
)


def _is_integers(got: Any) -> bool:
    return np.asarray(got).dtype.kind in "iu"


known.symptom(
    "the final rescale is missing: the accumulated integers must become real numbers",
    lambda got, args, kwargs: (
        _is_integers(got) and np.array_equal(got, integer_linear(args[0], 1.0, args[2], args[3], 1.0))
    ),
)
known.symptom(
    "rounded or cast to an integer at the end: the result is real numbers",
    lambda got, args, kwargs: _is_integers(got),
)
known.mistake(
    "the zero point of the input is ignored: subtract it from x_q before the product",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, 0, w, sw, b),
)
known.mistake(
    "the sign of the zero point: subtract it from x_q",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, -zx, w, sw, b),
)
known.mistake(
    "the zero point is subtracted from the product: subtract it from x_q, before the product",
    lambda x, sx, zx, w, sw, b=None: np.asarray(sw) * sx * (x @ w.T - zx) + (0 if b is None else b),
)
known.mistake(
    "the bias is ignored: add it at the end if it is given",
    lambda x, sx, zx, w, sw, b=None: None if b is None else integer_linear(x, sx, zx, w, sw),
)
known.mistake(
    "the bias is inside the rescale: it is a real number, add it after the scales",
    lambda x, sx, zx, w, sw, b=None: None if b is None else sx * sw * ((x - zx) @ w.T + b),
)
known.mistake(
    "the bias is subtracted: add it",
    lambda x, sx, zx, w, sw, b=None: None if b is None else integer_linear(x, sx, zx, w, sw, -b),
)
known.mistake(
    "one scale for all rows, the largest: each row of w_q has its own",
    lambda x, sx, zx, w, sw, b=None: (
        None if np.size(sw) == 1 else integer_linear(x, sx, zx, w, float(np.max(sw)), b)
    ),
)
known.mistake(
    "the weight's scale is missing: multiply by x_scale and by w_scale",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w, 1.0, b),
)
known.mistake(
    "the input's scale is missing: multiply by x_scale and by w_scale",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1.0, zx, w, sw, b),
)
known.mistake(
    "the scales are added: they multiply",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1.0, zx, w, sx + sw, b),
)
known.mistake(
    "divided by the scales: multiply by them",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, 1 / sx, zx, w, 1 / np.asarray(sw), b),
)


def _scales_down_the_batch(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    scale = np.asarray(w_scale).reshape(-1, 1)
    return None if np.ndim(w_scale) == 0 else integer_linear(x_q, x_scale, x_zero, w_q, scale, bias)


known.mistake(
    "the row scales are applied down the batch: w_scale [out] belongs to the last axis",
    _scales_down_the_batch,
)
known.mistake(
    "one scale for all rows, the mean: each row of w_q has its own",
    lambda x, sx, zx, w, sw, b=None: (
        None if np.ndim(sw) == 0 else integer_linear(x, sx, zx, w, float(np.mean(sw)), b)
    ),
)
known.mistake(
    "one scale for all rows: w_scale may hold one for each",
    lambda x, sx, zx, w, sw, b=None: None if np.ndim(sw) == 0 else integer_linear(x, sx, zx, w, sw[0], b),
)
known.mistake(
    "the transpose is missing: w_q is [out, in], the product needs w_q.T",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w.T, sw, b),
)
known.mistake(
    "the input's zero point is subtracted from the weights, too: their grid is symmetric, they have none",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w - zx, sw, b),
)


def _sum_in(dtype):
    def layer(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
        product = (x_q - x_zero).astype(dtype) @ w_q.astype(dtype).T
        return x_scale * np.asarray(w_scale) * product + (0 if bias is None else bias)

    return layer


known.mistake("the sum does not fit: accumulate in int32, not in 16 bits or fewer", _sum_in(np.int16))
known.mistake(
    "the codes do not fit in int8: codes of the input reach 255; compute in int32",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x.astype(np.int8).astype(np.int32), sx, zx, w, sw, b),
)
known.mistake(
    "the differences x_q - x_zero do not fit in uint8: they may be negative; compute in int32",
    lambda x, sx, zx, w, sw, b=None: integer_linear(
        (x - zx).astype(np.uint8).astype(np.int32), sx, 0, w, sw, b
    ),
)
known.mistake(
    "the sum does not fit: float32 holds whole numbers of 24 bits; accumulate in int32", _sum_in(np.float32)
)
known.mistake(
    "the weights do not fit in int8 where they have more bits: compute in int32",
    lambda x, sx, zx, w, sw, b=None: integer_linear(x, sx, zx, w.astype(np.int8).astype(np.int32), sw, b),
)
known.mistake(
    "the products do not fit in int8: compute in int32",
    lambda x, sx, zx, w, sw, b=None: integer_linear(
        (x - zx).astype(np.int8).astype(np.int32), sx, 0, w, sw, b
    ),
)
known.mistake("the products do not fit in int8: compute in int32", _sum_in(np.int8))
known.symptom(
    "the bias is rounded: it is a real number, added after the rescale",
    lambda got, args, kwargs: (
        len(args) > 5
        and np.abs(got - integer_linear(*args)).max() <= np.max(args[1] * np.asarray(args[4])) / 2 * 1.001
    ),
)
known.mistake(
    "the bias is rounded: it is a real number",
    lambda x, sx, zx, w, sw, b=None: (
        None if b is None else integer_linear(x, sx, zx, w, sw, np.asarray(np.round(b)))
    ),
)
