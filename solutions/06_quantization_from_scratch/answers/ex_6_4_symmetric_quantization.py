# %% right: loops, half rounds away from 0
def symmetric_quantization(params, bits):
    values = [float(v) for v in params.ravel()]
    if not values or not all(math.isfinite(v) for v in values):
        raise ValueError("need finite values")
    top = 2 ** (bits - 1) - 1
    scale = max(abs(v) for v in values) / top
    if scale == 0:
        scale = 1.0
    codes = [int(math.copysign(math.floor(abs(v) / scale + 0.5), v)) for v in values]
    return np.array(codes, dtype=np.int32).reshape(params.shape), scale


# %% right: with clamp, in the input's own dtype, as the notes with their lower bound
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("bad input")
    alpha = np.max(np.abs(params))
    scale = alpha / (2 ** (bits - 1) - 1) if alpha else np.float64(1)
    lower, upper = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return clamp(np.round(params / scale), lower, upper).astype(np.int32), scale


# %% right: torch inside
def symmetric_quantization(params, bits):
    import torch

    x = torch.from_numpy(params.astype(np.float64))
    if x.numel() == 0 or not bool(torch.isfinite(x).all()):
        raise ValueError("bad input")
    top = 2 ** (bits - 1) - 1
    scale = (x.abs().max() / top).item() or 1.0
    return torch.clamp(torch.round(x / scale), -top, top).int().numpy(), scale


# %% right: in float32, np.linalg.norm
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    x = np.asarray(params, np.float32)
    levels = (1 << (bits - 1)) - 1
    largest = np.linalg.norm(x.ravel(), np.inf)
    scale = float(largest / levels) if largest > 0 else 1.0
    return np.rint(x / np.float32(scale)).astype(np.int32), scale


# %% right: from max and -min
def symmetric_quantization(params, bits):
    if len(params.ravel()) == 0:
        raise ValueError("empty")
    if np.isnan(params.sum()) or np.isinf(params).any():
        raise ValueError("not finite")
    reach = float(max(params.max(), -params.min()))
    scale = 1.0 if reach == 0 else reach / (2 ** (bits - 1) - 1)
    return np.floor(params / scale + 0.5).astype(np.int32), scale


# %% wrong: max without the absolute value | cause: absolute value
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(params.max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: absolute value of the maximum | cause: absolute value
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = abs(float(params.max())) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: 2**(bits - 1) levels | cause: off by one
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1)
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels - 1).astype(np.int32), scale


# %% wrong: 2**bits - 1 levels | cause: one bit too many
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2**bits - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: the precedence of ** | cause: the largest code is cut off
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2**bits // 2 - 2
    scale = float(np.abs(params).max()) / max(levels, 1) or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: scale from the range, max - min | cause: max - min
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(params.max() - params.min()) / (2**bits - 1) or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: floor instead of round | cause: floor
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.floor(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: cut off by the cast | cause: cut off
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip((params / scale).astype(np.int32), -levels, levels), scale


# %% wrong: always 8 bits | cause: bits are ignored
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    scale = float(np.abs(params).max()) / 127 or 1.0
    return np.clip(np.round(params / scale), -127, 127).astype(np.int32), scale


# %% wrong: negative values are cut off | cause: negative codes
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), 0, levels).astype(np.int32), scale


# %% wrong: codes shifted to be positive | cause: the codes leave ±(2**(bits - 1) - 1)
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return (np.round(params / scale) + levels).astype(np.int32), scale


# %% wrong: int8 codes | cause: int32
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int8), scale


# %% wrong: int8 on the way | cause: a number did not fit in 8 bits on the way
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.round(params / scale).astype(np.int64).astype(np.int8).astype(np.int32), scale


