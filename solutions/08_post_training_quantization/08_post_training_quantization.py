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
# # 08 · Post-training static quantization
#
# A trained float network goes in; a network that computes with 8-bit integers comes out. No training is
# needed: running a few images through it is enough.
#
# **You will learn**
# - how PyTorch does this in eager mode: stubs, `prepare`, calibration, `convert`;
# - which images may calibrate a model, and why the test images may not;
# - what the int8 model costs: accuracy, bytes, milliseconds;
# - what an int8 layer computes, code for code, in ten lines of NumPy;
# - which layer loses the most.
#
# **Time:** about 110 minutes: 75 for the six exercises, the rest for reading, the pictures and the question.
# **You need:** notebooks 06 (codes, scale, zero point, SQNR) and 07 (calibration). You should have written a
# `torch.nn.Module` before. If you are stuck in an exercise, go on: `checked.name` is your answer once its
# check has passed, and the course's until then.

# %% [markdown]
# ## Why this matters
#
# A float32 weight takes 4 bytes, an int8 weight 1. A network that is four times smaller loads faster, fits
# into a smaller cache, and needs a quarter of the memory traffic. Integer arithmetic is faster too: 2 to 3
# times on CPUs (Krishnamoorthi 2018). *Static* means that every scale is fixed in advance: at run time there
# is nothing left to measure, and each layer hands codes to the next without going back to floats. (The
# alternative, *dynamic* quantization, measures the range of each batch anew: more exact for odd inputs,
# slower at every call.)

# %%
from importlib.util import find_spec

if not find_spec("qcourse"):  # the notebook was opened alone, as on Colab or Kaggle
    print("First, in a cell of its own: %pip install git+https://github.com/qcourse/qcourse")

# %%
# os, pickle and F are here for your answers, if you want them: no cell below needs them.
import copy
import io
import math
import os
import pickle
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% tags=["experiment"]
from qcourse import checked, measure, models, torch_ao
from qcourse.data import load_digits28
from qcourse.measure import latency_ms, size_kb
from qcourse.models import to_input, to_labels
from qcourse.plots import explore_nets, figure, ptq
from qcourse.plots.leaf_outputs import leaf_outputs
from qcourse.quantization import sqnr_db
from qcourse.training import accuracy, trained_net

# %% [markdown]
# The network has three linear layers, 784-100-100-10, with ReLU between them. It is trained here, in float.

# %% tags=["experiment"]
data = load_digits28()
train_images, train_labels = to_input(data.train_images), to_labels(data.train_labels)
test_images, test_labels = to_input(data.test_images), to_labels(data.test_labels)

# %% tags=["experiment"]
net_float = trained_net(train_images, train_labels)

# %% tags=["experiment"]
layers = ("linear1", "linear2", "linear3")
accuracy_float = 100 * accuracy(net_float, test_images, test_labels)
print(f"float network: accuracy ≈ {accuracy_float:.2f} %")

# %% [markdown]
# ## The idea on paper
#
# Take one unit with two inputs: $y = w_1 x_1 + w_2 x_2 + b$. Let $x=(0.5,\,1.0)$, $w=(0.4,\,0.2)$ and
# $b=0.1$. In floats, $y = 0.2 + 0.2 + 0.1 = 0.5$. Now in integers:
#
# | | scale | zero point | codes |
# |---|---|---|---|
# | input $x$ | $s_x = 0.01$ | 0 | $0.5/0.01 = 50$, $1.0/0.01 = 100$ |
# | weights $w$ | $s_w = 0.004$ | 0 | $0.4/0.004 = 100$, $0.2/0.004 = 50$ |
# | bias $b$ | $s_x s_w = 0.00004$ | 0 | $0.1/0.00004 = 2500$ |
# | output $y$ | $s_y = 0.005$ | 20 | what we want |
#
# 1. Multiply and add integers: $50\cdot100 + 100\cdot50 + 2500 = 12\,500$. The unit of this sum is $s_x s_w$.
# 2. Change the unit to that of the output: $12\,500 \cdot s_x s_w / s_y = 12\,500 \cdot 0.008 = 100$. This
#    step is called **requantization**.
# 3. Round, and add the output's zero point: $100 + 20 = 120$. This code goes to the next layer.
#
# Check: code 120 stands for $(120 - 20)\cdot 0.005 = 0.5$.

# %% tags=["experiment"]
x_codes, w_codes, bias_code = np.array([50, 100]), np.array([100, 50]), 2500
total = int(x_codes @ w_codes) + bias_code
code = round(total * 0.01 * 0.004 / 0.005) + 20
print(f"int32 sum {total}, output code {code}, which stands for {(code - 20) * 0.005:.3f}")

# %% [markdown]
# Three things must be known in advance. The **weights** are known: their scale comes from the weights
# themselves. The **ranges of the input and of the outputs** are not: they depend on the images. So we run a
# few images through the network, and *observers* record the smallest and the largest value at each place.
# This is **calibration**.
#
# In **eager mode**, where a model is ordinary Python code that runs line by line, PyTorch does this in four
# steps. Each is an exercise below, or part of one:
#
# | step | what happens | where |
# |---|---|---|
# | stubs | we mark where floats become codes and where codes become floats | 8.1 |
# | `prepare` | an observer is attached to each layer | start of 8.2 |
# | calibrate | images go through, and the observers record | 8.2 |
# | `convert` | each layer is replaced by its int8 version | 8.3 |

# %% [markdown]
# ## Exercise 8.1: the network between two stubs
# *Difficulty ★☆☆ · 10 minutes*
#
# **Goal.** Write the same network with a `QuantStub` at its input and a `DeQuantStub` at its output.
#
# $$x_q = \mathrm{Quant}(x), \qquad h_q = \mathrm{relu}(W_2\,\mathrm{relu}(W_1 x_q + b_1) + b_2), \qquad
# \text{logits} = \mathrm{DeQuant}(W_3 h_q + b_3)$$
#
# Until the network is prepared and converted, both stubs pass their input on unchanged, so the network
# computes what `VerySimpleNet` computes. After `convert`, the first turns floats into codes and the second
# turns codes into floats. Name the layers `linear1`, `linear2` and `linear3`, so that the trained weights can
# be loaded.
#
# <details><summary>Hint</summary>
#
# `torch_ao.QuantStub()` and `torch_ao.DeQuantStub()` are modules: create them in `__init__` and call them in
# `forward`. `reshape(-1, 784)` turns all three input shapes into one. There is no ReLU after the last layer.
#
# </details>


