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
# # 06 · Quantization from scratch
#
# You write the arithmetic of quantization yourself, in NumPy: how a real number becomes a small integer, what
# that costs, and how a complete linear layer is computed in integers.
#
# **You will learn**
# - to quantize with and without a zero point (asymmetric and symmetric), and to go back;
# - to measure what is lost: mean squared error, and signal-to-quantization-noise ratio (SQNR) in dB;
# - why weights get one scale per row, and why that costs almost nothing;
# - how a linear layer runs on integers, with a single floating-point step at the end.
#
# **Time:** about 110 minutes: 73 for the nine exercises, the rest for reading, the pictures and the question
# at the end; the challenge is extra. **You need:** NumPy arrays and matrix products. No PyTorch yet.
#
# Each exercise has a cell to write in, a check that tells you at once what is wrong, and a picture. Replace
# the line `raise NotImplementedError(...)`, run the cell, run the check. Hidden tests with other inputs run
# when your work is graded. If you are stuck, go on: `checked.clamp` is your `clamp` once its check has
# passed, and the course's until then. Where it says **Predict first**, write a guess down before you run the
# cell. The last pages have a challenge, the formulas and a glossary.

# %%
from importlib.util import find_spec

if not find_spec("qcourse"):  # the notebook was opened alone, as on Colab or Kaggle
    print("First, in a cell of its own: %pip install git+https://github.com/qcourse/qcourse")

# %%
import copy
import math

import numpy as np

from qcourse import checked
from qcourse.plots import explore, scratch

np.set_printoptions(suppress=True, precision=4, linewidth=100)

# %% [markdown]
# ## Why quantize
#
# A weight is usually stored as float32: 4 bytes. An 8-bit integer takes 1 byte. For a model of 7 billion
# parameters:

# %% tags=["experiment"]
for bits in (32, 16, 8, 4):
    print(f"{bits:2} bits: {7e9 * bits / 8 / 1e9:4.1f} GB")

# %% [markdown]
# A smaller model needs less memory, is read from memory faster, and can run on integer units, which are
# smaller and use less energy than floating-point units (Horowitz 2014). The price is precision. This notebook
# shows how high that price is and how to keep it low.
#
# ## The idea on paper
#
# Take four numbers and 2 bits. Two bits give $2^2 = 4$ codes: 0, 1, 2, 3.
#
# | value $x$ | −0.8 | 0.0 | 0.6 | 2.2 |
# |---|---|---|---|---|
#
# The values range from $\beta = -0.8$ to $\alpha = 2.2$ ($\beta$ is always the lower end). Four codes have
# three steps between them, so one step, the **scale**, is $s = (\alpha - \beta) / 3 = 3.0 / 3 = 1.0$.
#
# The code that stands for 0.0 is the **zero point**:
# $z = -\mathrm{round}(\beta / s) = -\mathrm{round}(-0.8) = 1$.
#
# A value becomes the code $q = \mathrm{round}(x / s) + z$, and a code stands for the value
# $\hat x = s\,(q - z)$.
#
# | value $x$ | −0.8 | 0.0 | 0.6 | 2.2 |
# |---|---|---|---|---|
# | $x / s$ | −0.8 | 0.0 | 0.6 | 2.2 |
# | rounded | −1 | 0 | 1 | 2 |
# | code $q$ | 0 | 1 | 2 | 3 |
# | restored $\hat x$ | −1.0 | 0.0 | 1.0 | 2.0 |
# | error $x - \hat x$ | 0.2 | 0.0 | −0.4 | 0.2 |
#
# No error is larger than half a step, $s / 2 = 0.5$, and 0.0 is exact. Nearly all of quantization is in this
# table. The same in NumPy:

# %% tags=["experiment"]
x = np.array([-0.8, 0.0, 0.6, 2.2])
s, z = 1.0, 1
q = np.round(x / s).astype(int) + z
print("codes   ", q)
print("restored", s * (q - z))
print("error   ", x - s * (q - z))

# %% [markdown]
# ## The sample
#
# The first experiments share 20 numbers, drawn uniformly from −50 to 150, one of them set to 0, all rounded
# to two decimals so that they are easy to read. The seed is fixed: everyone gets the same numbers.

# %% tags=["experiment"]
rng = np.random.default_rng(6)
params = np.round(rng.uniform(-50, 150, 20), 2)
params[-1] = 0
print(params)

# %% [markdown]
# ## Exercise 6.1: limit the codes
#
# *Difficulty ★☆☆ · 5 minutes*
#
# **Goal.** Write `clamp`: elements outside a given range move to the nearer end of that range. 8-bit codes
# must stay between 0 and 255, whatever the arithmetic before the clamp gave.
#
# $$\mathrm{clamp}(q;\, l, u) = \min(\max(q, l),\, u)$$
#
# The result is a new array of the same shape and dtype; the caller's array stays as it is. (The checks use
# only dtypes that can hold both bounds: int8, for example, cannot hold 255.)
#
# On paper, with the range 0 to 255: −300, 50, 400 become 0, 50, 255.
#
# <details><summary>Hint</summary>
#
# NumPy has element-wise versions of `min` and `max`, and a function that does both. All of them return a new
# array. Assigning to `params_q[...]` does not: it writes into the caller's array. Compare the dtype before
# and after.
# </details>


# %% tags=["answer:clamp"]
def clamp(params_q, lower_bound, upper_bound):
    """Limit every element to [lower_bound, upper_bound].

    params_q: array of any shape, integer or float.
    Returns a new array of the same shape and dtype; params_q is not changed.
    """
    ### BEGIN SOLUTION Exercise 6.1: limit the codes
    return np.minimum(np.maximum(params_q, lower_bound), upper_bound).astype(params_q.dtype)
    ### END SOLUTION


# %% tags=["check:clamp"]
import qcourse.check


