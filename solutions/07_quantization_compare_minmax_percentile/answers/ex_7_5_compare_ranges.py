# %% right: a dict comprehension and a boolean mask
def compare_ranges(params, bits, ranges):
    size = np.abs(params).ravel()
    cut = max(1, round(size.size / 1000))
    keep = np.ones(size.size, dtype=bool)
    keep[np.argpartition(size, -cut)[-cut:]] = False

    def pair(beta, alpha):
        restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
        squared = ((params - restored) ** 2).ravel()
        return squared.mean(), squared[keep].mean()

    return {name: pair(*ends) for name, ends in ranges.items()}


# %% wrong: everything from a limit on is left out, ties included | cause: equal elements
def compare_ranges(params, bits, ranges):
    absolute = np.abs(params)
    limit = np.sort(absolute, axis=None)[-max(1, round(0.001 * params.size))]
    bulk = absolute < limit
    results = {}
    for name in ranges:
        beta, alpha = ranges[name]
        codes, scale, zero = quantize_range(params, bits, beta, alpha)
        restored = asymmetric_dequantize(codes, scale, zero)
        results[name] = (
            quantization_error(params, restored),
            quantization_error(params[bulk], restored[bulk]),
        )
    return results


# %% wrong: np.quantile of the absolute values | cause: by a percentile
def compare_ranges(params, bits, ranges):
    values = np.asarray(params, dtype=np.float64)
    inside = np.abs(values) <= np.quantile(np.abs(values), 0.999)
    out = {}
    for name, (beta, alpha) in ranges.items():
        error = (values - asymmetric_dequantize(*quantize_range(values, bits, beta, alpha))) ** 2
        out[name] = [float(np.mean(error)), float(np.mean(error[inside]))]
    return out


# %% right: plain Python, sorted values, everything written out
def compare_ranges(params, bits, ranges):
    values = sorted((float(v) for v in np.ravel(params)), key=abs)
    kept = len(values) - max(1, round(len(values) / 1000))
    top = 2**bits - 1
    results = dict()
    for name, (beta, alpha) in ranges.items():
        scale = (alpha - beta) / top
        zero = -round(beta / scale)
        errors = []
        for v in values:
            code = min(max(round(v / scale) + zero, 0), top)
            errors.append((v - (code - zero) * scale) ** 2)
        results[name] = (sum(errors) / len(errors), sum(errors[:kept]) / kept)
    return results


# %% right: torch topk
def compare_ranges(params, bits, ranges):
    x = torch.as_tensor(params, dtype=torch.float64).flatten()
    extreme = x.abs().topk(max(1, round(x.numel() / 1000))).indices
    bulk = torch.ones_like(x, dtype=torch.bool)
    bulk[extreme] = False
    results = {}
    for name, ends in ranges.items():
        restored = torch.from_numpy(asymmetric_dequantize(*quantize_range(x.numpy(), bits, *ends)))
        squared = (x - restored) ** 2
        results[name] = squared.mean().item(), squared[bulk].mean().item()
    return results


# %% wrong: the bulk is everything | cause: the bulk is all elements
def compare_ranges(params, bits, ranges):
    results = {}
    for name, ends in ranges.items():
        error = quantization_error(params, asymmetric_dequantize(*quantize_range(params, bits, *ends)))
        results[name] = (error, error)
    return results


# %% wrong: the largest values, not the largest absolute values | cause: largest |x|
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(values)[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: 1 % instead of 0.1 % | cause: 1 %
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.01 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: nothing is cut of fewer than 500 elements (and [:-0] is empty) | cause: 0.1 % of so few elements rounds to none
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = round(0.001 * values.size)
    bulk = np.argsort(np.abs(values))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: no minimum of one element | cause: at least one
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[: values.size - int(0.001 * values.size)]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: always exactly one element is cut | cause: exactly one
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[:-1]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: each end is cut | cause: both ends
def compare_ranges(params, bits, ranges):
    values = np.sort(params.ravel())
    cut = max(1, round(0.001 * values.size))
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[cut:-cut].mean() if values.size > 2 else 0.0)
    return results


# %% wrong: the error of the extremes | cause: extreme elements
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    extreme = np.argsort(np.abs(values))[-cut:]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[extreme].mean())
    return results


# %% wrong: the pair is swapped | cause: swapped
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared[bulk].mean(), squared.mean())
    return results


# %% wrong: 8 bits are fixed | cause: 8 bits
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, 8, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: the bulk divided by the count of all | cause: the error of the bulk is divided by the number of all elemen
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].sum() / values.size)
    return results