# %% tags=["answer:QuantizedVerySimpleNet"]
class QuantizedVerySimpleNet(nn.Module):
    """VerySimpleNet (784-100-100-10, ReLU) between a QuantStub (quant) and a DeQuantStub (dequant).

    Its parameters have VerySimpleNet's names: linear1.weight, linear1.bias, linear2.weight, …
    """

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION Exercise 8.1: create the layers and the two stubs
        self.quant = torch_ao.QuantStub()
        self.linear1 = nn.Linear(784, 100)
        self.linear2 = nn.Linear(100, 100)
        self.linear3 = nn.Linear(100, 10)
        self.relu = nn.ReLU()
        self.dequant = torch_ao.DeQuantStub()
        ### END SOLUTION

    def forward(self, images):
        """float32 images [n, 28, 28], [n, 1, 28, 28] or [n, 784] -> logits [n, 10]."""
        ### BEGIN SOLUTION Exercise 8.1: call the stubs and the layers in order
        x = self.quant(images.reshape(-1, 784))
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear2(x))
        return self.dequant(self.linear3(x))
        ### END SOLUTION


# %% tags=["check:QuantizedVerySimpleNet"]
import qcourse.check


@qcourse.check.exercise("8.1", QuantizedVerySimpleNet)
def check_QuantizedVerySimpleNet(ex):
    def int8_logits(model, images):
        model.eval().qconfig = torch_ao.default_qconfig
        prepared = torch_ao.prepare(model)
        prepared(images)
        return torch_ao.convert(prepared)(images)

    torch.manual_seed(81)
    float_net, images = models.VerySimpleNet(), torch.rand(2, 28, 28)
    model, state = ex.call(case="created without arguments"), float_net.state_dict()
    ex.true(isinstance(model, nn.Module), "it is not an nn.Module.", got=type(model).__name__)
    for kind in (torch_ao.QuantStub, torch_ao.DeQuantStub):
        count = sum(isinstance(module, kind) for module in model.modules())
        ex.true(count == 1, f"it needs one {kind.__name__} among its modules.", got=str(count))
    ex.true({*model.state_dict()} == {*state}, "parameters must have VerySimpleNet's names.", want=[*state])
    ex.call(state, case="VerySimpleNet's state_dict", function=lambda state: model.load_state_dict(state))
    for shape in ([2, 28, 28], [2, 1, 28, 28], [2, 784]):
        got = ex.call(model, images.reshape(shape), case=f"shape {shape}", function=lambda net, x: net(x))
        ex.equal("the output before prepare", got, float_net(images), rtol=1e-4, atol=1e-5)
    got = ex.call(model, images, function=int8_logits, may_change=[0], case="prepared, then converted")
    ex.equal("the output after convert", got, float_net(images), dtype=torch.float32, rtol=0, atol=0.1)


# %% tags=["hidden:QuantizedVerySimpleNet"]

# %% [markdown]
# The modules of your network, in the order in which they are called. A box has the colour of what leaves it:
# the part in orange, with dashed arrows, will run on codes.

# %% tags=["experiment"]
net = checked.QuantizedVerySimpleNet()
net.load_state_dict(net_float.state_dict())
net.eval()
ptq.pipeline(net, test_images[:1])

# %% [markdown]
# **Takeaway.** Eager mode knows nothing about your `forward`: you mark where codes begin and end. A forgotten
# `QuantStub` shows up only after `convert`, when floats reach a layer that expects codes: "Could not run
# 'quantized::linear' with arguments from the 'CPU' backend". Every operation between the stubs must exist for
# codes: linear layers, convolutions and ReLU do; softmax does not, so it goes after the `DeQuantStub`:

# %% tags=["experiment"]
some_codes = torch.quantize_per_tensor(torch.rand(2, 4), 0.01, 0, torch.quint8)
for name, operation in {"relu": torch.relu, "softmax": nn.Softmax(dim=1)}.items():
    try:
        operation(some_codes)
        print(name, "takes codes")
    except NotImplementedError:
        print(name, "takes none")
without_stub = nn.Sequential(nn.Linear(4, 2)).eval()
without_stub.qconfig = torch_ao.default_qconfig
prepared = torch_ao.prepare(without_stub)
print("prepared, without a QuantStub:", list(prepared(torch.rand(8, 4)).shape))
try:
    torch_ao.convert(prepared)(torch.rand(8, 4))
except NotImplementedError as error:
    print("converted:", str(error).split(". ")[0])

# %% [markdown]
# ## Exercise 8.2: calibrate
# *Difficulty ★☆☆ · 10 minutes*
#
# First, `prepare`. A `QConfig` names two observers: one for activations, one for weights. `prepare` attaches
# the former to each layer and to the `QuantStub`; `convert` uses the latter.

# %% tags=["experiment"]
prepared = copy.deepcopy(net)
prepared.qconfig = torch_ao.default_qconfig
prepared = torch_ao.prepare(prepared)
print(type(prepared.linear1.activation_post_process).__name__, "records the output of linear1")

# %% [markdown]
# **Goal.** Run all images through the prepared model, batch by batch, and return how many there were.
#
# $$\beta = \min_{\text{all images}} a, \qquad \alpha = \max_{\text{all images}} a$$
#
# for each observed activation $a$. The observers do this themselves; you only have to call the model on
# **every** image once, in evaluation mode and without gradients: nothing is learned here. A batch has at most
# `batch_size` images, and there are no more batches than necessary.
#
# <details><summary>Hint</summary>
#
# `images.split(batch_size)` gives the batches; the last may be smaller and must not be left out.
# `model.eval()` sets the mode; `torch.no_grad()` switches gradients off.
#
# </details>


# %% tags=["answer:calibrate"]
def calibrate(model, images, batch_size=256):
    """Show every image to the observers of a prepared model.

    model: any nn.Module; changed in place: it is put into evaluation mode, and its observers record.
    images: float32 [n, …]; batch_size: the largest number of images per call of the model.
    Returns the number of images seen, an int.
    """
    ### BEGIN SOLUTION Exercise 8.2: show all images to the observers
    model.eval()
    seen = 0
    with torch.no_grad():
        for batch in images.split(batch_size):
            model(batch)
            seen += len(batch)
    return seen
    ### END SOLUTION


