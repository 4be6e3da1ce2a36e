"""Hidden tests of exercise 7.1, `asymmetric_quantization_percentile`.

Outliers at either end, values of one sign, other shapes, few elements, float32, each with 2 to 16 bits and
six percentiles, given by name, by position or not at all; an array of zeros.
"""

from typing import Any

import numpy as np

import qcourse.check

asymmetric_quantization_percentile: Any = ...  # the student's answer


# %%
@qcourse.check.exercise(
    "7.1", asymmetric_quantization_percentile, returns=("params_q", "scale", "zero"), hidden=True
)
def hidden_asymmetric_quantization_percentile(ex):
    rng = np.random.default_rng(ex.seed(7101))
    samples = {
        "mixed signs and one outlier": np.append(rng.uniform(-5, 3, 999), 80.0),
        "an outlier at the lower end": np.append(-300.0, rng.normal(1, 2, 1500)),
        "positive values only": rng.uniform(20, 60, 700),
        "negative values only": -rng.exponential(3, 501) - 1,
        "three dimensions, float32": rng.standard_t(3, (6, 7, 8)).astype(np.float32),
        "a transposed matrix": rng.laplace(0, 2, (9, 31)).T,
        "as many other values": rng.normal(3, 2, 1000),
        "a tall matrix": rng.laplace(0, 2, (91, 3)),
        "a few small values": rng.normal(0, 1e-3, 7),
        "one element": np.array([0.37]),
        "one negative element, two dimensions": np.array([[-2.5]]),
    }
    # The lowest first: close to 100 one mistake looks like another.
    settings: list[tuple[list, dict]] = [
        ([], {"percentile": 75}),
        ([90.0], {}),  # by position
        ([], {"percentile": 99}),
        ([], {"percentile": 99.9}),
        ([], {}),
        ([], {"percentile": 100}),
    ]
    for case, x in samples.items():
        for bits in (2, 3, 4, 8, 11, 16):
            for args, kwargs in settings:
                p = [*args, *kwargs.values(), 99.99][0]
                words = f"{case}, {bits} bits, percentile {p}"
                codes, scale, zero = ex.call(x, bits, *args, case=words, **kwargs)
                exact = x.astype(np.float64)
                beta, alpha = min(np.percentile(exact, 100 - p), 0), max(np.percentile(exact, p), 0)
                levels = 2**bits - 1
                rtol = 1e-5 if x.dtype == np.float32 else 1e-6  # a percentile of float32 may be float32
                ex.equal("scale", scale, (alpha - beta) / levels, rtol=rtol)
                ex.equal("zero", zero, round(-beta * levels / (alpha - beta)))
                slack = 1e-6 * levels if x.dtype == np.float32 else 1e-6
                ex.codes("params_q", codes, exact / scale + zero, 0, levels, slack)

    codes, scale, zero = ex.call(np.zeros((3, 4)), 8, case="all zeros")
    ex.equal("scale", scale, 1.0)
    ex.equal("zero", zero, 0)
    ex.codes("params_q", codes, np.zeros((3, 4)), 0, 255)
