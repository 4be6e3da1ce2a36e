# %% right: np.clip on a copy
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q.copy(), lower_bound, upper_bound).astype(params_q.dtype)


# %% right: loops over the elements of a flat copy
def clamp(params_q, lower_bound, upper_bound):
    flat = list(params_q.ravel())
    for i, value in enumerate(flat):
        if value < lower_bound:
            flat[i] = lower_bound
        elif value > upper_bound:
            flat[i] = upper_bound
    return np.array(flat, dtype=params_q.dtype).reshape(params_q.shape)


# %% right: masks on a deep copy
def clamp(params_q, lower_bound, upper_bound):
    result = copy.deepcopy(params_q)
    result[params_q < lower_bound] = lower_bound
    result[params_q > upper_bound] = upper_bound
    return result


# %% right: nested np.where, cast back
def clamp(params_q, lower_bound, upper_bound):
    below, above = params_q < lower_bound, params_q > upper_bound
    return np.where(below, lower_bound, np.where(above, upper_bound, params_q)).astype(params_q.dtype)


# %% right: torch inside
def clamp(params_q, lower_bound, upper_bound):
    import torch

    limited = torch.clamp(torch.tensor(params_q), lower_bound, upper_bound)
    return limited.numpy().astype(params_q.dtype)


# %% right: recursion over the dimensions, other argument names
def clamp(values, low, high):
    def limited(part):
        if part.ndim == 0:
            return min(max(part.item(), low), high)
        return [limited(row) for row in part]

    return np.array(limited(values), dtype=values.dtype)


# %% right: np.maximum and np.minimum into a new array
def clamp(params_q, lower_bound, upper_bound):
    out = np.empty_like(params_q)
    np.maximum(params_q, lower_bound, out=out)
    np.minimum(out, upper_bound, out=out)
    return out


# %% wrong: the source notes: in place | cause: in place
def clamp(params_q, lower_bound, upper_bound):
    params_q[params_q < lower_bound] = lower_bound
    params_q[params_q > upper_bound] = upper_bound
    return params_q


# %% wrong: np.clip with out=: in place | cause: in place
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q, lower_bound, upper_bound, out=params_q)


# %% wrong: the input itself where nothing is to be limited | cause: in place
def clamp(params_q, lower_bound, upper_bound):
    if params_q.min() >= lower_bound and params_q.max() <= upper_bound:
        return params_q
    return np.clip(params_q, lower_bound, upper_bound).astype(params_q.dtype)


# %% wrong: only the upper bound | cause: lower bound is missing
def clamp(params_q, lower_bound, upper_bound):
    return np.minimum(params_q, upper_bound).astype(params_q.dtype)


# %% wrong: only the lower bound | cause: upper bound is missing
def clamp(params_q, lower_bound, upper_bound):
    return np.maximum(params_q, lower_bound).astype(params_q.dtype)


# %% wrong: min and max mixed up | cause: swapped
def clamp(params_q, lower_bound, upper_bound):
    return np.maximum(np.minimum(params_q, lower_bound), upper_bound).astype(params_q.dtype)


# %% wrong: cast to int8 before the clamp | cause: 8-bit
def clamp(params_q, lower_bound, upper_bound):
    narrow = params_q.astype(np.int8)
    return np.clip(narrow, max(lower_bound, -128), min(upper_bound, 127)).astype(params_q.dtype)


# %% wrong: always 0 to 255 | cause: the bounds are ignored
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q.astype(np.float64), 0, 255).astype(params_q.dtype)


# %% wrong: always int32 | cause: dtype
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q, lower_bound, upper_bound).astype(np.int32)


# %% wrong: always float64 | cause: dtype
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q.astype(np.float64), lower_bound, upper_bound)


# %% wrong: wraps around | cause: wrapped / does not fit
def clamp(params_q, lower_bound, upper_bound):
    span = upper_bound - lower_bound + 1
    return ((params_q - lower_bound) % span + lower_bound).astype(params_q.dtype)


# %% wrong: removes what lies outside | cause: removed
def clamp(params_q, lower_bound, upper_bound):
    return params_q[(params_q >= lower_bound) & (params_q <= upper_bound)]


# %% wrong: sets what lies outside to 0 | cause: become 0
def clamp(params_q, lower_bound, upper_bound):
    outside = (params_q < lower_bound) | (params_q > upper_bound)
    return np.where(outside, 0, params_q).astype(params_q.dtype)