# %% tags=["check:calibrate"]
import qcourse.check


@qcourse.check.exercise("8.2", calibrate, when_graded="that parameters, and evaluation mode, stay")
def check_calibrate(ex):
    images = torch.arange(-1, 10)[:, None, None].expand(11, 28, 28) / 10
    watched = torch_ao.QuantStub(torch_ao.default_qconfig).train()
    watched, seen = torch_ao.prepare(nn.Sequential(nn.ReLU(), watched)), []
    tell = ex.callback(seen.append)
    watched.register_forward_pre_hook(
        lambda module, inputs: tell((len(inputs[0]), module.training, torch.is_grad_enabled()))
    )
    count = ex.call(watched, images, batch_size=4, case="11 images in batches of 4: 4, 4, 3", may_change=[0])
    ex.equal("the number of images seen", count, 11)
    ex.true(not any(mode for _, mode, _ in seen), "calibrate in evaluation mode.", got="model.training True")
    ex.true(not any(on for *_, on in seen), "nothing is learned: switch gradients off, with torch.no_grad().")
    took = [size for size, *_ in seen]
    ok = len(took) == 3 and max(took) <= 4 and sum(took) == 11
    why = "the last batch, a smaller one, is left out" * (took == [4, 4])
    why += "chunk(n) makes n batches; split(n) makes batches of n" * (took == [3, 3, 3, 2])
    ex.true(ok, "each image once, in 3 batches of at most 4.", expected=[4, 4, 3], got=took, likely_cause=why)
    observer = watched[1].activation_post_process
    ex.true(observer.min_val <= observer.max_val, "it saw no image.", likely_cause="another model was called")
    ex.equal("the observer's minimum (a ReLU makes the first image 0)", float(observer.min_val), 0.0)
    ex.equal("the observer's maximum (the last image is 0.9)", float(observer.max_val), 0.9, rtol=1e-5)


# %% tags=["hidden:calibrate"]

# %% [markdown]
# Now calibrate on the training images. **Predict first:** are the recorded ranges symmetric about 0?

# %% tags=["experiment"]
seen = checked.calibrate(prepared, train_images)
rows = []
for name in ("quant", "linear1", "linear2", "linear3"):
    observer = prepared.get_submodule(name).activation_post_process
    numbers = (observer.min_val, observer.max_val, *observer.calculate_qparams())
    rows.append([name, *(f"≈ {float(number):.4g}" for number in numbers)])
figure.show_table(["output of", "minimum", "maximum", "scale", "zero point"], rows)
by_06 = (float(observer.max_val) - float(observer.min_val)) / 255
times = float(observer.calculate_qparams()[0]) / by_06
print(f"all training images seen: {seen == len(train_images)}")
print(f"the last scale is {times:.2f} times the one that 06's formula gives for 8 bits")

# %% [markdown]
# No range is symmetric: the pixels begin at 0, and all layers reach farther below 0 than above. The scale is
# twice as large as by 06's formula, because this qconfig spreads the range over the codes 0 to 127 only, 7 of
# the 8 bits; the reason comes after 8.3. The histograms show 1,000 of the training images; the lines show
# what the observers recorded for *all* of them.

# %% tags=["experiment"]
ptq.activations(prepared, train_images[:1000])

# %% [markdown]
# **Takeaway.** In all three layers the extremes are rare: most activations are near 0, and the recorded
# minimum and maximum are the two most unusual values of the complete set. One odd image widens the range for
# all others. Notebook 07 showed what helps: percentiles, or the range of least error.
#
# **A common mistake** is to calibrate on the *test* set. Numbers read off the test images then become part of
# the model, and the test no longer tests it: the images that are meant to judge the model have helped to
# build it. Calibrate on training images. The next cells show that the leak is real. **Predict first:** how
# many of the layers' ranges do the test images change, and does the test accuracy rise?

# %% tags=["experiment"]
leaky = copy.deepcopy(net)
leaky.qconfig = torch_ao.default_qconfig
leaky = torch_ao.prepare(leaky)
seen = checked.calibrate(leaky, test_images)

# %% tags=["experiment"]
ranges = {}
for name, model in (("training images", prepared), ("test images (wrong)", leaky)):
    observers = {layer: model.get_submodule(layer).activation_post_process for layer in layers}
    ranges[name] = {layer: (float(o.min_val), float(o.max_val)) for layer, o in observers.items()}
right, wrong = ranges.values()
print("ranges that the test images changed:", ", ".join(n for n in layers if right[n] != wrong[n]))
ptq.range_change(ranges)

# %% tags=["experiment"]
results = [100 * accuracy(torch_ao.convert(model), test_images, test_labels) for model in (prepared, leaky)]
print("test accuracy: calibrated on training images ≈ {:.2f} %, on test images ≈ {:.2f} %".format(*results))

# %% [markdown]
# With eight bits the accuracy hardly changes. That is luck, not a justification: nobody who reads the second
# number can know how much of it is due to the leak.

# %% [markdown]
# ## Exercise 8.3: quantize the network
# *Difficulty ★★☆ · 15 minutes*
#
# **Goal.** Put the complete flow into one function: copy the network, switch to evaluation mode, set the
# `qconfig`, prepare, calibrate, convert.
#
# $$\text{net} \;\xrightarrow{\text{copy, eval}}\; \xrightarrow{\text{prepare}}\; \text{with observers}
# \;\xrightarrow{\text{calibrate}}\; \text{with ranges} \;\xrightarrow{\text{convert}}\; \text{int8 model}$$
#
# `convert` computes a scale and a zero point from each observer, quantizes the weights, and replaces each
# float module with a quantized one. The caller's network remains a float network, and the engine
# (`torch.backends.quantized.engine`, the library of int8 kernels) stays the one that this machine has.
#
# <details><summary>Hint</summary>
#
# Start with `copy.deepcopy(net)`: otherwise `qconfig`, `eval()` and `prepare` could leave traces on the
# caller's network. Use your `calibrate`. If `qconfig` is `None`, use `torch_ao.default_qconfig`.
#
# </details>


