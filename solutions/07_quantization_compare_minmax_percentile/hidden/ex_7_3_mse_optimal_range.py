"""Hidden tests of exercise 7.3, `mse_optimal_range`.

Long and short tails, an outlier at either end, values of one sign, two and three dimensions, float32, each
with 2 to 16 bits and from 1 to 150 candidates.
"""

from typing import Any

import numpy as np

import qcourse.check

mse_optimal_range: Any = ...  # the student's answer


# %%
@qcourse.check.exercise("7.3", mse_optimal_range, returns=("beta", "alpha"), hidden=True)
def hidden_mse_optimal_range(ex):
    rng = np.random.default_rng(ex.seed(7301))

    def error_of(x, bits, beta, alpha):
        x, levels = x.astype(np.float64), 2**bits - 1
        beta, alpha = min(float(beta), 0.0), max(float(alpha), 0.0)
        scale = (alpha - beta) / levels or 1.0
        zero = -round(beta / scale)
        codes = np.clip(np.round(x / scale) + zero, 0, levels)
        return float(np.mean((x - (codes - zero) * scale) ** 2))

    def least_error(x, bits, count):
        shares, low, high = np.arange(1, count + 1) / count, float(x.min()), float(x.max())
        return min(error_of(x, bits, share * low, share * high) for share in shares)

    cases = {
        "heavy tails": rng.laplace(0, 2, 900),
        "an even spread": rng.uniform(-3, 5, 400),
        "one outlier": np.append(rng.uniform(-2, 6, 700), 95.0),
        "one outlier at the lower end": np.append(rng.normal(1, 1, 500), -31.0),
        "positive values only": rng.exponential(2, 500) + 0.2,
        "negative values only": -rng.exponential(2, 500) - 0.2,
        "two dimensions": rng.normal(0.3, 1, (20, 30)),
        "a transposed matrix": rng.normal(0.3, 1, (20, 30)).T,
        "float32, three dimensions": rng.laplace(0, 1, (5, 6, 20)).astype(np.float32),
        "whole numbers": np.arange(256.0),
        "two values": np.array([-1.0, 3.0]),
    }
    tries: list[tuple[int, dict]] = [(2, {}), (3, {"candidates": 37}), (4, {}), (4, {"candidates": 10})]
    tries += [(5, {"candidates": 150}), (3, {"candidates": 1}), (3, {"candidates": 2}), (8, {})]
    tries += [(16, {"candidates": 12})]
    for case, x in cases.items():
        for bits, kwargs in tries:
            told = kwargs or "default candidates"
            beta, alpha = ex.call(x, bits, case=f"{case}, {bits} bits, {told}", **kwargs)
            numbers = float | int | np.floating | np.integer
            right_kind = isinstance(beta, numbers) and isinstance(alpha, numbers)
            ex.true(right_kind, "beta and alpha must be two numbers.", got=(beta, alpha))
            ex.true(beta <= alpha, "beta is above alpha.", got=(beta, alpha))
            low, high, count = float(x.min()), float(x.max()), kwargs.get("candidates", 100)
            shares = np.arange(1, count + 1) / count
            least = ex.once(least_error, x, bits, count)
            slack = 1e-5 if x.dtype == np.float32 else 1e-9  # equally good candidates may differ by rounding
            got = error_of(x, bits, beta, alpha)
            ex.true(
                got <= least * (1 + slack) + 1e-15,
                "another candidate has a smaller error.",
                expected=f"a mean squared error of {least:.6g}",
                got=f"{got:.6g}",
            )
            share = alpha / high if high > 0 else beta / low
            near = np.abs(shares - share).min() < 1e-5
            ends = [
                (beta, share * low, min(low, 0.0)),
                (alpha, share * high, max(high, 0.0)),
            ]  # or widened to 0
            both = all(np.isclose(end, want, rtol=1e-5) or end == 0 == widest for end, want, widest in ends)
            ex.true(near and both, "the range is not one of k / candidates * [min, max].", got=(beta, alpha))
