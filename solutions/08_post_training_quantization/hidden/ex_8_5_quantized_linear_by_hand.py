"""Hidden tests of exercise 8.5, `quantized_linear_by_hand`.

Shapes, zero points, one weight scale and one per output row, outputs that fit and that saturate: each code
must be the nearest to the exact value.
"""

import numpy as np

from qcourse.check import Exercise


def quantized_linear_by_hand(
    x_q: np.ndarray, x_scale: float, x_zero: int, w_q: np.ndarray, w_scale: float | np.ndarray,
    bias: np.ndarray, out_scale: float, out_zero: int,
) -> np.ndarray: ...  # fmt: skip


# %%
ex = Exercise("8.5", quantized_linear_by_hand, hidden=True)
generator = np.random.default_rng(851)
for batch, n_in, n_out, x_zero, out_zero, per_row in (
    (40, 300, 30, 128, 130, False),
    (33, 257, 7, 0, 0, True),
    (1, 90, 1, 255, 255, False),
    (25, 301, 12, 77, 20, True),
    (64, 500, 9, 3, 84, False),
    (7, 784, 100, 200, 64, True),
):
    x_q = generator.integers(0, 256, (batch, n_in)).astype(np.uint8)
    w_q = generator.integers(-127, 128, (n_out, n_in)).astype(np.int8)
    x_scale = float(generator.uniform(0.002, 0.02))
    w_scale = generator.uniform(0.001, 0.01, n_out) if per_row else float(generator.uniform(0.001, 0.01))
    unit = x_scale * np.asarray(w_scale)
    total = (x_q.astype(np.int64) - x_zero) @ w_q.astype(np.int64).T
    bias = (total.std() * unit.max() * generator.normal(0, 0.5, n_out)).astype(np.float32)
    exact = total * unit + bias.astype(np.float64)
    for reach in (6.0, 2.0):  # standard deviations that the 256 codes span: nothing saturates, or some does
        out_scale = float(exact.std() * reach / 256) if exact.size > 1 else float(abs(exact).max() / 100)
        case = (
            f"batch {batch}, {n_in} -> {n_out}, zero points {x_zero}, {out_zero}, scales per row: {per_row}"
        )
        got = ex.call(x_q, x_scale, x_zero, w_q, w_scale, bias, out_scale, out_zero, case=case)
        place = exact / out_scale + out_zero
        want = np.clip(np.round(place), 0, 255).astype(np.uint8)
        ex.true(isinstance(got, np.ndarray), "the codes must be a NumPy array.", got=type(got).__name__)
        ex.true(
            got.dtype == np.uint8, "the codes have the wrong dtype.", expected="uint8", got=str(got.dtype)
        )
        ex.true(
            got.shape == want.shape,
            "the codes have the wrong shape.",
            expected=str(want.shape),
            got=str(got.shape),
        )
        slack = 0.5 + 1e-3 + 0.5 * unit.max() / out_scale  # float32 arithmetic; the bias rounded to its unit
        far = np.abs(got - np.clip(place, 0, 255)) > slack
        ex.true(
            not far.any(),
            f"{far.sum()} of {far.size} codes are not the nearest to the exact value.",
            expected=f"{want[far][:4]}",
            got=f"{got[far][:4]}",
        )
ex.passed()
