"""Hidden tests of exercise 6.6, `quantization_error`.

One to four dimensions, errors large and small, everything lost, errors all of one sign, float32, nothing
lost.
"""

import math

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import quantization_error  # here the student's answer

# %%
ex = Exercise("6.6", quantization_error, hidden=True)
_rng = np.random.default_rng(606)


def _check(values, restored, case):
    got = ex.call(values, restored, case=case)
    pairs = zip(values.ravel().tolist(), restored.ravel().tolist())
    want = math.fsum((a - b) ** 2 for a, b in pairs) / values.size
    # float32 arithmetic is allowed: a relative error of about 1e-6 in each difference
    ex.equal("the error", got, want, rtol=1e-5)


# Large ones first: in few or small elements one mistake looks like another.
for _shape in [(101,), (4, 6), (3, 4, 5), (2, 3, 2, 2), (1, 5), (5, 1), (2,), (1,)]:
    for _size in (500.0, 1.0, 1e-3):
        _values = _rng.normal(0.3, _size, _shape)
        _check(_values, _values + _rng.normal(0, _size / 10, _shape), f"{len(_shape)} dimensions")
        _check(_values, np.zeros(_shape), "everything lost")
_values = _rng.normal(0, 2, 60)
_check(_values, _values - 0.25, "everything a little too small")
_check(_values, _values + 0.25, "everything a little too large")
_check(_values.astype(np.float32), np.round(_values), "float32 input")
ex.equal("the error", ex.call(_values, _values.copy(), case="nothing lost"), 0.0)
ex.passed()
