"""Hidden tests of exercise 6.5, `symmetric_dequantize`.

Codes of 2 to 16 bits with both ends among them, four scales, one to four dimensions.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import symmetric_dequantize  # here the student's answer


# %%
@qcourse.check.exercise("6.5", symmetric_dequantize, hidden=True)
def hidden_symmetric_dequantize(ex):
    rng = np.random.default_rng(ex.seed(605))

    def check(codes, scale, case):
        got = ex.call(codes, scale, case=case)
        want = np.array([int(q) * scale for q in codes.ravel()], np.float64).reshape(codes.shape)
        ex.equal("the result", got, want, dtype=np.float64, rtol=1e-9)

    for bits in (2, 3, 5, 8, 11, 16):
        levels = 2 ** (bits - 1) - 1
        for scale in (0.012345678901, 1.0, 7.25, 1.7e-6):
            codes = rng.integers(-levels, levels + 1, 50).astype(np.int32)
            codes[:3] = -levels, 0, levels
            check(codes, scale, f"codes of {bits} bits, both ends among them")
    for shape in [(1,), (1, 1), (4, 3), (2, 3, 4), (2, 1, 3, 2)]:
        check(rng.integers(-127, 128, shape).astype(np.int32), 0.031, f"{len(shape)} dimensions")
    check(rng.integers(-127, 128, (5, 8)).astype(np.int32).T, 0.031, "a transposed matrix")
