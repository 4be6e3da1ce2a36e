# %% right: np.where and means over all
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    error = (params - asymmetric_dequantize(codes, scale, zero)) ** 2
    inside = (params >= beta) & (params <= alpha)
    return np.where(inside, 0.0, error).mean(), np.where(inside, error, 0.0).mean()


# %% right: a loop over the elements
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    clipping = rounding = 0.0
    for value, code in zip(params.ravel(), codes.ravel()):
        squared = (float(value) - (int(code) - zero) * scale) ** 2
        if beta <= value <= alpha:
            rounding += squared
        else:
            clipping += squared
    return clipping / params.size, rounding / params.size


# %% right: the whole error less the rounding part, everything written out
def error_parts(params, bits, beta, alpha):
    levels = 2**bits - 1
    scale = (alpha - beta) / levels
    zero = -round(beta / scale)
    x = np.asarray(params, dtype=np.float64)
    restored = (np.clip(np.round(x / scale) + zero, 0, levels) - zero) * scale
    outside = np.logical_or(x < beta, x > alpha)
    share = outside.sum() / x.size
    squared = (x - restored) ** 2
    clipping = share * squared[outside].mean() if outside.any() else 0.0
    rounding = (1 - share) * squared[~outside].mean() if not outside.all() else 0.0
    return float(clipping), float(rounding)


# %% right: torch inside, a helper beside
def _mean_where(squared, mask):
    return (squared * mask).sum().item() / squared.numel()


def error_parts(params, bits, beta, alpha):
    x = torch.as_tensor(params, dtype=torch.float64)
    restored = torch.from_numpy(asymmetric_dequantize(*quantize_range(params, bits, beta, alpha)))
    outside = (x < beta) | (x > alpha)
    squared = (x - restored).square()
    return _mean_where(squared, outside), _mean_where(squared, ~outside)


# %% wrong: each part is a mean over its own elements | cause: own elements
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    clipping = squared[outside].mean() if outside.any() else 0.0
    rounding = squared[~outside].mean() if (~outside).any() else 0.0
    return clipping, rounding


# %% wrong: NaN where nothing is outside | cause: the mean of an empty selection is NaN
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[outside].mean() * outside.mean(), squared[~outside].mean() * (~outside).mean()


# %% wrong: the parts are swapped | cause: swapped
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[~outside].sum() / params.size, squared[outside].sum() / params.size


# %% wrong: sums instead of means | cause: summed
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[outside].sum(), squared[~outside].sum()


# %% wrong: only the upper end counts | cause: above alpha / not all that lies outside is counted
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = params > alpha
    squared = (params - restored) ** 2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: a value at the end counts as outside | cause: exactly at
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params <= beta) | (params >= alpha)
    squared = (params - restored) ** 2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: clipped is what has the first or last code | cause: judged by the code
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    outside = (codes == 0) | (codes == 2**bits - 1)
    squared = (params - asymmetric_dequantize(codes, scale, zero)) ** 2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: clipping is the distance to the end of the range | cause: measured to the end
def error_parts(params, bits, beta, alpha):
    clipped = np.clip(params, beta, alpha)
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    clipping = float(np.mean((params - clipped) ** 2))
    return clipping, float(np.sum(((params - restored) ** 2)[~outside]) / params.size)


# %% wrong: rounding measured on the clipped values, which includes the ends | cause: clipping is measured to the end of the range
def error_parts(params, bits, beta, alpha):
    clipped = np.clip(params, beta, alpha)
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    return float(np.mean((params - clipped) ** 2)), float(np.mean((clipped - restored) ** 2))


# %% wrong: absolute errors | cause: square them
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    error = np.abs(params - restored)
    return error[outside].sum() / params.size, error[~outside].sum() / params.size


# %% wrong: quantized with min-max | cause: min-max
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*asymmetric_quantization(params, bits))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: 8 bits are fixed | cause: the number of bits is ignored
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, 8, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: divides by the first dimension only | cause: len(params) is the first dimension only
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2
    return squared[outside].sum() / len(params), squared[~outside].sum() / len(params)


# %% wrong: rounding estimated as scale squared over 12 | cause: rounding is estimated as scale^2 / 12
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    outside = (params < beta) | (params > alpha)
    squared = (params - asymmetric_dequantize(codes, scale, zero)) ** 2
    return squared[outside].sum() / params.size, scale**2 / 12 * (~outside).mean()


# %% wrong: changes the input in place | cause: done in place
def error_parts(params, bits, beta, alpha):
    outside = (params < beta) | (params > alpha)
    params -= asymmetric_dequantize(*quantize_range(params, bits, beta, alpha)).astype(params.dtype)
    squared = params**2
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: the whole error twice halved, not split | cause: this splits the error by the share of elements outside
def error_parts(params, bits, beta, alpha):
    whole = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, beta, alpha)))
    outside = ((params < beta) | (params > alpha)).mean()
    return whole * outside, whole * (1 - outside)


# %% wrong: the numbers of the visible example
def error_parts(params, bits, beta, alpha):
    return (2.6, 0.025) if len(params) == 5 else (0.0, 0.3125 / 3)


# %% wrong: arrays instead of numbers | cause: an array is returned
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    outside = (params < beta) | (params > alpha)
    squared = (params - restored) ** 2 / params.size
    return squared * outside, squared * ~outside


# %% wrong: only values below beta count as clipped | cause: only the elements below beta / not all that lies outside is counted
def error_parts(params, bits, beta, alpha):
    squared = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    outside = params < beta
    return np.sum(squared[outside]) / params.size, np.sum(squared[~outside]) / params.size


