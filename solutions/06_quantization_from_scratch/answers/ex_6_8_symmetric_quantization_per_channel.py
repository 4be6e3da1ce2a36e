# %% right: without a loop, keepdims
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.rint(weight / scales), -top, top).astype(np.int32), scales.reshape(-1)


# %% right: a loop, through the notebook's own symmetric_quantization
def symmetric_quantization_per_channel(weight, bits, axis=0):
    pairs = [symmetric_quantization(part, bits) for part in np.moveaxis(weight, axis, 0)]
    codes = np.stack([codes for codes, _ in pairs], axis=axis)
    return codes, np.array([scale for _, scale in pairs], dtype=np.float64)


# %% right: index by index, half rounds away from 0
def symmetric_quantization_per_channel(weight, bits, axis=0):
    axis = axis + weight.ndim if axis < 0 else axis
    top = 2 ** (bits - 1) - 1
    codes = np.zeros(weight.shape, np.int32)
    scales = np.ones(weight.shape[axis])
    for c in range(weight.shape[axis]):
        where = (slice(None),) * axis + (c,)
        part = np.asarray(weight[where], dtype=np.float64)
        if np.any(part):
            scales[c] = np.max(np.abs(part)) / top
        codes[where] = np.copysign(np.floor(np.abs(part) / scales[c] + 0.5), part)
    return codes, scales


# %% right: torch inside
def symmetric_quantization_per_channel(weight, bits, axis=0):
    import torch

    w = torch.tensor(weight, dtype=torch.float64).movedim(axis, 0)
    top = 2 ** (bits - 1) - 1
    scales = w.reshape(len(w), -1).abs().amax(dim=1) / top
    scales[scales == 0] = 1.0
    codes = (w / scales.view(-1, *[1] * (w.dim() - 1))).round().clamp(-top, top).int()
    return codes.movedim(0, axis).numpy(), scales.numpy()


# %% right: swapaxes and a matrix, in the input's own dtype
def symmetric_quantization_per_channel(weight, bits, axis=0):
    swapped = np.swapaxes(weight, 0, axis)
    rows = swapped.reshape(swapped.shape[0], -1)
    largest = np.abs(rows).max(1)
    scales = np.where(largest == 0, 1, largest / (2 ** (bits - 1) - 1))
    codes = np.round(rows / scales[:, None]).astype(np.int32).reshape(swapped.shape)
    return np.swapaxes(codes, 0, axis), scales.astype(np.float64)


# %% wrong: the axis is ignored | cause: axis
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    flat = weight.reshape(len(weight), -1).astype(np.float64)
    scales = np.abs(flat).max(axis=1) / top
    scales[scales == 0] = 1.0
    return np.round(flat / scales[:, None]).astype(np.int32).reshape(weight.shape), scales


# %% wrong: reduces over the axis itself | cause: axis
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=axis, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: matrices only | cause: the shapes do not fit / asks for an axis
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=1 - axis).astype(np.float64) / top
    scales[scales == 0] = 1.0
    shape = (-1, 1) if axis == 0 else (1, -1)
    return np.clip(np.round(weight / scales.reshape(shape)), -top, top).astype(np.int32), scales


# %% wrong: negative axes fall through | cause: a negative axis equals none of 0, 1, 2
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    others = tuple(a for a in range(weight.ndim) if a != axis)
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: one scale for all | cause: whole tensor
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    scale = float(np.abs(weight).max()) / top or 1.0
    codes = np.clip(np.round(weight / scale), -top, top).astype(np.int32)
    return codes, np.full(weight.shape[axis], scale)


# %% wrong: one scale, as a float | cause: one scale for the whole tensor
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    scale = float(np.abs(weight).max()) / top or 1.0
    return np.clip(np.round(weight / scale), -top, top).astype(np.int32), scale


# %% wrong: the absolute value is missing | cause: absolute value
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = weight.max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.round(weight / scales).astype(np.int32), scales.ravel()


# %% wrong: scales keep their dimensions | cause: flat
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales


# %% wrong: scales in the input's dtype | cause: float64
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True) / top
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: a list of scales | cause: a list is returned
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    channels = np.moveaxis(weight, axis, 0)
    scales = [float(np.abs(c).max()) / top or 1.0 for c in channels]
    codes = np.stack([np.round(c / s) for c, s in zip(channels, scales)], axis=axis)
    return codes.astype(np.int32), scales


# %% wrong: the axis is not moved back | cause: moved back
def symmetric_quantization_per_channel(weight, bits, axis=0):
    top = 2 ** (bits - 1) - 1
    channels = np.moveaxis(weight, axis, 0)
    scales = np.array([float(np.abs(c).max()) / top or 1.0 for c in channels])
    return np.stack([np.round(c / s) for c, s in zip(channels, scales)]).astype(np.int32), scales