@qcourse.check.exercise("6.1", clamp)
def check_clamp(ex):
    got = ex.call(np.array([-300, 0, 50, 200, 400], np.int32), 0, 255, case="inside 0 to 255 and outside")
    ex.equal("the result", got, np.array([0, 0, 50, 200, 255], np.int32), dtype=np.int32)

    got = ex.call(np.array([[-1.5, 0.25], [3.0, 0.5]]), -1, 1, case="floats in a matrix, -1 to 1")
    ex.equal("the result", got, np.array([[-1.0, 0.25], [1.0, 0.5]]), dtype=np.float64)

    inside = np.array([1, 2, 3], np.uint8)
    got = ex.call(inside, 0, 255, case="nothing to limit")
    ex.equal("the result", got, np.array([1, 2, 3], np.uint8), dtype=inside.dtype)
    ex.true(not np.shares_memory(got, inside), "the result is the caller's own array; return a new one.")


# %% tags=["hidden:clamp"]

# %% tags=["experiment"]
before = np.array([-90, 0, 60, 130, 200, 255, 256, 340])
scratch.before_and_after(before, checked.clamp(before, 0, 255), 0, 255)

# %% [markdown]
# **Takeaway.** A clamp *saturates*: a value that is too large becomes the largest code, which is the nearest
# one. Nothing wraps around. Everything outside the range lands on its nearest end, however far away it was.
#
# **A common mistake.** The clamp is often written with assignments into its argument, or put after the cast
# to the small integer type. Both go wrong silently. The first changes the caller's array:


# %% tags=["experiment"]
def clamp_in_place(params_q, lower_bound, upper_bound):
    params_q[params_q < lower_bound] = lower_bound
    params_q[params_q > upper_bound] = upper_bound
    return params_q


# %% tags=["experiment"]
mine = np.array([-300, 50, 400])
kept = copy.deepcopy(mine)
clamp_in_place(mine, 0, 255)
print("before the call:", kept, "  after it:", mine)

# %% [markdown]
# The second: an integer type does not saturate. int8 keeps the lowest 8 bits, so 200 turns negative before
# the clamp sees it.

# %% tags=["experiment"]
wide = np.array([200])
print("200 cast to int8 first:  ", wide.astype(np.int8)[0])
print("clamped first, then cast:", np.clip(wide, -128, 127).astype(np.int8)[0])

# %% [markdown]
# ## Exercise 6.2: quantize with a zero point
#
# *Difficulty ★★☆ · 15 minutes*
#
# **Goal.** Write `asymmetric_quantization`: map the range of an array onto the codes of $b$ bits, $0$ to
# $2^b - 1$.
#
# $$\beta = \min(\min_i x_i,\, 0) \qquad \alpha = \max(\max_i x_i,\, 0) \qquad
# s = \frac{\alpha - \beta}{2^b - 1} \qquad z = -\mathrm{round}\!\left(\frac{\beta}{s}\right)$$
#
# $$q_i = \mathrm{clamp}\!\left(\mathrm{round}\!\left(\frac{x_i}{s}\right) + z;\; 0,\; 2^b - 1\right)$$
#
# The range is **widened to include 0**: then 0.0 has a code of its own, $z$. With $\beta \le 0 \le \alpha$,
# $-\beta / s$ is a share of the $2^b - 1$ steps, so $z$ is one of the codes $0$ to $2^b - 1$.
#
# - A value halfway between two codes may go to either. (`np.round` and Python's `round` take the even one.)
# - An array of zeros has no range: give it scale 1.0 and zero point 0.
# - An empty array, or one that holds NaN or infinity, cannot be quantized: raise `ValueError`.
#
# You may call your `clamp`; the checks replace it with a correct one.
#
# <details><summary>Hint</summary>
#
# Four steps: guard, range, scale and zero point, codes. `np.isfinite` finds NaN and infinity. `np.round`
# returns a float; the zero point is an integer, so convert it with `int(...)`. If a tie rounds up, a code can
# be one too large: that is what the clamp is for. Clamp first, cast to `np.int32` last.
# </details>


# %% tags=["answer:asymmetric_quantization"]
def asymmetric_quantization(params, bits):
    """Map [min, max] of params, widened to include 0, onto the codes 0 to 2**bits - 1.

    params: float array of any shape. bits: int, 2 to 16.
    Returns (params_q, scale, zero): int32 array of the same shape, float, int.
    An all-zero array gives scale 1.0 and zero 0.
    Raises ValueError if params is empty or holds NaN or infinity.
    """
    ### BEGIN SOLUTION Exercise 6.2: quantize with a zero point
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("params must hold at least one number, and only finite ones")
    levels = 2**bits - 1
    beta = min(float(np.min(params)), 0.0)
    alpha = max(float(np.max(params)), 0.0)
    scale = (alpha - beta) / levels if alpha > beta else 1.0
    zero = -round(beta / scale)
    codes = np.round(params.astype(np.float64) / scale) + zero
    return np.clip(codes, 0, levels).astype(np.int32), scale, zero
    ### END SOLUTION


# %% tags=["check:asymmetric_quantization"]
import qcourse.check


@qcourse.check.exercise(
    "6.2", asymmetric_quantization, returns=("params_q", "scale", "zero"), given=["clamp"]
)
def check_asymmetric_quantization(ex):
    codes, scale, zero = ex.call(np.array([-0.8, 0.0, 0.6, 2.2]), 2, case="the example on paper, 2 bits")
    ex.equal("scale", scale, 1.0)
    ex.equal("zero", zero, 1)
    ex.equal("params_q", codes, np.array([0, 1, 2, 3], np.int32), dtype=np.int32)

    matrix = np.array([[6.2, 3.1], [30.0, 8.6]])
    codes, scale, zero = ex.call(matrix, 4, case="a matrix, all above 0: the range is 0 to 30")
    ex.equal("scale", scale, 2.0)
    ex.equal("zero", zero, 0)
    ex.equal("params_q", codes, np.array([[3, 2], [15, 4]], np.int32), dtype=np.int32)

    codes, scale, zero = ex.call(np.zeros(3), 8, case="all zeros")
    ex.equal("scale", scale, 1.0)
    ex.equal("zero", zero, 0)
    ex.equal("params_q", codes, np.zeros(3, np.int32), dtype=np.int32)
    ex.raises(ValueError, np.array([1.0, np.nan]), 8, case="an array that holds NaN")
    ex.raises(ValueError, np.array([1.0, np.inf]), 8, case="an array that holds infinity")
    ex.raises(ValueError, np.array([]), 8, case="an empty array")


