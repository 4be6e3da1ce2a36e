"""The symmetric quantization of a whole tensor, with one thing wrong where asked: 6.4 and 6.8."""

import numpy as np


def half_cut(x):
    """Rounding as ``int(x + 0.5)`` does it."""
    return np.trunc(x + 0.5)


def symmetric(x, bits, *, rounding=np.round, levels=None, largest=None):
    x = np.asarray(x, dtype=np.float64)
    top = 2 ** (bits - 1) - 1
    scale = float(np.abs(x).max() if largest is None else largest) / (levels or top)
    return np.clip(rounding(x / scale), -top - 1, top).astype(np.int32), scale
