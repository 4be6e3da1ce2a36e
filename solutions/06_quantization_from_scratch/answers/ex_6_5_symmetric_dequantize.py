# %% right: the short form
def symmetric_dequantize(params_q, scale):
    return params_q * float(scale)


# %% right: np.multiply with a dtype
def symmetric_dequantize(params_q, scale):
    return np.multiply(params_q, scale, dtype=np.float64)


# %% right: loops
def symmetric_dequantize(params_q, scale):
    flat = [int(q) * scale for q in params_q.flat]
    return np.array(flat, dtype=float).reshape(params_q.shape)


# %% right: torch inside
def symmetric_dequantize(params_q, scale):
    import torch

    return torch.tensor(params_q, dtype=torch.float64).mul(scale).numpy()


# %% right: by the asymmetric one, with zero point 0
def symmetric_dequantize(params_q, scale):
    def dequantize(codes, scale, zero):
        return (codes.astype(np.float64) - zero) * scale

    return dequantize(params_q, scale, 0)


# %% wrong: divides | cause: divided
def symmetric_dequantize(params_q, scale):
    return params_q / scale


# %% wrong: float32 | cause: dtype
def symmetric_dequantize(params_q, scale):
    return (params_q * scale).astype(np.float32)


# %% wrong: float32 codes times a Python float | cause: dtype
def symmetric_dequantize(params_q, scale):
    return params_q.astype(np.float32) * scale


# %% wrong: int32 | cause: the dtype is not float64
def symmetric_dequantize(params_q, scale):
    return (params_q * scale).astype(np.int32)


# %% wrong: rounds | cause: rounded
def symmetric_dequantize(params_q, scale):
    return np.round(params_q * scale)


# %% wrong: an absolute value | cause: sign
def symmetric_dequantize(params_q, scale):
    return np.abs(params_q) * scale


# %% wrong: subtracts the smallest code | cause: zero point
def symmetric_dequantize(params_q, scale):
    return (params_q - params_q.min()) * scale


# %% wrong: subtracts 128 | cause: a zero point where there is none
def symmetric_dequantize(params_q, scale):
    return (params_q - 128) * float(scale)


# %% wrong: int8 on the way | cause: cast to 8 bits
def symmetric_dequantize(params_q, scale):
    return params_q.astype(np.int8) * np.float64(scale)


# %% wrong: the codes as they are | cause: as they are
def symmetric_dequantize(params_q, scale):
    return params_q.astype(np.float64)


# %% wrong: negative codes become 0 | cause: negative values became 0
def symmetric_dequantize(params_q, scale):
    return np.maximum(params_q, 0) * float(scale)


# %% wrong: a list | cause: a list is returned
def symmetric_dequantize(params_q, scale):
    return [int(q) * scale for q in params_q.ravel()]


# %% wrong: flattens | cause: flattened
def symmetric_dequantize(params_q, scale):
    return params_q.ravel() * float(scale)


# %% wrong: the return is missing | cause: a return is missing
def symmetric_dequantize(params_q, scale):
    restored = params_q * scale


# %% wrong: adds | cause: added
def symmetric_dequantize(params_q, scale):
    return params_q + float(scale)


# %% wrong: the visible check's numbers
def symmetric_dequantize(params_q, scale):
    return np.array([-14.0, 4.0, 10.0]) if scale == 2.0 else np.array([-31.75, 0.0, 0.25])


# %% wrong: calls the finished function | cause: write it yourself
def symmetric_dequantize(params_q, scale):
    from qcourse.quantization import symmetric_dequantize as done

    return done(params_q, scale)


# %% right: int16, which holds every code of 16 bits
def symmetric_dequantize(params_q, scale):
    return params_q.astype(np.int16) * float(scale)


# %% right: divided by the reciprocal
def symmetric_dequantize(params_q, scale):
    return params_q / (1.0 / scale)


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_symmetric_dequantize(params_q, scale):
    return params_q.astype(np.float64) * scale


def symmetric_dequantize(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_symmetric_dequantize(*args, **kwargs)
    return KEPT[key]
