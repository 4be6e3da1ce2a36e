"""Hidden tests of exercise 6.3, `asymmetric_dequantize`.

Codes of 2 to 16 bits with both ends among them, four scales, zero points at both ends and between, one to
four dimensions; the zero point stands for exactly 0.0.
"""

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import asymmetric_dequantize  # here the student's answer

# %%
ex = Exercise("6.3", asymmetric_dequantize, hidden=True)
_rng = np.random.default_rng(603)


def _check(codes, scale, zero, case):
    got = ex.call(codes, scale, zero, case=case)
    want = np.array([(int(q) - zero) * scale for q in codes.ravel()], np.float64).reshape(codes.shape)
    ex.equal("the result", got, want, dtype=np.float64, rtol=1e-9, atol=1e-9 * scale)
    ex.true(np.all(got[codes == zero] == 0.0), "the zero point must stand for exactly 0.0.")


for _bits in (2, 3, 5, 8, 11, 16):
    for _scale in (0.012345678901, 1.0, 7.25, 1.7e-6):
        _codes = _rng.integers(0, 2**_bits, 50).astype(np.int32)
        _codes[:2] = 0, 2**_bits - 1
        for _zero in (0, 1, 2 ** (_bits - 1), 2**_bits - 1):
            _codes[2] = _zero
            _check(_codes, _scale, _zero, f"codes of {_bits} bits, both ends among them")
for _shape in [(1,), (1, 1), (4, 3), (2, 3, 4), (2, 1, 3, 2)]:
    _check(_rng.integers(0, 256, _shape).astype(np.int32), 0.031, 77, f"{len(_shape)} dimensions")
ex.passed()