# %% tags=["answer:post_training_quantize"]
def post_training_quantize(net, images, qconfig=None):
    """Turn a float network with stubs into an int8 model by static post-training quantization.

    net: a QuantizedVerySimpleNet with trained float weights; it is not changed.
    images: float32 [n, 28, 28], all used for calibration.
    qconfig: a torch.ao QConfig; None means torch.ao's default_qconfig.
    Returns the converted model, in evaluation mode.
    """
    ### BEGIN SOLUTION Exercise 8.3: copy, prepare, calibrate, convert
    model = copy.deepcopy(net).eval()
    model.qconfig = torch_ao.default_qconfig if qconfig is None else qconfig
    model = torch_ao.prepare(model)
    calibrate(model, images)
    return torch_ao.convert(model)
    ### END SOLUTION


# %% tags=["check:post_training_quantize"]
import qcourse.check


@qcourse.check.exercise("8.3", post_training_quantize, when_graded="that the engine stays as it is")
def check_post_training_quantize(ex):
    def calibrate_at_once(model, images, batch_size=256):
        model.eval()(images)  # replaces your calibrate, so that this check tests this exercise alone
        return len(images)

    ex.given = {"calibrate": calibrate_at_once, "QuantizedVerySimpleNet": models.QuantizedVerySimpleNet}
    torch.manual_seed(83)
    float_net, images = models.QuantizedVerySimpleNet(), torch.rand(20, 28, 28)
    images[-1, 0, 0] = 2.54  # the brightest pixel is in the last image
    result = ex.call(float_net, images, case="20 images, the largest pixel 2.54")
    ex.true(isinstance(result, nn.Module), "the result is not an nn.Module.", got=type(result).__name__)
    ex.true(not result.training, "the result is not in evaluation mode.")
    parts = {name: module._get_name() for name, module in result.named_modules()}
    got = ", ".join(str(parts.get(name)) for name in ("quant", "linear1", "linear2", "linear3"))
    ex.true(got == "Quantize" + 3 * ", QuantizedLinear", "the result is not converted to int8.", got=got)
    ex.true(result.quant.dtype == torch.quint8, "activations have unsigned codes, quint8.")
    ex.equal("the input's scale (2.54 / 127)", float(result.quant.scale), 0.02, rtol=1e-4)
    logits = ex.call(images, case="the result called", function=result)
    ex.equal("the output", logits, float_net(images), dtype=torch.float32, rtol=0, atol=0.1)
    result = ex.call(float_net, images, torch_ao.get_default_qconfig("x86"), case="a qconfig: x86's")
    ex.true("channel" in str(result.linear1.weight().qscheme()), "the given qconfig is not used.")


# %% tags=["hidden:post_training_quantize"]

# %% [markdown]
# From here on 10,000 training images calibrate (the offline digits are fewer): a sixth of the time.

# %% tags=["experiment"]
calibration_images = train_images[:10_000]
quantized = checked.post_training_quantize(net, calibration_images)
accuracy_int8 = 100 * accuracy(quantized, test_images, test_labels)
print(f"accuracy: float ≈ {accuracy_float:.2f} %, int8 ≈ {accuracy_int8:.2f} %")
print("int8 within 1 point of float:", abs(accuracy_int8 - accuracy_float) <= 1)

# %% [markdown]
# What is in the model now? The weights of a layer are stored as int8 codes with one scale: `weight()` returns
# the quantized tensor, and `int_repr()` its codes.

# %% tags=["experiment"]
for name in ("quant", *layers):
    print(f"{name:8} {quantized.get_submodule(name)._get_name()}")
before, after = net_float.linear1.weight.detach(), quantized.linear1.weight()
print(f"linear1: {before.dtype} became {after.dtype}, zero point {after.q_zero_point()}")

# %% tags=["experiment"]
codes = after.int_repr().numpy()
ptq.weights(before.numpy(), codes, after.q_scale())
error = np.abs(before.numpy() - codes * after.q_scale()).max()
print("no weight moved by more than half a scale:", bool(error <= 0.5001 * after.q_scale()))

# %% [markdown]
# Float and int8 weights side by side: the first four weights of the last layer's first unit.

# %% tags=["experiment"]
weight = quantized.linear3.weight()
triples = zip(net_float.linear3.weight[0, :4], weight.int_repr()[0, :4], weight.dequantize()[0, :4])
rows = [[f"≈ {a:.4f}", f"≈ {code}", f"≈ {b:.4f}"] for a, code, b in triples]
figure.show_table(["float32", "int8 code", "code · scale"], rows)

# %% [markdown]
# **Takeaway.** Weights are rounded once and for all; activations are rounded again at every layer, for every
# image. The histogram of codes shows where a single scale wastes bits: few weights are nearly as large as the
# largest, so the codes near ±127 are hardly used. One scale per output row (per channel) uses them better.
# You will measure how much that gains: at 8 bits below, at 2 bits in notebook 09.

# %% [markdown]
# ### What kind of integers?
#
# **A common mistake** is to take what the `QuantStub` produces for int8. It produces **quint8**: unsigned
# codes 0 to 255 with a zero point. Only the weights are signed (qint8). And `default_qconfig` uses only **7
# of the 8 bits**: its observer spreads the range over the codes 0 to 127.

# %% tags=["experiment"]
observer = torch_ao.default_qconfig.activation()
pixels = quantized.quant(test_images)
print(f"activation codes {observer.quant_min} to {observer.quant_max}; the stub gives {pixels.dtype}")
print("largest code of an image:", int(pixels.int_repr().max()))

# %% [markdown]
# Why give up a bit? Older x86 processors multiply 8-bit numbers and add the products in pairs, in **16 bits**
# (instruction `vpmaddubsw`). With activation codes up to 255, such a sum may not fit; with codes up to 127,
# it always does (Khudia et al. 2021). The weight code with the largest absolute value is −128 (torch.ao,
# unlike 6.4, uses it):

# %% tags=["experiment"]
largest_int16 = 2**15 - 1
for largest_code in (255, 127):
    worst = 2 * largest_code * 128
    print(f"2 · {largest_code} · 128 = {worst}, fits in 16 bits: {worst <= largest_int16}")

