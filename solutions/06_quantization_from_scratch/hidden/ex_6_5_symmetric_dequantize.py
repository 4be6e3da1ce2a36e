"""Hidden tests of exercise 6.5, `symmetric_dequantize`.

Codes of 2 to 16 bits with both ends among them, four scales, one to four dimensions.
"""

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import symmetric_dequantize  # here the student's answer

# %%
ex = Exercise("6.5", symmetric_dequantize, hidden=True)
_rng = np.random.default_rng(605)


def _check(codes, scale, case):
    got = ex.call(codes, scale, case=case)
    want = np.array([int(q) * scale for q in codes.ravel()], np.float64).reshape(codes.shape)
    ex.equal("the result", got, want, dtype=np.float64, rtol=1e-9)


for _bits in (2, 3, 5, 8, 11, 16):
    _levels = 2 ** (_bits - 1) - 1
    for _scale in (0.012345678901, 1.0, 7.25, 1.7e-6):
        _codes = _rng.integers(-_levels, _levels + 1, 50).astype(np.int32)
        _codes[:3] = -_levels, 0, _levels
        _check(_codes, _scale, f"codes of {_bits} bits, both ends among them")
for _shape in [(1,), (1, 1), (4, 3), (2, 3, 4), (2, 1, 3, 2)]:
    _check(_rng.integers(-127, 128, _shape).astype(np.int32), 0.031, f"{len(_shape)} dimensions")
ex.passed()
