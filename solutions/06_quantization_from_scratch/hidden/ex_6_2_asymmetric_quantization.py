"""Hidden tests of exercise 6.2, `asymmetric_quantization`.

2 to 16 bits; values on both sides of 0 and on one, outliers, ties, very small and very large values, any
shape, transposed, float32; an array of zeros; an empty one, NaN and infinity.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import asymmetric_quantization  # here the student's answer


# %%
@qcourse.check.exercise(
    "6.2", asymmetric_quantization, returns=("params_q", "scale", "zero"), given=["clamp"], hidden=True
)
def hidden_asymmetric_quantization(ex):
    rng = np.random.default_rng(ex.seed(602))

    def check(values, bits, case):
        codes, scale, zero = ex.call(values, bits, case=f"{case}, {bits} bits")
        exact = values.astype(np.float64)
        low, high = min(exact.min(), 0.0), max(exact.max(), 0.0)
        want_scale = (high - low) / (2**bits - 1)
        ex.equal("scale", scale, float(want_scale))
        # The answer may compute in float32, whose relative error of about 1e-7 meets codes of up to 2**bits.
        slack = 3e-7 * 2**bits
        near = -low / want_scale
        ties = [round(near - slack), round(near + slack)]  # two different ones at a tie: either is right
        want_zero = next((z for z in ties if np.array_equal(z, zero)), round(near))
        ex.equal("zero", zero, want_zero)
        ex.codes("params_q", codes, exact / want_scale + want_zero, 0, 2**bits - 1, slack)

    for bits in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16):
        check(rng.uniform(-3, 9, 300), bits, "values on both sides of 0")
        check(rng.uniform(2, 5, 40), bits, "only positive values, the smallest well above 0")
        check(rng.uniform(-5, -2, 40), bits, "only negative values, the largest well below 0")
        check(rng.normal(0, 1, (6, 7)).astype(np.float32), bits, "a float32 matrix")
        check(np.append(rng.normal(0, 1, 50), 1000.0), bits, "one very large value")
        check(np.append(rng.normal(0, 1, 50), -1000.0), bits, "one very small value")
        symmetric = np.linspace(-2, 2, 2 ** min(bits, 8) * 2 + 1)
        check(symmetric, bits, "a range symmetric about 0: the zero point ties")
    for shape in [(1, 8), (8, 1), (3, 4, 5), (2, 3, 2, 2)]:
        check(rng.normal(1, 2, shape), 8, f"an array of {len(shape)} dimensions")
    check(rng.normal(1, 2, (5, 7)).T, 8, "a transposed matrix")
    check(rng.normal(1, 2, (3, 4, 6))[:, :, ::2], 6, "every second column")
    for value in (0.37, -0.37, 41.0, -41.0):
        check(np.array([value]), 8, "one element")
        check(np.full((2, 3), value), 5, "all elements equal, not 0")
    check(np.array([-3.0, -2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 12.0]), 4, "values halfway between two codes")
    check(rng.uniform(-1e-5, 3e-5, 60), 8, "very small weights")
    check(rng.uniform(-1e-5, 3e-5, 60), 16, "very small weights")
    check(rng.uniform(-1e-9, 3e-9, 60), 8, "very small weights")
    check(rng.uniform(-1e7, 4e7, 60), 8, "very large values")
    check(np.array([0.0, 0.0, 5.0, 0.0]), 8, "mostly zeros")

    for shape in [(1,), (3, 4)]:
        for dtype in (np.float64, np.float32):
            codes, scale, zero = ex.call(np.zeros(shape, dtype), 6, case="all zeros")
            ex.equal("scale", scale, 1.0)
            ex.equal("zero", zero, 0)
            ex.equal("params_q", codes, np.zeros(shape, np.int32), dtype=np.int32)

    ex.raises(ValueError, np.array([]), 8, case="an empty array")
    for shape in [(0, 3), (3, 0)]:
        ex.raises(ValueError, np.zeros(shape, np.float32), 4, case="an empty float32 matrix")
    for bad in (np.nan, np.inf, -np.inf):
        ex.raises(
            ValueError, np.array([[0.5, -1.0], [bad, 2.0]]), 8, case="a matrix that holds NaN or infinity"
        )
        ex.raises(ValueError, np.array([bad], np.float32), 3, case="only NaN or infinity")