# %% [markdown]
# ## Exercise 8.4: the size
# *Difficulty ★☆☆ · 5 minutes*
#
# **Goal.** How many kilobytes does a model take when `torch.save` writes its `state_dict`? Measure in memory:
# leave nothing on the disk.
#
# $$\text{size} = \frac{\text{bytes of the serialized state\_dict}}{1000}\ \text{kB}$$
#
# <details><summary>Hint</summary>
#
# `io.BytesIO()` is a file in memory: `torch.save` writes to it as to any file. How many bytes does it hold
# then?
#
# </details>


# %% tags=["answer:model_size_kb"]
def model_size_kb(model):
    """Size of the model's state_dict, serialized in memory as torch.save does, in kB (1 kB = 1000 bytes).

    model: any nn.Module, float or quantized. Returns a float.
    """
    ### BEGIN SOLUTION Exercise 8.4: serialize the state_dict and count its bytes
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getvalue()) / 1000
    ### END SOLUTION


# %% tags=["check:model_size_kb"]
import qcourse.check


@qcourse.check.exercise("8.4", model_size_kb, when_graded="int8 models, and that no file is written")
def check_model_size_kb(ex):
    from qcourse import measure

    layer = nn.Linear(100, 40)  # 4,000 weights and 40 biases of 4 bytes: 16,160 bytes, plus the packing
    size = ex.call(layer, case="4,040 numbers of 4 bytes")
    ex.true(isinstance(size, int | float | np.number), "the size must be a number.", got=type(size).__name__)
    ex.true(
        size > 16.5,
        "the size in kB leaves out names, shapes and packing, or is in another unit.",
        got=f"{size:.6g}",
    )
    ex.equal("the size in kB (to within 1 %)", float(size), measure.size_kb(layer), rtol=0.01)


# %% tags=["hidden:model_size_kb"]

# %% tags=["experiment"]
print(f"float ≈ {checked.model_size_kb(net):.0f} kB, int8 ≈ {checked.model_size_kb(quantized):.0f} kB")
smaller = 100 * (1 - checked.model_size_kb(quantized) / checked.model_size_kb(net))
print(f"the complete int8 model is smaller by ≈ {smaller:.1f} %; less than 75 %:", smaller < 75)

# %% [markdown]
# **A common mistake.** "int8 is 75 % smaller" holds only for the weights: 1 byte instead of 4. Biases stay in
# float32, and names, scales and the file format take a few kB in both ("packing" below). The measured figure
# for this network is between 73 and 74 %. The next picture shows where the bytes are.

# %% tags=["experiment"]
modules, parts = [net.get_submodule(name) for name in layers], {}
numel = {part: sum(getattr(m, part).numel() for m in modules) for part in ("weight", "bias")}
for name, model, width in (("float32", net, 4), ("int8", quantized, 1)):
    parts[name] = {"weights": width * numel["weight"] / 1000, "biases": 4 * numel["bias"] / 1000}
    parts[name]["packing"] = checked.model_size_kb(model) - sum(parts[name].values())

# %% tags=["experiment"]
rows = [
    [name, *(f"{of[part]:.2f}" for part in ("weights", "biases")), f"≈ {of['packing']:.1f}"]
    for name, of in parts.items()
]
figure.show_table(["network", "weights, kB", "biases, kB", "packing, kB"], rows)
ptq.sizes(parts)

# %% [markdown]
# **Takeaway.** The larger the layers, the closer the saving comes to 75 %. A network of many small layers
# gains less: measure, do not assume.

# %% [markdown]
# ## Exercise 8.5: one int8 layer by hand
# *Difficulty ★★★ · 20 minutes*
#
# **Goal.** Compute what the converted layer computes, code for code, in NumPy.
#
# $$a = \sum_k (x_{q,k} - z_x)\,w_{q,k} + \frac{b}{s_x s_w}, \qquad
# y_q = \mathrm{clip}\!\left(\mathrm{round}\!\left(\frac{s_x s_w}{s_y}\,a\right) + z_y,\ 0,\ 255\right)$$
#
# The sum is computed in 32-bit integers; one multiplication by $s_x s_w / s_y$ changes its unit to that of
# the output (requantization; Jacob et al. 2018, section 2.2). With scales per channel, there is one $s_w$ per
# output row. Whether the bias is first rounded to a multiple of $s_x s_w$, as in the paper, changes almost
# none of the output codes: some kernels round it, some do not.
#
# <details><summary>Hint</summary>
#
# Codes arrive as uint8 and int8. In these types `x_q - x_zero` wraps around below 0, and products overflow:
# cast to `np.int32` first. Clip before you cast to `np.uint8`. `bias` and `w_scale` are as long as a row of
# the output, so NumPy's broadcasting does the rest.
#
# </details>
#
# <details><summary>A deeper hint</summary>
#
# Shapes: `[batch, in] @ [in, out]`, so the weights are transposed. The integer sum times `x_scale * w_scale`
# is in real units; there the bias can be added as it is. Divide by `out_scale`, round, **then** add
# `out_zero`, clip to 0 and 255, cast. Go through the first row of the check
# with the numbers of "The idea on paper".
#
# </details>


# %% tags=["answer:quantized_linear_by_hand"]
def quantized_linear_by_hand(x_q, x_scale, x_zero, w_q, w_scale, bias, out_scale, out_zero):
    """Compute the output codes of a quantized linear layer.

    x_q: uint8 [batch, in], with the scalars x_scale (float) and x_zero (int).
    w_q: int8 [out, in]; w_scale: a float, or float64 [out], one per output row; the weights' zero point is 0.
    bias: float32 [out]. out_scale (float) and out_zero (int) belong to the output.
    Returns the output's codes, uint8 [batch, out].
    """
    ### BEGIN SOLUTION Exercise 8.5: sum in integers, requantize, round, clip
    total = (x_q.astype(np.int32) - x_zero) @ w_q.astype(np.int32).T
    unit = x_scale * np.asarray(w_scale, dtype=np.float64)
    codes = np.round((total * unit + bias) / out_scale) + out_zero
    return np.clip(codes, 0, 255).astype(np.uint8)
    ### END SOLUTION


# %% tags=["check:quantized_linear_by_hand"]
import qcourse.check


