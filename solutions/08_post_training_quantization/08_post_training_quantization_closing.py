"""The last part of notebook 08: it goes on with the names of the lesson."""

# %% [markdown]
# ## The successor: torchao
#
# **A common mistake** is to start a new project with `torch.ao.quantization`. It is **deprecated** in favour
# of [torchao](https://github.com/pytorch/ao): PyTorch itself says so at each call of `prepare`. The course
# uses it, because it has int8 kernels that run wherever PyTorch runs and because it shows every step. The
# course's package silences the warning; here it is:

# %% tags=["experiment"]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch_ao.prepare(nn.Sequential(nn.Linear(1, 1)).eval())
print("deprecated:", any("deprecated" in str(w.message) for w in caught))

# %% [markdown]
# | in torch.ao | in torchao |
# |---|---|
# | `QuantStub`, `DeQuantStub`, `fuse_modules` | not needed: `torch.export.export` sees each operation |
# | `qconfig = get_default_qconfig("x86")` | a quantizer: `X86InductorQuantizer().set_global(…)` |
# | `prepare(model)` | `prepare_pt2e(graph, quantizer)` |
# | calibrate | the same loop |
# | `convert(model)` | `convert_pt2e(graph)`; then a compiler puts int8 kernels in |
# | `prepare_qat(model)` | `prepare_qat_pt2e(graph, quantizer)`: notebook 09 |
# | `quantize_dynamic(model)` | `quantize_(model, Int8DynamicActivationInt8WeightConfig())` |
# | no counterpart for linear layers | `quantize_(model, Int8WeightOnlyConfig())`: weights only |
#
# **PT2E** (PyTorch 2 Export) has the same three steps, on a graph in place of your Python code. The result
# computes in float, on rounded numbers, until a compiler replaces these operations with int8 kernels. A
# *quantizer* marks what is to be rounded in the graph, a `QuantizationSpec` says how: together they are the
# qconfig. The smallest one, `LinearQuantizer` in qcourse/linear_quantizer.py, has ten lines: it marks the
# inputs and the weights of linear layers. (`X86InductorQuantizer` marks the same ones in this network; it
# also loads its compiler, which nothing here uses.) 2,000 training images calibrate the graph:

# %% tags=["experiment"]
from qcourse import pt2e

modern = {}
if pt2e.installed():
    with pt2e.quiet_import():
        from torchao.quantization import pt2e as ao
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
        from torchao.quantization.pt2e.quantizer import QuantizationSpec

        from qcourse.linear_quantizer import LinearQuantizer
    any_size = ({0: torch.export.Dim.DYNAMIC},)  # batches of any size
    graph = torch.export.export(net_float, (test_images[:2],), dynamic_shapes=any_size).module()
    inputs = QuantizationSpec(torch.uint8, ao.HistogramObserver, 0, 255, torch.per_tensor_affine)
    per_row = torch.per_channel_symmetric
    weights = QuantizationSpec(torch.int8, ao.PerChannelMinMaxObserver, -128, 127, per_row, ch_axis=0)
    watched = prepare_pt2e(graph, LinearQuantizer(inputs, weights))  # start of 8.2
    with torch.no_grad():
        for batch in train_images[:2000].split(256):
            watched(batch)  # 8.2
    modern["torchao, PT2E"] = convert_pt2e(watched)  # 8.3
else:
    print("torchao is not installed (pip install torchao): nothing to run here.")

# %% [markdown]
# **Weights only** needs no images at all: each `Linear` keeps int8 weights with a scale per row, and
# multiplies float activations by them. This is the usual way for language models, where reading the weights
# takes most of the time.

# %% tags=["experiment"]
if pt2e.installed():
    with pt2e.quiet_import():
        from torchao.quantization import Int8WeightOnlyConfig, quantize_
    modern["torchao, weights only"] = copy.deepcopy(net_float)
    quantize_(modern["torchao, weights only"], Int8WeightOnlyConfig())  # in place

# %% tags=["experiment"]
with torch.no_grad():
    rows, ways = [], {"float32": net, "torch.ao, per channel (x86)": per_channel} | modern
    right = {name: (way(test_images).argmax(1) == test_labels).float().mean() for name, way in ways.items()}