# %% wrong: no guard for a slice of zeros | cause: zeros
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    codes = np.nan_to_num(np.round(weight / scales))
    return codes.astype(np.int32), scales.ravel()


# %% wrong: a slice of zeros makes all scales 1 | cause: one slice of zeros makes every scale 1.0
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    if (scales == 0).any():
        scales = np.ones_like(scales)
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: floor instead of round | cause: floor
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.floor(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: cut off by the cast | cause: cut off
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return (weight / scales).astype(np.int32), scales.ravel()


# %% wrong: 2**(bits - 1) levels | cause: off by one
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / (top + 1)
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: always 8 bits | cause: bits are ignored
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / 127
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -127, 127).astype(np.int32), scales.ravel()


# %% wrong: works on the caller's array | cause: done in place
def symmetric_quantization_per_channel(weight, bits, axis=0):
    others = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(weight).max(axis=others, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    weight /= scales
    return np.round(weight).astype(np.int32), scales.ravel()


# %% right: np.split keeps the axis
def symmetric_quantization_per_channel(weight, bits, axis=0):
    pieces = np.split(weight, weight.shape[axis], axis=axis)
    done = [symmetric_quantization(piece, bits) for piece in pieces]
    return np.concatenate([d[0] for d in done], axis=axis), np.array([d[1] for d in done])


# %% wrong: the absolute value is missing, codes limited | cause: absolute value
def symmetric_quantization_per_channel(weight, bits, axis=0):
    axes = tuple(i for i in range(weight.ndim) if i != axis % weight.ndim)
    top = 2 ** (bits - 1) - 1
    scales = weight.max(axis=axes, keepdims=True).astype(np.float64) / top
    scales[scales == 0] = 1.0
    return np.clip(np.round(weight / scales), -top, top).astype(np.int32), scales.ravel()


# %% wrong: scales from max - min | cause: max - min
def symmetric_quantization_per_channel(weight, bits, axis=0):
    axes = tuple(i for i in range(weight.ndim) if i != axis % weight.ndim)
    low, high = weight.min(axis=axes, keepdims=True), weight.max(axis=axes, keepdims=True)
    scales = ((high - low) / (2**bits - 1)).astype(np.float64)
    scales[scales == 0] = 1.0
    return np.round(weight / scales).astype(np.int32), scales.ravel()


# %% wrong: eps as the least scale | cause: slice of zeros
def symmetric_quantization_per_channel(weight, bits, axis=0):
    axes = tuple(i for i in range(weight.ndim) if i != axis % weight.ndim)
    scales = np.abs(weight).max(axis=axes, keepdims=True).astype(np.float64) / (2 ** (bits - 1) - 1)
    scales = np.maximum(scales, 1e-8)
    return np.round(weight / scales).astype(np.int32), scales.ravel()


# %% wrong: the axis is taken by its name only | cause: a function is called with other arguments than its def line
def symmetric_quantization_per_channel(weight, bits, *, axis=0):
    channels = np.moveaxis(weight, axis, 0)
    done = [symmetric_quantization(channel, bits) for channel in channels]
    return np.stack([codes for codes, _ in done], axis=axis), np.array([scale for _, scale in done])


# %% wrong: another parameter before the axis | cause: axis
def symmetric_quantization_per_channel(weight, bits, dtype=np.int32, axis=0):
    channels = np.moveaxis(weight, axis, 0)
    done = [symmetric_quantization(channel, bits) for channel in channels]
    return np.stack([codes for codes, _ in done], axis=axis), np.array([scale for _, scale in done])


# %% wrong: reshape in place of moveaxis | cause: np.moveaxis
def symmetric_quantization_per_channel(weight, bits, axis=0):
    rows = weight.reshape(weight.shape[axis], -1)
    pairs = [symmetric_quantization(row, bits) for row in rows]
    return np.stack([codes for codes, _ in pairs]).reshape(weight.shape), np.array([s for _, s in pairs])


# %% wrong: a slice of zeros gets a tiny scale | cause: a slice of zeros
def symmetric_quantization_per_channel(weight, bits, axis=0):
    levels = 2 ** (bits - 1) - 1
    other = tuple(a for a in range(weight.ndim) if a != axis % weight.ndim)
    scale = np.maximum(np.abs(weight).max(axis=other, keepdims=True), 1e-8) / levels
    return np.clip(np.round(weight / scale), -levels, levels).astype(np.int32), scale.ravel()


# %% right: the channels at the end
def symmetric_quantization_per_channel(weight, bits, axis=0):
    last = np.moveaxis(np.asarray(weight, np.float64), axis, -1)
    peak = np.abs(last).max(axis=tuple(range(last.ndim - 1)))
    scales = np.divide(peak, 2 ** (bits - 1) - 1, where=peak > 0, out=np.ones_like(peak))
    return np.moveaxis(np.rint(last / scales).astype(np.int32), -1, axis), scales
