"""Hidden tests of exercise 6.9, `integer_linear`.

Layers of many shapes, with one scale or one per row, with and without a bias; zero points at both ends;
codes of 12 bits; sums that cancel; a sum too long for int16 and for float32.
"""

import numpy as np

from qcourse.check import Exercise
from qcourse.quantization import integer_linear  # here the student's answer

# %%
ex = Exercise("6.9", integer_linear, hidden=True)
_rng = np.random.default_rng(609)


def _layer(batch, inputs, outputs):
    x_q = _rng.integers(0, 256, (batch, inputs)).astype(np.int32)
    return x_q, _rng.integers(-127, 128, (outputs, inputs)).astype(np.int32)


def _check(x_q, x_scale, x_zero, w_q, w_scale, bias, case):
    given = () if bias is None else (bias,)
    got = ex.call(x_q, x_scale, x_zero, w_q, w_scale, *given, case=case)
    sums = [[sum((int(a) - x_zero) * int(b) for a, b in zip(x, w)) for w in w_q] for x in x_q]
    want = np.array(sums, np.float64) * (x_scale * w_scale) + (0.0 if bias is None else bias)
    ex.true(getattr(got, "dtype", np.dtype(int)).kind == "f", "the result must be a float array.", got=got)
    ex.equal("the result", got, want, rtol=1e-5, atol=1e-6 * float(np.abs(want).max()))


_sizes = [(1, 1, 1), (1, 7, 3), (5, 3, 8), (6, 4, 2), (4, 4, 4), (3, 3, 5), (3, 5, 3), (2, 40, 9)]
for _batch, _inputs, _outputs in _sizes:
    _x_q, _w_q = _layer(_batch, _inputs, _outputs)
    _scales, _bias = _rng.uniform(0.001, 0.1, _outputs), _rng.normal(0, 3, _outputs)
    _case = f"batch {_batch}, {_inputs} inputs, {_outputs} outputs"
    for _zero in (0, 1, 114, 255):
        _check(_x_q, 0.02, _zero, _w_q, 0.004, None, _case)
        _check(_x_q, 0.02, _zero, _w_q, _scales, None, f"{_case}, one scale per row")
        _check(_x_q, 1.3, _zero, _w_q, 0.25, _bias, f"{_case}, a bias")
        _check(_x_q, 0.07, _zero, _w_q, _scales, _bias, f"{_case}, one scale per row, a bias")
_x_q, _w_q = _layer(3, 6, 4)
_check(np.full((3, 6), 9, np.int32), 0.3, 9, _w_q, 0.1, None, "the input stands for zeros")
_check(_x_q, 0.3, 12, np.zeros((4, 6), np.int32), np.ones(4), _bias[:4], "a weight of zeros, a bias")
_check(_x_q, 0.3, 12, _w_q, 0.1, np.zeros(4), "a bias of zeros")
_x_q, _w_q = _rng.integers(0, 2**12, (5, 9)), _rng.integers(-2047, 2048, (4, 9))
_check(_x_q.astype(np.int32), 0.01, 900, _w_q.astype(np.int32), 0.02, None, "codes of 12 bits")

# Sums that cancel: exactly 0.0 in integers, about 1e-17 or more if the factors become floats first.
_x_q, _half = _layer(40, 6, 5)
_x_q = np.concatenate([_x_q, 17 + 2 * (_x_q - 17)], axis=1).astype(np.int32)
_w_q = np.concatenate([2 * (_half // 4), -(_half // 4)], axis=1).astype(np.int32)
for _scale in (0.3, np.array([0.3, 0.7, 0.1, 0.013, 1.1])):
    got = ex.call(_x_q, 0.1, 17, _w_q, _scale, case="products that cancel: integers give exactly 0")
    ex.equal("the result", got, np.zeros((40, 5)), rtol=0)

# Long sums of large products that nearly cancel: on the way they outgrow int16, and the 24 bits of float32.
_x, _w = _rng.integers(128, 256, 20_000), _rng.integers(64, 128, 20_000)
_shuffle = _rng.permutation(20_000)
_x_q = np.concatenate([_x, _x[_shuffle], [1]])[None].astype(np.int32)
_row = np.concatenate([_w, -_w[_shuffle]])
_w_q = np.array([[*_row, 1], [*_row, 8], [*_row, -127]], np.int32)
_want = np.array([[1.0, 8.0, -127.0]])
got = ex.call(_x_q, 1.0, 0, _w_q, 1.0, case="a long sum of large products")
ex.equal("the result", got, _want, rtol=1e-7)
ex.passed()
