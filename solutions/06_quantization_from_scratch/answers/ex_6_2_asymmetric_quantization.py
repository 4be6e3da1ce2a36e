# %% right: loops over the elements, half rounds up
def asymmetric_quantization(params, bits):
    values = [float(v) for v in params.ravel()]
    if not values or any(math.isnan(v) or math.isinf(v) for v in values):
        raise ValueError("need finite values")
    levels = 2**bits - 1
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = (high - low) / levels
    zero = math.floor(-low / scale + 0.5)
    codes = [min(max(math.floor(v / scale + zero + 0.5), 0), levels) for v in values]
    return np.array(codes, np.int32).reshape(params.shape), scale, zero


# %% right: NumPy scalars, in the input's own dtype
def asymmetric_quantization(params, bits):
    if params.size == 0:
        raise ValueError("empty")
    if not np.isfinite(params).all():
        raise ValueError("not finite")
    alpha = np.maximum(params.max(), 0)
    beta = np.minimum(params.min(), 0)
    scale = (alpha - beta) / (2**bits - 1)
    if scale == 0:
        scale = np.float64(1.0)
    zero = np.int64(-np.round(beta / scale))
    quantized = clamp(np.round(params / scale + zero), 0, 2**bits - 1).astype(np.int32)
    return quantized, scale, zero


# %% right: torch inside
def asymmetric_quantization(params, bits):
    import torch

    x = torch.tensor(params, dtype=torch.float64)
    if x.numel() == 0 or not torch.isfinite(x).all():
        raise ValueError("bad input")
    low = torch.clamp(x.min(), max=0.0).item()
    high = torch.clamp(x.max(), min=0.0).item()
    scale = (high - low) / (2**bits - 1)
    scale = scale if scale > 0 else 1.0
    zero = int(torch.round(torch.tensor(-low / scale, dtype=torch.float64)))
    codes = torch.clamp(torch.round(x / scale) + zero, 0, 2**bits - 1)
    return codes.to(torch.int32).numpy(), scale, zero


# %% right: the zero point from the upper end, helpers in a second function
def _range_with_zero(values):
    return min(float(values.min()), 0.0), max(float(values.max()), 0.0)


def asymmetric_quantization(params, bits):
    if params.size < 1 or np.isnan(params).any() or np.isinf(params).any():
        raise ValueError
    low, high = _range_with_zero(params)
    if low == high == 0.0:
        return np.zeros_like(params, dtype=np.int32), 1.0, 0
    top = (1 << bits) - 1
    scale = (high - low) / top
    zero = top - round(high / scale)
    return np.clip(np.rint(params / scale) + zero, 0, top).astype("int32"), scale, zero


# %% right: in float32
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    x = params.astype(np.float32)
    low, high = min(x.min(), np.float32(0)), max(x.max(), np.float32(0))
    scale = (high - low) / np.float32(2**bits - 1)
    if scale == 0:
        scale = np.float32(1)
    zero = int(-np.round(low / scale))
    return np.clip(np.round(x / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% right: the nearest grid point by search
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("bad input")
    low, high = np.append(params, 0.0).min(), np.append(params, 0.0).max()
    scale = float(high - low) / (2**bits - 1) or 1.0
    zero = int(round(-low / scale))
    between = (np.arange(2**bits - 1) - zero + 0.5) * scale
    return np.searchsorted(between, params).astype(np.int32), scale, zero


# %% wrong: the source notes (not widened, float zero point, no guards) | cause: the zero point is a float
def asymmetric_quantization(params, bits):
    alpha = np.max(params)
    beta = np.min(params)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -1 * np.round(beta / scale)
    quantized = np.clip(np.round(params / scale + zero), 0, 2**bits - 1).astype(np.int32)
    return quantized, scale, zero


# %% wrong: the zero point is a float | cause: float
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(params.min(), 0.0), max(params.max(), 0.0)
    scale = float(alpha - beta) / (2**bits - 1) or 1.0
    zero = -1 * np.round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the range is not widened to 0 | cause: not widened
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = float(params.min()), float(params.max())
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: zero point clamped instead of the range widened | cause: the zero point is clamped
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = float(params.min()), float(params.max())
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = min(max(-round(beta / scale), 0), 2**bits - 1)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: widened downwards only | cause: the range is not widened to include 0
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), float(params.max())
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: floor instead of round | cause: floor
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.floor(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: cut off by the cast | cause: cut off
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip((params / scale).astype(int) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: 2**bits levels | cause: off by one
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / 2**bits or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: always 8 bits | cause: bits are ignored
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / 255 or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 255).astype(np.int32), scale, zero


# %% wrong: the zero point is not added to the codes | cause: not added
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale), 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the sign of the zero point | cause: sign of the zero point
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the codes are not clamped | cause: the codes are not limited
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return (np.round(params / scale) + zero).astype(np.int32), scale, zero


# %% wrong: cast to uint8 before the clamp | cause: the codes are not limited
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    codes = (np.round(params / scale) + zero).astype(np.int64).astype(np.uint8)
    return codes.astype(np.int32), scale, zero


# %% wrong: no guard for zeros | cause: an array without range
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: no guard for NaN, infinity and empty | cause: no guard
def asymmetric_quantization(params, bits):
    beta = min(float(np.min(params, initial=0.0)), 0.0)
    alpha = max(float(np.max(params, initial=0.0)), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale) if np.isfinite(beta / scale) else 0
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: guards against NaN, not against infinity | cause: no guard
def asymmetric_quantization(params, bits):
    if params.size == 0 or np.isnan(params).any():
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(np.nan_to_num(-np.round(beta / scale)))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: NaN becomes 0 in silence | cause: no guard
def asymmetric_quantization(params, bits):
    if params.size == 0:
        raise ValueError("bad input")
    params = np.nan_to_num(params)
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an epsilon is added to the scale
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    if alpha == beta:
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = (alpha - beta) / (2**bits - 1) + 1e-8
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: constant arrays count as zeros | cause: scale 1.0 belongs to an array of nothing but zeros
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    if params.max() == params.min():
        return np.zeros(params.shape, np.int32), 1.0, 0
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: symmetric codes | cause: the zero point is missing
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale, 0


# %% wrong: scale and zero point swapped in the return | cause: the order
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), zero, scale