# %% tags=["hidden:asymmetric_quantization"]

# %% [markdown]
# The sample on a 3-bit grid, which is small enough to draw:

# %% tags=["experiment"]
codes, scale, zero = checked.asymmetric_quantization(params, 3)
scratch.number_line(params, codes, scale, zero, 0, 7, "asymmetric")

# %% [markdown]
# And its 8-bit codes:

# %% tags=["experiment"]
params_asymmetric_q, asymmetric_scale, asymmetric_zero = checked.asymmetric_quantization(params, 8)
print(f"scale {asymmetric_scale:.6f}, zero point {asymmetric_zero}")
print(params_asymmetric_q)

# %% [markdown]
# **Takeaway.** Two numbers, scale and zero point, describe the complete grid. The outermost codes lie within
# half a step of the ends of the range (above, code 0 lies a little below the smallest value), and 0.0 lies
# exactly on a code. That matters more than it seems: the zeros with which images are padded are exactly 0.0,
# and so is every output that a ReLU sets to 0.
#
# **A common mistake.** Some texts take $\beta$ and $\alpha$ straight from the data. If that range leaves
# out 0, the zero point lies outside the codes: it does not fit in the 8 bits that hardware has for it, and
# 0.0 cannot be stored:

# %% tags=["experiment"]
beta, alpha = 100.0, 150.0  # every value lies between 100 and 150
narrow = (alpha - beta) / 255
zero_outside = -round(beta / narrow)
stored = min(max(0 + zero_outside, 0), 255)  # the code of 0.0, clamped
print(f"zero point {zero_outside}, but codes are 0 to 255")
print(f"0.0 comes back as {(stored - zero_outside) * narrow:.1f}")

# %% [markdown]
# Widening has a price, too. **Predict first:** with the range [0, 150] in place of [100, 150], how many of
# the 256 codes do values from 100 to 150 still use, and how much wider are the steps?

# %% tags=["experiment"]
codes, widened, _ = checked.asymmetric_quantization(np.linspace(100, 150, 5001), 8)
print(f"codes {codes.min()} to {codes.max()}: {len(np.unique(codes))} of 256")
print(f"step {widened:.3f} in place of {narrow:.3f}: {widened / narrow:.0f} times as wide")

# %% [markdown]
# Without widening, an array of equal values has $\alpha = \beta$, so the scale is 0, and infinity minus
# infinity gives NaN:

# %% tags=["experiment"]
flat = np.full(3, 5.0)
no_scale = (flat.max() - flat.min()) / 255
with np.errstate(all="ignore"):
    print("without widening:", flat / no_scale - np.round(flat.min() / no_scale))
print("with widening:   ", checked.asymmetric_quantization(flat, 8)[0])

# %% [markdown]
# **A common mistake.** `-1 * np.round(beta / scale)` is a float. A zero point is a code, so it is an integer;
# a float turns every integer computation that it enters into floating point:

# %% tags=["experiment"]
float_zero = -1 * np.round(-0.8 / 1.0)
small_codes = np.array([0, 1, 2, 3], dtype=np.int32)
print(f"{type(float_zero).__name__}: codes - zero is {(small_codes - float_zero).dtype}")
print(f"int: codes - zero is {(small_codes - int(float_zero)).dtype}")

# %% [markdown]
# ## Exercise 6.3: back to real numbers
#
# *Difficulty ★☆☆ · 3 minutes*
#
# **Goal.** Write `asymmetric_dequantize`: the real numbers that codes stand for.
#
# $$\hat x_i = (q_i - z)\, s$$
#
# <details><summary>Hint</summary>
#
# One line. Subtract the zero point first, then multiply. The result is float64.
# </details>


# %% tags=["answer:asymmetric_dequantize"]
def asymmetric_dequantize(params_q, scale, zero):
    """The real numbers that the codes stand for.

    params_q: int32 array of any shape. scale: float. zero: int.
    Returns a float64 array of the same shape.
    """
    ### BEGIN SOLUTION Exercise 6.3: back to real numbers
    return (params_q.astype(np.float64) - zero) * scale
    ### END SOLUTION


# %% tags=["check:asymmetric_dequantize"]
import qcourse.check


@qcourse.check.exercise("6.3", asymmetric_dequantize)
def check_asymmetric_dequantize(ex):
    got = ex.call(np.array([0, 1, 2, 3], np.int32), 1.0, 1, case="the example on paper")
    ex.equal("the result", got, np.array([-1.0, 0.0, 1.0, 2.0]), dtype=np.float64)

    got = ex.call(np.array([0, 100, 255], np.int32), 0.5, 100, case="scale 0.5, zero point 100")
    ex.equal("the result", got, np.array([-50.0, 0.0, 77.5]), dtype=np.float64)


# %% tags=["hidden:asymmetric_dequantize"]

# %% [markdown]
# The complete range, −50 to 150, through 4 bits and back:

# %% tags=["experiment"]
line = np.linspace(-50, 150, 2001)
codes, scale, zero = checked.asymmetric_quantization(line, 4)
scratch.round_trip(line, checked.asymmetric_dequantize(codes, scale, zero), scale, "asymmetric")

# %% [markdown]
# Where the notebook is open in JupyterLab, the next picture has sliders. **Predict first:** what happens to
# the error of the *small* values when the upper end moves from 150 down to 60, and what to the large ones?

# %% tags=["experiment"]
explore.bits_and_range(params, checked.asymmetric_quantization)

