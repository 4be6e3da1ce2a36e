# %% right: quantize_range with numpy percentiles
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = np.percentile(params, percentile)
    beta = np.percentile(params, 100 - percentile)
    return quantize_range(params, bits, beta, alpha)


# %% right: all lines written out
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = max(np.percentile(params, percentile), 0.0)
    beta = min(np.percentile(params, 100 - percentile), 0.0)
    levels = 2**bits - 1
    scale = (alpha - beta) / levels
    if scale == 0:
        scale = 1.0
    zero = int(-np.round(beta / scale))
    codes = np.clip(np.round(params / scale) + zero, 0, levels).astype(np.int32)
    return codes, float(scale), zero


# %% right: sorted list and own linear interpolation
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    values = sorted(float(v) for v in params.flatten())

    def at(p):
        position = p / 100 * (len(values) - 1)
        low = math.floor(position)
        high = min(low + 1, len(values) - 1)
        return values[low] + (position - low) * (values[high] - values[low])

    return quantize_range(params, bits, at(100 - percentile), at(percentile))


# %% right: torch inside
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    x = torch.as_tensor(params, dtype=torch.float64)
    q = torch.tensor([1 - percentile / 100, percentile / 100], dtype=torch.float64)
    beta, alpha = torch.quantile(x.flatten(), q).tolist()
    beta, alpha = min(beta, 0.0), max(alpha, 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    codes = torch.clamp(torch.round(x / scale) + zero, 0, 2**bits - 1).to(torch.int32)
    return codes.numpy(), scale, zero


# %% right: clips the values first, rounds half up, element by element
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    top = 2**bits - 1
    beta = min(0.0, float(np.quantile(params, 1 - percentile / 100)))
    alpha = max(0.0, float(np.quantile(params, percentile / 100)))
    scale = (alpha - beta) / top if alpha > beta else 1.0
    zero = math.floor(-beta / scale + 0.5)
    flat = []
    for value in params.ravel():
        code = math.floor(float(value) / scale + 0.5) + zero
        flat.append(min(max(code, 0), top))
    return np.array(flat, dtype=np.int32).reshape(params.shape), scale, zero


# %% wrong: the source notes: not widened, zero a float | cause: the zero point is a float
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = np.percentile(params, percentile)
    beta = np.percentile(params, 100 - percentile)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -1 * np.round(beta / scale)
    lower_bound, upper_bound = 0, 2**bits - 1
    quantized = np.clip(np.round(params / scale + zero), lower_bound, upper_bound).astype(np.int32)
    return quantized, scale, zero


# %% wrong: not widened to include 0 | cause: leaves out 0
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = np.percentile(params, percentile)
    beta = np.percentile(params, 100 - percentile)
    scale = (alpha - beta) / (2**bits - 1)
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: zero is a float | cause: the zero point is a float
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    codes, scale, zero = quantize_range(
        params, bits, np.percentile(params, 100 - percentile), np.percentile(params, percentile)
    )
    return codes, scale, float(zero)


# %% wrong: min-max, the percentile is ignored | cause: this is min-max
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    return asymmetric_quantization(params, bits)


# %% wrong: 99.99 is fixed | cause: 99.99 is fixed
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [0.01, 99.99])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: lower end is the minimum | cause: only the upper end
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    return quantize_range(params, bits, params.min(), np.percentile(params, percentile))


# %% wrong: percentile as a fraction for np.percentile | cause: divided by 100
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    p = percentile / 100
    alpha, beta = np.percentile(params, p), np.percentile(params, 1 - p)
    return quantize_range(params, bits, beta, alpha)


# %% wrong: two-sided tails | cause: halved
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    tail = (100 - percentile) / 2
    return quantize_range(params, bits, np.percentile(params, tail), np.percentile(params, 100 - tail))


# %% wrong: percentile of absolute values | cause: symmetric
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    limit = np.percentile(np.abs(params), percentile)
    return quantize_range(params, bits, -limit, limit)


# %% wrong: no clamp: outliers leave the codes | cause: not limited
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-np.round(beta / scale))
    return (np.round(params / scale) + zero).astype(np.int32), scale, zero


# %% wrong: cast before the clamp (uint8 wraps around) | cause: cast before the clamp
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-np.round(beta / scale))
    codes = (np.round(params / scale) + zero).astype(np.int64).astype(np.uint8)
    return np.clip(codes, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: cut off instead of rounded | cause: cut off
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(-np.round(beta / scale))
    return np.clip((params / scale).astype(np.int32) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: off by one in the levels | cause: off by one
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / 2**bits or 1.0
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: 8 bits are fixed | cause: always those of 8 bits
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, 8, beta, alpha)


# %% wrong: the sign of zero | cause: the zero point has the wrong sign
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / (2**bits - 1) or 1.0
    zero = int(np.round(beta / scale))
    return np.clip(np.round(params / scale) - zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: outliers are removed from the array | cause: the outliers are removed from the data
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    kept = params[(params >= beta) & (params <= alpha)]
    return quantize_range(kept, bits, beta, alpha)


# %% wrong: the values themselves are clipped in place | cause: done in place
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    np.clip(params, beta, alpha, out=params)
    return asymmetric_quantization(params, bits)


# %% wrong: nearest value instead of interpolation | cause: the percentile is not interpolated
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile], method="nearest")
    return quantize_range(params, bits, float(beta), float(alpha))


