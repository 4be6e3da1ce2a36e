"""Known mistakes of exercise 6.1, ``clamp``."""

import numpy as np

from qcourse import quantization
from qcourse.check.registry import Causes

known = Causes(right=quantization.clamp)
known.error(
    "np.max and np.min reduce one array, and their second argument is an axis: element by element they are "
    "np.maximum and np.minimum",
    lambda error, args, kwargs: "out of bounds for array" in str(error) or "inhomogeneous" in str(error),
)
known.symptom(
    "changed in place, or not copied: build a new array; the caller's must stay as it is",
    lambda got, args, kwargs: got.dtype == args[0].dtype and np.array_equal(got, quantization.clamp(*args)),
)
known.symptom(
    "rounded or cut off to whole numbers: values within the range must stay as they are",
    lambda got, args, kwargs: (
        args[0].dtype.kind == got.dtype.kind == "f"
        and np.array_equal(got, np.trunc(got))
        and np.abs(got - quantization.clamp(*args)).max() < 1
    ),
)
known.mistake(
    "cast to an 8-bit integer before the clamp: 200 becomes -56 there; the dtype must stay",
    lambda q, low, high: np.clip(q.astype(np.int8), max(low, -128), min(high, 127)).astype(q.dtype),
)
known.symptom(
    "the dtype of the result differs from the input's: cast it back with astype(params_q.dtype)",
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != args[0].dtype,
)
known.mistake(
    "the lower bound is missing: only the upper one is applied", lambda q, low, high: np.minimum(q, high)
)
known.mistake(
    "the upper bound is missing: only the lower one is applied", lambda q, low, high: np.maximum(q, low)
)
known.mistake(
    "the two bounds are swapped: raise to the lower one, then cut at the upper one",
    lambda q, low, high: np.maximum(np.minimum(q, low), high).astype(q.dtype),
)
known.mistake(
    "the two bounds are swapped: what is too low becomes the lower bound",
    lambda q, low, high: np.where(q < low, high, np.where(q > high, low, q)).astype(q.dtype),
)
known.mistake(
    "the two bounds are swapped: raise to the lower one, then cut at the upper one",
    lambda q, low, high: np.minimum(np.maximum(q, high), low).astype(q.dtype),
)
known.mistake(
    "the bounds are ignored: 0 and 255 are fixed in the code; use the parameters",
    lambda q, low, high: np.clip(q, 0, 255).astype(q.dtype),
)
known.mistake(
    "wrapped around, as an integer type does: what lies outside must become the nearest bound",
    lambda q, low, high: ((q - low) % (high - low + 1) + low).astype(q.dtype),
)
known.mistake(
    "elements outside are removed: they must become the nearest bound, and the shape must stay",
    lambda q, low, high: q[(q >= low) & (q <= high)],
)
known.mistake(
    "elements outside become 0: they must become the nearest bound",
    lambda q, low, high: np.where((q < low) | (q > high), 0, q).astype(q.dtype),
)
known.mistake(
    "the upper bound itself is a value that is allowed: cut at it, not one below",
    lambda q, low, high: np.clip(q, low, high - 1).astype(q.dtype),
)
