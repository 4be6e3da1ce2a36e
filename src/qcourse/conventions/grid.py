"""What every convention is made of: a grid of codes, and a rule that takes a value to its code.

Libraries differ in five things: the scale; the codes that they use; where the zero point is added, before
or after rounding; whether they divide by the scale or multiply by its inverse; and what a tie rounds to.
The last three are the rules below, in float32 throughout, as the libraries compute.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rule = Callable[[Floats, Any, Any, Floats], Any]
Conventions = dict[str, Callable[[Any], "Grid"]]
CHUNK = 1 << 17  # values that are computed at a time, so that what lies between stays in the cache
ONE = np.float32(1)


def divide_round_add(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """round(x / scale) + zero, ties to even."""
    np.rint(np.divide(x, scale, out=out), out=out)
    np.add(out, zero, out=out)


def divide_add_round(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """round(x / scale + zero), ties to even: at a tie an odd zero point changes which neighbour is even."""
    np.add(np.divide(x, scale, out=out), zero, out=out)
    np.rint(out, out=out)


def multiply_round_add(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """round(x · (1 / scale)) + zero: the inverse is rounded once more, which makes and breaks ties."""
    np.rint(np.multiply(x, ONE / scale, out=out), out=out)
    np.add(out, zero, out=out)


def multiply_add_round(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """round(x · (1 / scale) + zero)."""
    np.add(np.multiply(x, ONE / scale, out=out), zero, out=out)
    np.rint(out, out=out)


def fused_multiply_add_round(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """round(x · (1 / scale) + zero), rounded to float32 once: a fused multiply-add, computed in float64."""
    if not np.any(zero):
        return multiply_round_add(x, scale, zero, out)
    exact = np.multiply(x, ONE / scale, dtype=np.float64)
    out[...] = np.add(exact, zero, out=exact)
    np.rint(out, out=out)


def by_offset(codes: Floats, scale: Any, zero: Any) -> Floats:
    """codes · scale + zero, for formats that store a real number instead of a zero point."""
    return codes * scale + zero


def by_zero_point(codes: Floats, scale: Any, zero: Any) -> Floats:
    """(codes − zero) · scale."""
    return (codes - zero if np.any(zero) else codes) * scale


def away(x: Floats, inverse: Any, zero: Any, out: Floats) -> NDArray[Any]:
    """round(x · inverse), ties away from zero, of codes of 8 bits: count the halves, and halve what is one
    farther from zero. Integers of 16 bits take half the time of floats.
    """
    np.multiply(x, inverse, out=out)
    halves = np.add(out, out, out=out).astype(np.int16)
    halves += (halves >> 15) + np.int16(1)  # one more, but for negative ones, which >> takes down
    return np.right_shift(halves, 1, out=halves)


def nothing(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
    """Every value gets code 0: what is left where a library divides zeros by zero."""
    out[...] = 0


@dataclass(frozen=True)
class Grid:
    """The codes that a library gives a tensor.

    ``scale`` and ``zero`` are what the library stores: numbers for a tensor, arrays ``[groups]`` for rows and
    blocks. ``values`` are the tensor's, ``[groups, size]`` float32.
    """

    values: Floats
    scale: Any
    zero: Any
    low: int
    high: int
    rule: Rule
    decode: Callable[[Floats, Any, Any], Any] = by_zero_point
    used: tuple[Any, Any] | None = None  # the scale and zero point that the rule gets, where they differ

    def codes(self) -> NDArray[Any]:
        """The codes, ``[groups, size]``, in the smallest integer type that holds low and high."""
        dtype = next(t for t in (np.int8, np.uint8, np.int16, np.int32) if _holds(t, self.low, self.high))
        codes = np.empty(self.values.shape, dtype)
        for part, scale, zero in self.parts(*(self.used or (self.scale, self.zero))):
            out = np.empty(self.values[part].shape, np.float32)
            whole = self.rule(self.values[part], scale, zero, out)
            whole = out if whole is None else whole
            codes[part] = np.clip(whole, whole.dtype.type(self.low), whole.dtype.type(self.high), out=whole)
        return codes

    def back(self, codes: NDArray[Any]) -> Floats:
        """The float32 values that ``codes``, ``[groups, size]``, stand for."""
        back = np.empty(codes.shape, np.float32)
        for part, scale, zero in self.parts(self.scale, self.zero):
            back[part] = self.decode(codes[part].astype(np.float32), scale, zero)
        return back

    def parts(self, scale: Any, zero: Any) -> Iterator[tuple[Any, Any, Any]]:
        """Places in the groups, small enough for the cache, each with its scales and zero points."""
        count, size = self.values.shape
        tall, wide = (max(1, CHUNK // size), size) if count > 1 else (1, CHUNK)
        for top in range(0, count, tall):
            rows = slice(top, top + tall)
            spread = [_spread(part, rows) for part in (scale, zero)]
            for left in range(0, size, wide):
                yield (rows, slice(left, left + wide)), *spread


def _holds(dtype: type, low: int, high: int) -> bool:
    limits = np.iinfo(dtype)
    return bool(limits.min <= low and high <= limits.max)


def _spread(part: Any, rows: slice) -> Any:
    if not np.ndim(part):
        return part
    return part[0] if len(part) == 1 else part[rows].reshape(-1, 1)


def tensor(x: Any) -> Floats:
    """``x`` as one group, ``[1, size]``."""
    return np.ascontiguousarray(x, np.float32).reshape(1, -1)


def rows(x: Any) -> Floats:
    """``x`` as one group for each slice along its first axis; a vector is one group."""
    x = np.ascontiguousarray(x, np.float32)
    return x.reshape(len(x), -1) if x.ndim > 1 else x.reshape(1, -1)


def blocks(x: Any, size: int) -> Floats:
    """``x`` in blocks of ``size`` values; the last one is filled up with its last value."""
    flat = np.ascontiguousarray(x, np.float32).ravel()
    missing = -len(flat) % size
    if missing:
        flat = np.concatenate([flat, np.full(missing, flat[-1], np.float32)])
    return flat.reshape(-1, size)


def lowest(v: Floats) -> Any:
    """The smallest value of each group: a float32 for one group, ``[groups]`` for more."""
    return _fold(np.minimum, v)


def highest(v: Floats) -> Any:
    return _fold(np.maximum, v)


def largest(v: Floats) -> Any:
    """The largest absolute value of each group."""
    if len(v) == 1:
        return np.maximum(-lowest(v), highest(v))
    tall = max(1, CHUNK // v.shape[1])
    # The bits of floats that are not negative are in their order, and NumPy folds integers twice as fast.
    parts = (np.abs(v[top : top + tall]).view(np.int32) for top in range(0, len(v), tall))
    return np.concatenate([np.atleast_1d(_fold(np.maximum, part)) for part in parts]).view(np.float32)


def with_zero(v: Floats) -> tuple[Any, Any]:
    """The smallest and the largest value of each group, widened to include 0."""
    return np.minimum(lowest(v), np.float32(0)), np.maximum(highest(v), np.float32(0))


def _fold(choose: np.ufunc, v: NDArray[Any]) -> Any:
    if len(v) == 1:
        return choose.reduce(v[0])
    starts = np.arange(0, v.size, v.shape[1])  # twice as fast as a reduction along a short axis
    return choose.reduceat(v.ravel(), starts)