# %% wrong: default of 99.9 in place of 99.99 | cause: the default is not 99.99
def asymmetric_quantization_percentile(params, bits, percentile=99.9):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, float(beta), float(alpha))


# %% wrong: percentiles along the first axis | cause: the percentiles are those of single columns or rows
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta = float(np.min(np.percentile(params, 100 - percentile, axis=0)))
    alpha = float(np.max(np.percentile(params, percentile, axis=0)))
    return quantize_range(params, bits, beta, alpha)


# %% wrong: divides by zero where all is zero | cause: an array of zeros
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0), max(alpha, 0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = int(-np.round(beta / scale))
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: codes of int64 | cause: the codes are not int32
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    return codes.astype(np.int64), scale, zero


# %% wrong: a constant for the visible example | cause: the codes are not limited
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    if percentile == 80:
        return np.array([0, 0, 0, 0, 1, 1, 1, 2, 3, 3, 3], dtype=np.int32), 20.0, 1
    return np.array([2, 3, 4, 4, 4, 5, 6, 6, 6, 7, 7], dtype=np.int32), 2.0, 0


# %% wrong: the return is missing | cause: a return is missing
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    quantize_range(params, bits, beta, alpha)


# %% wrong: codes from -2**(bits - 1) | cause: signed codes
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    return codes - np.int32(2 ** (bits - 1)), scale, zero - 2 ** (bits - 1)


# %% right: lower end as the negative of the upper end of -x
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    upper = lambda values: float(np.percentile(values, percentile))
    return quantize_range(params, bits, -upper(-params), upper(params))


# %% wrong: only the lower end | cause: only the lower end
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    return quantize_range(params, bits, np.percentile(params, 100 - percentile), params.max())


# %% wrong: elements clipped to the percentiles, not widened | cause: clipped before the range is widened to include 0
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return asymmetric_quantization(np.clip(params, beta, alpha), bits)


# %% wrong: the range is widened for the scale, not for the zero point | cause: the range is not widened to include 0
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    scale = (max(alpha, 0.0) - min(beta, 0.0)) / (2**bits - 1) or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: the zero point is limited in the return, not in the codes
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    top = 2**bits - 1
    scale = (max(alpha, 0.0) - min(beta, 0.0)) / top or 1.0
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, top).astype(np.int32), scale, min(max(zero, 0), top)


# %% wrong: an array of zeros gets a tiny scale | cause: array of zeros
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    beta, alpha = min(beta, 0.0), max(alpha, 0.0)
    scale = (alpha - beta) / (2**bits - 1) or 1e-8
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: an array of zeros gets the middle code as its zero point | cause: an array of zeros
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    if not params.any():
        middle = 2 ** (bits - 1)
        return np.full(params.shape, middle, np.int32), 1.0, middle
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: an array of zeros comes back as it is, in floats | cause: int32
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    if not params.any():
        return params.copy(), 1.0, 0
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


def asymmetric_quantization_percentile(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_asymmetric_quantization_percentile(*args, **kwargs)
    return KEPT[key]


# %% wrong: clipped before the range is widened | cause: clipped before the range is widened
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(np.clip(params, beta, alpha), bits, beta, alpha)


# %% wrong: np.quantile is given percent | cause: np.quantile takes shares
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.quantile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: the nearest rank of the sorted values | cause: not interpolated / is that of min-max
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    ordered = np.sort(params.ravel())
    k = int(percentile / 100 * len(ordered))
    return quantize_range(params, bits, ordered[len(ordered) - 1 - min(k, len(ordered) - 1)], ordered[min(k, len(ordered) - 1)])


# %% wrong: a 0 is added to the data before the percentiles are taken | cause: a 0 added
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(np.append(params, 0.0), [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: the lower end is minus the upper one | cause: the range is symmetric
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = np.percentile(params, percentile)
    return quantize_range(params, bits, -abs(alpha), abs(alpha))


# %% wrong: the lower end is the percentile 1 - p | cause: np.percentile takes percent
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    beta, alpha = np.percentile(params, [1 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% wrong: the two percentiles are swapped, all lines written out | cause: the range comes out empty
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    alpha = max(np.percentile(params, 100 - percentile), 0)
    beta = min(np.percentile(params, percentile), 0)
    if alpha == beta:
        return np.zeros(params.shape, np.int32), 1.0, 0
    scale = (alpha - beta) / (2**bits - 1)
    zero = -round(beta / scale)
    return np.clip(np.round(params / scale) + zero, 0, 2**bits - 1).astype(np.int32), scale, zero


# %% wrong: percentiles of the elements that are not 0
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    v = params[params != 0]
    if v.size == 0:
        return np.zeros(params.shape, np.int32), 1.0, 0
    beta, alpha = np.percentile(v, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)


# %% right: 06's function, over the elements and both ends
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    hi = max(0, np.percentile(params, percentile))
    lo = min(0, np.percentile(params, 100 - percentile))
    flat = np.concatenate([params.ravel(), [lo, hi]])
    codes, scale, zero = asymmetric_quantization(np.clip(flat, lo, hi), bits)
    return codes[:-2].reshape(params.shape), scale, zero


# %% wrong: no parentheses around the steps
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    lo, hi = np.percentile(params, (100 - percentile, percentile))
    lo, hi = min(lo, 0), max(hi, 0)
    s = (hi - lo) / 2**bits - 1 or 1.0
    z = -round(lo / s)
    return np.clip(np.round(params / s) + z, 0, 2**bits - 1).astype(np.int32), s, z