@qcourse.check.exercise("8.5", quantized_linear_by_hand, when_graded="sums too long for 16 bits")
def check_quantized_linear_by_hand(ex):
    x_q = np.array([[50, 100], [0, 100]], np.uint8)
    w_q = np.array([[100, 50], [-100, -50], [127, 127]], np.int8)
    bias = np.array([0.1, -0.1, 0.5], np.float32)
    got = ex.call(
        x_q, 0.01, 0, w_q, 0.004, bias, 0.005, 20, case="the example on paper in the first row and column"
    )
    # First row: 100 + 20 = 120; -100 + 20 = -80 becomes 0; 252 + 20 = 272 becomes 255.
    ex.equal("the output", got, np.array([[120, 0, 255], [80, 0, 222]], np.uint8), dtype=np.uint8)
    got = ex.call(x_q, 0.01, 50, w_q, 0.004, bias, 0.005, 20, case="the input's zero point is 50")
    ex.equal("the output", got, np.array([[60, 0, 171], [20, 20, 120]], np.uint8), dtype=np.uint8)
    scales = np.array([0.004, 0.002, 0.001])
    got = ex.call(x_q, 0.01, 0, w_q, scales, bias, 0.005, 20, case="one weight scale per output row")
    ex.equal("the output", got, np.array([[120, 0, 158], [80, 0, 145]], np.uint8), dtype=np.uint8)


# %% tags=["hidden:quantized_linear_by_hand"]

# %% [markdown]
# Does this hold for the real network? Take the codes of some test images through the first layer, by hand and
# with PyTorch.

# %% tags=["experiment"]
layer = quantized.linear1
x = quantized.quant(test_images[:300].reshape(-1, 784))
x_q, w_q = x.int_repr().numpy(), layer.weight().int_repr().numpy()
w_scale, bias = layer.weight().q_scale(), layer.bias().detach().numpy()

# %% tags=["experiment"]
by_hand = checked.quantized_linear_by_hand(
    x_q, x.q_scale(), x.q_zero_point(), w_q, w_scale, bias, layer.scale, layer.zero_point
)
converted = layer(x).int_repr().numpy()
difference = np.abs(by_hand.astype(int) - converted)
print(f"of {difference.size:,} codes, at least 99.9 % are equal: {(difference == 0).mean() >= 0.999}")
print(f"the rest are at most one apart: {difference.max() <= 1}")

# %% tags=["experiment"]
unit = by_hand.std(axis=0).argmax()  # the unit whose output varies most
total = (x_q.astype(np.int32) - x.q_zero_point()) @ w_q[unit].astype(np.int32)
narrow = checked.quantized_linear_by_hand(
    x_q, x.q_scale(), x.q_zero_point(), w_q, w_scale, bias, layer.scale / 16, layer.zero_point
)
ptq.requantization(total, by_hand[:, unit], converted[:, unit], narrow[:, unit])

# %% [markdown]
# **Takeaway.** An int8 layer is an integer matrix product and one multiplication per output. A value that
# needs a code below 0 or above 255 saturates: the dashed line, computed with an output range a sixteenth as
# wide, shows it. With `default_qconfig` the codes 128 to 255 are left free for values above the recorded
# maximum; below the recorded minimum there is no room. Where the last bit differs between two processors, the
# reason is a rounding tie or the rounding of the bias. So with 7-bit activations, as here, an int8 *layer* is
# reproducible to within one code, not bit for bit, unless the kernel is the same. With 8-bit activations this
# is true only on some processors: see "Room for the eighth bit", after 8.6.

# %% [markdown]
# ## Exercise 8.6: which layer loses the most?
# *Difficulty ★★☆ · 15 minutes*
#
# **Goal.** Run the same images through the float network and through the int8 model, and compare the outputs
# of each layer.
#
# $$\mathrm{SQNR}_{\text{layer}} = 10\log_{10}\frac{\sum y^2}{\sum (y - \hat y)^2}\ \text{dB}$$
#
# $y$ is the output of a layer in the float network, $\hat y$ that of the same layer in the int8 model,
# dequantized. Each model runs from image to logits on its own, so $\hat y$ includes the errors of the layers
# before it.
#
# <details><summary>Hint</summary>
#
# `module.register_forward_hook(f)` calls `f(module, inputs, output)` after each forward pass. It returns a
# handle: `handle.remove()` removes the hook. A quantized tensor has `.dequantize()`. `sqnr_db` of notebook 06
# takes NumPy arrays and is already imported.
#
# </details>
#
# <details><summary>A deeper hint</summary>
#
# One dict per model, filled by its hooks. A function made in a loop sees the loop's *last* name: bind it as a
# default, `lambda module, inputs, output, name=name: …`. `.dequantize()` leaves a float tensor as it is, so
# one hook serves both models. Run under `torch.no_grad()`, remove every hook, then compare `.numpy()` arrays.
#
# </details>


# %% tags=["answer:layer_sqnr"]
def layer_sqnr(net, net_quantized, images):
    """SQNR of the outputs of linear1, linear2 and linear3, in dB.

    net: the float network; net_quantized: the int8 model made from it. Both stay unchanged, without hooks.
    images: float32 [n, 28, 28], shown to both.
    Returns a dict, layer name -> dB (a float).
    """
    ### BEGIN SOLUTION Exercise 8.6: compare the outputs layer by layer
    names, exact, rounded = ("linear1", "linear2", "linear3"), {}, {}
    for model, kept in ((net, exact), (net_quantized, rounded)):
        hooks = [
            model.get_submodule(name).register_forward_hook(
                lambda module, inputs, output, name=name, kept=kept: kept.update({name: output.dequantize()})
            )
            for name in names
        ]
        with torch.no_grad():
            model(images)
        for hook in hooks:
            hook.remove()
    return {name: sqnr_db(exact[name].numpy(), rounded[name].numpy()) for name in names}
    ### END SOLUTION


# %% tags=["check:layer_sqnr"]
import qcourse.check


