"""The last part of notebook 06: it goes on with the names of the lesson."""

# %% [markdown]
# ## What you measured
#
# The 20 numbers of the sample, put through your functions on this machine:


# %% tags=["experiment"]
def both_schemes(values, bits):
    with_zero = checked.asymmetric_dequantize(*checked.asymmetric_quantization(values, bits))
    without = checked.symmetric_dequantize(*checked.symmetric_quantization(values, bits))
    mse = [f"{checked.quantization_error(values, back):.3g}" for back in (with_zero, without)]
    return [bits, *mse, *[f"{checked.sqnr_db(values, back):.1f} dB" for back in (with_zero, without)]]


# %% tags=["experiment"]
from qcourse.plots import figure

header = ["bits", "MSE asymmetric", "MSE symmetric", "SQNR asymmetric", "SQNR symmetric"]
figure.show_table(header, [both_schemes(params, bits) for bits in (2, 3, 4, 6, 8, 12, 16)])

# %% [markdown]
# **What follows.** Down a column, one more bit is worth about 6 dB. Across, the symmetric grid is 2 to 7 dB
# behind: for values that lie mostly on one side of 0, a zero point is worth up to about one bit (a little
# more at 2 and 3 bits, where the symmetric grid has one code fewer to spare).

# %% [markdown]
# ## Question
#
# *A person reads your answer, for 3 points.*
#
# A layer's inputs are outputs of a ReLU, between 0 and 6. Its weights lie between −0.31 and 0.29, but one
# output channel's weights all lie between −0.01 and 0.01. You have 8 bits. Which scheme (asymmetric or
# symmetric, per tensor or per channel) do you choose for the inputs, and which for the weights? What would
# the other choice cost in each case? Three to six sentences.

# %% [markdown] tags=["question:question"]
# ### BEGIN SOLUTION
# Inputs: asymmetric, per tensor. All lie on one side of 0, so a symmetric grid would never use its negative
# codes: the step would be twice as wide, about one bit or 6 dB lost. Scales per input channel are not
# possible: they would not move out of the sum.
#
# Weights: symmetric, per output channel. They lie almost evenly about 0, so a zero point would gain next to
# nothing, and it would add terms to the integer product. With one scale for all, the step is 0.31 / 127 =
# 0.0024: the small channel would have 4 codes on each side of 0 instead of 127, so it would lose about 30 dB.
# Its own scale costs one number.
# ### END SOLUTION

# %% [markdown]
# ## Challenge: 4-bit weights in groups of 32
#
# *No points; checked. Half an hour or more.*
#
# Language models are often stored in 4 bits, with one scale for each **group** of 32 neighbouring weights of
# a row. A float16 scale for 32 codes of 4 bits makes 4.5 bits a weight. What is the least that can be lost?
#
# Write `groups_of_32`: codes from −8 to 7, all sixteen, and one scale per group, so that `codes · scale`
# comes as close to the weight as possible. The check rounds the scales to float16, restores a weight matrix
# with a few large values, and prints the SQNR beside that of simpler schemes. How you choose the scales is up
# to you; the largest value divided by 7 is only a beginning.
#
# <details><summary>Where to look</summary>
#
# The code −8 is not used by largest / 7: which sign should the scale have, so that the largest value gets
# it? Is the scale that lets nothing saturate the one of least error (7.3 asks the same of activations)? Once
# the codes are chosen, which scale is best for them (least squares)?
# </details>

# %% tags=["experiment"]
from qcourse import conventions
from qcourse.challenges import groups


# %% tags=["experiment", "challenge"]
def groups_of_32(weight):
    """4-bit codes, and one scale for each 32 neighbours in a row.

    weight: float array [out, in], in a multiple of 32.
    Returns (codes, scales): integers -8 to 7 [out, in], floats [out, in / 32].
    """
    ### BEGIN SOLUTION Challenge: 4-bit weights in groups of 32
    parts = weight.reshape(-1, 32)
    peak = np.take_along_axis(parts, np.abs(parts).argmax(axis=1, keepdims=True), axis=1)
    scales, least = np.ones((len(parts), 1)), np.full((len(parts), 1), np.inf)
    for steps in np.concatenate([-np.linspace(5, 9, 41), np.linspace(5, 9, 41)]):
        tried = np.where(peak == 0, 1.0, peak / steps)
        for _ in range(2):  # the best scale for these codes, then the best codes for that scale
            codes = np.clip(np.round(parts / tried), -8, 7)
            power = (codes**2).sum(axis=1, keepdims=True)
            fitted = (codes * parts).sum(axis=1, keepdims=True) / np.maximum(power, 1)
            tried = np.where(fitted == 0, 1.0, fitted)
        codes = np.clip(np.round(parts / tried), -8, 7)
        error = ((parts - codes * tried) ** 2).sum(axis=1, keepdims=True)
        scales, least = np.where(error < least, tried, scales), np.minimum(error, least)
    codes = np.clip(np.round(parts / scales), -8, 7).astype(np.int32)
    return codes.reshape(weight.shape), scales.reshape(len(weight), -1)
    ### END SOLUTION


# %% tags=["experiment"]
groups.score(groups_of_32)

