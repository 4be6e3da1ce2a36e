"""Hidden tests of exercise 6.7, `sqnr_db`.

One to four dimensions, noise from far below the signal to above it, other units, zeros among the values,
float32, very little lost, nothing lost.
"""

import math

import numpy as np

import qcourse.check
from qcourse.quantization import sqnr_db  # here the student's answer


# %%
@qcourse.check.exercise("6.7", sqnr_db, hidden=True)
def hidden_sqnr_db(ex):
    rng = np.random.default_rng(ex.seed(607))

    def check(values, restored, case):
        got = ex.call(values, restored, case=case)
        ours, theirs = values.ravel().tolist(), restored.ravel().tolist()
        noise = math.fsum((a - b) ** 2 for a, b in zip(ours, theirs))
        want = 10 * math.log10(math.fsum(a * a for a in ours) / noise)
        # float32 arithmetic is allowed: 1e-6 of the ratio is 4e-6 dB, and more where values nearly cancel
        ex.equal("the SQNR", got, want, rtol=1e-6, atol=1e-4)

    for shape in [(101,), (4, 6), (3, 4, 5), (2, 3, 2, 2), (1, 5), (5, 1), (2,), (1,)]:
        values = rng.normal(0.5, 2, shape)
        for noise in (0.01, 0.3, 5.0):
            check(values, values + rng.normal(0, noise, shape), f"{len(shape)} dimensions")
    for unit in (1e-7, 1e-3, 1.0, 1e4):
        values = unit * rng.uniform(-1, 3, 50)
        check(values, values + 0.05 * unit, "the same array in another unit")
    values = rng.normal(0, 1, 40)
    check(values, 2 * values, "noise as strong as the signal: 0 dB")
    check(values, -3 * values, "noise stronger than the signal")
    check(values, np.zeros(40), "everything lost: 0 dB")
    check(np.full(6, 3.0), np.full(6, 3.03), "all values equal")
    check(np.array([0.0, 2.0, 0.0]), np.array([0.1, 2.1, -0.2]), "some values are 0")
    check(np.array([0.5, -2.0, 3.0]), np.array([0.5, -2.1, 3.0]), "most values restored exactly")
    check(values.astype(np.float32), np.round(values, 1), "float32 input")
    square = values[:36].reshape(6, 6)
    check(square.T, np.round(square.T, 1).copy(), "one of two is transposed in memory")
    sign = np.where(np.arange(40) % 2, 1, -1)
    got = ex.call(values, values * (1 + 5e-6 * sign), case="very little lost, but not nothing")
    ex.equal("the SQNR", got, -20 * math.log10(5e-6), atol=0.05)
    for values in (np.zeros(4), np.array([7.0]), rng.normal(0, 1, (3, 4)), np.full((2, 2), -0.1)):
        ex.equal("the SQNR", ex.call(values, values.copy(), case="nothing lost"), math.inf)