@qcourse.check.exercise("8.6", layer_sqnr, when_graded="errors that add up, all images, models as they were")
def check_layer_sqnr(ex):
    float_net, images = models.QuantizedVerySimpleNet().eval(), torch.rand(4, 28, 28)
    biases = {"linear1": 1.01, "linear2": -1.04, "linear3": 4.02}
    for name, bias in biases.items():
        float_net.get_submodule(name).weight.detach().zero_()  # so each layer outputs its bias for any input
        float_net.get_submodule(name).bias.detach().fill_(bias)
    observed = copy.deepcopy(float_net)
    observed.qconfig = torch_ao.default_qconfig
    torch_ao.prepare(observed, inplace=True)(images)
    for name in biases:  # an observed range of -6.4 to 6.3 makes the scale 0.1
        observed.get_submodule(name).activation_post_process.min_val.fill_(-6.4)
        observed.get_submodule(name).activation_post_process.max_val.fill_(6.3)
    int8_net = torch_ao.convert(observed).eval()
    result = ex.call(float_net, int8_net, images, case="the layers give 1.01, -1.04, 4.02; in int8, 1, -1, 4")
    ex.true(isinstance(result, dict), "return a dict, layer name -> dB.", got=type(result).__name__)
    ex.true(biases.keys() <= result.keys(), "the dict lacks a layer.", expected=[*biases], got=[*result])
    single = all(np.asarray(value).size == 1 and value is not None for value in result.values())
    ex.true(single, "each layer needs a single number of dB.", got=result)
    for name, bias in biases.items():
        want = 10 * math.log10(bias**2 / (error := bias - round(bias, 1)) ** 2)
        ex.equal(f"{name}: 10 log10(({bias} / {error:.2f})²)", float(result[name]), want, rtol=0, atol=0.02)


# %% tags=["hidden:layer_sqnr"]

# %% [markdown]
# The network quantized with `default_qconfig` has one scale for all weights of a layer.
# `get_default_qconfig("x86")` changes two things: it gives each output row its own scale, and it chooses the
# activations' ranges by least error (with a histogram observer, whose search always assumes 256 codes)
# instead of by the extremes. The name says whose defaults these are; the observers run on any machine. Other
# engines (libraries of int8 kernels) have other defaults: `qnnpack`, made for ARM, uses one scale per layer.
# So this notebook asks for x86's by name. (Notebook 09 trains with those of the engine that runs.)

# %% tags=["experiment"]
engines = torch.backends.quantized.supported_engines
print("the engine in use is one of those supported:", torch.backends.quantized.engine in engines)
print("qnnpack's weights:", torch_ao.get_default_qconfig("qnnpack").weight().qscheme)
per_channel = checked.post_training_quantize(net, calibration_images, torch_ao.get_default_qconfig("x86"))
scales = per_channel.linear1.weight().q_per_channel_scales()
print(f"linear1: {scales.numel()} weight scales, one per output row")

# %% [markdown]
# Which change helps, and by how much? Two more models show it: one has a weight scale per row and is
# otherwise what `default_qconfig` makes; the other also uses all 8 bits for its activations.

# %% tags=["experiment"]
rows_scaled = torch_ao.get_default_qconfig("x86").weight  # an observer with one range per row
seven_bits = torch_ao.default_qconfig.activation
eight_bits = torch_ao.MinMaxObserver.with_args(quant_min=0, quant_max=255)
by_row, by_row_8 = (
    checked.post_training_quantize(
        net, calibration_images, torch_ao.QConfig(activation=bits, weight=rows_scaled)
    )
    for bits in (seven_bits, eight_bits)
)

# %% tags=["experiment"]
variants = {
    "per tensor (default_qconfig)": quantized,
    "per channel": by_row,
    "per channel, ranges of least error (x86)": per_channel,
    "per channel, activation codes 0 to 255": by_row_8,
}
sqnr = {name: checked.layer_sqnr(net, model, test_images) for name, model in variants.items()}
ptq.layer_bars(sqnr)

# %% tags=["experiment"]
rows = [[name, *(f"≈ {of[layer]:.1f} dB" for layer in layers)] for name, of in sqnr.items()]
figure.show_table(["int8 model", *layers], rows)
mean = np.array([[of[layer] for layer in layers] for of in sqnr.values()]).mean(axis=1)
print("mean gain over the first: ≈ {:.1f} dB, ≈ {:.1f} dB and ≈ {:.1f} dB".format(*mean[1:] - mean[0]))

# %% [markdown]
# With 8 bits per weight, one scale per row hardly matters: the rounding of the weights is not what limits
# this network. The rounding of the activations is, so the eighth bit gains the 6 dB that notebook 06 promises
# where steps are small, if the engine has room for it (next paragraph). With 2 bits per weight, scales per
# row are decisive: see notebook 09.
#
# **Room for the eighth bit.** On x86 processors that lack the instructions called VNNI, this is what the
# kernels do: two products, each of an activation code and a weight code, are added in a 16-bit integer, which
# ends at 32,767. As computed after 8.3, 2 · 127 · 128 fits and 2 · 255 · 128 does not: the sum saturates,
# without an error or a warning. So torch's defaults for `x86` leave the eighth bit unused (`reduce_range`);
# those for `onednn` use it, although `onednn` saturates just the same. Here is a layer of random codes. How
# many of its sums come out wrong when pairs are added in 16 bits?

# %% tags=["experiment"]
rng = np.random.default_rng(0)
w_q = rng.integers(-127, 128, (32, 784)).astype(np.int8)
codes = {bits: rng.integers(0, 2**bits, (64, 784)).astype(np.uint8) for bits in (7, 8)}


def sums(x_q, pairs_of_16_bits):
    """The layer's integer sums; with pairs_of_16_bits as a processor without VNNI adds them."""
    products = x_q[:, None, :].astype(np.int32) * w_q
    pairs = products[..., ::2] + products[..., 1::2]
    return (np.clip(pairs, -32768, 32767) if pairs_of_16_bits else pairs).sum(axis=2)


wrong = {bits: (sums(x_q, True) != sums(x_q, False)).mean() for bits, x_q in codes.items()}
print(f"wrong sums: {wrong[7]:.0%} with 7-bit activations, {wrong[8]:.0%} with 8-bit ones")

# %% [markdown]
# What do the engines of your machine do? The table compares their output codes with the exact ones (nan: your
# machine does not have that engine). If all rows show 0, your processor has VNNI or does not need it. On a
# processor that has only AVX2 (the vector instructions before VNNI), `x86` and `onednn` with 8 bits were more
# than one code off in ≈ 59 % of the outputs, by up to 13 codes (measured with
# `FBGEMM_ENABLE_INSTRUCTIONS=AVX2` and `ONEDNN_MAX_CPU_ISA=AVX2`).

