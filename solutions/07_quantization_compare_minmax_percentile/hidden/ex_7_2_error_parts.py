"""Hidden tests of exercise 7.2, `error_parts`.

Values outside at either end, at both, nowhere and everywhere, values exactly at the ends, one element,
three dimensions, transposed, float32, each with 2 to 16 bits.
"""

from typing import Any

import numpy as np

import qcourse.check

error_parts: Any = ...  # the student's answer


# %%
@qcourse.check.exercise("7.2", error_parts, returns=("clipping", "rounding"), hidden=True)
def hidden_error_parts(ex):
    rng = np.random.default_rng(ex.seed(7201))

    def squared_errors(x, bits, beta, alpha):
        levels = 2**bits - 1
        scale = (alpha - beta) / levels
        zero = -round(beta / scale)
        codes = np.clip(np.round(x / scale) + zero, 0, levels)
        return (x - (codes - zero) * scale) ** 2

    # In no range does the zero point lie halfway between two codes: then either would be right.
    cases = {
        "outliers at both ends": (np.append(rng.normal(0, 1, 998), [-40.0, 25.0]), -2.9, 3.3),
        "values outside at the upper end only": (rng.exponential(1.0, 601), 0.0, 2.7),
        "values outside at the lower end only": (-rng.exponential(1.0, 333), -1.9, 0.0),
        "nothing outside": (rng.uniform(-3, 5, 250), -3.1, 5.2),
        "everything outside": (rng.uniform(6, 9, 40), -1.3, 2.3),
        "three dimensions": (rng.laplace(0, 2, (4, 5, 6)), -3.3, 2.2),
        "values at both ends of the range": (np.array([[-1.3, 2.7], [0.4, 2.7], [7.0, -1.3]]), -1.3, 2.7),
        "a transposed matrix": (rng.laplace(0, 2, (9, 11)).T, -2.9, 2.4),
        "every second column": (rng.laplace(0, 2, (6, 14))[:, ::2], -2.9, 2.4),
        "one element, outside": (np.array([-5.0]), -1.1, 0.9),
        "one element, inside": (np.array([0.6]), -1.1, 0.9),
        "float32": (rng.normal(0, 1, (20, 30)).astype(np.float32), -1.55, 1.85),
    }
    for case, (x, beta, alpha) in cases.items():
        # float32 differences lose digits: too many of them where the steps are small
        widths, rtol = ((2, 4, 6), 1e-4) if x.dtype == np.float32 else ((2, 3, 4, 8, 12, 16), 1e-6)
        for bits in widths:
            clipping, rounding = ex.call(x, bits, beta, alpha, case=f"{case}, {bits} bits")
            squared = squared_errors(x.astype(np.float64), bits, beta, alpha)
            outside = np.logical_or(x < beta, x > alpha)
            ex.equal("clipping", clipping, float(squared[outside].sum() / x.size), rtol=rtol, atol=1e-15)
            ex.equal("rounding", rounding, float(squared[~outside].sum() / x.size), rtol=rtol, atol=1e-15)
