# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 07 · Calibration: min-max against percentile
#
# In notebook 06 the range was always [min, max]. Here you choose it. Choosing the range from data is called
# **calibration**.
#
# **You will learn** to
# - cut a range at a percentile, and see what that gains and what it costs;
# - split the quantization error into **clipping** and **rounding**, and find the range where their sum is
#   smallest;
# - track a range over batches with a moving average, as PyTorch's *observers* do (modules that record a
#   range);
# - judge a range by the error of all elements, by that of the bulk, and by the accuracy of a network.
#
# **Time:** about 95 minutes: 55 for the five exercises, the rest for reading, the pictures and the question;
# 10 more for the part marked optional. **You need:** notebook 06 (asymmetric quantization, mean squared
# error) and basic NumPy. A little PyTorch appears at the end. If you are stuck in an exercise, go on:
# `checked.name` is your answer once its check has passed, and the course's until then.

# %%
from importlib.util import find_spec

if not find_spec("qcourse"):  # the notebook was opened alone, as on Colab or Kaggle
    print("First, in a cell of its own: %pip install git+https://github.com/qcourse/qcourse")

# %%
import copy
import math

import numpy as np
import torch

from qcourse import checked
from qcourse.plots import calibration, explore, figure
from qcourse.quantization import (
    asymmetric_dequantize,
    asymmetric_quantization,
    quantization_error,
    quantize_range,
    sqnr_db,
)

# %% [markdown]
# From notebook 06 you have `asymmetric_quantization`, `asymmetric_dequantize`, `quantization_error` and
# `sqnr_db`. One helper is new:
#
# `quantize_range(params, bits, beta, alpha)` → `(params_q, scale, zero)` is `asymmetric_quantization` with a
# range $[\beta, \alpha]$ that **you** choose. It widens the range to include 0, rounds, and lets what lies
# outside *saturate*: such a value gets the first or the last code. You may use it in every exercise, or write
# those lines yourself.
#
# ## Why this matters
#
# With $b$ bits there are $2^b$ codes, and $2^b-1$ equal steps between them:
#
# $$\text{scale} = \frac{\alpha - \beta}{2^b - 1}$$
#
# A wide range means large steps, so every value is rounded coarsely. A narrow range means small steps, but
# what lies outside is cut off. Min-max never cuts anything off. The price: **one** extreme value sets the
# step for all the others.
#
# ## The idea on paper
#
# Take five values, −1, 0, 1, 2 and 14, and 2 bits: four codes, three steps.
#
# | range | scale | zero point | the codes stand for | −1, 0, 1, 2, 14 become | squared errors | mean |
# |---|---|---|---|---|---|---|
# | min-max [−1, 14] | 15 / 3 = 5 | 0 | 0, 5, 10, 15 | 0, 0, 0, 0, 15 | 1, 0, 1, 4, 1 | 1.4 |
# | clipped [−1, 2] | 3 / 3 = 1 | 1 | −1, 0, 1, 2 | −1, 0, 1, 2, **2** | 0, 0, 0, 0, 144 | 28.8 |
#
# With min-max the outlier survives, and the other four all become 0. With the clipped range those four are
# exact, and the outlier is lost. The mean squared error prefers min-max: 1.4 against 28.8. If the outlier is
# a glitch, you prefer the clipped range. **No range is best in itself: it depends on whether the outlier
# matters.** Check the table:

# %% tags=["experiment"]
five = np.array([-1.0, 0.0, 1.0, 2.0, 14.0])
for name, (beta, alpha) in {"min-max": (-1, 14), "clipped": (-1, 2)}.items():
    restored = asymmetric_dequantize(*quantize_range(five, 2, beta, alpha))
    print(f"{name}: {restored.tolist()}, error {quantization_error(five, restored):.1f}")

# %% [markdown]
# ## The sample: 10,000 values and one outlier
#
# 9,999 values are uniform between −50 and 150. The last one is 1000.

# %% tags=["experiment"]
sample = np.round(np.random.default_rng(7).uniform(-50, 150, size=10_000), 2)
sample[-1] = 1000.0
codes, scale, zero = asymmetric_quantization(sample, 8)
without = (sample[:-1].max() - sample.min()) / 255
print(f"min-max: scale {scale:.3f}; without the outlier it would be {without:.3f}")

# %% [markdown]
# One value in 10,000 makes the steps five times as wide for all the others. **Predict first:** how many codes
# are left between 0 and 20, and how many decibels do the ordinary values lose? On a number line:

# %% tags=["experiment"]
steps = np.arange(256)
around = {"min-max": (-50, 1000), "without outlier": (-50, 150)}
scales = {name: (alpha - beta) / 255 for name, (beta, alpha) in around.items()}
reachable = {name: (steps - round(50 / scale)) * scale for name, scale in scales.items()}
calibration.grids(sample[:400], reachable, (0, 20))
print("codes from 0 to 20:", {name: int(np.sum((x >= 0) & (x <= 20))) for name, x in reachable.items()})

# %% [markdown]
# Five codes are left between 0 and 20, in place of 26. Steps five times as wide cost the 9,999 ordinary
# values over 14 dB. At 6.02 dB per bit (exercise 6.7), that is more than two of the eight bits:

# %% tags=["experiment"]
ordinary = sample[:-1]
for name, (beta, alpha) in around.items():
    restored = asymmetric_dequantize(*quantize_range(ordinary, 8, beta, alpha))
    print(f"{name}: SQNR of the ordinary values {sqnr_db(ordinary, restored):.1f} dB")