# %% tags=["experiment"]
rows, right = [], []
for engine in ("x86", "onednn", "qnnpack"):
    room = measure.adds_in_32_bits(engine)
    for bits, x_q in codes.items():
        scale = float(sums(x_q, False).std() / 32)
        got = measure.int8_layer(x_q, w_q, scale, engine)
        true = np.clip(np.round(sums(x_q, False) / scale) + 128, 0, 255)
        apart = np.full(1, np.nan) if got is None else np.abs(got - true)
        share = (apart > 1).mean() if np.isfinite(apart).all() else np.nan
        right.append(got is None or (apart.max() <= 1) == (bits == 7 or room))
        rows.append([engine, str(bits), f"≈ {100 * share:.1f} %", f"≈ {apart.max():.0f}"])
figure.show_table(["engine", "bits", "more than one code apart", "farthest"], rows)
print("within one code with 7 bits everywhere, with 8 where sums have 32 bits:", all(right))
print("a scale per row gains less than ranges of least error:", mean[1] < mean[2])
room, most = measure.adds_in_32_bits(), mean[3] == max(mean)
print("the eighth bit gains most, unless it does not fit into the engine's sums:", most == room)

# %% [markdown]
# Layer by layer and image by image, with sliders where the notebook is open in JupyterLab. **Predict first:**
# by how many steps do the int8 outputs of linear1 differ from float at most, and those of linear3?

# %% tags=["experiment"]
explore_nets.layer_and_image(net, quantized, test_images[:20])
exact, coded = (dict(leaf_outputs(model, test_images[:20])) for model in (net, quantized))
for name in layers:
    apart = (coded[name].dequantize() - exact[name]).abs() / quantized.get_submodule(name).scale
    share = (apart <= 0.5).float().mean()
    print(f"{name}: at most ≈ {apart.max():.1f} steps apart; ≈ {share:.0%} within half a step")

# %% [markdown]
# <details><summary>Answer</summary>
#
# linear1 hardly adds more than its own rounding: most of its outputs are half a step off at most. linear3
# starts from inputs that were rounded twice, and many of its outputs are more than half a step off.
# </details>

# %% [markdown]
# **Takeaway.** A layer's SQNR combines three losses: its rounded weights, its rounded output, and what the
# layers before had already lost. So the layer with the lowest bar need not be the culprit. Change one thing
# at a time to find which loss it is, then give that layer more bits, one scale per channel or a better range,
# or leave it in float.

# %% [markdown]
# ## Experiment: fuse Linear and ReLU
#
# So far the observer sits between a linear layer and its ReLU: a large part of the recorded range is
# negative, and the ReLU throws it away at once. **Fusing** turns the two into one module. The observer then
# sees the output of the ReLU: the range starts at 0. For this, each layer needs a ReLU of its own, because
# the fused ReLU moves into the linear layer and leaves an `Identity` behind.


# %% tags=["experiment"]
class NetToFuse(models.QuantizedVerySimpleNet):
    """The same network with a ReLU of its own after each hidden layer."""

    def __init__(self):
        super().__init__()
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()

    def forward(self, images):
        x = self.relu1(self.linear1(self.quant(images.reshape(-1, 784))))
        return self.dequant(self.linear3(self.relu2(self.linear2(x))))


# %% tags=["experiment"]
to_fuse = NetToFuse().eval()
to_fuse.load_state_dict(net_float.state_dict())
fused = torch_ao.fuse_modules(to_fuse, [["linear1", "relu1"], ["linear2", "relu2"]])
fused.qconfig = torch_ao.default_qconfig
fused = torch_ao.prepare(fused)
checked.calibrate(fused, calibration_images)
fused = torch_ao.convert(fused)

# %% tags=["experiment"]
print("linear1 became:", fused.linear1._get_name(), "and relu1:", fused.relu1._get_name())
for name in ("linear1", "linear2"):
    one, two = quantized.get_submodule(name), fused.get_submodule(name)
    print(
        f"{name}: zero point ≈ {one.zero_point} became {two.zero_point}, scale ≈ {one.scale:.3f} "
        f"became ≈ {two.scale:.3f}; finer: {two.scale < one.scale}"
    )
logits = [checked.layer_sqnr(net, model, test_images)["linear3"] for model in (quantized, fused)]
print("logits: ≈ {:.1f} dB became ≈ {:.1f} dB; better: {}".format(*logits, logits[1] > logits[0]))

# %% [markdown]
# The zero point 0 says that no code is spent on negative numbers: the same 128 codes cover the positive part
# alone, with a finer scale. Fusing costs nothing at run time: do it wherever a ReLU follows.

# %% [markdown]
# ## Experiment: accuracy, size and latency
#
# Latency is the time for one forward pass over 256 images on one thread: the median of 50 runs. **Predict
# first:** is int8 faster than float for a batch of 256, and is it for a single image?

# %% tags=["experiment"]
candidates = {
    "float32": net,
    "int8, per tensor": quantized,
    "int8, per channel": per_channel,
    "int8, fused": fused,
}
measured = [
    (
        name,
        100 * accuracy(model, test_images, test_labels),
        checked.model_size_kb(model),
        latency_ms(model, test_images[:256]),
    )
    for name, model in candidates.items()
]
ptq.comparison(measured)

# %% [markdown]
# Read the figures from *your* machine. Accuracy and size are about the same everywhere. Latency is not: with
# int8 kernels made for the processor, int8 is faster than float for a batch; for a single image in a network
# this small it is slower (the next cell times both batch sizes); the likely reason is the fixed cost of each
# int8 call, which one image cannot repay; and where the kernels do not suit the processor, int8 can be slower
# than float for a batch, too. Measure on the machine that will run the model. (Scales per channel take about
# 4 kB more: 210 output rows with a scale and a zero point of 8 bytes each make 3.4 kB, and packing.)

# %% tags=["experiment"]
micro = {
    name: [1000 * latency_ms(model, test_images[:n]) for n in (1, 256)] for name, model in candidates.items()
}
rows = [[name, *(f"≈ {time:.0f} µs" for time in times)] for name, times in micro.items()]
figure.show_table(["network", "1 image", "256 images"], rows)
one, many = (micro["int8, per tensor"][n] / micro["float32"][n] for n in (0, 1))
print(f"int8 takes ≈ {one:.1f} times the time of float for one image, ≈ {many:.1f} times for 256")
