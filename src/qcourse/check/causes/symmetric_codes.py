"""Symmetric quantization of a tensor with one scale, with one thing wrong on request: 6.4 and 6.8."""

from collections.abc import Callable

import numpy as np


def half_cut(x: np.ndarray) -> np.ndarray:
    """Rounding as ``int(x + 0.5)`` does it."""
    return np.trunc(x + 0.5)


def symmetric(
    x: np.ndarray,
    bits: int,
    *,
    rounding: Callable[[np.ndarray], np.ndarray] = np.round,
    levels: int | None = None,
) -> tuple[np.ndarray, float]:
    """Codes and scale of ``x``, rounded by ``rounding``; ``levels`` is the largest code that scales it."""
    x = np.asarray(x, dtype=np.float64)
    top = 2 ** (bits - 1) - 1
    scale = float(np.abs(x).max()) / (levels or top)
    return np.clip(rounding(x / scale), -top - 1, top).astype(np.int32), scale
