"""Hidden tests of exercise 6.6, `quantization_error`.

One to four dimensions, errors large and small, everything lost, errors all of one sign, float32, nothing
lost.
"""

import math

import numpy as np

import qcourse.check
from qcourse.quantization import quantization_error  # here the student's answer


# %%
@qcourse.check.exercise("6.6", quantization_error, hidden=True)
def hidden_quantization_error(ex):
    rng = np.random.default_rng(ex.seed(606))

    def check(values, restored, case):
        got = ex.call(values, restored, case=case)
        pairs = zip(values.ravel().tolist(), restored.ravel().tolist())
        want = math.fsum((a - b) ** 2 for a, b in pairs) / values.size
        # float32 arithmetic is allowed: a relative error of about 1e-6 in each difference
        ex.equal("the error", got, want, rtol=1e-5)

    # Large ones first: in few or small elements one mistake looks like another.
    for shape in [(101,), (4, 6), (3, 4, 5), (2, 3, 2, 2), (1, 5), (5, 1), (2,), (1,)]:
        for size in (500.0, 1.0, 1e-3):
            values = rng.normal(0.3, size, shape)
            check(values, values + rng.normal(0, size / 10, shape), f"{len(shape)} dimensions")
            check(values, np.zeros(shape), "everything lost")
    values = rng.normal(0, 2, 60)
    check(values, values - 0.25, "everything a little too small")
    check(values, values + 0.25, "everything a little too large")
    check(values.astype(np.float32), np.round(values), "float32 input")
    square = values[:36].reshape(6, 6)
    check(square.T, np.round(square.T).copy(), "one of two is transposed in memory")
    ex.equal("the error", ex.call(values, values.copy(), case="nothing lost"), 0.0)
