"""Hidden tests of exercise 6.9, `integer_linear`.

Layers of many shapes, with one scale or one per row, with and without a bias; zero points at both ends;
codes of 12 bits; sums that cancel; a sum too long for int16 and for float32.
"""

import numpy as np

import qcourse.check
from qcourse.quantization import integer_linear  # here the student's answer


# %%
@qcourse.check.exercise("6.9", integer_linear, hidden=True)
def hidden_integer_linear(ex):
    rng = np.random.default_rng(ex.seed(609))

    def layer(batch, inputs, outputs):
        x_q = rng.integers(0, 256, (batch, inputs)).astype(np.int32)
        return x_q, rng.integers(-127, 128, (outputs, inputs)).astype(np.int32)

    def check(x_q, x_scale, x_zero, w_q, w_scale, bias, case):
        given = () if bias is None else (bias,)
        got = ex.call(x_q, x_scale, x_zero, w_q, w_scale, *given, case=case)
        sums = [[sum((int(a) - x_zero) * int(b) for a, b in zip(x, w)) for w in w_q] for x in x_q]
        want = np.array(sums, np.float64) * (x_scale * w_scale) + (0.0 if bias is None else bias)
        ex.true(
            getattr(got, "dtype", np.dtype(int)).kind == "f", "the result must be a float array.", got=got
        )
        ex.equal("the result", got, want, rtol=1e-5, atol=1e-6 * float(np.abs(want).max()))

    sizes = [(1, 1, 1), (1, 7, 3), (5, 3, 8), (6, 4, 2), (4, 4, 4), (3, 3, 5), (3, 5, 3), (2, 40, 9)]
    for batch, inputs, outputs in sizes:
        x_q, w_q = layer(batch, inputs, outputs)
        scales, bias = rng.uniform(0.001, 0.1, outputs), rng.normal(0, 3, outputs)
        case = f"batch {batch}, {inputs} inputs, {outputs} outputs"
        for zero in (0, 1, 114, 255):
            check(x_q, 0.02, zero, w_q, 0.004, None, case)
            check(x_q, 0.02, zero, w_q, scales, None, f"{case}, one scale per row")
            check(x_q, 1.3, zero, w_q, 0.25, bias, f"{case}, a bias")
            check(x_q, 0.07, zero, w_q, scales, bias, f"{case}, one scale per row, a bias")
    for _ in range(2):
        x_q, w_q = layer(6, 7, 4)
        check(x_q, 0.3, 12, w_q, 0.1, None, "other codes of the same shape")
    check(x_q.T.copy().T, 0.3, 12, w_q.T.copy().T, 0.1, None, "both transposed in memory")
    x_q, w_q = layer(3, 6, 4)
    check(np.full((3, 6), 9, np.int32), 0.3, 9, w_q, 0.1, None, "the input stands for zeros")
    check(x_q, 0.3, 12, np.zeros((4, 6), np.int32), np.ones(4), bias[:4], "a weight of zeros, a bias")
    check(x_q, 0.3, 12, w_q, 0.1, np.zeros(4), "a bias of zeros")
    x_q, w_q = rng.integers(0, 2**12, (5, 9)), rng.integers(-2047, 2048, (4, 9))
    check(x_q.astype(np.int32), 0.01, 900, w_q.astype(np.int32), 0.02, None, "codes of 12 bits")

    # Sums that cancel: exactly 0.0 in integers, about 1e-17 or more if the factors become floats first.
    x_q, half = layer(40, 6, 5)
    x_q = np.concatenate([x_q, 17 + 2 * (x_q - 17)], axis=1).astype(np.int32)
    w_q = np.concatenate([2 * (half // 4), -(half // 4)], axis=1).astype(np.int32)
    for scale in (0.3, np.array([0.3, 0.7, 0.1, 0.013, 1.1])):
        got = ex.call(x_q, 0.1, 17, w_q, scale, case="products that cancel: integers give exactly 0")
        ex.equal("the result", got, np.zeros((40, 5)), rtol=0)

    # Long sums of large products that nearly cancel: on the way they outgrow int16 and float32.
    x, w = rng.integers(128, 256, 20_000), rng.integers(64, 128, 20_000)
    shuffle = rng.permutation(20_000)
    x_q = np.concatenate([x, x[shuffle], [1]])[None].astype(np.int32)
    row = np.concatenate([w, -w[shuffle]])
    w_q = np.array([[*row, 1], [*row, 8], [*row, -127]], np.int32)
    want = np.array([[1.0, 8.0, -127.0]])
    got = ex.call(x_q, 1.0, 0, w_q, 1.0, case="a long sum of large products")
    ex.equal("the result", got, want, rtol=1e-7)
