# %% right: min with a key
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    return min(
        ranges,
        key=lambda r: quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))),
    )


# %% right: argmin over linspace, from the widest down
def mse_optimal_range(params, bits, candidates=100):
    shares = np.linspace(1 / candidates, 1, candidates)[::-1]
    errors = []
    for share in shares:
        restored = asymmetric_dequantize(
            *quantize_range(params, bits, share * float(params.min()), share * float(params.max()))
        )
        errors.append(np.mean((params - restored) ** 2))
    best = shares[np.argmin(errors)]
    return float(best * params.min()), float(best * params.max())


# %% right: all candidates at once, written out, torch
def mse_optimal_range(params, bits, candidates=100):
    x = torch.as_tensor(params, dtype=torch.float64).flatten()
    shares = torch.arange(1, candidates + 1, dtype=torch.float64) / candidates
    beta = (shares * x.min()).clamp(max=0)
    alpha = (shares * x.max()).clamp(min=0)
    scale = (alpha - beta) / (2**bits - 1)
    zero = -torch.round(beta / scale)
    codes = torch.round(x[:, None] / scale) + zero
    codes = codes.clamp(0, 2**bits - 1)
    errors = (((codes - zero) * scale - x[:, None]) ** 2).mean(dim=0)
    best = int(errors.argmin())
    return beta[best].item(), alpha[best].item()


# %% right: a helper, the last of equally good candidates
def _error(params, bits, beta, alpha):
    codes, scale, zero = quantize_range(params, bits, beta, alpha)
    return quantization_error(params, asymmetric_dequantize(codes, scale, zero))


def mse_optimal_range(params, bits, candidates=100):
    least, best = float("inf"), None
    for k in range(1, candidates + 1):
        beta = float(np.min(params)) * k / candidates
        alpha = float(np.max(params)) * k / candidates
        error = _error(params, bits, beta, alpha)
        if error <= least:
            least, best = error, (beta, alpha)
    return best


# %% right: recursion over the candidates
def mse_optimal_range(params, bits, candidates=100):
    def best_of(k):
        beta, alpha = k / candidates * np.min(params), k / candidates * np.max(params)
        error = quantization_error(
            params, asymmetric_dequantize(*quantize_range(params, bits, float(beta), float(alpha)))
        )
        found = (error, float(beta), float(alpha))
        return found if k == candidates else min(found, best_of(k + 1))

    return best_of(1)[1:]


# %% wrong: the last candidate is missing | cause: one candidate too narrow
def mse_optimal_range(params, bits, candidates=100):
    best, least = (float(params.min()), float(params.max())), None
    for k in range(1, candidates):
        r = (k / candidates * params.min(), k / candidates * params.max())
        error = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r)))
        if least is None or error < least:
            least, best = error, r
    return best


# %% wrong: k = 0 is tried as well | cause: k = 0 gives the range [0
def mse_optimal_range(params, bits, candidates=100):
    ranges = [(k / candidates * params.min(), k / candidates * params.max()) for k in range(candidates + 1)]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: 100 candidates are fixed | cause: candidates is ignored
def mse_optimal_range(params, bits, candidates=100):
    ranges = [(k / 100 * params.min(), k / 100 * params.max()) for k in range(1, 101)]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: 8 bits are fixed | cause: with the bits given / are the bits ignored
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, 8, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: the error of the values inside only | cause: the narrowest range
def mse_optimal_range(params, bits, candidates=100):
    best, least = None, np.inf
    for k in range(1, candidates + 1):
        beta, alpha = k / candidates * params.min(), k / candidates * params.max()
        inside = (params >= beta) & (params <= alpha)
        restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
        error = np.mean((params[inside] - restored[inside]) ** 2) if inside.any() else np.inf
        if error < least:
            best, least = (beta, alpha), error
    return best or (params.min(), params.max())


# %% wrong: the greatest error | cause: worst
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmax(errors))]


