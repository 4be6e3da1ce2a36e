"""Hidden tests of exercise 7.5, `compare_ranges`.

Outliers at one end and at both, few, many and equal values, numbers of values of which 0.1 % must be rounded,
two and three dimensions, transposed, float32, each with 2 to 8 bits and four ranges; no ranges.
"""

from typing import Any

import numpy as np

import qcourse.check

compare_ranges: Any = ...  # the student's answer


# %%
@qcourse.check.exercise("7.5", compare_ranges, hidden=True)
def hidden_compare_ranges(ex):
    rng = np.random.default_rng(ex.seed(7501))

    def squared_errors(x, bits, beta, alpha):
        levels = 2**bits - 1
        scale = (alpha - beta) / levels
        zero = -round(beta / scale)
        codes = np.clip(np.round(x / scale) + zero, 0, levels)
        return (x - (codes - zero) * scale) ** 2

    equal = np.append(rng.normal(0, 1, 1995), np.full(5, 9.0))
    cases = {  # values, and how many are extreme; no number of them is halfway between two
        "outliers at both ends": (np.append([-60.0, 40.0, 55.0], rng.normal(0, 1, 1997)), 2),
        "outliers below only": (np.append(-rng.exponential(1, 4999) * 3, 2.0), 5),
        "three dimensions": (rng.laplace(0, 2, (10, 50, 8)), 4),
        "a matrix of 3,000": (rng.standard_t(3, (3, 1000)), 3),
        "far from 0, outliers at both ends": (np.append([1.0, 12.0], rng.uniform(5, 9, 1998)), 2),
        "few values": (rng.normal(0, 2, 200), 1),
        "a small matrix": (rng.normal(0, 2, (3, 4)), 1),
        "two values": (np.array([-0.7, 3.0]), 1),
        "1,600 values: 0.1 % are 1.6": (rng.laplace(0, 2, 1600), 2),
        "2,400 values: 0.1 % are 2.4": (rng.laplace(0, 2, 2400), 2),
        "four equal values": (np.full(4, 2.3), 1),
        "the five largest values are equal": (equal, 2),
        "a transposed matrix": (rng.standard_t(3, (1000, 4)).T, 4),
        "float32": (rng.normal(0, 1, (40, 50)).astype(np.float32), 2),
    }
    for case, (x, cut) in cases.items():
        values = x.astype(np.float64).ravel()
        order = np.argsort(np.abs(values))
        low, high = min(values.min(), 0.0), max(values.max(), 0.0)
        ranges = {"min-max": (low, high), "half": (low / 2.1, high / 1.9)}
        ranges |= {"narrow": (-1.3, 0.9), "wide": (-70.3, 81.0)}
        for bits in (2, 3, 5, 8):
            got = ex.call(x, bits, ranges, case=f"{case}, {bits} bits")
            ex.true(isinstance(got, dict), "return a dict: name -> (mse_all, mse_bulk).")
            ex.true(
                set(got) == set(ranges), "the dict must have the names in ranges as its keys, and no others."
            )
            for name, ends in ranges.items():
                squared, pair = squared_errors(values, bits, *ends), got[name]
                two = isinstance(pair, tuple | list) and len(pair) == 2
                ex.true(two, "each entry must be the pair (mse_all, mse_bulk).")
                rtol = 1e-4 if x.dtype == np.float32 else 1e-6  # float32 differences lose digits
                ex.equal("mse_all", pair[0], float(np.mean(squared)), rtol=rtol, atol=1e-15)
                ex.equal("mse_bulk", pair[1], float(np.mean(squared[order[:-cut]])), rtol=rtol, atol=1e-15)

    got = ex.call(rng.normal(0, 1, 50), 4, {}, case="no ranges")
    ex.true(got == {}, "no ranges: the dict must be empty.")
