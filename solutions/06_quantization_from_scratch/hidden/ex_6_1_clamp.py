"""Hidden tests of exercise 6.1, `clamp`.

Every integer and float dtype with ranges on either side of 0 and around it, one to four dimensions, values
at and next to both bounds, nothing or everything to limit; the result is a new array.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import clamp  # here the student's answer


# %%
@qcourse.check.exercise("6.1", clamp, hidden=True)
def hidden_clamp(ex):
    rng = np.random.default_rng(ex.seed(601))

    def check(values, low, high, case):
        got = ex.call(values, low, high, case=case)
        flat = [low if v < low else high if v > high else v for v in values.ravel().tolist()]
        want = np.array(flat, dtype=values.dtype).reshape(values.shape)
        ex.equal("the result", got, want, dtype=values.dtype, rtol=0)
        ex.true(not np.shares_memory(got, values), "the result is the caller's own array; return a new one.")

    for dtype in (np.int8, np.int16, np.int32, np.int64, np.float32, np.float64):
        values = rng.integers(-128, 128, size=(4, 9)).astype(dtype)
        for low, high in [(-100, 100), (-8, 7), (0, 15), (-20, -10), (30, 60), (0, 0), (-127, 127)]:
            check(values, low, high, f"a matrix of {np.dtype(dtype).name}, one range of many")
    check(np.arange(256).astype(np.uint8), 16, 240, "all values of uint8")
    for shape in [(1,), (7,), (1, 5), (5, 1), (2, 3, 4), (2, 1, 3, 2)]:
        check(rng.integers(-70_000, 70_000, size=shape), 0, 65_535, f"{len(shape)} dimensions, 16 bits")
        check(rng.normal(0, 300, size=shape), -0.5, 254.5, "floats; bounds that are not integers")
    check(np.array([-1, 0, 1, 254, 255, 256]), 0, 255, "values at and next to both bounds")
    check(rng.integers(-128, 128, (5, 8)).T, -20, 30, "a transposed matrix")
    check(rng.integers(-128, 128, (5, 8))[:, ::2], -20, 30, "every second column")
    check(np.array([3, 9, 7]), 0, 255, "nothing to limit")
    check(np.array([-3, -9, -7]), 0, 255, "everything below the range")
    check(np.array([[300, 256], [999, 256]]), 0, 255, "everything above the range")
