"""The finished functions of notebook 06, for the notebooks that follow. NumPy only.

The scheme is that of Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 2: a real number is ``scale * (code - zero)``.
``bits`` is 2 to 16 everywhere.
"""

import math

import numpy as np


def clamp(params_q: np.ndarray, lower_bound: float, upper_bound: float) -> np.ndarray:
    """Limit every element to [lower_bound, upper_bound]: a new array of the same shape and dtype."""
    return np.clip(params_q, lower_bound, upper_bound).astype(params_q.dtype)


def asymmetric_quantization(params: np.ndarray, bits: int) -> tuple[np.ndarray, float, int]:
    """Map [min, max], widened to include 0, onto the codes 0 to 2**bits - 1.

    Returns ``(params_q int32, scale, zero)``. ``zero`` is the code of 0.0, which is exact. An
    all-zero array gives scale 1.0 and zero 0.

    Raises:
        ValueError: ``params`` is empty or holds NaN or infinity.
    """
    _require_finite(params)
    return quantize_range(params, bits, float(np.min(params)), float(np.max(params)))


def quantize_range(params: np.ndarray, bits: int, beta: float, alpha: float) -> tuple[np.ndarray, float, int]:
    """Map the range [beta, alpha], widened to include 0, onto the codes; values outside saturate.

    Raises:
        ValueError: ``params`` holds NaN, which has no code, or ``beta`` is above ``alpha``.
    """
    if beta > alpha:
        raise ValueError(f"beta, {beta:g}, is above alpha, {alpha:g}: the lower end comes first")
    if np.isnan(params).any():
        raise ValueError("cannot quantize NaN: remove it first")
    levels = 2**bits - 1
    beta, alpha = min(beta, 0.0), max(alpha, 0.0)
    scale = (alpha - beta) / levels or 1.0
    zero = -round(beta / scale)
    codes = np.round(np.asarray(params, dtype=np.float64) / scale) + zero
    return np.clip(codes, 0, levels).astype(np.int32), scale, zero


def asymmetric_dequantize(params_q: np.ndarray, scale: float, zero: int) -> np.ndarray:
    """The real numbers that the codes stand for, float64, of the shape of ``params_q``."""
    return (params_q.astype(np.float64) - zero) * scale


def symmetric_quantization(params: np.ndarray, bits: int) -> tuple[np.ndarray, float]:
    """Map [-max|x|, max|x|] onto the codes -(2**(bits-1) - 1) to 2**(bits-1) - 1; the zero point is 0.

    Returns ``(params_q int32, scale)``; an all-zero array gives scale 1.0.

    Raises:
        ValueError: ``params`` is empty or holds NaN or infinity.
    """
    _require_finite(params)
    levels = 2 ** (bits - 1) - 1
    values = np.asarray(params, dtype=np.float64)
    scale = float(np.max(np.abs(values))) / levels or 1.0
    return np.clip(np.round(values / scale), -levels, levels).astype(np.int32), scale


def symmetric_dequantize(params_q: np.ndarray, scale: float) -> np.ndarray:
    """The real numbers that the codes stand for, float64, of the shape of ``params_q``."""
    return params_q.astype(np.float64) * scale


def quantization_error(params: np.ndarray, params_deq: np.ndarray) -> float:
    """Mean squared error, in the squared unit of ``params``."""
    difference = np.asarray(params, dtype=np.float64) - params_deq
    return float(np.mean(difference**2))


def sqnr_db(params: np.ndarray, params_deq: np.ndarray) -> float:
    """Signal-to-quantization-noise ratio, 10 log10(sum x^2 / sum (x - x^)^2), in dB; inf where exact."""
    signal = np.asarray(params, dtype=np.float64)
    noise = np.sum((signal - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(signal**2) / noise))


def symmetric_quantization_per_channel(
    weight: np.ndarray, bits: int, axis: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric quantization with one scale for each slice along ``axis``.

    Returns ``(weight_q int32, scales float64 [channels])``; a slice of zeros gets scale 1.0.

    Raises:
        ValueError: ``weight`` is empty or holds NaN or infinity.
    """
    _require_finite(weight)
    channels = np.moveaxis(np.asarray(weight, dtype=np.float64), axis, 0)
    quantized = [symmetric_quantization(channel, bits) for channel in channels]
    codes = np.stack([codes for codes, _ in quantized])
    return np.moveaxis(codes, 0, axis), np.array([scale for _, scale in quantized])


def integer_linear(
    x_q: np.ndarray,
    x_scale: float,
    x_zero: int,
    w_q: np.ndarray,
    w_scale: float | np.ndarray,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """A linear layer on codes: integers (int32 accumulation) up to the one final rescale.

    ``x_q`` is ``[batch, in]``, ``w_q`` is ``[out, in]``, ``w_scale`` a scalar or ``[out]``; the
    result is float64 ``[batch, out]``. Source: Jacob et al. 2018, equation 7.
    """
    accumulated = (x_q.astype(np.int32) - np.int32(x_zero)) @ w_q.astype(np.int32).T
    return x_scale * np.asarray(w_scale) * accumulated + (0.0 if bias is None else bias)


def _require_finite(params: np.ndarray) -> None:
    if np.size(params) == 0:
        raise ValueError("cannot quantize an empty array: it has no range")
    if not np.all(np.isfinite(params)):
        raise ValueError("cannot quantize NaN or infinity: remove them first")