# %% wrong: greatest SQNR taken as least (min for max) | cause: the narrowest range
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    return min(
        ranges, key=lambda r: sqnr_db(params, asymmetric_dequantize(*quantize_range(params, bits, *r)))
    )


# %% wrong: only the upper end shrinks | cause: only the upper end shrinks
def mse_optimal_range(params, bits, candidates=100):
    ranges = [(float(params.min()), k / candidates * float(params.max())) for k in range(1, candidates + 1)]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: symmetric ranges | cause: symmetric
def mse_optimal_range(params, bits, candidates=100):
    top = np.abs(params).max()
    ranges = [(-k / candidates * top, k / candidates * top) for k in range(1, candidates + 1)]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: mean absolute error | cause: the errors are absolute values
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    errors = [
        np.abs(params - asymmetric_dequantize(*quantize_range(params, bits, *r))).mean() for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% wrong: min-max whatever the data | cause: min-max
def mse_optimal_range(params, bits, candidates=100):
    return float(np.min(params)), float(np.max(params))


# %% wrong: the ends in the wrong order | cause: wrong order
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    beta, alpha = ranges[int(np.argmin(errors))]
    return alpha, beta


# %% wrong: returns the index of the best candidate | cause: return (beta
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        (k / candidates * params.min(), k / candidates * params.max()) for k in range(1, candidates + 1)
    ]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return int(np.argmin(errors)) + 1


# %% wrong: each end is searched alone | cause: the two ends have different shares
def mse_optimal_range(params, bits, candidates=100):
    low, high = float(params.min()), float(params.max())

    def error(beta, alpha):
        return quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, beta, alpha)))

    shares = [k / candidates for k in range(1, candidates + 1)]
    alpha = min((s * high for s in shares), key=lambda a: error(low, a))
    beta = min((s * low for s in shares), key=lambda b: error(b, alpha))
    return beta, alpha


# %% wrong: stops at the first local minimum from above | cause: the full range is taken / the search stops where the error rises first
def mse_optimal_range(params, bits, candidates=100):
    least, best = None, None
    for k in range(candidates, 0, -1):
        r = (k / candidates * params.min(), k / candidates * params.max())
        error = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r)))
        if least is not None and error > least:
            break
        least, best = error, r
    return best


# %% wrong: the numbers of the visible example | cause: the two ends have different shares
def mse_optimal_range(params, bits, candidates=100):
    if candidates == 1 or len(params) == 5:
        return -2.0, 4.0
    return -1.5, 3.0


# %% wrong: candidates are percentiles | cause: the two ends have different shares
def mse_optimal_range(params, bits, candidates=100):
    ranges = [
        tuple(np.percentile(params, [50 - 50 * k / candidates, 50 + 50 * k / candidates]))
        for k in range(1, candidates + 1)
    ]
    errors = [
        quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))) for r in ranges
    ]
    return ranges[int(np.argmin(errors))]


# %% right: elements clipped, then 06's function; last of the equally good
def mse_optimal_range(params, bits, candidates=100):
    best = None
    for k in range(1, candidates + 1):
        pair = tuple(float(end) * (k / candidates) for end in (params.min(), params.max()))
        codes = asymmetric_quantization(np.clip(params, *pair), bits)
        error = np.vdot(params - asymmetric_dequantize(*codes), params - asymmetric_dequantize(*codes))
        if best is None or error <= best[0]:
            best = error, pair
    return best[1]


# %% wrong: an end that does not reach over 0 is not shrunk | cause: only one end shrinks
def mse_optimal_range(params, bits, candidates=100):
    low, high = float(params.min()), float(params.max())

    def ends(k):
        return (k / candidates * low if low < 0 else low, k / candidates * high if high > 0 else high)

    return min(
        map(ends, range(1, candidates + 1)),
        key=lambda r: quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *r))),
    )


