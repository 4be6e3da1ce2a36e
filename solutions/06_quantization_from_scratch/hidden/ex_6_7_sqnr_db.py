"""Hidden tests of exercise 6.7, `sqnr_db`.

One to four dimensions, noise from far below the signal to above it, other units, zeros among the values,
float32, very little lost, nothing lost.
"""

import math

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import sqnr_db  # here the student's answer

# %%
ex = Exercise("6.7", sqnr_db, hidden=True)
_rng = np.random.default_rng(607)


def _check(values, restored, case):
    got = ex.call(values, restored, case=case)
    ours, theirs = values.ravel().tolist(), restored.ravel().tolist()
    noise = math.fsum((a - b) ** 2 for a, b in zip(ours, theirs))
    want = 10 * math.log10(math.fsum(a * a for a in ours) / noise)
    # float32 arithmetic is allowed: 1e-6 of the ratio is 4e-6 dB, and more where values nearly cancel
    ex.equal("the SQNR", got, want, rtol=1e-6, atol=1e-4)


for _shape in [(101,), (4, 6), (3, 4, 5), (2, 3, 2, 2), (1, 5), (5, 1), (2,), (1,)]:
    _values = _rng.normal(0.5, 2, _shape)
    for _noise in (0.01, 0.3, 5.0):
        _check(_values, _values + _rng.normal(0, _noise, _shape), f"{len(_shape)} dimensions")
for _unit in (1e-7, 1e-3, 1.0, 1e4):
    _values = _unit * _rng.uniform(-1, 3, 50)
    _check(_values, _values + 0.05 * _unit, "the same array in another unit")
_values = _rng.normal(0, 1, 40)
_check(_values, 2 * _values, "noise as strong as the signal: 0 dB")
_check(_values, -3 * _values, "noise stronger than the signal")
_check(_values, np.zeros(40), "everything lost: 0 dB")
_check(np.full(6, 3.0), np.full(6, 3.03), "all values equal")
_check(np.array([0.0, 2.0, 0.0]), np.array([0.1, 2.1, -0.2]), "some values are 0")
_check(_values.astype(np.float32), np.round(_values, 1), "float32 input")
_sign = np.where(np.arange(40) % 2, 1, -1)
got = ex.call(_values, _values * (1 + 5e-6 * _sign), case="very little lost, but not nothing")
ex.equal("the SQNR", got, -20 * math.log10(5e-6), atol=0.05)
for _values in (np.zeros(4), np.array([7.0]), _rng.normal(0, 1, (3, 4)), np.full((2, 2), -0.1)):
    ex.equal("the SQNR", ex.call(_values, _values.copy(), case="nothing lost"), math.inf)
ex.passed()