# %% [markdown]
# ## Exercise 7.1: cut the range at a percentile
#
# *Difficulty ★★☆ · 10 minutes*
#
# **Goal.** Quantize with a range that leaves out the most extreme values at each end.
#
# $$\alpha = \max(P_p(x),\, 0) \qquad \beta = \min(P_{100-p}(x),\, 0)$$
#
# $P_p$ is the $p$-th percentile: $p$ % of the values lie below it. Use NumPy's default (linear
# interpolation). Once the range is chosen, everything is as in notebook 06:
# $\text{scale}=(\alpha-\beta)/(2^b-1)$, $\text{zero}=-\text{round}(\beta/\text{scale})$, codes limited to
# $0 \dots 2^b-1$. Outliers stay in the array: they get the first or the last code. An all-zero array gives
# scale 1.0 and zero 0.
#
# On paper: the numbers 0, 1, …, 10 with $p = 90$ and 2 bits. $P_{90} = 9$; $P_{10} = 1$, widened to 0. The
# scale is 9 / 3 = 3, the zero point 0, the codes stand for 0, 3, 6, 9. The 10 becomes 9.
#
# <details><summary>Hint</summary>
#
# `np.percentile(x, [1, 99])` gives both ends at once. `quantize_range` does the rest; so do the four lines
# that you know from 6.2.
#
# </details>


# %% tags=["answer:asymmetric_quantization_percentile"]
def asymmetric_quantization_percentile(params, bits, percentile=99.99):
    """Quantize with the range between two percentiles, widened to include 0; the rest saturates.

    Args:
        params: float array of any shape.
        bits: 2 to 16.
        percentile: the upper end, in percent; the lower end is the percentile 100 - percentile.

    Returns:
        (params_q, scale, zero): int32 codes of the same shape, a float, an int.
        An all-zero array gives scale 1.0 and zero 0.
    """
    ### BEGIN SOLUTION Exercise 7.1: cut the range at a percentile
    beta, alpha = np.percentile(params, [100 - percentile, percentile])
    return quantize_range(params, bits, beta, alpha)
    ### END SOLUTION


# %% tags=["check:asymmetric_quantization_percentile"]
import qcourse.check


@qcourse.check.exercise("7.1", asymmetric_quantization_percentile, returns=("params_q", "scale", "zero"))
def check_asymmetric_quantization_percentile(ex):
    # Eleven sorted values: the 80th percentile is the third from the end, 40; the 20th is -20.
    x = np.array([-100.0, -30, -20, -17, -4, 0, 5, 18, 40, 49, 1000])
    codes, scale, zero = ex.call(x, 2, 80, case="range [-20, 40], 2 bits: scale 60 / 3 = 20, zero 1")
    ex.equal("scale", scale, 20.0)
    ex.equal("zero", zero, 1)
    ex.codes("params_q", codes, x / 20 + 1, 0, 3)

    # 13.2 to 33.2: the 84th percentile lies at 30, between 29.2 and 31.2; the 16th is widened to 0.
    x = np.arange(13.2, 34.0, 2)
    codes, scale, zero = ex.call(x, 4, percentile=84, case="range [0, 30], 4 bits: scale 30 / 15 = 2, zero 0")
    ex.equal("scale", scale, 2.0)
    ex.equal("zero", zero, 0)
    ex.codes("params_q", codes, x / 2, 0, 15)

    codes, scale, zero = ex.call(np.zeros(4), 8, case="all zeros")
    ex.equal("scale", scale, 1.0)
    ex.equal("zero", zero, 0)


# %% tags=["hidden:asymmetric_quantization_percentile"]

# %% [markdown]
# ### What it gains, and what it costs
#
# Min-max and two percentiles on the sample, each judged twice: over all 10,000 elements and without the
# outlier.

# %% tags=["experiment"]
for percentile in (100, 99.99, 99):
    codes, scale, zero = checked.asymmetric_quantization_percentile(sample, 8, percentile)
    restored = asymmetric_dequantize(codes, scale, zero)
    whole, rest = quantization_error(sample, restored), quantization_error(sample[:-1], restored[:-1])
    print(f"percentile {percentile:<6} scale {scale:.3f}   all {whole:7.3f}   without the outlier {rest:.3f}")

# %% [markdown]
# The 100th percentile is min-max. The 99.99th makes the error of the 9,999 ordinary values 28 times smaller
# (1.423 → 0.050). But the error over all elements is **51 times larger** (1.423 → 72.329), because the
# outlier is now 850 off: $850^2 / 10{,}000 \approx 72$. A comparison that shows only the error without the
# outlier tells half the story. Print both, then decide which one you care about. **Predict first:** where,
# close to 100, does the error of all elements begin to fall steeply? From the 90th percentile to min-max:

# %% tags=["experiment"]
percentiles = 100 - np.logspace(1, -3, 25)
errors = []
for percentile in percentiles:
    restored = asymmetric_dequantize(*checked.asymmetric_quantization_percentile(sample, 8, percentile))
    errors.append((quantization_error(sample, restored), quantization_error(sample[:-1], restored[:-1])))
calibration.error_against_percentile(percentiles, *np.transpose(errors), scale=1050 / 255)
print(
    f"of all: {errors[0][0]:.0f} at percentile {percentiles[0]:g}, {errors[6][0]:.0f} at {percentiles[6]:g}"
)

# %% [markdown]
# Read it from the left (the axis is stretched towards 100: each tick leaves out a tenth of what the one
# before leaves out). Up to about the 99th percentile too many ordinary values are cut off, and both errors
# fall as the range grows (that of all elements from 100 to 73, as the line of numbers says; here it is hard
# to see). Then the range holds nearly all of them, and little changes. The error of all elements turns down
# between 99.99 and 99.999: there the percentile lies between the two largest values, 150 and 1000, and NumPy
# interpolates. The range stretches towards the outlier, the outlier's error falls, and that of all the others
# rises to the dotted line.
#
# **A common mistake.** Two faults from notebook 06 come back with percentiles. A range that leaves out 0
# gives a zero point outside the codes, which cannot be stored in 8 bits; and `-1 * np.round(…)` is a float,
# although a zero point is an integer. Below, two zeros lie among 5,000 values from 20 to 60: min-max would
# include them, the percentiles do not. Widening the range, as you did, fixes the first; an `int` fixes the
# second.

# %% tags=["experiment"]
mostly_far = np.append(np.random.default_rng(71).uniform(20, 60, 5000), [0.0, 0.0])
beta, alpha = np.percentile(mostly_far, [1, 99])
careless = -1 * np.round(beta / ((alpha - beta) / 255))
zero = checked.asymmetric_quantization_percentile(mostly_far, 8, 99)[2]
print(f"careless zero point {careless} ({type(careless).__name__}), codes 0 to 255")
print(f"yours               {zero} ({type(zero).__name__})")

