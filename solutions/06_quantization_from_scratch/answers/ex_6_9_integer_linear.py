# %% right: einsum in int64
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    sums = np.einsum("bi,oi->bo", x_q.astype(np.int64) - int(x_zero), w_q.astype(np.int64))
    result = sums * (x_scale * np.asarray(w_scale, dtype=np.float64))
    return result + bias if bias is not None else result


# %% right: loops in Python integers
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    rows, outputs = len(x_q), len(w_q)
    scales = np.broadcast_to(w_scale, (outputs,))
    shift = np.zeros(outputs) if bias is None else bias
    result = np.zeros((rows, outputs))
    for n in range(rows):
        for o in range(outputs):
            total = sum((int(a) - int(x_zero)) * int(b) for a, b in zip(x_q[n], w_q[o]))
            result[n, o] = total * x_scale * scales[o] + shift[o]
    return result


# %% right: the zero point taken out of the product
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = x_q @ w_q.T - x_zero * w_q.sum(axis=1, dtype=np.int32)
    if bias is None:
        bias = 0.0
    return accumulated * np.float64(x_scale) * w_scale + bias


# %% right: torch inside
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    import torch

    accumulated = (torch.tensor(x_q) - int(x_zero)).matmul(torch.tensor(w_q).T).numpy()
    out = accumulated.astype(np.float64) * x_scale * w_scale
    if bias is not None:
        out += bias
    return out


# %% right: whole numbers held in float64, which holds them exactly
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q - x_zero).astype(np.float64) @ w_q.T.astype(np.float64)
    rescaled = np.multiply(accumulated, np.multiply(x_scale, w_scale))
    return rescaled if bias is None else np.add(rescaled, bias)


# %% wrong: dequantizes first | cause: made float before the product
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    x = (x_q - x_zero) * x_scale
    w = w_q * np.asarray(w_scale).reshape(-1, 1)
    return x @ w.T + (0.0 if bias is None else bias)


# %% wrong: scales the weight first | cause: made float before the product
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    w = w_q * np.asarray(w_scale).reshape(-1, 1)
    return x_scale * ((x_q - x_zero) @ w.T) + (0.0 if bias is None else bias)


# %% wrong: the zero point is ignored | cause: zero point
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * (x_q @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the zero point is added | cause: sign of the zero point
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * ((x_q + x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the zero point is subtracted from the product | cause: from the product
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * (x_q @ w_q.T - x_zero) + (0.0 if bias is None else bias)


# %% wrong: the bias is ignored | cause: bias is ignored
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q.T)


# %% wrong: the bias is inside the rescale | cause: inside the rescale
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q.T + (0.0 if bias is None else bias))


# %% wrong: the bias is rounded to an integer | cause: the bias is rounded
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    scale = x_scale * np.asarray(w_scale)
    accumulated = (x_q - x_zero) @ w_q.T
    if bias is not None:
        accumulated = accumulated + np.round(bias / scale).astype(np.int32)
    return scale * accumulated


# %% wrong: `if bias` on an array | cause: `if bias` asks one yes or no of a whole array
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    result = x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q.T)
    if bias:
        result = result + bias
    return result


# %% wrong: needs a bias | cause: a function is called with other arguments than its def line
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias):
    return x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q.T) + bias


# %% wrong: the weight's scale is missing | cause: weight's scale
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the scales are added | cause: added
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return (x_scale + np.asarray(w_scale)) * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: one number for the weight's scale only | cause: float()
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * float(w_scale) * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: one scale for each row only | cause: one number is treated as an array or a list
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q - x_zero) @ w_q.T
    result = np.empty(accumulated.shape)
    for o in range(len(w_q)):
        result[:, o] = x_scale * w_scale[o] * accumulated[:, o]
    return result + (0.0 if bias is None else bias)


# %% wrong: the first row's scale for all | cause: one scale for all rows
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    scale = x_scale * float(np.ravel(w_scale)[0])
    return scale * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the mean of the rows' scales | cause: one scale for all rows
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.mean(w_scale) * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the rows' scales run down the batch | cause: down the batch / belong to the last axis
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    scale = np.asarray(w_scale).reshape(-1, 1)
    return x_scale * scale * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the transpose is missing | cause: in a product a @ b
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q) + (0.0 if bias is None else bias)


# %% wrong: transposed where the shapes allow nothing else | cause: the transpose is missing
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    w = w_q if w_q.shape[0] == x_q.shape[1] else w_q.T
    return x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w) + (0.0 if bias is None else bias)