# %% [markdown]
# ## One tensor, sixteen libraries
#
# Your scheme is one convention of many. The table shows what sixteen libraries make of the same five numbers
# under the name "symmetric, 8 bits". Each row is compared with the first: how many codes differ, and where
# the values that come back differ most ([4] is the last number). `qcourse.conventions` computes each row as
# the library does, the scale to the last bit. Your 6.4 is the row "onnxruntime quantize_data int8 symmetric".
# (Under `scale`, bitsandbytes stores the largest value, and ctranslate2 the inverse, 1/s.)

# %% tags=["experiment"]
five = np.array([-1, -0.3, 0, 0.4, 2])
print(conventions.table(five))
back = {float(conventions.quantize(name, five).values[3]) for name in conventions.SIXTEEN}
print("0.4 comes back as one of", ", ".join(f"{value:.5f}" for value in sorted(back)))

# %% [markdown]
# In most rows all five codes are those of the first, and yet the values are not, since the scales differ. Two
# libraries make the scale negative, and so four codes change.
#
# **Five causes** of difference: the denominator of the scale (127.5, 127 or 128; the scale may be negative);
# which codes are used; how a tie (a value halfway between two codes) is rounded, and whether x is divided by
# s or multiplied by 1/s; whether the zero point is added before or after rounding; what is stored: s, 1/s,
# the largest value, or s in float16. Check these, and the scale of an all-zero channel, before you move a
# quantized model from one library to another. To see more, change `five`, or compare any two names of
# `conventions.CONVENTIONS`:

# %% tags=["experiment"]
torch_ao, onnx = "torch.ao MinMaxObserver quint8 affine", "onnxruntime quantize_data uint8"
print(conventions.table(five, [torch_ao, onnx]))
print(conventions.explain(torch_ao))

# %% [markdown]
# Scale and zero point are equal, but one code is not: −0.3 is −25.5 steps, a tie. torch 2.13 adds the zero
# point 85 first and rounds 59.5 to 60. ONNX Runtime, which runs models in the exchange format ONNX, rounds
# −25.5 to −26 first, as your 6.2 does, which gives 59; so does torch 2.14. All conventions, with the versions
# of the libraries, are in the course's docs/libraries.md.

# %% [markdown]
# ## Formulas
#
# | | |
# |---|---|
# | range, widened | $\beta = \min(\min x, 0)$, $\alpha = \max(\max x, 0)$ |
# | asymmetric, codes $0$ to $2^b-1$ | $s = (\alpha-\beta)/(2^b-1)$, $z = -\mathrm{round}(\beta/s)$ |
# | quantize, restore | $q = \mathrm{clamp}(\mathrm{round}(x/s) + z)$, $\hat x = s\,(q-z)$ |
# | symmetric, codes $\pm(2^{b-1}-1)$ | $s = \max\lvert x\rvert/(2^{b-1}-1)$, $z = 0$ |
# | error inside the range | $\lvert x-\hat x\rvert \le s/2$, mean square about $s^2/12$ |
# | SQNR | $10\log_{10}\left(\sum x^2/\sum(x-\hat x)^2\right)$ dB; small steps: about 6.02 dB a bit |
# | linear layer | $y = s_x s_w\,[(q_x-z_x)\,Q_w^\top] + b$ |
#
# ## Glossary
#
# - **code**: the integer that is stored in place of a real number.
# - **scale** $s$: the step between neighbouring codes. **Zero point** $z$: the code of 0.0.
# - **range** $[\beta, \alpha]$: the real numbers that the codes cover.
# - **saturate**: a value outside the range gets the first or the last code.
# - **quantize, dequantize**: from real numbers to codes, and back to what the codes stand for.
# - **asymmetric, symmetric**: with a zero point; with the same range on both sides of 0, and without one.
# - **per tensor, per channel**: one scale for an array; one for each output channel (row of a weight matrix).
# - **SQNR**: signal-to-quantization-noise ratio, in dB.
# - **requantize, rescale**: from the integer sum of a layer back to real numbers, or to codes of the next.

# %% [markdown]
# ## What comes next
#
# Here the smallest and the largest value set the range. One outlier then stretches the grid for all other
# values. Notebook 07 compares this min-max range with percentiles and with the range of least error, on
# samples and on the activations of a real network.
#
# ## Further reading
#
# - B. Jacob, S. Kligys, B. Chen, M. Zhu, M. Tang, A. Howard, H. Adam, D. Kalenichenko. *Quantization and
#   Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference.* CVPR 2018. arXiv:1712.05877.
#   Section 2 has the scheme of 6.2 and the integer product of 6.9.
# - R. Krishnamoorthi. *Quantizing deep convolutional networks for efficient inference: A whitepaper.* 2018.
#   arXiv:1806.08342. Per-tensor and per-channel results for many networks.
# - M. Nagel, M. Fournarakis, R. A. Amjad, Y. Bondarenko, M. van Baalen, T. Blankevoort. *A White Paper on
#   Neural Network Quantization.* 2021. arXiv:2106.08295. An overview; read sections 2 and 3.
# - M. Horowitz. *Computing's Energy Problem (and What We Can Do about It).* ISSCC 2014. What an operation
#   costs in energy and area, integer and floating point.
