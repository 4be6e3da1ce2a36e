"""What a range of notebook 07 does to elements: their codes, their errors, which lie outside."""

from typing import Any

import numpy as np

from qcourse import quantization

Pair = tuple[float, float]
Quantized = tuple[np.ndarray, float, int]  # codes, scale, zero point


def quantized(params: np.ndarray, bits: int, ends: Any) -> Quantized:
    """The codes of the range ``ends`` (beta, alpha)."""
    return quantization.quantize_range(params, bits, float(ends[0]), float(ends[1]))


def error(params: np.ndarray, bits: int, ends: Any) -> np.ndarray:
    """Each element less what its code stands for, float64."""
    return np.asarray(params, np.float64) - quantization.asymmetric_dequantize(*quantized(params, bits, ends))


def beyond(params: np.ndarray, beta: float, alpha: float) -> np.ndarray:
    """Which elements lie outside [beta, alpha], bool."""
    return (params < beta) | (params > alpha)