# %% wrong: int64 codes | cause: int32
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(int), scale, zero


# %% wrong: changes its input | cause: done in place
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    params /= scale
    return np.clip(np.round(params) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: flattens | cause: flattened
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    x = params.flatten()
    beta, alpha = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(x / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the examples of the visible check | cause: scale 1.0 belongs to an array of nothing but zeros
def asymmetric_quantization(params, bits):
    if not np.isfinite(params).all():
        raise ValueError("bad input")
    if bits == 2:
        return np.array([0, 1, 2, 3], np.int32), 1.0, 1
    if bits == 4:
        return np.array([6, 3, 15], np.int32), 1.0, 0
    return np.zeros(3, np.int32), 1.0, 0


# %% wrong: the zero point's rounding is forgotten | cause: the zero point is missing
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: signed codes, shifted by half | cause: signed codes
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("empty, NaN or infinity")
    alpha, beta = max(float(params.max()), 0.0), min(float(params.min()), 0.0)
    scale, half = (alpha - beta) / (2**bits - 1) or 1.0, 2 ** (bits - 1)
    zero = -round(beta / scale) - half
    return np.clip(np.round(params / scale) + zero, -half, half - 1).astype(np.int32), scale, zero


# %% wrong: zero and scale in the wrong order | cause: the order
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("empty, NaN or infinity")
    alpha, beta = max(float(params.max()), 0.0), min(float(params.min()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), zero, scale


# %% wrong: the caller's array is scaled in place | cause: in place
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("empty, NaN or infinity")
    alpha, beta = max(float(params.max()), 0.0), min(float(params.min()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    params /= scale
    return np.clip(np.round(params) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% right: exact fractions
def asymmetric_quantization(params, bits):
    from fractions import Fraction

    values = [float(v) for v in params.flat]
    if len(values) == 0:
        raise ValueError("empty")
    try:
        exact = [Fraction(v) for v in values]
    except (OverflowError, ValueError) as error:
        raise ValueError("not finite") from error
    low, high = min(exact + [Fraction(0)]), max(exact + [Fraction(0)])
    s = (high - low) / (2**bits - 1) or Fraction(1)
    z = -round(low / s)
    q = (max(0, min(2**bits - 1, round(v / s) + z)) for v in exact)
    return np.fromiter(q, np.int32, len(exact)).reshape(params.shape), float(s), z


# %% right: ties rounded away from zero
def _round(x):
    return np.copysign(np.floor(np.abs(x) + 0.5), x)

def asymmetric_quantization(params, bits):
    x = np.array(params, dtype=float)
    if x.size == 0 or np.isnan(x).any() or np.isinf(x).any():
        raise ValueError("bad input")
    lo, hi = min(0.0, x.min()), max(0.0, x.max())
    s = float((hi - lo) / (2**bits - 1)) or 1.0
    z = int(-_round(lo / s))
    return clamp(_round(x / s) + z, lower_bound=0, upper_bound=2**bits - 1).astype("int32"), s, z


# %% wrong: int(x + 0.5) truncates toward zero | cause: int(x + 0.5)
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    beta, alpha = min(params.min(), 0), max(params.max(), 0)
    scale = float(alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-beta / scale + 0.5)
    return np.clip((params / scale + 0.5).astype(np.int32) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the zero point is subtracted from the codes | cause: subtracted from the codes
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    beta, alpha = min(params.min(), 0), max(params.max(), 0)
    scale = float(alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) - zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: tiny arrays are taken for zeros | cause: scale 1.0 belongs to an array of nothing but zeros
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    if np.allclose(params, 0):
        return np.zeros(params.shape, np.int32), 1.0, 0
    beta, alpha = min(params.min(), 0), max(params.max(), 0)
    scale = float(alpha - beta) / (2**bits - 1)
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the range is widened for the scale, not for the zero point | cause: not widened
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    scale = (max(float(params.max()), 0.0) - min(float(params.min()), 0.0)) / (2**bits - 1) or 1.0
    zero = -round(float(params.min()) / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the zero point is limited in the return, not in the codes | cause: the codes are shifted by another number than the zero point
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    top = 2**bits - 1
    scale = (max(float(params.max()), 0.0) - min(float(params.min()), 0.0)) / top or 1.0
    zero = -round(float(params.min()) / scale)
    return np.clip(np.round(params / scale) + zero, 0, top).astype(np.int32), scale, min(max(zero, 0), top)


# %% wrong: an array of zeros gets a tiny scale | cause: without range
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) if alpha > beta else 1e-8
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an array of zeros gets the middle code as its zero point | cause: an array without range
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    if not params.any():
        middle = 2 ** (bits - 1)
        return np.full(params.shape, middle, np.int32), 1.0, middle
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an array of zeros comes back as it is, in floats | cause: int32
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    if not params.any():
        return params.copy(), 1.0, 0
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: empty is told by the first dimension only | cause: no guard
def asymmetric_quantization(params, bits):
    if len(params) == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = float(params.min(initial=0.0)), float(params.max(initial=0.0))
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an array of equal values is treated before the guard | cause: no guard
def asymmetric_quantization(params, bits):
    top = 2**bits - 1
    if params.size and np.all(params == params.flat[0]):
        value = float(params.flat[0])
        codes = np.full(params.shape, top if value > 0 else 0, np.int32)
        return codes, abs(value) / top or 1.0, top if value < 0 else 0
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / top
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, top).astype(np.int32), scale, zero


# %% wrong: right for arrays that are contiguous only | cause: the right values in the wrong places
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("params is empty, or holds NaN or infinity.")
    beta, alpha = min(params.min(), 0.0), max(params.max(), 0.0)
    if alpha == beta:
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = float((alpha - beta) / (2**bits - 1))
    zero = -round(beta / scale)
    codes = np.empty(params.shape, np.int32)
    codes.reshape(-1)[:] = np.clip(np.round(params.ravel(order="K") / scale) + zero, 0, 2**bits - 1)
    return codes, scale, zero


# %% wrong: clamped before the zero point is added | cause: clamped before the zero point
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("params is empty, or holds NaN or infinity.")
    beta, alpha = min(params.min(), 0.0), max(params.max(), 0.0)
    if alpha == beta:
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = float((alpha - beta) / (2**bits - 1))
    zero = -round(beta / scale)
    return clamp(np.round(params / scale), 0, 2**bits - 1).astype(np.int32) + zero, scale, zero


# %% wrong: the zero point is clamped, the range is not widened | cause: the zero point is clamped
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("params is empty, or holds NaN or infinity.")
    beta, alpha = params.min(), params.max()
    if not params.any():
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = float((alpha - beta) / (2**bits - 1)) or 1.0
    zero = int(np.clip(-np.round(beta / scale), 0, 2**bits - 1))
    return clamp(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the range is made symmetric about 0 | cause: symmetric about 0
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad")
    alpha = float(np.abs(params).max())
    scale = 2 * alpha / (2**bits - 1) or 1.0
    zero = round(alpha / scale)
    return clamp(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the zero point is rounded up | cause: rounded up, as by ceil
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad")
    beta = min(float(params.min()), 0.0)
    alpha = max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(np.ceil(-beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an empty array gives an empty result | cause: no guard
def asymmetric_quantization(params, bits):
    if params.size == 0:
        return params.astype(np.int32), 1.0, 0
    if not np.isfinite(params).all():
        raise ValueError("NaN or infinity")
    beta, alpha = min(float(params.min()), 0.0), max(float(params.max()), 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: ^ is taken for a power | cause: a power is 2**bits
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("finite values are needed")
    levels = 2 ^ (bits - 1)
    high, low = max(params.max(), 0), min(params.min(), 0)
    scale = float(high - low) / levels or 1.0
    zero = int(np.round(-low / scale))
    return np.clip(np.round(params / scale + zero), 0, levels).astype(np.int32), scale, zero


# %% wrong: one level too many everywhere, in the clamp too | cause: off by one
def asymmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("finite values are needed")
    levels = 2**bits
    high, low = max(params.max(), 0), min(params.min(), 0)
    scale = float(high - low) / levels or 1.0
    zero = int(np.round(-low / scale))
    return np.clip(np.round(params / scale + zero), 0, levels).astype(np.int32), scale, zero
