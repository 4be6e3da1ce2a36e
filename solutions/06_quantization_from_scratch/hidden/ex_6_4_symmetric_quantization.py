"""Hidden tests of exercise 6.4, `symmetric_quantization`.

2 to 16 bits; the largest absolute value at either end, outliers, ties, very small and very large values,
any shape, float32; an array of zeros; an empty one, NaN and infinity.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import symmetric_quantization  # here the student's answer


# %%
@qcourse.check.exercise(
    "6.4", symmetric_quantization, returns=("params_q", "scale"), given=["clamp"], hidden=True
)
def hidden_symmetric_quantization(ex):
    rng = np.random.default_rng(ex.seed(604))

    def check(values, bits, case):
        codes, scale = ex.call(values, bits, case=f"{case}, {bits} bits")
        exact = values.astype(np.float64)
        levels = 2 ** (bits - 1) - 1
        want_scale = float(np.abs(exact).max() / levels)
        ex.equal("scale", scale, want_scale)
        # The answer may compute in float32, whose relative error of about 1e-7 meets codes of up to 2**bits.
        ex.codes("params_q", codes, exact / want_scale, -levels, levels, slack=3e-7 * 2**bits)

    for bits in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16):
        check(rng.uniform(-3, 9, 300), bits, "values on both sides of 0")
        check(rng.uniform(-9, 3, 300), bits, "the largest absolute value belongs to a negative value")
        check(rng.uniform(2, 5, 40), bits, "only positive values")
        check(rng.uniform(-5, -2, 40), bits, "only negative values")
        check(rng.normal(0, 1, (6, 7)).astype(np.float32), bits, "a float32 matrix")
        check(np.append(rng.normal(0, 1, 50), -1000.0), bits, "one very small value")
        check(np.array([-4.2, 4.2, 0.0, 1e-9]), bits, "both ends of the range")
    for shape in [(1, 8), (8, 1), (3, 4, 5), (2, 3, 2, 2)]:
        check(rng.normal(1, 2, shape), 8, f"an array of {len(shape)} dimensions")
    check(rng.normal(1, 2, (5, 7)).T, 8, "a transposed matrix")
    check(rng.normal(1, 2, (3, 4, 6))[:, :, ::2], 6, "every second column")
    for value in (0.37, -0.37, 41.0, -41.0):
        check(np.array([value]), 8, "one element")
        check(np.full((2, 3), value), 5, "all elements equal, not 0")
    check(np.array([-7.0, -2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5]), 4, "values halfway between two codes")
    check(rng.uniform(-1e-5, 3e-5, 60), 8, "very small weights")
    check(rng.uniform(-1e-5, 3e-5, 60), 16, "very small weights")
    check(rng.uniform(-1e-9, 3e-9, 60), 8, "very small weights")
    check(np.array([-3.0, 1.0, 2.5, -0.5]), 8, "values whose sum is 0")
    check(rng.uniform(-1e7, 4e7, 60), 8, "very large values")

    for shape in [(1,), (3, 4)]:
        for dtype in (np.float64, np.float32):
            codes, scale = ex.call(np.zeros(shape, dtype), 6, case="all zeros")
            ex.equal("scale", scale, 1.0)
            ex.equal("params_q", codes, np.zeros(shape, np.int32), dtype=np.int32)

    ex.raises(ValueError, np.array([]), 8, case="an empty array")
    for shape in [(0, 3), (3, 0)]:
        ex.raises(ValueError, np.zeros(shape, np.float32), 4, case="an empty float32 matrix")
    for bad in (np.nan, np.inf, -np.inf):
        ex.raises(
            ValueError, np.array([[0.5, -1.0], [bad, 2.0]]), 8, case="a matrix that holds NaN or infinity"
        )
        ex.raises(ValueError, np.array([bad], np.float32), 3, case="only NaN or infinity")