# %% wrong: the largest errors are left out, not the largest values | cause: the largest errors are left out
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), np.sort(squared)[:-cut].mean())
    return results


# %% wrong: the outliers removed before both errors | cause: the extreme elements are removed before both errors
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    cut = max(1, round(0.001 * values.size))
    values = values[np.argsort(np.abs(values))[:-cut]]
    results = {}
    for name, ends in ranges.items():
        error = quantization_error(values, asymmetric_dequantize(*quantize_range(values, bits, *ends)))
        results[name] = (error, error)
    return results


# %% wrong: only one-dimensional arrays | cause: sorts each row
def compare_ranges(params, bits, ranges):
    cut = max(1, round(0.001 * len(params)))
    bulk = np.argsort(np.abs(params))[:-cut]
    results = {}
    for name, ends in ranges.items():
        squared = (params - asymmetric_dequantize(*quantize_range(params, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: the given ranges are ignored, min-max for all | cause: the ranges given are ignored
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[: -max(1, round(0.001 * values.size))]
    squared = (values - asymmetric_dequantize(*asymmetric_quantization(values, bits))) ** 2
    return {name: (squared.mean(), squared[bulk].mean()) for name in ranges}


# %% wrong: a list of pairs | cause: return a dict
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[: -max(1, round(0.001 * values.size))]
    results = []
    for ends in ranges.values():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results.append((squared.mean(), squared[bulk].mean()))
    return results


# %% wrong: the results replace the ranges in the caller's dict | cause: in place
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[: -max(1, round(0.001 * values.size))]
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        ranges[name] = (squared.mean(), squared[bulk].mean())
    return ranges


# %% wrong: the params are sorted in place | cause: done in place
def compare_ranges(params, bits, ranges):
    values = params.reshape(-1)
    values.sort()
    order = np.argsort(np.abs(values))
    bulk = order[: -max(1, round(0.001 * values.size))]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: the numbers of the visible example
def compare_ranges(params, bits, ranges):
    return {"min-max": (1.4, 1.5), "clipped": (28.8, 0.0)}


# %% right: the bulk quantized on its own with the same range
def compare_ranges(params, bits, ranges):
    order = np.argsort(-np.abs(params).ravel(), kind="stable")
    bulk = params.ravel()[order[max(1, round(0.001 * params.size)) :]]

    def error(values, ends):
        return quantization_error(values, asymmetric_dequantize(*quantize_range(values, bits, *ends)))

    return {name: (error(params, ends), error(bulk, ends)) for name, ends in ranges.items()}


# %% wrong: the extremes by distance from the mean | cause: the extremes are those farthest from the mean
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    kept = np.argsort(np.abs(x - x.mean()))[: -max(1, round(0.001 * x.size))]
    out = {}
    for name, ends in ranges.items():
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        out[name] = (float(square.mean()), float(square[kept].mean()))
    return out


# %% wrong: bulk is what lies inside the range | cause: inside the range
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    out = {}
    for name, ends in ranges.items():
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        inside = (x >= ends[0]) & (x <= ends[1])
        out[name] = (float(square.mean()), float(square[inside].mean()))
    return out


# %% wrong: RMSE | cause: roots
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    kept = np.argsort(np.abs(x))[: -max(1, round(0.001 * x.size))]
    out = {}
    for name, ends in ranges.items():
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        out[name] = (float(np.sqrt(square.mean())), float(np.sqrt(square[kept].mean())))
    return out


# %% wrong: numbers in place of the names | cause: the keys must be the names
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    kept = np.argsort(np.abs(x))[: -max(1, round(0.001 * x.size))]
    out = {}
    for number, ends in enumerate(ranges.values()):
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        out[number] = (float(square.mean()), float(square[kept].mean()))
    return out


# %% wrong: each entry is a dict | cause: give the pair
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    kept = np.argsort(np.abs(x))[: -max(1, round(0.001 * x.size))]
    out = {}
    for name, ends in ranges.items():
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        out[name] = {"all": float(square.mean()), "bulk": float(square[kept].mean())}
    return out


# %% wrong: min-max is added where no range is given | cause: the dict must be empty
def compare_ranges(params, bits, ranges):
    x = params.ravel()
    kept = np.argsort(np.abs(x))[: -max(1, round(0.001 * x.size))]
    out = {}
    for name, ends in (ranges or {"min-max": (x.min(), x.max())}).items():
        square = (x - asymmetric_dequantize(*quantize_range(x, bits, *ends))) ** 2
        out[name] = (float(square.mean()), float(square[kept].mean()))
    return out


# %% wrong: 0.1 % is cut off to a whole number | cause: cut off to a whole number
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[:-max(1, int(0.001 * values.size))]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: 0.1 % is rounded up | cause: is rounded up
def compare_ranges(params, bits, ranges):
    values = params.ravel()
    bulk = np.argsort(np.abs(values))[:-math.ceil(0.001 * values.size)]
    results = {}
    for name, ends in ranges.items():
        squared = (values - asymmetric_dequantize(*quantize_range(values, bits, *ends))) ** 2
        results[name] = (squared.mean(), squared[bulk].mean())
    return results


# %% wrong: what it once found for arguments of a shape is returned for all of that shape | cause: what an earlier call returned is returned again
KEPT = {}


def first_compare_ranges(params, bits, ranges):
    values = np.ravel(params)
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    errors = {}
    for name, (beta, alpha) in ranges.items():
        restored = asymmetric_dequantize(*quantize_range(values, bits, beta, alpha))
        errors[name] = quantization_error(values, restored), quantization_error(values[bulk], restored[bulk])
    return errors


def compare_ranges(*args, **kwargs):
    key = str([getattr(value, "shape", None) or type(value) for value in [*args, *kwargs.values()]])
    if key not in KEPT:
        KEPT[key] = first_compare_ranges(*args, **kwargs)
    return KEPT[key]


# %% right: a partition in place of a sort
def compare_ranges(params, bits, ranges):
    v = np.asarray(params, float).reshape(-1)
    keep = v.size - max(1, round(v.size / 1000))
    bulk = np.argpartition(np.abs(v), keep - 1)[:keep]
    def pair(ends):
        e = (v - asymmetric_dequantize(*quantize_range(v, bits, *ends))) ** 2
        return float(e.mean()), float(e[bulk].mean())
    return {name: pair(ends) for name, ends in ranges.items()}


# %% wrong: the smallest absolute values are left out | cause: the smallest |x| are left out
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[cut:]
    out = {}
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return out


# %% wrong: the last elements are left out, unsorted | cause: the last elements of params
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    out = {}
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out[name] = quantization_error(x, r), quantization_error(x[:-cut], r[:-cut])
    return out


# %% wrong: 10 % instead of 0.1 % | cause: 10 %
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.1 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return out


# %% wrong: a loop over the names takes them for pairs | cause: gives its names alone
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (b, a) in ranges:
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return out


# %% wrong: sums of squares | cause: summed
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (b, a) in ranges.items():
        e = (x - asymmetric_dequantize(*quantize_range(x, bits, b, a))) ** 2
        out[name] = e.sum(), e[bulk].sum()
    return out


# %% wrong: absolute errors | cause: square them
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (b, a) in ranges.items():
        e = np.abs(x - asymmetric_dequantize(*quantize_range(x, bits, b, a)))
        out[name] = e.mean(), e[bulk].mean()
    return out


# %% wrong: the codes are not dequantized | cause: compared with their codes
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (b, a) in ranges.items():
        codes, scale, zero = quantize_range(x, bits, b, a)
        out[name] = quantization_error(x, codes), quantization_error(x[bulk], codes[bulk])
    return out


# %% wrong: alpha is passed before beta | cause: the two ends are swapped
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    out = {}
    for name, (a, b) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return out


# %% wrong: a new dict in each round | cause: one range is left, the last
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        out = {name: (quantization_error(x, r), quantization_error(x[bulk], r[bulk]))}
    return out


# %% right: np.delete, and 7.2's parts summed
def compare_ranges(params, bits, ranges):
    flat = params.flatten()
    n = flat.size
    order = sorted(range(n), key=lambda i: -abs(flat[i]))
    extreme = order[: max(1, round(n * 0.001))]
    bulk = np.delete(flat, extreme)
    return {name: (sum(error_parts(flat, bits, *ends)), sum(error_parts(bulk, bits, *ends)))
            for name, ends in ranges.items()}


# %% wrong: sorted values as indices | cause: np.argsort gives positions
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, round(0.001 * x.size))
    bulk = np.sort(np.abs(x))[:-cut]
    res = {}
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        res[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return res


# %% wrong: a float in the slice | cause: indices and counts are integers
def compare_ranges(params, bits, ranges):
    x = np.ravel(params)
    cut = max(1, np.round(0.001 * x.size))
    bulk = np.argsort(np.abs(x))[:-cut]
    res = {}
    for name, (b, a) in ranges.items():
        r = asymmetric_dequantize(*quantize_range(x, bits, b, a))
        res[name] = quantization_error(x, r), quantization_error(x[bulk], r[bulk])
    return res