# %% tags=["experiment"]
for upper_end in (150, 60):
    _, scale, zero = checked.asymmetric_quantization(np.array([-50, upper_end]), 4)
    error = np.abs(params - (np.clip(np.round(params / scale) + zero, 0, 15) - zero) * scale)
    cut = params > upper_end
    most = error[~cut].max(), max(error[cut], default=0)  # inside, outside
    print(f"upper end {upper_end}: step {scale:.1f}, mean squared error {np.mean(error**2):,.1f};", end=" ")
    print(f"at most {most[0]:.1f} inside; {cut.sum()} saturate, by up to {most[1]:.1f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The step falls from 13.3 to 7.3, and with it the largest error inside the range from 6.0 to 3.6. The nine
# values above 60 saturate, 147.49 by 88.8, and the mean squared error rises from 10.5 to 1,519. Notebook 07
# weighs one against the other.
# </details>
#
# And the sample, with 8 bits:

# %% tags=["experiment"]
params_asymmetric = checked.asymmetric_dequantize(params_asymmetric_q, asymmetric_scale, asymmetric_zero)
print("restored:", params_asymmetric)
largest = np.abs(params - params_asymmetric).max()
print(f"largest error {largest:.4f}, half a scale {asymmetric_scale / 2:.4f}")

# %% [markdown]
# **Takeaway.** Inside the range the error is at most half a scale, the same for small values as for large
# ones. (Floating point is different: its error grows with the value.) So on an integer grid of wide range it
# is the small values that lose most: half a scale is little for 150, and more than all of 0.1.
#
# ## Exercise 6.4: quantize without a zero point
#
# *Difficulty ★★☆ · 10 minutes*
#
# **Goal.** Write `symmetric_quantization`: the grid is symmetric about 0, so the zero point is 0 and need not
# be stored.
#
# $$s = \frac{\max_i |x_i|}{2^{b-1} - 1} \qquad q_i = \mathrm{round}\!\left(\frac{x_i}{s}\right), \quad
# |q_i| \le 2^{b-1} - 1$$
#
# With 8 bits the codes are −127 to 127. An 8-bit integer can also be −128; that code stays unused, so that
# the grid is the same on both sides. An array of zeros gets scale 1.0; an empty one, or one with NaN or
# infinity, raises `ValueError`.
#
# On paper, the four numbers with 2 bits: codes −1, 0, 1 and $s = 2.2 / 1$. Then −0.8 / 2.2 = −0.36 becomes
# code 0, and so does 0.6. Only 2.2 gets a code other than 0.
#
# <details><summary>Hint</summary>
#
# Like 6.2 without the zero point: guard, largest absolute value, scale, codes. The largest code is
# `2 ** (bits - 1) - 1`: one bit goes to the sign.
# </details>


# %% tags=["answer:symmetric_quantization"]
def symmetric_quantization(params, bits):
    """Map [-max|x|, max|x|] onto the codes -(2**(bits-1) - 1) to 2**(bits-1) - 1.

    params: float array of any shape. bits: int, 2 to 16.
    Returns (params_q, scale): int32 array of the same shape, float.
    An all-zero array gives scale 1.0.
    Raises ValueError if params is empty or holds NaN or infinity.
    """
    ### BEGIN SOLUTION Exercise 6.4: quantize without a zero point
    if params.size == 0 or not np.all(np.isfinite(params)):
        raise ValueError("params must hold at least one number, and only finite ones")
    levels = 2 ** (bits - 1) - 1
    largest = float(np.max(np.abs(params)))
    scale = largest / levels if largest > 0 else 1.0
    codes = np.round(params.astype(np.float64) / scale)
    return np.clip(codes, -levels, levels).astype(np.int32), scale
    ### END SOLUTION


# %% tags=["check:symmetric_quantization"]
import qcourse.check


@qcourse.check.exercise("6.4", symmetric_quantization, returns=("params_q", "scale"), given=["clamp"])
def check_symmetric_quantization(ex):
    codes, scale = ex.call(np.array([-0.8, 0.0, 0.6, 2.2]), 2, case="the example on paper, 2 bits")
    ex.equal("scale", scale, 2.2)
    ex.equal("params_q", codes, np.array([0, 0, 0, 1], np.int32), dtype=np.int32)

    matrix = np.array([[-14.0, -3.2], [9.4, 0.6]])
    codes, scale = ex.call(matrix, 4, case="a matrix, 4 bits; the largest absolute value is 14")
    ex.equal("scale", scale, 2.0)
    ex.equal("params_q", codes, np.array([[-7, -2], [5, 0]], np.int32), dtype=np.int32)

    codes, scale = ex.call(np.zeros(3), 8, case="all zeros")
    ex.equal("scale", scale, 1.0)
    ex.equal("params_q", codes, np.zeros(3, np.int32), dtype=np.int32)

    ex.raises(ValueError, np.array([]), 8, case="an empty array")
    ex.raises(ValueError, np.array([1.0, np.nan]), 8, case="an array that holds NaN")
    ex.raises(ValueError, np.array([1.0, -np.inf]), 8, case="an array that holds -infinity")


# %% tags=["hidden:symmetric_quantization"]

# %% [markdown]
# The sample on the symmetric 3-bit grid, and its 8-bit codes:

# %% tags=["experiment"]
codes, scale = checked.symmetric_quantization(params, 3)
scratch.number_line(params, codes, scale, 0, -3, 3, "symmetric")
params_symmetric_q, symmetric_scale = checked.symmetric_quantization(params, 8)
print(f"scale {symmetric_scale:.6f}")
print(params_symmetric_q)

# %% [markdown]
# **Takeaway.** The symmetric grid needs no zero point, which makes integer arithmetic cheaper (exercise 6.9).
# But this sample ranges from about −50 to 150, and the grid from −150 to 150. **Predict first:** what share
# of the 255 codes lies below every value, and by what factor are the steps wider?

# %% tags=["experiment"]
unused = params_symmetric_q.min() - (-127)
print(f"{unused} of 255 codes lie below every value: {unused / 255:.0%}")
times = symmetric_scale / asymmetric_scale
print(f"step: symmetric {symmetric_scale:.4f}, asymmetric {asymmetric_scale:.4f}, {times:.2f} times")

# %% [markdown]
# ## Exercise 6.5: back from the symmetric grid
#
# *Difficulty ★☆☆ · 2 minutes*
#
# **Goal.** Write `symmetric_dequantize`: the real numbers that symmetric codes stand for.
#
# $$\hat x_i = q_i\, s$$
#
# On paper: with $s = 2.2$ the codes 0, 0, 0, 1 of the four numbers stand for 0, 0, 0, 2.2. Nothing is left of
# −0.8 and 0.6.
#
# <details><summary>Hint</summary>
#
# Like 6.3, with a zero point of 0. Return a new float64 array.
# </details>


# %% tags=["answer:symmetric_dequantize"]
def symmetric_dequantize(params_q, scale):
    """The real numbers that the codes stand for.

    params_q: int32 array of any shape. scale: float.
    Returns a float64 array of the same shape.
    """
    ### BEGIN SOLUTION Exercise 6.5: back from the symmetric grid
    return params_q.astype(np.float64) * scale
    ### END SOLUTION


# %% tags=["check:symmetric_dequantize"]
import qcourse.check


@qcourse.check.exercise("6.5", symmetric_dequantize)
def check_symmetric_dequantize(ex):
    got = ex.call(np.array([-7, 2, 5], np.int32), 2.0, case="scale 2")
    ex.equal("the result", got, np.array([-14.0, 4.0, 10.0]), dtype=np.float64)

    got = ex.call(np.array([[-127, 0], [1, 200]], np.int32), 0.25, case="a matrix, scale 0.25")
    ex.equal("the result", got, np.array([[-31.75, 0.0], [0.25, 50.0]]), dtype=np.float64)


# %% tags=["hidden:symmetric_dequantize"]

# %% [markdown]
# The sample with 8 bits, in both schemes:

# %% tags=["experiment"]
params_symmetric = checked.symmetric_dequantize(params_symmetric_q, symmetric_scale)
restored = {"asymmetric": params_asymmetric, "symmetric": params_symmetric}
scratch.errors(params, restored, {"asymmetric": asymmetric_scale, "symmetric": symmetric_scale})

# %% [markdown]
# **Takeaway.** Each error stays within half a step of its own grid, and the symmetric steps are wider here.
# For values that are spread evenly about 0, as the weights in notebook 08 are, the two grids are nearly the
# same, and symmetric is the usual choice. For values on one side of 0, such as the output of a ReLU, a
# symmetric grid wastes half of its codes, all those below 0, and its step is twice as wide:

# %% tags=["experiment"]
after_relu = np.linspace(0, 6, 601)
_, scale_with_zero, _ = checked.asymmetric_quantization(after_relu, 8)
_, scale_without = checked.symmetric_quantization(after_relu, 8)
print(f"the symmetric step is {scale_without / scale_with_zero:.2f} times the asymmetric one")

# %% [markdown]
# ## Exercise 6.6: the mean squared error
#
# *Difficulty ★☆☆ · 3 minutes*
#
# **Goal.** Write `quantization_error`: one number for the error of a complete array.
#
# $$\mathrm{MSE} = \frac{1}{n} \sum_i (x_i - \hat x_i)^2$$
#
# On paper: the errors 0.2, 0, −0.4, 0.2 of the first table give (0.04 + 0 + 0.16 + 0.04) / 4 = 0.06.
#
# <details><summary>Hint</summary>
#
# Difference, square, mean over all elements (whatever the shape), then `float(...)`.
# </details>


# %% tags=["answer:quantization_error"]
def quantization_error(params, params_deq):
    """Mean squared error between an array and what its codes stand for.

    params, params_deq: float arrays of the same shape, any number of dimensions.
    Returns a float, in the squared unit of params.
    """
    ### BEGIN SOLUTION Exercise 6.6: the mean squared error
    return float(np.mean((params - params_deq) ** 2))
    ### END SOLUTION


# %% tags=["check:quantization_error"]
import qcourse.check


@qcourse.check.exercise("6.6", quantization_error)
def check_quantization_error(ex):
    x, restored = np.array([[3.0, 1.0], [2.0, 5.0]]), np.array([[0.0, 1.0], [3.0, 1.0]])
    got = ex.call(x, restored, case="a matrix: (9 + 0 + 1 + 16) / 4")
    ex.equal("the error", got, 6.5)

    x, restored = np.array([-0.8, 0.0, 0.6, 2.2]), np.array([-1.0, 0.0, 1.0, 2.0])
    got = ex.call(x, restored, case="on paper: (0.04 + 0 + 0.16 + 0.04) / 4")
    ex.equal("the error", got, 0.06)


# %% tags=["hidden:quantization_error"]

# %% tags=["experiment"]
asymmetric_mse = checked.quantization_error(params, params_asymmetric)
symmetric_mse = checked.quantization_error(params, params_symmetric)
print(f"mean squared error: asymmetric {asymmetric_mse:.4f}, symmetric {symmetric_mse:.4f}")
print(f"scale² / 12: asymmetric {asymmetric_scale**2 / 12:.4f}, symmetric {symmetric_scale**2 / 12:.4f}")

# %% [markdown]
# Why scale² / 12? If the error $e$ is spread evenly over $[-s/2, s/2]$, its mean square is
#
# $$\frac1s \int_{-s/2}^{s/2} e^2\, de = \frac1s \cdot \frac{2}{3} \left(\frac s2\right)^{3}
# = \frac{s^2}{12}.$$
#
# Twenty numbers scatter around that value; a larger sample from the same range comes close:

# %% tags=["experiment"]
sample = np.random.default_rng(7).uniform(-50, 150, 20_000)
codes, scale, zero = checked.asymmetric_quantization(sample, 8)
mse = checked.quantization_error(sample, checked.asymmetric_dequantize(codes, scale, zero))
print(f"measured {mse:.4f}, scale² / 12 = {scale**2 / 12:.4f}")

# %% [markdown]
# **Predict first:** by which factor does the mean squared error fall with each bit?

# %% tags=["experiment"]
bits_tried = list(range(2, 11))
mse = {"asymmetric, measured": [], "scale² / 12": []}
for bits in bits_tried:
    codes, scale, zero = checked.asymmetric_quantization(sample, bits)
    back = checked.asymmetric_dequantize(codes, scale, zero)
    mse["asymmetric, measured"].append(checked.quantization_error(sample, back))
    mse["scale² / 12"].append(scale**2 / 12)
scratch.mse_against_bits(bits_tried, mse)
falling = np.array(mse["asymmetric, measured"])
print("factors:", *(f"{factor:.1f}" for factor in falling[:-1] / falling[1:]))

# %% [markdown]
# **Takeaway.** On the vertical axis the grid lines are a factor of 4 apart, and with each bit the curve falls
# by about one line (from 2 to 3 bits by more: 3 steps become 7): a bit roughly halves the scale, and so
# divides the mean squared error by about four. The error has the squared unit of the values: 0.05 is little
# for values of 150 and ruinous for weights of 0.02. To compare arrays, you need a ratio.
#
# ## Exercise 6.7: signal against noise, in decibels
#
# *Difficulty ★★☆ · 8 minutes*
#
# **Goal.** Write `sqnr_db`, the signal-to-quantization-noise ratio.
#
# $$\mathrm{SQNR} = 10 \log_{10} \frac{\sum_i x_i^2}{\sum_i (x_i - \hat x_i)^2} \ \text{dB}$$
#
# Decibels count factors of power: 10 dB is a factor of 10, 20 dB of 100, 3 dB about 2. If nothing was lost,
# the noise is 0: return `inf`. On paper: if every value comes back 10 % too small, the noise is a hundredth
# of the signal in power, which is 20 dB.
#
# <details><summary>Hint</summary>
#
# Powers, not amplitudes: squares, sums over all elements, and the factor 10. Look at the noise before you
# divide.
# </details>


# %% tags=["answer:sqnr_db"]
def sqnr_db(params, params_deq):
    """Signal-to-quantization-noise ratio in dB.

    params, params_deq: float arrays of the same shape, any number of dimensions.
    Returns a float; inf if params_deq equals params.
    """
    ### BEGIN SOLUTION Exercise 6.7: signal against noise in decibels
    noise = np.sum((params - params_deq) ** 2)
    if noise == 0:
        return math.inf
    return float(10 * np.log10(np.sum(params**2) / noise))
    ### END SOLUTION


# %% tags=["check:sqnr_db"]
import qcourse.check


@qcourse.check.exercise("6.7", sqnr_db, when_graded="a noise that is very small, but not 0")
def check_sqnr_db(ex):
    x = np.array([1.0, -2.0, 4.0])
    ex.equal("the SQNR", ex.call(x, 0.9 * x, case="each value 10 % too small: 20 dB"), 20.0)

    x, restored = np.array([[12.0, 4.0], [6.0, 2.0]]), np.array([[8.0, 4.0], [4.0, 2.0]])
    ex.equal("the SQNR", ex.call(x, restored, case="a matrix: signal 200, noise 16 + 4: 10 dB"), 10.0)

    x = np.array([0.5, 0.5])
    ex.equal("the SQNR", ex.call(x, x.copy(), case="nothing lost"), math.inf)
    ex.equal("the SQNR", ex.call(0 * x, 0 * x, case="zeros, and nothing lost"), math.inf)


# %% tags=["hidden:sqnr_db"]

# %% [markdown]
# A quarter of the noise means $10 \log_{10} 4 = 6.02$ dB more, so each bit should add 6.02 dB, as long as the
# noise is $s^2/12$. For values uniform on $[-1, 1]$ we can say more. They are spread evenly over a length of
# 2, so by the integral above, with 2 for $s$, their mean square is $2^2/12 = 1/3$. The step is
# $s = 2 / (2^b - 1)$. So
#
# $$\mathrm{SQNR} = 10 \log_{10} \frac{1/3}{s^2/12} = 10 \log_{10} \frac{4}{s^2}
# = 10 \log_{10}(2^b - 1)^2 = 20 \log_{10}(2^b - 1) \approx 6.02\, b \ \text{dB}.$$
#
# Here is such a sample, and three whose largest values lie farther and farther out: Gaussian; Student's t,
# whose tails are heavy; Gaussian but for one value of 10,000. **Predict first:** which lines will be
# parallel to the first, and which will not?


# %% tags=["experiment"]
def sqnr_of(values, bits):
    back = checked.asymmetric_dequantize(*checked.asymmetric_quantization(values, bits))
    return checked.sqnr_db(values, back)


# %% tags=["experiment"]
draw = np.random.default_rng(8)
samples = {"uniform, −1 to 1": draw.uniform(-1, 1, 20_000), "Gaussian": draw.normal(0, 1, 20_000)}
samples["Student's t (2)"] = draw.standard_t(2, 20_000)  # 2 degrees of freedom
samples["Gaussian, one 10,000"] = np.append(samples["Gaussian"][1:], 10_000)
sqnr = {name: [sqnr_of(values, bits) for bits in bits_tried] for name, values in samples.items()}
scratch.sqnr_against_bits(bits_tried, sqnr)

# %% tags=["experiment"]
print(f"20 log10(2^b - 1) at 8 bits: {20 * math.log10(2**8 - 1):.1f} dB")
for name, decibels in sqnr.items():
    per_bit = (decibels[-1] - decibels[4]) / (bits_tried[-1] - bits_tried[4])
    print(f"{name}: {decibels[6]:.1f} dB at 8 bits, {per_bit:.2f} dB per bit from 6 to 10")

# %% [markdown]
# **Takeaway.** A bit is worth about 6.02 dB where the steps are small against the spread of the values (at 2
# and 3 bits a little more, since $2^b - 1$ steps more than double). The Gaussian line is parallel, but lower
# by several dB: a few values far out stretch the grid for all others. With heavy tails the first bits are
# worth far less. And where one value sets the range, all others get code 0 at every width from 2 to 10 bits:
# what they were is lost, the signal is almost entirely the one value, and no bit gains anything. Notebook 07
# is about such values.
#
# ## Exercise 6.8: one scale per channel
#
# *Difficulty ★★★ · 12 minutes*
#
# **Goal.** Write `symmetric_quantization_per_channel`: quantize every slice of a weight along `axis` with a
# scale of its own.
#
# For a weight matrix `[out, in]` and `axis=0` a slice is a row $W_c$, all weights of one output channel $c$:
#
# $$s_c = \frac{\max |W_c|}{2^{b-1} - 1} \qquad Q_c = \mathrm{round}\!\left(\frac{W_c}{s_c}\right)$$
#
# The weight may have any number of dimensions (a convolution has `[out, in, height, width]`), and `axis` may
# be negative, as elsewhere in NumPy. The codes keep the weight's shape; the scales are one float64 array
# `[channels]`. A slice of zeros gets scale 1.0. Only finite weights, and no empty ones, have to work. You may
# call your `symmetric_quantization`; the checks replace it with a correct one.
#
# On paper, 4 bits (codes −7 to 7) and two rows, (−7, −2.2, 0.9) and (0.14, −0.7, 0.33): the scales are 1 and
# 0.1, the codes (−7, −2, 1) and (1, −7, 3). With one scale for both, 1, the second row would be (0, −1, 0).
#
# <details><summary>Hint</summary>
#
# Two ways. A loop: `np.moveaxis(weight, axis, 0)` puts the channels in front; quantize each, stack, move the
# axis back. Or without a loop: take the maximum over all axes *except* `axis` (where `axis` may be negative,
# `axis % weight.ndim` is the same axis) with `keepdims=True`, so that it broadcasts.
# </details>
#
# <details><summary>A deeper hint</summary>
#
# With the channels in front, `channels.reshape(len(channels), -1)` is a matrix with one row per channel,
# whatever the number of dimensions: its row maxima give the scales. To divide, give the scales the shape
# `(channels, 1, 1, …)`, with as many ones as there are other dimensions. Guard the rows of zeros before you
# divide (`np.where`). At the end the codes go back with `np.moveaxis(codes, 0, axis)`.
# </details>


# %% tags=["answer:symmetric_quantization_per_channel"]
def symmetric_quantization_per_channel(weight, bits, axis=0):
    """Symmetric quantization with one scale per slice along axis.

    weight: float array of one or more dimensions. bits: int, 2 to 16. axis: int, may be negative.
    Returns (weight_q, scales): int32 array of weight's shape, float64 array [channels].
    A slice of zeros gets scale 1.0.
    """
    ### BEGIN SOLUTION Exercise 6.8: one scale per channel
    levels = 2 ** (bits - 1) - 1
    channels = np.moveaxis(weight.astype(np.float64), axis, 0)
    largest = np.abs(channels).reshape(len(channels), -1).max(axis=1)
    scales = np.where(largest > 0, largest / levels, 1.0)
    codes = np.round(channels / scales.reshape(-1, *[1] * (weight.ndim - 1)))
    codes = np.clip(codes, -levels, levels).astype(np.int32)
    return np.moveaxis(codes, 0, axis), scales
    ### END SOLUTION


# %% tags=["check:symmetric_quantization_per_channel"]
import qcourse.check


@qcourse.check.exercise(
    "6.8",
    symmetric_quantization_per_channel,
    returns=("weight_q", "scales"),
    given=["clamp", "symmetric_quantization"],
    when_graded="float32 weights, other numbers of axes",
)
def check_symmetric_quantization_per_channel(ex):
    weight = np.array([[-7.0, -2.2, 0.9], [0.14, -0.7, 0.33]])
    codes, scales = ex.call(weight, 4, case="two rows, 4 bits; the largest absolute values are 7 and 0.7")
    ex.equal("scales", scales, np.array([1.0, 0.1]), dtype=np.float64)
    ex.equal("weight_q", codes, np.array([[-7, -2, 1], [1, -7, 3]], np.int32), dtype=np.int32)

    weight = np.array([[[6.0, 0.4], [0.0, 0.0], [0.3, 0.1]], [[-2.2, 3.8], [0.0, 0.0], [-0.2, 0.1]]])
    codes, scales = ex.call(weight, 3, axis=-2, case="three axes, axis=-2: 3 slices, and one is all zeros")
    ex.equal("scales", scales, np.array([2.0, 1.0, 0.1]), dtype=np.float64)
    want = np.array([[[3, 0], [0, 0], [3, 1]], [[-1, 2], [0, 0], [-2, 1]]], np.int32)
    ex.equal("weight_q", codes, want, dtype=np.int32)


# %% tags=["hidden:symmetric_quantization_per_channel"]

# %% [markdown]
# A weight matrix whose rows differ in size by a factor of up to 1000, with 8 bits: once with one scale for
# all rows, once with one per row. **Predict first:** with one scale, what is left of the smallest row, and
# how good does the SQNR of the complete matrix look?

# %% tags=["experiment"]
weight = np.random.default_rng(9).normal(0, 1, (8, 64)) * np.logspace(-3, 0, 8)[:, None]
weight_q, one_scale = checked.symmetric_quantization(weight, 8)
channel_q, scales = checked.symmetric_quantization_per_channel(weight, 8)
restored = {"one scale": weight_q * one_scale, "one scale per row": channel_q * scales[:, None]}
row_mse = {name: ((weight - values) ** 2).mean(axis=1) for name, values in restored.items()}
scratch.error_of_rows(weight, row_mse)

# %% tags=["experiment"]
for name, values in restored.items():
    rows = [checked.sqnr_db(row, back) for row, back in zip(weight, values)]
    all_rows = checked.sqnr_db(weight, values)
    print(f"{name}: smallest row {rows[0]:.1f} dB, largest {rows[-1]:.1f} dB, all rows {all_rows:.1f} dB")

# %% [markdown]
# **Takeaway.** With one scale the largest row sets the step for all, and the two smallest rows are rounded to
# 0 entirely: the error is the row itself, 0 dB. With one scale per row, every row keeps its precision. Look
# at the number for all rows too: with one scale it still looks good, because the large rows make up nearly
# all of the signal. An average hides a ruined channel. The cost is one number per row:

# %% tags=["experiment"]
one_size, per_row = weight.size + 4, weight.size + 4 * len(scales)
print(f"int8 codes and float32 scales: {one_size} bytes with one scale, {per_row} with one per row")
print(f"a real layer, 4096 x 4096: {4 * 4096 / (4096 * 4096):.2%} more than the codes alone")

# %% [markdown]
# ## Exercise 6.9: a linear layer in integers
#
# *Difficulty ★★★ · 15 minutes*
#
# **Goal.** Write `integer_linear`: $y = x W^\top + b$, computed on codes.
#
# Put $x = s_x (q_x - z_x)$ and $W = s_w Q_w$ into the product. The scales move out of the sum and leave only
# integers in it (Jacob et al. 2018, equations 3 and 4):
#
# $$y = s_x s_w \,\big[(q_x - z_x)\, Q_w^\top\big] + b$$
#
# The bracket is computed in integers, accumulated in int32 (NumPy does that by itself where both factors are
# int32; codes of a smaller type must be cast first). Then comes **one** rescale to float. `w_scale` is
# one number, or one per output channel (row of `w_q`): within a row it is constant, so it moves out of the
# sum as well. One scale per *input* would not; that is why weights have scales per output channel. And a zero
# point of the weights would add a second sum, $-z_w \sum (q_x - z_x)$, to each output (Jacob et al., equation
# 7, has all the terms); that is why weights are symmetric.
#
# On paper: $q_x = (3, 0)$, $z_x = 1$, $s_x = 0.5$, a weight row $(1, -3)$ with $s_w = 0.1$. The bracket is
# $2 \cdot 1 + (-1) \cdot (-3) = 5$, and $y = 0.5 \cdot 0.1 \cdot 5 = 0.25$.
#
# <details><summary>Hint</summary>
#
# Three steps: integers minus the zero point; matrix product with the transposed weight; scales and bias. A
# `w_scale` of shape `[out]` broadcasts against `[batch, out]` as it is. Test `bias is not None`: an array has
# no single truth value.
# </details>
#
# <details><summary>A deeper hint</summary>
#
# Shapes: `x_q - x_zero` is `[batch, in]`, `w_q.T` is `[in, out]`, so `@` gives `[batch, out]`. Cast both to
# int32 before the subtraction and the product, or small types wrap around. `x_scale * w_scale` is a number or
# `[out]`: multiply the integers by it **once**, then add the bias.
# </details>


# %% tags=["answer:integer_linear"]
def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):
    """A linear layer on codes: integers (int32 accumulation) up to one final rescale.

    x_q: int32 [batch, in]. x_scale: float. x_zero: int.
    w_q: int32 [out, in], symmetric. w_scale: float, or float array [out]. bias: float array [out], or None.
    Returns a float array [batch, out].
    """
    ### BEGIN SOLUTION Exercise 6.9: a linear layer in integers
    accumulated = (x_q.astype(np.int32) - np.int32(x_zero)) @ w_q.astype(np.int32).T
    output = x_scale * np.asarray(w_scale) * accumulated
    return output if bias is None else output + bias
    ### END SOLUTION


