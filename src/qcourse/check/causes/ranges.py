"""What a range of notebook 07 does to elements: their codes, their errors, which lie outside."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse import quantization

Pair = tuple[float, float]
Quantized = tuple[np.ndarray, float, int]  # codes, scale, zero point


def quantized(params: np.ndarray, bits: int, ends: Any) -> Quantized:
    """The codes of the range ``ends`` (beta, alpha)."""
    return quantization.quantize_range(params, bits, float(ends[0]), float(ends[1]))


def on_own_grid(params: np.ndarray, bits: int, ends: Any, steps: int) -> Quantized:
    """The codes of the range ``ends`` cut into ``steps`` steps, and not widened to include 0."""
    beta, alpha = ends
    scale = (alpha - beta) / steps
    codes = np.round(params / scale) - round(beta / scale)
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, -round(beta / scale)


def code_error(params: np.ndarray, bits: int, ends: Any) -> np.ndarray:
    """Each element less its code, as where one forgets to dequantize; float64."""
    return np.asarray(params, np.float64) - quantized(params, bits, ends)[0]


def error(params: np.ndarray, bits: int, ends: Any) -> np.ndarray:
    """Each element less what its code stands for, float64."""
    return np.asarray(params, np.float64) - quantization.asymmetric_dequantize(*quantized(params, bits, ends))


def beyond(params: np.ndarray, beta: float, alpha: float) -> np.ndarray:
    """Which elements lie outside [beta, alpha], bool."""
    return (params < beta) | (params > alpha)


def best(params: np.ndarray, shares: np.ndarray, cost: Callable) -> Pair:
    """The candidate of least cost."""
    ends = [at(params, share) for share in shares]
    return ends[int(np.argmin([cost(one) for one in ends]))]  # NaN counts as least


def shares_of(candidates: int) -> np.ndarray:
    """The shares of [min, max] that the candidates of 7.3 are."""
    return np.arange(1, candidates + 1) / candidates


def mse(params: np.ndarray, bits: int) -> Callable:
    """The mean squared error of a range."""
    return lambda ends: np.mean(error(params, bits, ends) ** 2)


def mse_inside(params: np.ndarray, bits: int) -> Callable:
    """The mean squared error of what lies inside a range."""
    return lambda ends: np.mean(error(params, bits, ends)[~beyond(params, *ends)] ** 2)


def mse_by(rounding: Callable, params: np.ndarray, bits: int, limit: int = 0) -> Callable:
    """The mean squared error of codes made by ``rounding``, limited to +- ``limit`` where one is given."""

    def cost(ends: Pair) -> float:
        _, scale, zero = quantized(params, bits, ends)
        codes = rounding(np.asarray(params, np.float64) / scale) + zero
        codes = np.clip(codes, -limit, limit or 2**bits - 1)
        return float(np.mean((params - (codes - zero) * scale) ** 2))

    return cost


def at(params: np.ndarray, share: float) -> Pair:
    """The candidate of that share."""
    return float(share * np.min(params)), float(share * np.max(params))


def costs(params: np.ndarray, bits: int, shares: np.ndarray) -> list[float]:
    """The mean squared error of each candidate."""
    return [float(mse(params, bits)(at(params, share))) for share in shares]


def first_rise(params: np.ndarray, bits: int, shares: np.ndarray) -> Pair | None:
    """The candidate after which the error first rises, if it does."""
    found = costs(params, bits, shares)
    rises = [share for share, cost, following in zip(shares, found, found[1:]) if following > cost]
    return at(params, rises[0]) if rises else None
