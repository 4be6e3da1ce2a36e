"""Hidden tests of exercise 6.8, `symmetric_quantization_per_channel`.

One to four dimensions with every axis, counted from either end, given by name, by position or not at all;
2 to 16 bits, ties, slices of zeros, slices of one sign, float32.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import symmetric_quantization_per_channel  # here the student's answer


# %%
@qcourse.check.exercise(
    "6.8",
    symmetric_quantization_per_channel,
    returns=("weight_q", "scales"),
    given=["clamp", "symmetric_quantization"],
    hidden=True,
)
def hidden_symmetric_quantization_per_channel(ex):
    rng = np.random.default_rng(ex.seed(608))

    def check(weight, bits, axis, case, by_position=False):
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

    def uneven(shape, axis):
        weight = rng.normal(0, 1, shape)
        sizes = np.array([10.0 ** -(i % 4) for i in range(shape[axis])])
        return weight * np.expand_dims(sizes, [a for a in range(len(shape)) if a != axis % len(shape)])

    for bits in (2, 3, 4, 6, 8, 11, 16):
        check(uneven((5, 12), 0), bits, None, "a matrix, the axis left out")
        check(uneven((5, 12), 1), bits, 1, "a matrix, axis 1")
        check(uneven((6, 6), 0), bits, 0, "a square matrix, axis 0")
        check(uneven((6, 6), 1), bits, 1, "a square matrix, axis 1")
    for axis in (0, 1, 2, 3, -1, -2, -3, -4):
        check(uneven((4, 3, 5, 2), axis), 8, axis, f"four dimensions, axis {axis}")
        check(uneven((3, 3, 3, 3), axis), 5, axis, f"four equal dimensions, axis {axis}")
    for axis in (0, 1, 2, -1, -2, -3):
        check(uneven((4, 3, 5), axis), 7, axis, f"three dimensions, axis {axis}")
    for axis in (0, -1):
        check(np.array([0.5, -3.0, 0.0, 7.7]), 6, axis, f"one dimension, axis {axis}")
    check(uneven((1, 9), 0), 8, 0, "one row")
    check(uneven((9, 1), 0), 8, 0, "one column")
    check(uneven((5, 8), 0).astype(np.float32), 8, 0, "a float32 matrix")
    check(-np.abs(uneven((5, 8), 0)), 8, 0, "only negative values")
    check(np.abs(uneven((5, 8), 0)), 8, 0, "only positive values")
    check(
        np.array([[-3.0, -2.5, 0.5, 1.5], [-6.0, 3.0, -1.0, 5.0]]), 3, 0, "values halfway between two codes"
    )
    weight = uneven((5, 8), 0)
    weight[3] = 0
    check(weight, 8, 0, "a matrix with one row of zeros")
    check(weight.astype(np.float32).T.copy(), 4, -1, "a float32 matrix with one column of zeros")
    check(uneven((5, 8), 0).T, 8, 1, "a transposed matrix")
    check(uneven((4, 3, 6), 1)[:, :, ::2], 8, 1, "every second column")
    check(np.zeros((2, 3)), 8, 0, "all zeros")
    check(1e-5 * uneven((3, 7), 0), 16, 0, "very small weights")
    check(uneven((4, 4, 4), 2), 6, 2, "axis given by position", by_position=True)