for name, way in ways.items():
    rows.append([name, f"≈ {100 * right[name]:.2f} %", f"≈ {size_kb(way):.0f} kB"])
figure.show_table(["network", "accuracy", "size of the state_dict"], rows)
print("all within 2 points of each other:", bool(max(right.values()) - min(right.values()) < 0.02))
if pt2e.installed():
    graph = modern["torchao, PT2E"]
    read = {node.target for node in graph.graph.nodes if node.op == "get_attr"}
    print("in PT2E's state_dict, but not read:", *(name for name in graph.state_dict() if name not in read))

# %% [markdown]
# With torchao, all three agree in accuracy: each rounds the weights to 8 bits per channel, and at 8 bits it
# hardly matters what else is rounded. PT2E's state_dict is larger than the float network's: the float weights
# stay in it beside the codes, although the graph no longer reads them.

# %% [markdown]
# ## What you measured

# %% tags=["experiment"]
rows = [
    [name, f"≈ {percent:.2f} %", f"≈ {kb:.0f} kB", f"≈ {ms:.2f} ms"] for name, percent, kb, ms in measured
]
figure.show_table(["network", "accuracy", "size", "256 images"], rows)
loss = max(0, *(measured[0][1] - percent for _, percent, _, _ in measured[1:]))
share = max(kb / measured[0][2] for _, _, kb, _ in measured[1:])
print(f"the int8 networks lose at most ≈ {loss:.2f} points, and have at most ≈ {share:.0%} of the size")

# %% [markdown]
# **What follows.** At 8 bits accuracy does not choose between the int8 networks: they lose next to nothing,
# and save nearly three quarters of the size. What is left to choose by is the time on the machine that will
# run them, and fusing costs nothing.

# %% [markdown]
# ## Question
#
# *A person reads your answer, for 3 points.*
#
# An int8 model was calibrated on daylight photos. In use it also gets night photos, for which one layer's
# activations are three times as large as any seen in calibration. What happens in that layer, code for code?
# Why does the float network not have this problem? Name two remedies, and what each costs. (Five to eight
# sentences.)

# %% [markdown] tags=["question:question"]
# ### BEGIN SOLUTION
# The scale and zero point of that layer were fixed in calibration. An activation that would need a code above
# 255 gets 255, and one that would need a code below 0 gets 0: they saturate. Very different activations
# become the same number, and the layers after it cannot tell them apart. (`default_qconfig` leaves the codes
# 128 to 255 free for values above the recorded maximum, but nothing below the minimum.) A float number
# carries its own exponent, so a value three times as large is stored with the same relative precision. Remedy
# one: put night photos from the training data into the calibration set. The range becomes three times wider,
# so the scale is three times coarser, which costs about 9.5 dB of SQNR, or 1.6 bits, for daylight photos.
# Remedy two: dynamic quantization, which measures each batch's range at run time; it costs time at every
# call. Other remedies are to leave that layer in float or to give its activations more bits, which costs size
# or speed, or to normalize the brightness of the images first.
# ### END SOLUTION

# %% [markdown]
# ## Challenge: a kernel with zero points
#
# *No points; checked. Half an hour or more.*
#
# In 8.5 the weights' zero point was 0. Give each output row one of its own, $z_w$:
#
# $$a = \sum_k (x_{q,k} - z_x)(w_{q,k} - z_w)
# = \sum_k x_{q,k} w_{q,k} - z_x \sum_k w_{q,k} - z_w \sum_k x_{q,k} + n\, z_x z_w$$
#
# Write `linear_with_zero_points`. It must give the exact codes, and then be fast: the check counts equal
# codes and compares its time with that of the left-hand side in int32.
#
# <details><summary>Where to look</summary>
#
# The right-hand side needs one product of raw codes and two sums, of which one does not depend on the images.
# NumPy multiplies integer matrices by simple loops, and floats by a tuned library. Up to which integer is a
# float64 exact, a float32? How large can the sum get?
# </details>

# %% tags=["experiment"]
from qcourse.challenges import kernel