# %% [markdown]
# **Takeaway.** A percentile removes outliers from the range, and the number of elements decides what it
# removes: of 10,000 values, 99.99 leaves out one at each end. It only counts: it asks neither how far out a
# value lies nor how many bits you have. On data without far values (short tails) it cuts off values and gains
# nothing.
#
# ## Exercise 7.2: clipping and rounding
#
# *Difficulty ★★☆ · 10 minutes*
#
# **Goal.** Measure how much of the error comes from the values outside the range and how much from those
# inside.
#
# $$\underbrace{\frac1n\sum_{x\,\notin\,[\beta,\alpha]}(x-\hat x)^2}_{\text{clipping}}
# \;+\;\underbrace{\frac1n\sum_{x\,\in\,[\beta,\alpha]}(x-\hat x)^2}_{\text{rounding}}\;=\;\text{MSE}$$
#
# $\hat x$ is the value after the round trip: quantized with the range $[\beta, \alpha]$, then dequantized.
# Both sums are divided by $n$, the number of **all** elements, so that the two parts add up to the mean
# squared error. A value exactly at $\beta$ or $\alpha$ lies inside.
#
# On paper: of the five values above, −1, 0, 1, 2 and 14, the clipped range [−1, 2] has clipping 144 / 5 =
# 28.8 and rounding 0. Min-max, [−1, 14], has clipping 0 and rounding (1 + 0 + 1 + 4 + 1) / 5 = 1.4.
#
# <details><summary>Hint</summary>
#
# A mask, `outside = (params < beta) | (params > alpha)`, splits the squared errors. `~outside` is the rest.
# The mean of an empty selection is NaN; its sum is 0.
#
# </details>


# %% tags=["answer:error_parts"]
def error_parts(params, bits, beta, alpha):
    """Split the mean squared error of quantizing with [beta, alpha] into clipping and rounding.

    Args:
        params: float array of any shape.
        bits: 2 to 16.
        beta, alpha: the range, beta <= 0 <= alpha.

    Returns:
        (clipping, rounding): two floats; the sums of squared errors outside and inside
        [beta, alpha], each divided by the number of all elements.
    """
    ### BEGIN SOLUTION Exercise 7.2: clipping and rounding
    squared = (params - asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))) ** 2
    outside = (params < beta) | (params > alpha)
    return np.sum(squared[outside]) / params.size, np.sum(squared[~outside]) / params.size
    ### END SOLUTION


# %% tags=["check:error_parts"]
import qcourse.check


@qcourse.check.exercise("7.2", error_parts, returns=("clipping", "rounding"))
def check_error_parts(ex):
    # Scale 1.5, zero 1: the codes stand for -1.5, 0, 1.5, 3. -2 becomes -1.5 and 5 becomes 3; 3.5 is inside.
    x = np.array([-2.0, -0.25, 2.5, 3.125, 3.5, 5.0])
    clipping, rounding = ex.call(x, 2, -1.0, 3.5, case="two of six values lie outside [-1, 3.5]")
    ex.equal("clipping", clipping, (0.25 + 4) / 6)
    ex.equal("rounding", rounding, (0.0625 + 0.25 + 0.015625 + 0.25) / 6)

    x = np.array([[-1.0, 1.25], [2.0, 0.0]])
    clipping, rounding = ex.call(x, 2, -1.0, 2.0, case="a matrix, and no value outside [-1, 2]")
    ex.equal("clipping", clipping, 0.0)
    ex.equal("rounding", rounding, 0.0625 / 4)


# %% tags=["hidden:error_parts"]

# %% [markdown]
# ### The two pull against each other
#
# A Gaussian sample (mean 0, σ = 1) and 4 bits. Each range is a share of [min, max]. The sample is made
# symmetric (each value comes with its negative), so that both ends are equally far from 0. **Predict first:**
# which share of [min, max] will have the least error?

# %% tags=["experiment"]
half = np.random.default_rng(72).normal(size=10_000)
bell = np.concatenate([half, -half])
shares = np.arange(1, 101) / 100
parts = np.array([checked.error_parts(bell, 4, share * bell.min(), share * bell.max()) for share in shares])
calibration.parts_against_range(shares, parts, bits=4)

# %% [markdown]
# Now with sliders, where the notebook is open in JupyterLab, and with a sample of longer tails (Laplace).
# **Predict first:** with fewer bits, does the best percentile move towards 100 or away from it?

# %% tags=["experiment"]
laplace = np.random.default_rng(76).laplace(size=4000)
explore.percentile_and_parts(laplace, checked.error_parts)

# %% tags=["experiment"]
ends_of = {p: np.percentile(laplace, [100 - p, p]) for p in explore.PERCENTILES}
for bits in (2, 3, 4, 5, 8):
    error = {p: sum(checked.error_parts(laplace, bits, *ends)) for p, ends in ends_of.items()}
    print(f"{bits} bits: of the slider's percentiles {min(error, key=error.get):g} is the best")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Away from it: with few bits rounding costs more, so it pays to clip more. Of the slider's percentiles the
# best is 96 at 2 bits, 99 at 3, 99.7 at 4 and 100 at 8.
# </details>
#
# On the sample with the outlier the parts show what happened in 7.1: with min-max all of the error is
# rounding; with the range cut at 150 nearly all of it is clipping.

# %% tags=["experiment"]
for name, (beta, alpha) in {"min-max": (-50, 1000), "clipped": (-50, 150)}.items():
    clipping, rounding = checked.error_parts(sample, 8, beta, alpha)
    guess = ((alpha - beta) / 255) ** 2 / 12
    print(f"{name}: clipping {clipping:6.3f}, rounding {rounding:.4f} (scale² / 12 = {guess:.4f})")