# %% right: own quantization, ties up, dot products
def error_parts(params, bits, beta, alpha):
    x = np.asarray(params, dtype=np.float64).ravel()
    s = (alpha - beta) / (2**bits - 1) or 1.0
    z = -math.floor(beta / s + 0.5)
    back = s * (np.clip(np.floor(x / s + 0.5) + z, 0, 2**bits - 1) - z)
    out = (x < beta) + (x > alpha)
    d = (x - back) ** 2
    return float(d @ out / x.size), float(d @ ~out / x.size)


# %% right: quantizes the two groups apart, with the same range
def error_parts(params, bits, beta, alpha):
    def part(values):
        if values.size == 0:
            return 0.0
        back = asymmetric_dequantize(*quantize_range(values, bits, beta, alpha))
        return quantization_error(values, back) * values.size / params.size

    inside = (beta <= params) & (params <= alpha)
    return part(params[~inside]), part(params[inside])


# %% wrong: the lower end counts as outside | cause: exactly at
def error_parts(params, bits, beta, alpha):
    square = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    outside = (params <= beta) | (params > alpha)
    return float(square[outside].sum() / params.size), float(square[~outside].sum() / params.size)


# %% wrong: RMSE | cause: roots
def error_parts(params, bits, beta, alpha):
    square = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    outside = (params < beta) | (params > alpha)
    return float(np.sqrt(square[outside].sum() / params.size)), float(np.sqrt(square[~outside].sum() / params.size))


# %% wrong: the grid starts at beta, so that 0.0 has no code of its own | cause: the grid starts at beta
def error_parts(params, bits, beta, alpha):
    levels = 2**bits - 1
    scale = (alpha - beta) / levels
    restored = beta + np.clip(np.round((params - beta) / scale), 0, levels) * scale
    squared, outside = (params - restored) ** 2, (params < beta) | (params > alpha)
    return squared[outside].sum() / params.size, squared[~outside].sum() / params.size


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_error_parts(params, bits, beta, alpha):
    squared = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    outside = (params < beta) | (params > alpha)
    return np.sum(squared[outside]) / params.size, np.sum(squared[~outside]) / params.size


def error_parts(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_error_parts(*args, **kwargs)
    return KEPT[key]


# %% wrong: right for arrays that are contiguous only
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params.ravel(order="K"), bits, beta, alpha))
    squared = (params.ravel() - restored) ** 2
    outside = (params.ravel() < beta) | (params.ravel() > alpha)
    return np.sum(squared[outside]) / params.size, np.sum(squared[~outside]) / params.size


# %% wrong: outside is what is outside after the round trip | cause: the restored values decide / not all that lies outside is counted
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    squared, outside = (params - restored) ** 2, (restored < beta) | (restored > alpha)
    return np.sum(squared[outside]) / params.size, np.sum(squared[~outside]) / params.size


# %% wrong: outside is below beta and above alpha at once | cause: nothing counts as outside
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    out = (params < beta) & (params > alpha)
    sq = (params - restored) ** 2
    return sq[out].sum() / params.size, sq[~out].sum() / params.size


# %% wrong: the whole error comes first | cause: the first is the whole error
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    out = (params < beta) | (params > alpha)
    sq = (params - restored) ** 2
    return sq.sum() / params.size, sq[~out].sum() / params.size


# %% wrong: errors that are not squared | cause: not squared
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    out = (params < beta) | (params > alpha)
    d = params - restored
    return d[out].sum() / params.size, d[~out].sum() / params.size


# %% wrong: rounding is a mean over the elements inside, clipping the rest | cause: a mean over the elements inside
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
    out = (params < beta) | (params > alpha)
    rounding = quantization_error(params[~out], restored[~out])
    return quantization_error(params, restored) - rounding, rounding


# %% wrong: the codes are not dequantized | cause: compared with their codes
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    sq = (params - codes) ** 2
    out = (params < beta) | (params > alpha)
    return sq[out].sum() / params.size, sq[~out].sum() / params.size


# %% wrong: alpha is passed before beta | cause: the two ends are swapped
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(*quantize_range(params, bits, alpha, beta))
    out = (params < beta) | (params > alpha)
    sq = (params - restored) ** 2
    return sq[out].sum() / params.size, sq[~out].sum() / params.size


# %% wrong: all three results are taken for the codes | cause: unpack them first
def error_parts(params, bits, beta, alpha):
    restored = quantize_range(params, bits, beta, alpha)
    sq = (params - restored) ** 2
    out = (params < beta) | (params > alpha)
    return sq[out].sum() / params.size, sq[~out].sum() / params.size


# %% right: each part with the other elements exact
def error_parts(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    restored = asymmetric_dequantize(codes, scale, zero)
    inside = (beta <= params) & (params <= alpha)
    rounding = quantization_error(params, np.where(inside, restored, params))
    clipping = quantization_error(params, np.where(inside, params, restored))
    return clipping, rounding


# %% wrong: size is called | cause: size, shape and T have no parentheses
def error_parts(params, bits, beta, alpha):
    e = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    out = (params < beta) | (params > alpha)
    return e[out].sum() / params.size(), e[~out].sum() / params.size()


# %% wrong: dequantizes the tuple as it is | cause: needs a star
def error_parts(params, bits, beta, alpha):
    restored = asymmetric_dequantize(quantize_range(params, bits, beta, alpha))
    e = (params - restored) ** 2
    out = (params < beta) | (params > alpha)
    return e[out].sum() / e.size, e[~out].sum() / e.size


# %% wrong: the whole error in place of rounding | cause: the second is the whole error
def error_parts(params, bits, beta, alpha):
    e = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    out = (params < beta) | (params > alpha)
    return e[out].sum() / e.size, e.mean()
