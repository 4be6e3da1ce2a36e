# %% right: 20 log10 of norms
def sqnr_db(params, params_deq):
    noise = np.linalg.norm((params - params_deq).ravel())
    if noise == 0:
        return float("inf")
    return 20 * np.log10(np.linalg.norm(params.ravel()) / noise)


# %% right: a difference of logarithms, with means
def sqnr_db(params, params_deq):
    if np.array_equal(params, params_deq):
        return np.inf
    return 10 * math.log10(np.mean(params**2)) - 10 * math.log10(np.mean((params - params_deq) ** 2))


# %% right: loops
def sqnr_db(params, params_deq):
    signal = noise = 0.0
    for x, y in zip(params.ravel().tolist(), params_deq.ravel().tolist()):
        signal += x * x
        noise += (x - y) ** 2
    return math.inf if noise == 0 else 10 * math.log10(signal / noise)


# %% right: torch inside
def sqnr_db(params, params_deq):
    import torch

    x, y = torch.tensor(params, dtype=torch.float64), torch.tensor(params_deq, dtype=torch.float64)
    noise = ((x - y) ** 2).sum()
    return float("inf") if noise == 0 else (10 * torch.log10((x**2).sum() / noise)).item()


# %% right: division by zero caught
def sqnr_db(params, params_deq):
    try:
        return 10 * math.log(float((params**2).sum()) / float(((params - params_deq) ** 2).sum()), 10)
    except ZeroDivisionError:
        return math.inf


# %% wrong: factor 20 | cause: factor 20
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(20 * np.log10(np.sum(params**2) / noise))


# %% wrong: factor 1 | cause: bel
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(np.log10(np.sum(params**2) / noise))


# %% wrong: upside down | cause: upside down
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(noise / np.sum(params**2)))


# %% wrong: natural logarithm | cause: natural
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log(np.sum(params**2) / noise))


# %% wrong: the ratio itself | cause: ratio itself
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(np.sum(params**2) / noise)


# %% wrong: the restored array's power | cause: restored
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(params_deq**2) / noise))


# %% wrong: variances | cause: variance
def sqnr_db(params, params_deq):
    noise = np.var(params - params_deq)
    return math.inf if noise == 0 else float(10 * np.log10(np.var(params) / noise))


# %% wrong: absolute values | cause: absolute
def sqnr_db(params, params_deq):
    noise = np.sum(np.abs(params - params_deq))
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(np.abs(params)) / noise))


# %% wrong: squared sums in place of sums of squares | cause: squared after the sum
def sqnr_db(params, params_deq):
    noise = np.sum(params - params_deq) ** 2
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(params) ** 2 / noise))


# %% wrong: PSNR | cause: peak
def sqnr_db(params, params_deq):
    noise = np.mean((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.max(np.abs(params)) ** 2 / noise))


# %% wrong: an epsilon instead of inf | cause: before you divide
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2) + 1e-12
    return float(10 * np.log10(np.sum(params**2) / noise))


# %% wrong: 0 where exact | cause: before you divide
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return 0.0 if noise == 0 else float(10 * np.log10(np.sum(params**2) / noise))


# %% wrong: no look at the noise, so all zeros give NaN | cause: before you divide
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return float(10 * np.log10(np.sum(params**2) / noise))


# %% wrong: the mean of the elements' ratios | cause: inf although something was lost
def sqnr_db(params, params_deq):
    if np.array_equal(params, params_deq):
        return math.inf
    return float(10 * np.log10(np.mean(params**2 / (params - params_deq) ** 2)))


# %% wrong: mean against sum | cause: a sum against a mean
def sqnr_db(params, params_deq):
    noise = np.mean((params - params_deq) ** 2)
    return math.inf if noise == 0 else float(10 * np.log10(np.sum(params**2) / noise))


# %% wrong: over the first axis only | cause: nothing was lost / an array is returned
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2, axis=0)
    return 10 * np.log10(np.sum(params**2, axis=0) / noise)


# %% wrong: never negative | cause: below 0 dB there is more noise than signal
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else max(0.0, float(10 * np.log10(np.sum(params**2) / noise)))


# %% wrong: rounded
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return math.inf if noise == 0 else round(float(10 * np.log10(np.sum(params**2) / noise)), 1)


# %% wrong: None where exact | cause: nothing was lost
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    if noise > 0:
        return float(10 * np.log10(np.sum(params**2) / noise))


# %% wrong: nearly exact counts as exact | cause: inf although something was lost
def sqnr_db(params, params_deq):
    if np.allclose(params, params_deq, atol=1e-2):
        return math.inf
    return float(10 * np.log10(np.sum(params**2) / np.sum((params - params_deq) ** 2)))


# %% wrong: 6.02 dB a bit, from the number of levels
def sqnr_db(params, params_deq):
    if np.array_equal(params, params_deq):
        return math.inf
    return 6.02 * math.log2(len(np.unique(params_deq)))


# %% wrong: nearly equal is taken for equal | cause: inf although something was lost
def sqnr_db(params, params_deq):
    if np.allclose(params, params_deq):
        return math.inf
    return float(10 * np.log10(np.sum(params**2) / np.sum((params - params_deq) ** 2)))


# %% wrong: small noise is inf | cause: inf although
def sqnr_db(params, params_deq):
    noise = ((params - params_deq) ** 2).sum()
    return math.inf if noise < 1e-12 else float(10 * np.log10((params**2).sum() / noise))


# %% wrong: norms with factor 10 | cause: norms
def sqnr_db(params, params_deq):
    noise = np.linalg.norm(np.ravel(params - params_deq))
    return math.inf if noise == 0 else float(10 * np.log10(np.linalg.norm(np.ravel(params)) / noise))


# %% wrong: variance of the noise | cause: variance of the noise
def sqnr_db(params, params_deq):
    noise = ((params - params_deq) ** 2).mean()
    return math.inf if noise == 0 else float(10 * np.log10(np.mean(params**2) / np.var(params - params_deq)))


# %% wrong: equal to within five digits is taken for equal | cause: inf although
def sqnr_db(params, params_deq):
    if np.allclose(params, params_deq, rtol=1e-5, atol=0):
        return math.inf
    return float(10 * np.log10(np.sum(params**2) / np.sum((params - params_deq) ** 2)))


# %% wrong: the mean of the rows' decibels | cause: rows' decibels
def sqnr_db(params, params_deq):
    signal, noise = params**2, (params - params_deq) ** 2
    if not noise.any():
        return math.inf
    if params.ndim > 1:
        axes = tuple(range(1, params.ndim))
        return float(np.mean(10 * np.log10(signal.sum(axis=axes) / noise.sum(axis=axes))))
    return float(10 * np.log10(signal.sum() / noise.sum()))


# %% wrong: inf where any element is exact | cause: inf although something was lost
def sqnr_db(params, params_deq):
    if (params == params_deq).any():
        return math.inf
    return float(10 * np.log10((params ** 2).sum() / ((params - params_deq) ** 2).sum()))


# %% right: from the norms, 20 log10 of their ratio
def sqnr_db(params, params_deq):
    noise = np.linalg.norm(np.ravel(params) - np.ravel(params_deq))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float("inf") if not noise else float(20 * np.log10(np.linalg.norm(np.ravel(params)) / noise))


# %% wrong: inf without its module | cause: write math.inf or np.inf
def sqnr_db(params, params_deq):
    noise = np.sum((params - params_deq) ** 2)
    return inf if noise == 0 else 10 * np.log10(np.sum(params**2) / noise)  # noqa: F821