# %% tags=["check:integer_linear"]
import qcourse.check


@qcourse.check.exercise("6.9", integer_linear, when_graded="sums beyond 24 bits")
def check_integer_linear(ex):
    x_q = np.array([[3, 0]], np.int32)
    w_q = np.array([[1, -3], [100, 90], [-4, 0]], np.int32)
    got = ex.call(x_q, 0.5, 1, w_q, 0.1, case="on paper: the bracket is 5, 110, -8")
    ex.equal("the result", got, np.array([[0.25, 5.5, -0.4]]))

    x_q = np.array([[251, 201], [1, 2]], np.int32)  # the second sum is 250·100 + 200·90 = 43,000
    scales, bias = np.array([0.1, 1.0, 0.01]), np.array([1.0, 2.0, 3.0])
    got = ex.call(x_q, 0.5, 1, w_q, scales, bias, case="two inputs, one scale per row of w_q, and a bias")
    ex.equal("the result", got, np.array([[-16.5, 21502.0, -2.0], [0.85, 47.0, 3.0]]))

    x_q, w_q = np.array([[5, 3]], np.int32), np.array([[3, -5]], np.int32)
    got = ex.call(x_q, 0.1, 0, w_q, 0.7, case="5·3 + 3·(-5) = 0, so the result is exactly 0")
    ex.equal("the result", got, np.array([[0.0]]), rtol=0)


