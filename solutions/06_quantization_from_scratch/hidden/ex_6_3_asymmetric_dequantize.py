"""Hidden tests of exercise 6.3, `asymmetric_dequantize`.

Codes of 2 to 16 bits with both ends among them, four scales, zero points at both ends and between, one to
four dimensions; the zero point stands for exactly 0.0.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import asymmetric_dequantize  # here the student's answer


# %%
@qcourse.check.exercise("6.3", asymmetric_dequantize, hidden=True)
def hidden_asymmetric_dequantize(ex):
    rng = np.random.default_rng(ex.seed(603))

    def check(codes, scale, zero, case):
        got = ex.call(codes, scale, zero, case=case)
        want = np.array([(int(q) - zero) * scale for q in codes.ravel()], np.float64).reshape(codes.shape)
        ex.equal("the result", got, want, dtype=np.float64, rtol=1e-9, atol=1e-9 * scale)
        ex.true(np.all(got[codes == zero] == 0.0), "the zero point must stand for exactly 0.0.")

    for bits in (2, 3, 5, 8, 11, 16):
        for scale in (0.012345678901, 1.0, 7.25, 1.7e-6):
            codes = rng.integers(0, 2**bits, 50).astype(np.int32)
            codes[:2] = 0, 2**bits - 1
            for zero in (0, 1, 2 ** (bits - 1), 2**bits - 1):
                codes[2] = zero
                check(codes, scale, zero, f"codes of {bits} bits, both ends among them")
    for shape in [(1,), (1, 1), (4, 3), (2, 3, 4), (2, 1, 3, 2)]:
        check(rng.integers(0, 256, shape).astype(np.int32), 0.031, 77, f"{len(shape)} dimensions")
    check(rng.integers(0, 256, (5, 8)).astype(np.int32).T, 0.031, 77, "a transposed matrix")