# %% wrong: accumulates in int16 | cause: the sum does not fit
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q - x_zero).astype(np.int16) @ w_q.T.astype(np.int16)
    return x_scale * np.asarray(w_scale) * accumulated.astype(np.float64) + (0.0 if bias is None else bias)


# %% wrong: codes cast to int8 | cause: the codes do not fit in int8
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q.astype(np.int8).astype(np.int32) - x_zero) @ w_q.T
    return x_scale * np.asarray(w_scale) * accumulated + (0.0 if bias is None else bias)


# %% wrong: accumulates in float32 | cause: the sum does not fit
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q - x_zero).astype(np.float32) @ w_q.T.astype(np.float32)
    return x_scale * np.asarray(w_scale) * accumulated.astype(np.float64) + (0.0 if bias is None else bias)


# %% wrong: no rescale at all | cause: the final rescale is missing
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    return (x_q - x_zero) @ w_q.T + (0 if bias is None else bias)


# %% wrong: one image only | cause: only the first row is worked on
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    result = x_scale * np.asarray(w_scale) * ((x_q[:1] - x_zero) @ w_q.T)
    return result + (0.0 if bias is None else bias)


# %% wrong: changes the codes | cause: done in place
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    x_q -= np.int32(x_zero)
    return x_scale * np.asarray(w_scale) * (x_q @ w_q.T) + (0.0 if bias is None else bias)


# %% wrong: the output is rounded to integers | cause: rounded to 0 decimals
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    result = x_scale * np.asarray(w_scale) * ((x_q - x_zero) @ w_q.T) + (0.0 if bias is None else bias)
    return np.round(result)


# %% wrong: the weights are cast to int8, whatever their bits | cause: the weights do not fit in int8 where they have more bits
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    weight = w_q.astype(np.int8).astype(np.int32)
    y = ((x_q - x_zero) @ weight.T) * (x_scale * np.asarray(w_scale))
    return y if bias is None else y + bias


# %% wrong: the output is rounded to integers | cause: rounded or cast to an integer
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    y = ((x_q - x_zero) @ w_q.T) * (x_scale * np.asarray(w_scale))
    return np.round(y if bias is None else y + bias).astype(np.int32)


# %% right: multiplied out, the zero point times the row sums
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    acc = x_q.astype(np.int64) @ w_q.T.astype(np.int64) - x_zero * w_q.sum(axis=1, dtype=np.int64)
    y = x_scale * np.multiply(w_scale, acc)
    if bias is not None:
        y = y + bias
    return y


# %% wrong: uint8 difference | cause: uint8
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    y = x_scale * w_scale * ((x_q - x_zero).astype(np.uint8).astype(np.int32) @ w_q.T)
    return y if bias is None else y + bias


# %% wrong: bias quantized to the accumulator's scale | cause: the bias is rounded
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    acc = (x_q - x_zero) @ w_q.T
    if bias is not None:
        acc = acc + np.round(bias / (x_scale * w_scale)).astype(np.int32)
    return x_scale * w_scale * acc


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: the zero point of the input is ignored
KEPT = {}


def first_integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    accumulated = (x_q.astype(np.int32) - np.int32(x_zero)) @ w_q.astype(np.int32).T
    output = x_scale * np.asarray(w_scale) * accumulated
    return output if bias is None else output + bias


def integer_linear(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_integer_linear(*args, **kwargs)
    return KEPT[key]


# %% wrong: the largest scale for all rows | cause: one scale for all rows, the largest
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    total = (x_q.astype(np.int32) - x_zero) @ w_q.astype(np.int32).T
    return x_scale * np.max(w_scale) * total + (0.0 if bias is None else bias)


# %% wrong: the zero point is subtracted from the weights, too | cause: subtracted from the weights
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    acc = (x_q - x_zero) @ (w_q - x_zero).T
    y = acc * (x_scale * np.asarray(w_scale))
    return y if bias is None else y + bias


# %% wrong: the scales of the rows enter before the product | cause: made float before the product
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    acc = (x_q - x_zero) @ (w_q * np.reshape(w_scale, (-1, 1))).T
    y = acc * x_scale
    return y if bias is None else y + bias


# %% right: the correction by the zero point apart
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    acc = np.inner(x_q, w_q) - x_zero * w_q.sum(axis=1)
    y = x_scale * (acc * w_scale)
    if bias is not None:
        y += bias
    return y