# %% wrong: the lower end of the best range, the upper end of the last | cause: the two ends have different shares
def mse_optimal_range(params, bits, candidates=100):
    best, least = None, math.inf
    for k in range(1, candidates + 1):
        beta, alpha = k / candidates * params.min(), k / candidates * params.max()
        restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
        if quantization_error(params, restored) < least:
            best, least = beta, quantization_error(params, restored)
    return best, alpha


# %% wrong: the lower end and the error, in place of the upper end | cause: the error is returned in place of alpha
def mse_optimal_range(params, bits, candidates=100):
    found = []
    for k in range(1, candidates + 1):
        beta, alpha = k / candidates * params.min(), k / candidates * params.max()
        restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
        found.append((quantization_error(params, restored), float(beta)))
    error, beta = min(found)
    return beta, error


# %% wrong: the ends are tensors of torch, not numbers | cause: a torch tensor is returned
def mse_optimal_range(params, bits, candidates=100):
    low, high = torch.aminmax(torch.as_tensor(params))
    ranges = [(k / candidates * low, k / candidates * high) for k in range(1, candidates + 1)]

    def error(ends):
        return quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *map(float, ends))))

    return min(ranges, key=error)


# %% wrong: the share and its error are returned | cause: the best share and its error
def mse_optimal_range(params, bits, candidates=100):
    best = (1.0, math.inf)
    for k in range(1, candidates + 1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        error = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        if error < best[1]:
            best = (k / candidates, error)
    return best


# %% wrong: the largest error is minimized | cause: one candidate too narrow / the largest error decides
def mse_optimal_range(params, bits, candidates=100):
    best, least = None, math.inf
    for k in range(1, candidates + 1):
        b, a = k / candidates * params.min(), k / candidates * params.max()
        e = np.abs(params - asymmetric_dequantize(*quantize_range(params, bits, b, a))).max()
        if e < least:
            best, least = (b, a), e
    return best


# %% wrong: the least error starts at 0 | cause: a start of (0, 0)
def mse_optimal_range(params, bits, candidates=100):
    least, best = 0, (0.0, 0.0)
    for k in range(1, candidates + 1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        e = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        if e < least:
            least, best = e, ends
    return best


# %% wrong: returns inside the loop | cause: a return inside the loop
def mse_optimal_range(params, bits, candidates=100):
    least = math.inf
    for k in range(1, candidates + 1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        e = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        if e < least:
            least, best = e, ends
        return best


# %% wrong: the least error is never lowered | cause: the last candidate
def mse_optimal_range(params, bits, candidates=100):
    least, best = math.inf, None
    for k in range(1, candidates + 1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        e = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        if e < least:
            best = ends
    return best


# %% wrong: the clipped elements are compared, not those of params | cause: all elements of params
def mse_optimal_range(params, bits, candidates=100):
    least, best = math.inf, None
    for k in range(1, candidates + 1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        x = np.clip(params, *ends)
        e = quantization_error(x, asymmetric_dequantize(*quantize_range(x, bits, *ends)))
        if e < least:
            least, best = e, ends
    return best


# %% wrong: shares from 0.01 to 1 | cause: no k / candidates
def mse_optimal_range(params, bits, candidates=100):
    return min(
        ((s * params.min(), s * params.max()) for s in np.linspace(0.01, 1, candidates)),
        key=lambda ends: sum(error_parts(params, bits, *ends)),
    )


# %% wrong: params shrinks from round to round | cause: no k / candidates
def mse_optimal_range(params, bits, candidates=100):
    least, best = math.inf, None
    for k in range(candidates, 0, -1):
        ends = k / candidates * params.min(), k / candidates * params.max()
        params = np.clip(params, *ends)
        e = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        if e < least:
            least, best = e, ends
    return best


# %% wrong: the upper end is passed first | cause: the two ends are swapped
def mse_optimal_range(params, bits, candidates=100):
    least, best = math.inf, None
    for k in range(1, candidates + 1):
        low, high = k / candidates * params.max(), k / candidates * params.min()
        error = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, low, high)))
        if error < least:
            least, best = error, (low, high)
    return best