# %% tags=["experiment", "challenge"]
def linear_with_zero_points(x_q, x_scale, x_zero, w_q, w_scale, w_zero, bias, out_scale, out_zero):
    """The output codes uint8 [batch, out] of a layer whose weights have zero points.

    x_q: uint8 [batch, in]. w_q: uint8 [out, in]. w_scale, bias: float [out]. w_zero: int [out].
    x_scale, out_scale: float. x_zero, out_zero: int.
    """
    ### BEGIN SOLUTION Challenge: a kernel with zero points
    x, w = x_q.astype(np.float64), w_q.astype(np.float64)  # exact up to 2**53
    total = x @ w.T - x_zero * w.sum(axis=1)
    total -= (x.sum(axis=1) - x_zero * x.shape[1])[:, None] * w_zero
    codes = np.round((total * (x_scale * w_scale) + bias) / out_scale) + out_zero
    return np.clip(codes, 0, 255).astype(np.uint8)
    ### END SOLUTION


# %% tags=["experiment"]
kernel.score(linear_with_zero_points)

# %% [markdown]
# ## Formulas
#
# | | |
# |---|---|
# | observed range | $\beta = \min a$, $\alpha = \max a$ over all calibration images |
# | integer sum | $a = \sum_k (x_{q,k}-z_x)\,w_{q,k} + b/(s_x s_w)$ |
# | requantize | $y_q = \mathrm{clip}(\mathrm{round}(a\, s_x s_w/s_y) + z_y,\ 0,\ 255)$ |
# | scale of `default_qconfig` | $(\alpha-\beta)/127$: 7 of 8 bits |
# | a pair in 16 bits | $2\cdot 127\cdot 128 = 32{,}512$ fits, $2\cdot 255\cdot 128 = 65{,}280$ does not |
# | size | 1 byte a weight, 4 a bias, and the packing |
#
# ## Glossary
#
# - **eager mode**: a model is Python code that runs line by line; you mark where codes begin and end.
# - **stub** (`QuantStub`, `DeQuantStub`): where floats become codes, and where codes become floats.
# - **observer**: records a range. **qconfig**: which observers (in notebook 09, fake quantizers) activations
#   and weights get.
# - **prepare, calibrate, convert**: attach observers, show images, replace layers by int8 ones.
# - **static, dynamic**: ranges fixed by calibration, or measured at each call.
# - **quint8, qint8**: unsigned 8-bit codes with a zero point; signed ones.
# - **engine**: a library of int8 kernels (x86, onednn, qnnpack). **reduce_range**: leave the eighth bit
#   unused.
# - **fuse**: make one module of a layer and its ReLU.
# - **latency**: the time of one forward pass. **PT2E**: quantization of an exported graph.

# %% [markdown]
# ## What comes next
#
# At 8 bits, post-training quantization of this network is nearly free. At 4, 3 and 2 bits it is not. Notebook
# 09 trains the network *with* the rounding in it: quantization-aware training.
#
# ## Further reading
#
# - B. Jacob, S. Kligys, B. Chen, M. Zhu, M. Tang, A. Howard, H. Adam, D. Kalenichenko: *Quantization and
#   Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference.* CVPR 2018,
#   [arXiv:1712.05877](https://arxiv.org/abs/1712.05877). The scheme of exercise 8.5.
# - R. Krishnamoorthi: *Quantizing deep convolutional networks for efficient inference: A whitepaper.* 2018,
#   [arXiv:1806.08342](https://arxiv.org/abs/1806.08342). Per tensor and per channel compared.
# - M. Nagel, M. Fournarakis, R. A. Amjad, Y. Bondarenko, M. van Baalen, T. Blankevoort: *A White Paper on
#   Neural Network Quantization.* 2021, [arXiv:2106.08295](https://arxiv.org/abs/2106.08295). A recipe for
#   post-training quantization, and how to find what went wrong.
# - D. Khudia, J. Huang, P. Basu, S. Deng, H. Liu, J. Park, M. Smelyanskiy: *FBGEMM: Enabling High-Performance
#   Low-Precision Deep Learning Inference.* 2021, [arXiv:2101.05615](https://arxiv.org/abs/2101.05615). The
#   x86 kernels, and their 16-bit sums.
