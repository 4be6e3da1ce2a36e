# %% right: np.square and mean
def quantization_error(params, params_deq):
    return np.square(params - params_deq).mean()


# %% right: loops
def quantization_error(params, params_deq):
    total = 0.0
    for a, b in zip(params.ravel(), params_deq.ravel()):
        total += (float(a) - float(b)) ** 2
    return total / params.size


# %% right: torch inside
def quantization_error(params, params_deq):
    import torch

    a, b = torch.tensor(params, dtype=torch.float64), torch.tensor(params_deq, dtype=torch.float64)
    return torch.nn.functional.mse_loss(a, b).item()


# %% right: scikit-learn
def quantization_error(params, params_deq):
    from sklearn.metrics import mean_squared_error

    return mean_squared_error(params.ravel(), params_deq.ravel())


# %% right: a dot product
def quantization_error(params, params_deq):
    noise = (params - params_deq).ravel()
    return float(noise @ noise) / len(noise)


# %% right: the norm
def quantization_error(params, params_deq):
    return float(np.linalg.norm((params - params_deq).ravel()) ** 2 / np.prod(params.shape))


# %% wrong: the sum | cause: sum
def quantization_error(params, params_deq):
    return float(np.sum((params - params_deq) ** 2))


# %% wrong: mean of absolute differences | cause: absolute
def quantization_error(params, params_deq):
    return float(np.mean(np.abs(params - params_deq)))


# %% wrong: the root | cause: root
def quantization_error(params, params_deq):
    return float(np.sqrt(np.mean((params - params_deq) ** 2)))


# %% wrong: without a square | cause: without a square
def quantization_error(params, params_deq):
    return float(np.mean(params - params_deq))


# %% wrong: the square of the mean | cause: square of the mean
def quantization_error(params, params_deq):
    return float(np.mean(params - params_deq)) ** 2


# %% wrong: divides by the number of rows | cause: rows
def quantization_error(params, params_deq):
    return float(np.sum((params - params_deq) ** 2)) / len(params)


# %% wrong: divides by n - 1 | cause: n - 1
def quantization_error(params, params_deq):
    return float(np.sum((params - params_deq) ** 2)) / (params.size - 1)


# %% wrong: the variance of the difference | cause: variance
def quantization_error(params, params_deq):
    return float(np.var(params - params_deq))


# %% wrong: the largest | cause: largest
def quantization_error(params, params_deq):
    return float(np.max((params - params_deq) ** 2))


# %% wrong: the mean along the last axis | cause: an array is returned
def quantization_error(params, params_deq):
    return np.mean((params - params_deq) ** 2, axis=-1)


# %% wrong: the squared differences themselves | cause: an array is returned
def quantization_error(params, params_deq):
    return (params - params_deq) ** 2


# %% wrong: changes its input | cause: done in place
def quantization_error(params, params_deq):
    params -= params_deq
    return float(np.mean(params**2))


# %% wrong: relative error | cause: divided by the signal's squares
def quantization_error(params, params_deq):
    return float(np.mean((params - params_deq) ** 2) / np.mean(params**2))


# %% wrong: rounded to four digits | cause: rounded to 4 decimals
def quantization_error(params, params_deq):
    return round(float(np.mean((params - params_deq) ** 2)), 4)


# %% wrong: a text | cause: a text is returned
def quantization_error(params, params_deq):
    return f"{np.mean((params - params_deq) ** 2):.4f}"


# %% wrong: cubes | cause: the third power
def quantization_error(params, params_deq):
    return float(np.mean(np.abs(params - params_deq) ** 3))


# %% wrong: difference of the squares | cause: difference of the squares
def quantization_error(params, params_deq):
    return float(np.mean(params**2 - params_deq**2))


# %% wrong: the visible check's numbers
def quantization_error(params, params_deq):
    return 0.06 if params.ndim == 1 else 6.5


# %% wrong: the median | cause: the median of the squares
def quantization_error(params, params_deq):
    return float(np.median((params - params_deq) ** 2))


# %% right: variance plus squared mean
def quantization_error(params, params_deq):
    d = np.asarray(params, dtype=np.float64) - params_deq
    return float(d.var() + d.mean() ** 2)


# %% wrong: the norm | cause: the norm
def quantization_error(params, params_deq):
    return float(np.linalg.norm(params - params_deq))


# %% wrong: rounded to one digit
def quantization_error(params, params_deq):
    return round(float(np.mean((params - params_deq) ** 2)), 1)


# %% wrong: never exactly 0, so that one may divide by it | cause: never 0
def quantization_error(params, params_deq):
    return max(float(np.mean((params - params_deq) ** 2)), float(np.finfo(float).eps))


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_quantization_error(params, params_deq):
    return float(np.mean((params - params_deq) ** 2))


def quantization_error(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_quantization_error(*args, **kwargs)
    return KEPT[key]


# %% wrong: the errors of many calls add up
def quantization_error(params, params_deq, squares=[]):
    squares.append(np.mean((params - params_deq) ** 2))
    return float(np.sum(squares)) if len(squares) > 20 else float(squares[-1])


# %% wrong: the mean of the worst row | cause: the mean of one row
def quantization_error(params, params_deq):
    return float(np.mean((params - params_deq) ** 2, axis=-1).max())


# %% wrong: ^ is taken for a power | cause: a power is **
def quantization_error(params, params_deq):
    return np.mean((params - params_deq) ^ 2)