# %% wrong: no guard for zeros | cause: zeros
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = np.max(np.abs(params)) / levels
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: no guard for NaN and infinity | cause: no guard
def symmetric_quantization(params, bits):
    levels = 2 ** (bits - 1) - 1
    scale = float(np.max(np.abs(params))) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: guards by returning, not by raising | cause: no guard
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        return np.zeros(params.shape, np.int32), 1.0
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: returns a zero point too | cause: return (params_q
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale, 0


# %% wrong: the smallest scale is 1e-8
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    largest = float(np.abs(params).max())
    scale = max(largest / levels, 1e-8) if largest else 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: one scale for each row
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = np.abs(params).max(axis=-1, keepdims=True) / levels
    scale = np.where(scale > 0, scale, 1.0)
    codes = np.clip(np.round(params / scale), -levels, levels).astype(np.int32)
    return codes, float(scale.ravel()[0])


# %% wrong: the scale upside down | cause: upside down
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("empty, NaN or infinity")
    top, largest = 2 ** (bits - 1) - 1, float(np.abs(params).max())
    scale = top / largest if largest else 1.0
    return np.clip(np.round(params * scale), -top, top).astype(np.int32), scale


# %% right: infinity norm, ties away from zero
def symmetric_quantization(params, bits):
    flat = np.asarray(params, dtype=np.float64).reshape(-1)
    if flat.size == 0 or not np.isfinite(flat).all():
        raise ValueError("bad")
    norm = np.linalg.norm(flat, np.inf)
    scale = float(norm / (2 ** (bits - 1) - 1)) if norm else 1.0
    codes = np.sign(flat) * np.floor(np.abs(flat) / scale + 0.5)
    return codes.astype(np.int32).reshape(np.shape(params)), scale


# %% wrong: tiny arrays taken for zeros | cause: scale 1.0 belongs to an array of nothing but zeros
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    top = 2 ** (bits - 1) - 1
    if np.allclose(params, 0):
        return np.zeros(params.shape, np.int32), 1.0
    scale = float(np.max(np.abs(params))) / top
    return np.clip(np.round(params / scale), -top, top).astype(np.int32), scale


# %% wrong: zeros are recognised by their sum | cause: scale 1.0 belongs to an array of nothing but zeros
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    top = 2 ** (bits - 1) - 1
    if params.sum() == 0:
        return np.zeros(params.shape, np.int32), 1.0
    scale = float(np.max(np.abs(params))) / top
    return np.clip(np.round(params / scale), -top, top).astype(np.int32), scale


# %% wrong: codes of absolute values | cause: sign is lost
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    top = 2 ** (bits - 1) - 1
    scale = float(np.max(np.abs(params))) / top or 1.0
    return np.round(np.abs(params) / scale).astype(np.int32), scale


# %% wrong: int(x + 0.5) | cause: int(x + 0.5)
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    top = 2 ** (bits - 1) - 1
    scale = float(np.max(np.abs(params))) / top or 1.0
    return np.clip((params / scale + 0.5).astype(np.int32), -top, top).astype(np.int32), scale


# %% wrong: (2**bits - 1) / 2 | cause: 2**bits - 1 steps
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError
    top = 2 ** (bits - 1) - 1
    scale = 2 * float(np.max(np.abs(params))) / (2**bits - 1) or 1.0
    return np.clip(np.round(params / scale), -top, top).astype(np.int32), scale


# %% wrong: an array of zeros comes back as it is, in floats | cause: int32
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    if not params.any():
        return params.copy(), 1.0
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: empty is told by the first dimension only | cause: no guard
def symmetric_quantization(params, bits):
    if len(params) == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max(initial=0.0)) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: a single value is treated before the guard | cause: no guard
def symmetric_quantization(params, bits):
    levels = 2 ** (bits - 1) - 1
    if params.size == 1 and params.any():
        return (levels * np.sign(params)).astype(np.int32), abs(params.item()) / levels
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("bad input")
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: three standard deviations | cause: the standard deviation sets the range
def symmetric_quantization(params, bits):
    if params.size == 0 or not np.isfinite(params).all():
        raise ValueError("bad")
    levels = 2 ** (bits - 1) - 1
    scale = float(3 * params.std()) / levels or 1.0
    return np.clip(np.round(params / scale), -levels, levels).astype(np.int32), scale


# %% wrong: the guard looks for NaN alone | cause: no guard
def symmetric_quantization(params, bits):
    if params.size == 0 or np.isnan(params).any():
        raise ValueError("empty, or NaN")
    levels = 2 ** (bits - 1) - 1
    scale = float(np.abs(params).max()) / levels or 1.0
    return np.clip(np.nan_to_num(np.round(params / scale)), -levels, levels).astype(np.int32), scale
