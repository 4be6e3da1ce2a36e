# %% right: the short form
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q - zero) * float(scale)


# %% right: loops
def asymmetric_dequantize(params_q, scale, zero):
    result = np.empty(params_q.shape, dtype=np.float64)
    for index in np.ndindex(params_q.shape):
        result[index] = (int(params_q[index]) - zero) * scale
    return result


# %% right: torch inside
def asymmetric_dequantize(params_q, scale, zero):
    import torch

    return ((torch.tensor(params_q) - zero).double() * scale).numpy()


# %% right: a table of all codes, looked up
def asymmetric_dequantize(params_q, scale, zero):
    values = scale * (np.arange(params_q.max() + 1, dtype=np.float64) - zero)
    return values[params_q]


# %% right: multiplied out
def asymmetric_dequantize(params_q, scale, zero):
    return params_q * np.float64(scale) - zero * np.float64(scale)


# %% wrong: the zero point is ignored | cause: ignored
def asymmetric_dequantize(params_q, scale, zero):
    return params_q * scale


# %% wrong: the zero point is added | cause: sign
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q + zero) * scale


# %% wrong: no parentheses | cause: parentheses
def asymmetric_dequantize(params_q, scale, zero):
    return params_q * scale - zero


# %% wrong: no parentheses, the other way | cause: the parentheses
def asymmetric_dequantize(params_q, scale, zero):
    return params_q - zero * scale


# %% wrong: divides | cause: divided
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q - zero) / scale


# %% wrong: the difference turned round | cause: order
def asymmetric_dequantize(params_q, scale, zero):
    return (zero - params_q) * scale


# %% wrong: unsigned arithmetic | cause: unsigned
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q.astype(np.uint8) - np.uint8(zero)) * scale


# %% wrong: unsigned 16-bit arithmetic | cause: cast to unsigned
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q.astype(np.uint16) - np.uint16(zero)) * scale


# %% wrong: float32 | cause: dtype
def asymmetric_dequantize(params_q, scale, zero):
    return ((params_q - zero) * scale).astype(np.float32)


# %% wrong: int32 | cause: the dtype is not float64
def asymmetric_dequantize(params_q, scale, zero):
    return ((params_q - zero) * scale).astype(np.int32)


# %% wrong: rounds the values | cause: rounded
def asymmetric_dequantize(params_q, scale, zero):
    return np.round((params_q - zero) * scale)


# %% wrong: negative values are cut off | cause: negative values became 0
def asymmetric_dequantize(params_q, scale, zero):
    return np.maximum((params_q - zero) * scale, 0.0)


# %% wrong: changes the codes | cause: done in place
def asymmetric_dequantize(params_q, scale, zero):
    params_q -= zero
    return params_q * scale


# %% wrong: zero point of 8 bits, always 128 | cause: 128 is written into the code
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q - 128) * scale


# %% wrong: a list | cause: a list is returned
def asymmetric_dequantize(params_q, scale, zero):
    return [(int(q) - zero) * scale for q in params_q.ravel()]


# %% wrong: flattens | cause: flattened
def asymmetric_dequantize(params_q, scale, zero):
    return np.array([(int(q) - zero) * scale for q in params_q.ravel()])


# %% wrong: int8 on the way | cause: cast to 8 bits
def asymmetric_dequantize(params_q, scale, zero):
    return (params_q - zero).astype(np.int8) * float(scale)


# %% wrong: the visible check's numbers
def asymmetric_dequantize(params_q, scale, zero):
    return np.array([-1.0, 0.0, 1.0, 2.0]) if scale == 1.0 else np.array([-50.0, 0.0, 77.5])


# %% wrong: rounded to four digits | cause: rounded to 4 decimals
def asymmetric_dequantize(params_q, scale, zero):
    return np.round((params_q.astype(np.float64) - zero) * scale, 4)


# %% wrong: a table by linspace, in which the zero point's entry is only nearly 0.0
def asymmetric_dequantize(params_q, scale, zero):
    top = int(params_q.max())
    return np.linspace(-zero * scale, (top - zero) * scale, top + 1)[params_q]


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_asymmetric_dequantize(params_q, scale, zero):
    return (params_q.astype(np.float64) - zero) * scale


def asymmetric_dequantize(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_asymmetric_dequantize(*args, **kwargs)
    return KEPT[key]