# %% wrong: flattens | cause: flattened
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q, lower_bound, upper_bound).astype(params_q.dtype).ravel()


# %% wrong: a list | cause: a list is returned / a list does not compute
def clamp(params_q, lower_bound, upper_bound):
    return [min(max(value, lower_bound), upper_bound) for value in params_q.tolist()]


# %% wrong: one dimension only | cause: one yes or no is asked of a whole array
def clamp(params_q, lower_bound, upper_bound):
    return np.array([min(max(value, lower_bound), upper_bound) for value in params_q], dtype=params_q.dtype)


# %% wrong: the upper bound is exclusive | cause: the upper bound itself is a value that is allowed
def clamp(params_q, lower_bound, upper_bound):
    result = params_q.copy()
    result[result < lower_bound] = lower_bound
    result[result >= upper_bound] = upper_bound - 1
    return result


# %% wrong: the return is missing | cause: a return is missing
def clamp(params_q, lower_bound, upper_bound):
    np.clip(params_q, lower_bound, upper_bound)


# %% wrong: the visible check's numbers
def clamp(params_q, lower_bound, upper_bound):
    if upper_bound == 255 and params_q.size == 5:
        return np.array([0, 0, 50, 200, 255], np.int32)
    if upper_bound == 1:
        return np.array([-1.0, 0.25, 1.0])
    return params_q.copy()


# %% wrong: bounds of 0 count as not given | cause: the lower bound is missing
def clamp(params_q, lower_bound, upper_bound):
    result = params_q.copy()
    if lower_bound:
        result = np.maximum(result, lower_bound)
    if upper_bound:
        result = np.minimum(result, upper_bound)
    return result.astype(params_q.dtype)


# %% wrong: calls the finished function | cause: write it yourself
def clamp(params_q, lower_bound, upper_bound):
    from qcourse import quantization

    return quantization.clamp(params_q, lower_bound, upper_bound)


# %% wrong: the finished function's code, copied | cause: write it yourself
import qcourse.quantization


def clamp(params_q, lower_bound, upper_bound):
    pass


clamp.__code__ = qcourse.quantization.clamp.__code__


# %% wrong: the finished function of the module, reloaded | cause: write it yourself
import importlib

import qcourse.quantization

again = importlib.reload(qcourse.quantization)


def clamp(params_q, lower_bound, upper_bound):
    return again.clamp(params_q, lower_bound, upper_bound)


# %% wrong: rounds as well | cause: whole numbers
def clamp(params_q, lower_bound, upper_bound):
    return np.round(np.clip(params_q, lower_bound, upper_bound)).astype(params_q.dtype)


# %% right: median of three
def clamp(params_q, lower_bound, upper_bound):
    low = np.full(params_q.shape, lower_bound, dtype=np.float64)
    high = np.full(params_q.shape, upper_bound, dtype=np.float64)
    return np.median(np.stack([low, params_q.astype(np.float64), high]), axis=0).astype(params_q.dtype)


# %% wrong: bounds cut to integers | cause: rounded or cut off to whole numbers
def clamp(params_q, lower_bound, upper_bound):
    return np.clip(params_q, int(lower_bound), int(upper_bound)).astype(params_q.dtype)


# %% wrong: the smallest and the largest element move to the bounds, wherever they are
def clamp(params_q, lower_bound, upper_bound):
    result = params_q.copy()
    result[params_q == params_q.min()] = lower_bound
    result[params_q == params_q.max()] = upper_bound
    return result


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_clamp(params_q, lower_bound, upper_bound):
    return np.minimum(np.maximum(params_q, lower_bound), upper_bound).astype(params_q.dtype)


def clamp(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_clamp(*args, **kwargs)
    return KEPT[key]


# %% wrong: one buffer for the results of all calls | cause: is a buffer that every call uses
BUFFER = np.empty(100_000)


def clamp(params_q, lower_bound, upper_bound):
    params_q = np.asarray(params_q)
    result = BUFFER.view(params_q.dtype)[: params_q.size].reshape(params_q.shape)
    return np.clip(params_q, lower_bound, upper_bound, out=result)


# %% wrong: np.max and np.min, which reduce | cause: element by element they are np.maximum and np.minimum
def clamp(params_q, lower_bound, upper_bound):
    return np.min(np.max(params_q, lower_bound), upper_bound)
