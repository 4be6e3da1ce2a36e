"""Hidden tests of exercise 6.8, `symmetric_quantization_per_channel`.

One to four dimensions with every axis, counted from either end, given by name, by position or not at all;
2 to 16 bits, ties, slices of zeros, slices of one sign, float32.
"""

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import symmetric_quantization_per_channel  # here the student's answer

# %%
ex = Exercise(
    "6.8",
    symmetric_quantization_per_channel,
    returns=("weight_q", "scales"),
    given=["clamp", "symmetric_quantization"],
    hidden=True,
)
_rng = np.random.default_rng(608)


def _check(weight, bits, axis, case, by_position=False):
    position = [axis] if by_position else []
    name = {} if axis is None or by_position else {"axis": axis}
    codes, scales = ex.call(weight, bits, *position, case=f"{case}, {bits} bits", **name)
    levels, axis = 2 ** (bits - 1) - 1, axis or 0
    slices = [np.take(weight, i, axis=axis).astype(np.float64) for i in range(weight.shape[axis])]
    want = np.array([np.abs(s).max() / levels if s.any() else 1.0 for s in slices])
    ex.equal("scales", scales, want, dtype=np.float64)
    exact = np.stack([s / scale for s, scale in zip(slices, want)], axis=axis)
    # The answer may compute in float32, whose relative error of about 1e-7 meets codes of up to 2**bits.
    ex.codes("weight_q", codes, exact, -levels, levels, slack=3e-7 * 2**bits)


def _uneven(shape, axis):
    weight = _rng.normal(0, 1, shape)
    sizes = np.array([10.0 ** -(i % 4) for i in range(shape[axis])])
    return weight * np.expand_dims(sizes, [a for a in range(len(shape)) if a != axis % len(shape)])


for _bits in (2, 3, 4, 6, 8, 11, 16):
    _check(_uneven((5, 12), 0), _bits, None, "a matrix, the axis left out")
    _check(_uneven((5, 12), 1), _bits, 1, "a matrix, axis 1")
    _check(_uneven((6, 6), 0), _bits, 0, "a square matrix, axis 0")
    _check(_uneven((6, 6), 1), _bits, 1, "a square matrix, axis 1")
for _axis in (0, 1, 2, 3, -1, -2, -3, -4):
    _check(_uneven((4, 3, 5, 2), _axis), 8, _axis, f"four dimensions, axis {_axis}")
    _check(_uneven((3, 3, 3, 3), _axis), 5, _axis, f"four equal dimensions, axis {_axis}")
for _axis in (0, 1, 2, -1, -2, -3):
    _check(_uneven((4, 3, 5), _axis), 7, _axis, f"three dimensions, axis {_axis}")
for _axis in (0, -1):
    _check(np.array([0.5, -3.0, 0.0, 7.7]), 6, _axis, f"one dimension, axis {_axis}")
_check(_uneven((1, 9), 0), 8, 0, "one row")
_check(_uneven((9, 1), 0), 8, 0, "one column")
_check(_uneven((5, 8), 0).astype(np.float32), 8, 0, "a float32 matrix")
_check(-np.abs(_uneven((5, 8), 0)), 8, 0, "only negative values")
_check(np.abs(_uneven((5, 8), 0)), 8, 0, "only positive values")
_check(np.array([[-3.0, -2.5, 0.5, 1.5], [-6.0, 3.0, -1.0, 5.0]]), 3, 0, "values halfway between two codes")
_weight = _uneven((5, 8), 0)
_weight[3] = 0
_check(_weight, 8, 0, "a matrix with one row of zeros")
_check(_weight.astype(np.float32).T.copy(), 4, -1, "a float32 matrix with one column of zeros")
_check(np.zeros((2, 3)), 8, 0, "all zeros")
_check(1e-5 * _uneven((3, 7), 0), 16, 0, "very small weights")
_check(_uneven((4, 4, 4), 2), 6, 2, "axis given by position", by_position=True)
ex.passed()