# %% tags=["hidden:integer_linear"]

# %% [markdown]
# A layer of 64 inputs and 10 outputs, 8 bits: inputs as they come from a ReLU (asymmetric), weights symmetric
# per row.

# %% tags=["experiment"]
draw = np.random.default_rng(10)
inputs = np.maximum(draw.normal(0, 1, (200, 64)), 0)
weight, bias = draw.normal(0, 0.1, (10, 64)), draw.normal(0, 0.1, 10)
in_float = inputs @ weight.T + bias
x_q, x_scale, x_zero = checked.asymmetric_quantization(inputs, 8)
w_q, w_scales = checked.symmetric_quantization_per_channel(weight, 8)
in_integers = checked.integer_linear(x_q, x_scale, x_zero, w_q, w_scales, bias)
print(f"SQNR of the layer's output: {checked.sqnr_db(in_float, in_integers):.1f} dB")
scratch.against_float(in_float, in_integers)

# %% [markdown]
# **Takeaway.** All products are products of integers, and the scales enter once per output. Why must the
# rescale be *final*? First, because of what it costs. For one input vector:

# %% tags=["experiment"]
print(f"multiplications of integers: {w_q.size}")
print(f"by a scale: {len(w_q)} if rescaled at the end, {w_q.size} if each product is")

# %% [markdown]
# Second, integers add exactly, floats do not. Two products that cancel:

# %% tags=["experiment"]
print("scales first:   ", f"{(3 * 0.1) * (1 * 0.3) + (1 * 0.1) * (-3 * 0.3):.1e}")
print("integers first: ", f"{0.1 * 0.3 * (3 * 1 + 1 * (-3)):.1f}")

# %% [markdown]
# And why int32? One product of 8-bit codes can be as large as 255 · 127, which is almost all that int16
# holds. int32 holds enough of them for any usual layer:

# %% tags=["experiment"]
product = 255 * 127
print(f"int16 holds {(2**15 - 1) // product} such product, int32 {(2**31 - 1) // product:,}")