# %% [markdown]
# **Takeaway.** Rounding error is close to scale² / 12, as long as the steps are small compared with the
# spread of the data: it grows with the square of the range. Clipping error falls as the range grows. The best
# range is where the sum is smallest. For the bell shape at 4 bits that is about two thirds of [min, max].
#
# ## Exercise 7.3: the range of least error
#
# *Difficulty ★★☆ · 10 minutes*
#
# **Goal.** Try shrunken copies of [min, max] and return the one with the smallest mean squared error.
#
# $$(\beta_k, \alpha_k) = \frac{k}{K}\,(\min x,\ \max x), \quad k = 1 \dots K
# \qquad\qquad k^\star = \arg\min_k \ \text{MSE}(x, \hat x_k)$$
#
# $K$ is `candidates`; $k = K$ is min-max itself. $\hat x_k$ is the round trip with the range
# $(\beta_k,\alpha_k)$, and the error is that of **all** elements, clipped ones included. Return the range of
# the best $k$; if two are equally good, either is right. (Where all values are above 0, $\beta$ may be
# $\frac kK \min x$ or 0, to which the quantizer widens it; below 0 the same holds for $\alpha$.)
#
# On paper: the five values again, 2 bits, $K = 2$. For $k = 1$ the range is [−0.5, 7], the codes stand for 0,
# 2.5, 5, 7.5, the squared errors are 1, 0, 1, 0.25 and 42.25, their mean 8.9. For $k = 2$, min-max, it is
# 1.4: better.
#
# <details><summary>Hint</summary>
#
# Loop over `range(1, candidates + 1)`, and keep the best so far. `quantize_range`, `asymmetric_dequantize`
# and `quantization_error` give the error of one candidate.
#
# </details>
#
# <details><summary>A deeper hint</summary>
#
# Take the minimum and the maximum of all of `params` once, before the loop. Start with `least = math.inf` (an
# error is never below 0, so a start of 0 would never be beaten) and keep the *range* together with its error.
# Do not stop at the first rise: the error may fall again. With `range(candidates)` k would start at 0, which
# is no range, and min-max would be missing.
#
# </details>


# %% tags=["answer:mse_optimal_range"]
def mse_optimal_range(params, bits, candidates=100):
    """Find the range k / candidates * [min, max], k = 1 ... candidates, of smallest mean squared error.

    Args:
        params: float array of any shape.
        bits: 2 to 16.
        candidates: how many ranges to try.

    Returns:
        (beta, alpha): two floats.
    """
    ### BEGIN SOLUTION Exercise 7.3: the range of least error
    low, high = np.min(params), np.max(params)
    best, least = None, math.inf
    for k in range(1, candidates + 1):
        beta, alpha = k / candidates * low, k / candidates * high
        restored = asymmetric_dequantize(*quantize_range(params, bits, beta, alpha))
        error = quantization_error(params, restored)
        if error < least:
            best, least = (beta, alpha), error
    return best
    ### END SOLUTION


# %% tags=["check:mse_optimal_range"]
import qcourse.check


@qcourse.check.exercise("7.3", mse_optimal_range, returns=("beta", "alpha"))
def check_mse_optimal_range(ex):
    # 2 bits, 4 candidates. The sums of squared errors for k = 1, 2, 3, 4: 12.25, 5, 1.75 and 1.
    x = np.array([-2.0, 0, 1, 2, 4])
    beta, alpha = ex.call(x, 2, candidates=4, case="[-2, 4] is best: its codes stand for -2, 0, 2, 4")
    ex.equal("beta", beta, -2.0)
    ex.equal("alpha", alpha, 4.0)

    # 8 candidates: the sums of squared errors for k = 5 to 8: 2.94, 2.25, 2.56 and 2.5.
    x = np.array([-2.0, -1, -1, 2.5, 2.5, 4])
    beta, alpha = ex.call(x, 2, candidates=8, case="[-1.5, 3] is best: its codes stand for -1.5, 0, 1.5, 3")
    ex.equal("beta", beta, -1.5)
    ex.equal("alpha", alpha, 3.0)

    x = np.array([-2.0, 0, 1, 1, 1, 1, 1, 1, 2, 4])
    beta, alpha = ex.call(x, 2, candidates=1, case="one candidate: that is min-max")
    for name, got, want in (("beta", beta, -2.0), ("alpha", alpha, 4.0)):
        ex.equal(name, got, want)


# %% tags=["hidden:mse_optimal_range"]

# %% [markdown]
# ### Optional: against published values
#
# *The hardest page of the notebook. No exercise needs it: you can go on at "Squared error and the outlier".*
#
# Banner et al. (2019, "ACIQ") derived the best clipping value α for a range [−α, α]. In this section, as in
# the paper, $M$ is the number of bits, and $b$ the scale of a Laplace distribution, whose density is
# $e^{-|x|/b} / (2b)$. Its error is, to a good approximation,
#
# $$\underbrace{2b^2 e^{-\alpha/b}}_{\text{clipping}}
# + \underbrace{\frac{\alpha^2}{3\cdot 4^M}}_{\text{rounding}}
# \qquad\Rightarrow\qquad \frac{\alpha}{b}\,e^{\alpha/b} = 3\cdot 4^M .$$
#
# (The arrow: at the least error the derivative by α, $-2b\,e^{-\alpha/b} + 2\alpha/(3\cdot 4^M)$, is 0.) They
# publish α = 2.83 b, 3.89 b, 5.03 b at 2, 3, 4 bits; for a Gaussian, their code has 1.71 σ, 2.15 σ,
# 2.55 σ. The Laplace values solve the equation to within 0.01:

# %% tags=["experiment"]
published = {"Gaussian": {2: 1.71, 3: 2.15, 4: 2.55}, "Laplace": {2: 2.83, 3: 3.89, 4: 5.03}}
for bits, alpha in published["Laplace"].items():
    root = min(np.arange(1, 7, 0.001), key=lambda a: abs(a * math.exp(a) - 3 * 4**bits))
    print(f"{bits} bits: the equation's solution is {root:.3f} b, published {alpha} b")

# %% [markdown]
# For a Gaussian (σ = 1) the clipping part, with the complementary error function erfc, is
#
# $$(1 + \alpha^2)\,\mathrm{erfc}\!\left(\frac{\alpha}{\sqrt2}\right)
# - \alpha\sqrt{\frac{2}{\pi}}\; e^{-\alpha^2/2},$$
#
# and there is no simple equation. On a fine grid, the α with the smallest sum is theirs to within 0.01:

# %% tags=["experiment"]
fine = np.arange(1, 4, 0.001)
tail = np.array([math.erfc(alpha / math.sqrt(2)) for alpha in fine])
clipping = (1 + fine**2) * tail - fine * math.sqrt(2 / math.pi) * np.exp(-(fine**2) / 2)
for bits, alpha in published["Gaussian"].items():
    least = fine[np.argmin(clipping + fine**2 / (3 * 4**bits))]
    print(f"{bits} bits: {least:.2f}, published {alpha}")

# %% [markdown]
# **Their setting is not ours**, so do not expect equal numbers. They cut [−α, α] into $2^M$ bins and take
# each bin's midpoint: no code stands for 0. They take the rounding error to be step² / 12 everywhere, and
# measure clipping from α, not from the last midpoint. Our grid has $2^M-1$ steps, one code for exactly 0, and
# with an even number of codes one side is a step shorter. All three are compared below: the published value,
# the best α for *their* grid measured on our sample, and what *your* function finds.


# %% tags=["experiment"]
def midpoint_error(values, bits, alpha):
    """The mean squared error of the grid of Banner et al.: 2**bits bins, each at its midpoint."""
    step = 2 * alpha / 2**bits
    bins = np.clip(np.floor(values / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return quantization_error(values, (bins + 0.5) * step)


# %% tags=["experiment"]
def range_error(values, bits, beta, alpha):
    """The mean squared error of our grid with the range [beta, alpha]."""
    return quantization_error(values, asymmetric_dequantize(*quantize_range(values, bits, beta, alpha)))


half = np.random.default_rng(73).laplace(size=10_000)
shapes = {"Gaussian": bell, "Laplace": np.concatenate([half, -half])}
clips = np.arange(0.8, 7, 0.1)

# %% tags=["experiment"]
chosen, rows = {}, []
for name, values in shapes.items():
    chosen[name] = {bits: checked.mse_optimal_range(values, bits)[1] for bits in (2, 3, 4)}
    for bits, paper in published[name].items():
        theirs = min(clips, key=lambda clip: midpoint_error(values, bits, clip))
        ours = chosen[name][bits]
        more = range_error(values, bits, -paper, paper) / range_error(values, bits, -ours, ours) - 1
        rows.append([name, bits, paper, f"{theirs:.1f}", f"{ours:.2f}", f"{100 * max(more, 0):.1f} %"])
header = ["sample", "bits", "α published", "α best, their grid", "α from 7.3, our grid"]
figure.show_table([*header, "error added by the published α"], rows)

# %% tags=["experiment"]
curves = {}
for name, values in shapes.items():
    at = {bits: [range_error(values, bits, -clip, clip) for clip in clips] for bits in (2, 3, 4)}
    curves[name] = (at, chosen[name], published[name])
calibration.clipping_curves(curves, clips)

# %% [markdown]
# The more bits, the better the three agree. At 2 bits the approximations are rough, and one of our four codes
# is spent on 0. The minima are flat: the last column says how little is lost with the published value, which
# needs no search, only σ or $b$.
#
# ### Squared error and the outlier
#
# The smallest squared error does not mean "without outliers". On our sample it keeps the outlier almost whole
# (1000 becomes 980), because one value 850 off costs more than 9,999 coarse roundings. PyTorch's
# `HistogramObserver` looks for the smallest squared error too, over a histogram of the values and for 256
# codes, and keeps it as well:

# %% tags=["experiment"]
from qcourse.data import load_digits28
from qcourse.models import to_input, to_labels
from qcourse.torch_ao import HistogramObserver, MinMaxObserver, MovingAverageMinMaxObserver
from qcourse.training import accuracy, trained_net

# %% tags=["experiment"]
beta, alpha = checked.mse_optimal_range(sample, 8)
observer = HistogramObserver()
observer(torch.from_numpy(sample).float())
scale, zero = (value.item() for value in observer.calculate_qparams())
print(f"7.3:               [{beta:.0f}, {alpha:.0f}]")
print(f"HistogramObserver: [{-zero * scale:.0f}, {(255 - zero) * scale:.0f}]")

# %% [markdown]
# **Where its search differs from yours.** A histogram knows bins, not values. So even of five values, where
# nothing should be clipped, it cuts a little off both ends. And it searches for 256 codes whatever
# `quant_max` says: with few bits it takes a range that is too wide, and the squared error grows.


# %% tags=["experiment"]
def histogram_range(values, bits):
    observer = HistogramObserver(quant_min=0, quant_max=2**bits - 1)
    observer(torch.tensor(np.asarray(values), dtype=torch.float32))
    scale, zero = (value.item() for value in observer.calculate_qparams())
    return -zero * scale, (2**bits - 1 - zero) * scale


print(
    "the range of -1, -0.3, 0, 0.4, 2: [≈ {:.4f}, ≈ {:.4f}]".format(
        *histogram_range([-1, -0.3, 0, 0.4, 2], 8)
    )
)
for bits in (8, 4, 3):
    theirs, ours = histogram_range(bell, bits), checked.mse_optimal_range(bell, bits)
    times = range_error(bell, bits, *theirs) / range_error(bell, bits, *ours)
    ends = f"its range ends at ≈ {theirs[1]:.1f}, 7.3's at ≈ {ours[1]:.1f}"
    print(f"{bits} bits: {ends}; its squared error is ≈ {times:.1f} times as large")

# %% [markdown]
# A single NaN, say from 0 / 0 in one image, is enough to spoil a calibration. `MinMaxObserver` keeps it for
# ever; `np.percentile` returns it, and `np.nanpercentile` ignores it; `HistogramObserver` stops with an
# error:

# %% tags=["experiment"]
one_nan, clean = torch.tensor([0.0, 1.0, math.nan]), torch.tensor([0.0, 1.0])
watcher = MinMaxObserver()
watcher(one_nan)
watcher(clean)
print("MinMaxObserver, even after clean batches:", watcher.max_val.item())
print(
    "np.percentile:", np.percentile(one_nan, 99), " np.nanpercentile:", f"{np.nanpercentile(one_nan, 99):.2f}"
)
try:
    HistogramObserver()(one_nan)
except RuntimeError as error:
    print("HistogramObserver raises", type(error).__name__)

# %% [markdown]
# Look for NaN before you calibrate: only one of the four stops.

# %% [markdown]
# **Takeaway.** The best range depends on the bits: with few bits, rounding is expensive and it pays to clip
# more. Squared error weighs a value by the square of how far it is off, so a single far outlier outvotes
# thousands of others. Nagel et al. (2021, section on range setting) list one more criterion: for the last
# layer of a classifier, the cross-entropy between the softmax of the logits before and after quantization,
# since what matters there is which logit is largest.
#
# ## Exercise 7.4: a moving average over batches
#
# *Difficulty ★★☆ · 15 minutes*
#
# **Goal.** Track the range of data that comes in batches, without keeping the batches.
#
# $$\text{first batch:}\quad \beta = \min x,\ \ \alpha = \max x
# \qquad\qquad \text{later:}\quad \beta \leftarrow \beta + m\,(\min x - \beta),\ \
# \alpha \leftarrow \alpha + m\,(\max x - \alpha)$$
#
# $m$ is `momentum`: 0.01 means that a new batch moves the range by 1 % of the way. This is PyTorch's
# `MovingAverageMinMaxObserver`, the default observer for activations in quantization-aware training (its $m$
# is called `averaging_constant`): do not call it here. The observer keeps what it saw; widening to include 0
# is left to the quantizer.
#
# On paper, $m = 0.1$: a first batch from −1 to 3 sets the range [−1, 3]. A second from −2 to 8 moves it to
# [−1 − 0.1 · 1, 3 + 0.1 · 5] = [−1.1, 3.5].
#
# `.range` is read without parentheses: a plain attribute or a `@property`.
#
# <details><summary>Hint</summary>
#
# Set `self.range = None` in `__init__`: `update` then recognises the first batch. Testing a number for 0
# instead goes wrong if the first minimum is 0, as it is after every ReLU.
#
# </details>
#
# <details><summary>A deeper hint</summary>
#
# Two methods to write: `__init__` stores `momentum` and `range`; `update` computes the batch's minimum and
# maximum and then either sets `self.range` or moves both ends: old + momentum · (new − old). Store new
# floats, not views of the batch: the caller may fill the same array again.
#
# </details>


# %% tags=["answer:MovingAverageMinMax"]
class MovingAverageMinMax:
    """Track the range of batches by a moving average of their minimum and maximum.

    Attributes:
        range: (beta, alpha), two floats, once a batch has been seen; an attribute or a property.
    """

    def __init__(self, momentum=0.01):
        """Remember momentum, the share (0 to 1) by which a later batch moves the range."""
        ### BEGIN SOLUTION Exercise 7.4: __init__ remembers momentum, and that no batch has come yet
        self.momentum = momentum
        self.range = None
        ### END SOLUTION

    def update(self, batch):
        """Take in one batch, a float array of any shape: the first sets the range, later ones move it."""
        ### BEGIN SOLUTION Exercise 7.4: update takes in one batch
        low, high = float(np.min(batch)), float(np.max(batch))
        beta, alpha = self.range or (low, high)
        self.range = (beta + self.momentum * (low - beta), alpha + self.momentum * (high - alpha))
        ### END SOLUTION


# %% tags=["check:MovingAverageMinMax"]
import qcourse.check


@qcourse.check.exercise("7.4", MovingAverageMinMax, when_graded="that no batch is kept, two trackers at once")
def check_MovingAverageMinMax(ex):
    def ranges_after(batches, **settings):
        """The range that a new tracker holds after each of the batches."""
        tracker, seen = ex.answer(**settings), []
        for batch in batches:
            tracker.update(batch)
            seen.append(copy.copy(tracker.range))
        return seen

    # Momentum 0.25: a quarter of the way each time. 0 -> 1 -> 0 and 3 -> 4 -> 3.5.
    batches = [np.array([0.0, 3.0]), np.array([[4.0, 5.0], [7.0, 4.5]]), np.array([-3.0, 2.0])]
    seen = ex.call(batches, function=ranges_after, momentum=0.25, case="three batches, momentum 0.25")
    for number, (got, want) in enumerate(zip(seen, [(0.0, 3.0), (1.0, 4.0), (0.0, 3.5)]), start=1):
        ex.true(not callable(got), "range is a method: make it an attribute or a property.")
        ex.true(
            isinstance(got, tuple | list) and len(got) == 2, "range must be the pair (beta, alpha).", got=got
        )
        ex.equal(f"beta after batch {number}", got[0], want[0])
        ex.equal(f"alpha after batch {number}", got[1], want[1])


# %% tags=["hidden:MovingAverageMinMax"]

# %% [markdown]
# ### One strange batch
#
# A hundred batches of 64 Gaussian values; the 30th holds a stray 25. Min-max is compared with two momenta.
# **Predict first:** how far does each of the three jump at batch 30, and which of them come back down?

# %% tags=["experiment"]
stream = np.random.default_rng(74).normal(0, 1, (100, 64))
stream[29, 0] = 25.0
tracked = {"min-max": np.maximum.accumulate(stream.max(axis=1))}
for momentum in (0.01, 0.1):
    tracker = checked.MovingAverageMinMax(momentum)
    ends = [(tracker.update(batch), tracker.range[1])[1] for batch in stream]
    tracked[f"moving average, momentum {momentum}"] = ends
calibration.ranges_over_batches(stream.max(axis=1), tracked, "One strange batch in a hundred")
for name, ends in tracked.items():
    print(f"{name}: {ends[28]:.1f} before batch 30, {ends[29]:.1f} at it, {ends[-1]:.1f} at the end")

# %% [markdown]
# Min-max jumps to 25 and stays there. With momentum 0.1 the end rises to 4.6 and ends at 2.3; with 0.01 it
# rises to 2.7 and ends at 2.5. PyTorch's observer, given the same batches, holds the same range:

# %% tags=["experiment"]
tracker, observer = checked.MovingAverageMinMax(0.1), MovingAverageMinMaxObserver(averaging_constant=0.1)
for batch in stream:
    tracker.update(batch)
    observer(torch.from_numpy(batch).float())
print(f"7.4:     {tracker.range[0]:.4f} to {tracker.range[1]:.4f}")
print(f"PyTorch: {observer.min_val.item():.4f} to {observer.max_val.item():.4f}")

# %% [markdown]
# The smoothing has a price. With momentum $m$, after $n$ batches the first one still weighs $(1-m)^{n-1}$:

# %% tags=["experiment"]
for batches in (10, 100, 500):
    print(f"after {batches:3} batches the first weighs {100 * 0.99 ** (batches - 1):4.1f} %")

# %% [markdown]
# **Takeaway.** A moving average of extremes forgets a stray batch; a running min-max never does. The moving
# average also stays *inside* the largest values seen, so it clips a little in many batches. With momentum
# 0.01 and only ten batches it is little more than the range of the first one: with few batches, shuffle the
# data, or use min-max.
#
# ## Exercise 7.5: compare ranges, all against bulk
#
# *Difficulty ★★☆ · 10 minutes*
#
# **Goal.** For each named range, give the error of all elements and the error of the bulk.
#
# The **bulk** is what remains when the most extreme 0.1 % of the elements (those with the largest absolute
# values), but at least one, are left out. Of $n$ elements the bulk leaves out
#
# $$\max\bigl(1,\ \text{round}(0.001\,n)\bigr).$$
#
# All elements are quantized with the given range. Only then is the error averaged: once over all, once over
# the bulk.
#
# On paper: of −1, 0, 1, 2 and 14 the bulk is all but the 14. Min-max gives 1.4 over all and (1 + 0 + 1 + 4) /
# 4 = 1.5 over the bulk, the clipped range [−1, 2] gives 28.8 and 0.
#
# <details><summary>Hint</summary>
#
# `np.argsort(np.abs(values))` lists positions from the smallest absolute value to the largest; `[:-cut]`
# drops the last `cut` of them. Flatten first.
#
# </details>


# %% tags=["answer:compare_ranges"]
def compare_ranges(params, bits, ranges):
    """Give the error of each range, over all elements and over the bulk.

    Args:
        params: float array of any shape, at least two elements.
        bits: 2 to 16.
        ranges: dict of name -> (beta, alpha), with beta <= 0 <= alpha.

    Returns:
        dict of name -> (mse_all, mse_bulk), two floats: the mean squared error over all elements,
        and over all but the most extreme 0.1 % by absolute value (at least one element).
    """
    ### BEGIN SOLUTION Exercise 7.5: compare ranges, all against bulk
    values = np.ravel(params)
    cut = max(1, round(0.001 * values.size))
    bulk = np.argsort(np.abs(values))[:-cut]
    errors = {}
    for name, (beta, alpha) in ranges.items():
        restored = asymmetric_dequantize(*quantize_range(values, bits, beta, alpha))
        errors[name] = quantization_error(values, restored), quantization_error(values[bulk], restored[bulk])
    return errors
    ### END SOLUTION


# %% tags=["check:compare_ranges"]
import qcourse.check


@qcourse.check.exercise("7.5", compare_ranges, when_graded="how many of thousands are extreme")
def check_compare_ranges(ex):
    # The example on paper turned round, and a 0 more: the bulk is all but the -14.
    x = np.array([[1.0, 0.0, -1.0], [0.0, -14.0, -2.0]])
    got = ex.call(x, 2, {"min-max": (-14.0, 1.0), "clipped": (-2.0, 1.0)}, case="a matrix; -14 is extreme")
    want = {"min-max": (7 / 6, 1.2), "clipped": (24.0, 0.0)}
    ex.true(isinstance(got, dict), "return a dict: name -> (mse_all, mse_bulk).", got=got)
    ex.true(set(got) == set(want), "the keys must be the names in ranges.", expected=list(want))
    for name, (whole, bulk) in want.items():
        pair = got[name]
        two = isinstance(pair, tuple | list) and len(pair) == 2
        ex.true(two, f"{name}: give the pair (mse_all, mse_bulk).", got=pair)
        ex.equal(f"mse_all of {name}", pair[0], whole)
        ex.equal(f"mse_bulk of {name}", pair[1], bulk, atol=1e-12)


# %% tags=["hidden:compare_ranges"]

# %% [markdown]
# ### Every method, on the sample and on a Laplace sample
#
# The moving average gets the data in 20 batches. The outlier comes in the last one and moves the range by
# only 1 % of the way (so its range and that of percentile 99.99 nearly coincide).


# %% tags=["experiment"]
def chosen_ranges(values, bits):
    """The range (beta, alpha) that each method chooses for ``values``."""
    ranges = {"min-max": (values.min(), values.max())}
    for percentile in (99, 99.9, 99.99):
        ranges[f"percentile {percentile}"] = tuple(np.percentile(values, [100 - percentile, percentile]))
    tracker = checked.MovingAverageMinMax()
    for batch in np.array_split(values, 20):
        tracker.update(batch)
    return ranges | {"moving average": tracker.range, "least MSE": checked.mse_optimal_range(values, bits)}


# %% tags=["experiment"]
shuffled = np.random.default_rng(75).permutation(shapes["Laplace"])
panels = {
    "Uniform with an outlier, 8 bits": (sample, chosen_ranges(sample, 8)),
    "Laplace, 4 bits": (shuffled, chosen_ranges(shuffled, 4)),
}
calibration.ranges_on_histograms(panels)

# %% tags=["experiment"]
results = {}
for (title, (values, ranges)), bits in zip(panels.items(), (8, 4)):
    results[title] = checked.compare_ranges(values, bits, ranges)
    rows = [[name, f"{whole:.4f}", f"{bulk:.4f}"] for name, (whole, bulk) in results[title].items()]
    figure.show_table([title, "error of all", "error of the bulk"], rows)

# %% tags=["experiment"]
on_sample = results["Uniform with an outlier, 8 bits"]
calibration.all_against_bulk(on_sample, "Uniform sample with one outlier, 8 bits: all against bulk")

# %% [markdown]
# **Takeaway.** On the sample with the outlier the two columns disagree: least MSE wins one, percentile 99.99
# the other, and no method wins both. On the Laplace sample the tail is long but nothing is stray, and least
# MSE wins both. Look at both numbers before you trust one.
#
# ## On real activations
#
# Weights are known in advance; activations depend on the input, so their range must be *measured* on data.
# That is what calibration means in practice. The network is 784-100-100-10 with ReLU, trained on handwritten
# digits.

# %% tags=["experiment"]
digits = load_digits28()
train_images, train_labels = to_input(digits.train_images[:20_000]), to_labels(digits.train_labels[:20_000])
test_images, test_labels = to_input(digits.test_images[:4_000]), to_labels(digits.test_labels[:4_000])

# %% tags=["experiment"]
net = trained_net(train_images, train_labels)

# %% [markdown]
# 20,000 images to train on and 4,000 to test on are enough here (the offline digits are fewer). A hook on
# each layer records what it receives. Calibrate on **training** images: a range measured on the test set has
# seen the test set, and the accuracy reported on it is no longer that of unseen data. Here 256 images are
# used.

# %% tags=["experiment"]
received = {}
layers = {net.linear2: "linear2", net.linear3: "linear3"}


def record(layer, inputs):
    """A forward pre-hook: keep what the layer receives."""
    received[layers[layer]] = inputs[0].numpy()


hooks = [layer.register_forward_pre_hook(record) for layer in layers]
with torch.no_grad():
    net(train_images[:256])
for hook in hooks:
    hook.remove()

# %% tags=["experiment"]
for name, values in received.items():
    low, high, zeros = values.min(), values.max(), 100 * np.mean(values == 0)
    print(f"{name} receives {list(values.shape)}, from {low:.0f} to ≈ {high:.1f}, ≈ {zeros:.0f} % zeros")

# %% [markdown]
# ReLU makes the minimum 0, and most values are 0 or small. A few are large. The ranges that the methods
# choose, for 4 bits:

# %% tags=["experiment"]
chosen_4 = {name: chosen_ranges(values, 4) for name, values in received.items()}
panels = {f"What {name} receives, 4 bits": (received[name], chosen_4[name]) for name in received}
calibration.ranges_on_histograms(panels)

# %% tags=["experiment"]
errors = checked.compare_ranges(received["linear2"], 4, chosen_4["linear2"])
rows = [[name, f"≈ {whole:.4f}", f"≈ {bulk:.4f}"] for name, (whole, bulk) in errors.items()]
figure.show_table(["what linear2 receives, 4 bits", "error of all", "error of the bulk"], rows)

# %% [markdown]
# No value is as far out here as the 1000 was in the sample. So cutting off a little helps in both columns:
# percentile 99.9 and least MSE are about equal, and well below min-max. Percentile 99 cuts too much: of the
# values that are not 0 it cuts off two or three in a hundred.
#
# ### Does it matter to the network?
#
# The final judge is the task. Now quantize and dequantize what linear2 and linear3 receive (weights stay
# float), and measure the accuracy on the test set. **Predict first:** at how many bits will min-max and least
# MSE begin to differ?


# %% tags=["experiment"]
def accuracy_with(ranges, bits):
    """Test accuracy when each layer named in ``ranges`` receives values quantized with that range."""

    def quantized(layer, inputs):
        codes, scale, zero = quantize_range(inputs[0].numpy(), bits, *ranges[layers[layer]])
        return torch.from_numpy(asymmetric_dequantize(codes, scale, zero)).float()

    hooks = [layer.register_forward_pre_hook(quantized) for layer in layers]
    result = accuracy(net, test_images, test_labels)
    for hook in hooks:
        hook.remove()
    return result


# %% tags=["experiment"]
widths, methods = (8, 4, 3, 2), ("min-max", "percentile 99.9", "least MSE")
measured = {method: [] for method in methods}
for bits in widths:
    ranges = {name: chosen_ranges(values, bits) for name, values in received.items()}
    for method in methods:
        measured[method].append(accuracy_with({name: ranges[name][method] for name in ranges}, bits))

# %% tags=["experiment"]
in_float = accuracy(net, test_images, test_labels)
calibration.accuracy_against_bits(widths, measured, in_float)

# %% [markdown]
# **At 8 bits the three are indistinguishable**: with 256 codes, each of the ranges is good enough for this
# network. At 4 bits, too, they lie within chance of each other, although the table above gave min-max a
# squared error half again as large: when this was written it even came out ahead, by 0.2 points. (An accuracy
# counted on $n$ images has the standard error $\sqrt{p(1-p)/n}$; as a rule of thumb, do not trust a
# difference below two of them.) They begin to differ at 3 bits, by just over two standard errors on MNIST
# (min-max lost one point there). At 2 bits the choice clearly matters: min-max lost about 3 points, least MSE
# about one. On the offline digits min-max lost about one and least MSE none, which with 397 test images may
# be chance.

# %% tags=["experiment"]
error = 100 * math.sqrt(in_float * (1 - in_float) / len(test_labels))
apart = {bits: 100 * np.ptp([measured[method][i] for method in methods]) for i, bits in enumerate(widths)}
print(f"two standard errors of the accuracy: ≈ {2 * error:.2f} percentage points")
print("apart:", ", ".join(f"≈ {points:.2f} points at {bits} bits" for bits, points in apart.items()))
print("at 4 bits that is less than two standard errors:", bool(apart[4] < 2 * error))

# %% [markdown]
# ## What you measured
#
# On this machine, with this data set:

# %% tags=["experiment"]
rows = [["float", "", "", "", *[f"≈ {100 * in_float:.1f} %"] * 4]]
for method in methods:
    on_layer, shown = f"≈ {errors[method][0]:.4f}", [f"≈ {100 * a:.1f} %" for a in measured[method]]
    rows.append([method, *(f"{error:.3f}" for error in on_sample[method]), on_layer, *shown])
header = ["range", "sample, all", "sample, bulk", "linear2, 4 bits, all"]
figure.show_table([*header, *(f"accuracy, {bits} bits" for bits in widths)], rows)
