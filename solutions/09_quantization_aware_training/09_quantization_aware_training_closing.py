"""The last part of notebook 09: it goes on with the names of the lesson."""

# %% [markdown]
# ## The same with torchao
#
# **A common mistake** is to start anew with `torch.ao.quantization`: it is deprecated (as of 2026-11). torch
# says so whenever it is used, and names its successor, torchao. This course teaches the eager mode first
# because each of its steps can be inspected, and because it runs wherever torch runs.

# %% tags=["experiment"]
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch_ao.prepare_qat(copy.deepcopy(net).train())
print("torch says torch.ao is deprecated:", any("deprecated" in str(warning.message) for warning in caught))

# %% [markdown]
# | in torch.ao | in torchao |
# |---|---|
# | stubs in the model | not needed: `torch.export.export` sees each operation |
# | `get_default_qat_qconfig(engine)` | `get_default_x86_inductor_quantization_config(is_qat=True)` |
# | `prepare_qat(model)` | `prepare_qat_pt2e(graph, quantizer)` |
# | an ordinary training loop | the same |
# | `model.apply(disable_observer)` | `graph.apply(disable_observer)`, from `torchao.quantization.pt2e` |
# | `convert(model.eval())` | `convert_pt2e(graph)` |
# | PTQ of weights alone: no counterpart | `quantize_(model, Int8WeightOnlyConfig())` |
#
# The float network without stubs, one epoch on at most 5,000 images. As in 08, a small quantizer stands for
# `X86InductorQuantizer`; its specifications now name a fake quantization in place of an observer:

# %% tags=["experiment"]
from qcourse import pt2e

modern = {}
if pt2e.installed():
    with pt2e.quiet_import():
        from torchao.quantization import pt2e as ao
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_qat_pt2e
        from torchao.quantization.pt2e.quantizer import QuantizationSpec

        from qcourse.linear_quantizer import LinearQuantizer

# %% tags=["experiment"]
if pt2e.installed():
    deterministic()
    any_size = ({0: torch.export.Dim.DYNAMIC},)  # batches of any size
    copied = copy.deepcopy(float_net)  # the graph shares its parameters
    graph = torch.export.export(copied, (images[:2],), dynamic_shapes=any_size).module()
    fake, rows = ao.FusedMovingAvgObsFakeQuantize, ao.MovingAveragePerChannelMinMaxObserver
    inputs = QuantizationSpec(torch.uint8, fake, 0, 255, torch.per_tensor_affine)
    weights = fake.with_args(observer=rows)
    weights = QuantizationSpec(torch.int8, weights, -128, 127, torch.per_channel_symmetric, ch_axis=0)
    graph = prepare_qat_pt2e(graph, LinearQuantizer(inputs, weights))  # 9.2
    optimizer = torch.optim.Adam(graph.parameters(), lr=1e-3)
    for batch in torch.randperm(len(few_images)).split(100):  # 9.3
        optimizer.zero_grad()
        F.cross_entropy(graph(few_images[batch]), few_labels[batch]).backward()
        optimizer.step()
    modern["torchao, PT2E, QAT"] = convert_pt2e(graph)  # 9.4
else:
    print("torchao is not installed (pip install torchao): nothing to run here.")

# %% [markdown]
# And without any training or calibration, `quantize_` for weights only. Per channel and 8 bits, this network
# needs no more:

# %% tags=["experiment"]
if pt2e.installed():
    with pt2e.quiet_import():
        from torchao.quantization import Int8WeightOnlyConfig, quantize_
    modern["torchao, weights only, PTQ"] = copy.deepcopy(float_net)
    quantize_(modern["torchao, weights only, PTQ"], Int8WeightOnlyConfig())  # in place

# %% tags=["experiment"]
with torch.no_grad():
    right = {
        n: (way(test_images).argmax(1) == test_labels).float().mean().item() for n, way in modern.items()
    }
right = {"float32": float_accuracy, "torch.ao, QAT": at_8["QAT, 8 bits"]} | right
figure.show_table(["8 bits", "test accuracy"], [[name, f"≈ {value:.1%}"] for name, value in right.items()])
print("all within 3 points of each other:", max(right.values()) - min(right.values()) < 0.03)

# %% [markdown]
# ## What you measured

# %% tags=["experiment"]
rows = [["float", f"≈ {float_accuracy:.1%}", f"≈ {float_accuracy:.1%}"]]
rows += [[f"{bits} bits, per tensor", f"≈ {p:.1%}", f"≈ {q:.1%}"] for bits, (p, q) in results.items()]
rows += [["2 bits, per channel", f"≈ {per_channel[2][0]:.1%}", f"≈ {per_channel[2][1]:.1%}"]]
figure.show_table(["weights", "PTQ", "QAT"], rows)

# %% [markdown]
# **What follows.** Begin with PTQ, and look at its distance from float. Where it is small (here at 8 and 4
# bits), stop. Where it is not, first give each channel a scale, which needs no training; train where that is
# not enough: at 2 bits, and on MNIST at 3 bits, too, if one point matters.

# %% [markdown]
# ## Question
#
# *A person reads your answer, for 3 points.*
#
# A colleague has an image classifier that runs at 8 bits after PTQ, 0.3 points below float. For a new chip
# its weights must shrink to 3 bits. She plans ten epochs of QAT with `default_qconfig`, one scale per
# tensor, observers on to the end, and will calibrate on the test set "since it is at hand". What would you
# change, in which order, and why? (5 to 10 sentences.)

# %% [markdown] tags=["question:question"]
# ### BEGIN SOLUTION
# First, `default_qconfig` only observes: its `weight_fake_quant` is an observer, so ten epochs would train a
# float network. She needs a qconfig with `FakeQuantize` of 3 bits. Second, before any training, try PTQ at 3
# bits with one scale per output channel: it is free and may be enough. If it is not, QAT with per-channel
# scales, since one scale per tensor leaves small rows with almost no codes. Third, one or two epochs at a
# small learning rate are usually enough, since QAT is fine-tuning; measure before running ten. Fourth, switch
# the observers off for the last part, so that the weights adapt to the scales that will be deployed. Last,
# calibrate and choose everything on training (or validation) images: ranges taken from the test set leak it
# into the model, and the reported accuracy is no longer that of unseen data. She should also check that the
# chip really packs 3-bit weights; otherwise nothing gets smaller.
# ### END SOLUTION

# %% [markdown]
# ## Challenge: learn the step
#
# *No points; checked. An hour or more.*
#
# So far the largest weight sets the step $s$ of the grid, and at 2 bits that ruins the small ones. Learned
# step size quantization (LSQ, Esser et al. 2020) trains $s$ by gradient descent, like any weight. With $v = w
# / s$ and codes from $-Q$ to $Q$, $\hat w = s\,\mathrm{round}(\mathrm{clamp}(v, -Q, Q))$, and straight
# through the rounding
#
# $$\frac{\partial \hat w}{\partial s} = \begin{cases} \mathrm{round}(v) - v & |v| < Q \\ \pm Q &
# \text{elsewhere}\end{cases}$$
#
# Write `LearnedStep`. The check trains the float network for one epoch at 2 bits, with one such module per
# layer, in the place of the largest weight's step.
#
# <details><summary>Where to look</summary>
#
# With the detach trick, autograd finds this derivative by itself: round straight through, and multiply by `s`
# *outside* the detached part. Where should $s$ start: at the largest weight, or near the mean of |w|? All
# weights of a layer push the same $s$: the paper divides its gradient by $\sqrt{n\,Q}$, $n$ weights.
# </details>

# %% tags=["experiment"]
from qcourse.challenges import step as challenge


# %% tags=["experiment", "challenge"]
class LearnedStep(nn.Module):
    """The weight of a layer on a grid whose step is trained with it."""

    def __init__(self, weight, bits):
        """weight: float tensor [out, in], to start from. bits: int; the codes are ±(2**(bits-1) - 1)."""
        super().__init__()
        ### BEGIN SOLUTION Challenge: learn the step
        self.last = 2 ** (bits - 1) - 1
        self.scale = nn.Parameter(2 * weight.abs().mean() / self.last**0.5)
        self.slower = (weight.numel() * self.last) ** -0.5
        ### END SOLUTION

    def forward(self, weight):
        """The weight as its codes restore it, same shape; gradients reach the weight and the step."""
        ### BEGIN SOLUTION Challenge: learn the step
        slow = self.scale * self.slower  # its gradient, the value of the scale itself
        scale = slow + (self.scale - slow).detach()
        inside = (weight / scale).clamp(-self.last, self.last)
        return (inside + (inside.round() - inside).detach()) * scale
        ### END SOLUTION


# %% tags=["experiment"]
challenge.score(LearnedStep, float_net, (some_images, some_labels), (test_images, test_labels))

# %% [markdown]
# ## Formulas
#
# | | |
# |---|---|
# | fake quantization | $\hat x = s\,(\mathrm{clamp}(\mathrm{round}(x/s)+z,\ q_{min},\ q_{max}) - z)$ |
# | straight-through gradient | $g$ where $q_{min} \le \mathrm{round}(x/s)+z \le q_{max}$, else 0 |
# | symmetric weights | $q_{max} = 2^{b-1}-1$, $s = \max\lvert W\rvert/q_{max}$, or one $s_c$ per row |
# | a layer in QAT | $y = \mathrm{fq}_y(\mathrm{fq}_w(W)\,x + b)$ |
# | moving average | $\alpha \leftarrow \alpha + m\,(\max x - \alpha)$ |
# | LSQ | $\partial\hat w/\partial s = \mathrm{round}(v)-v$ inside, $\pm Q$ outside |
#
# ## Glossary
#
# - **PTQ, QAT**: post-training quantization; quantization-aware training.
# - **fake quantization**: quantize and dequantize at once; still float, with only the values that codes have.
# - **straight-through estimator**: the gradient of rounding taken for 1.
# - **freeze**: switch the observers off, so that scales stay. **qconfig**: which fakes a model gets.
# - **moving-average observer**: its range follows each batch by a share, `averaging_constant`.
# - **per tensor, per channel**: one scale for a weight; one for each of its rows.
# - **oscillation**: a weight that hops between two codes, step after step.
# - **LSQ**: learned step size quantization.

# %% [markdown]
# ## Where to go from here
#
# This is the last notebook of the course. You have written every step from one rounded number to a network
# that was trained for 2 bits. Next: the challenge above, if you have not tried it, 4-bit weights
# for language models, and torchao for deployment.
#
# **Further reading**
# - Y. Bengio, N. Léonard, A. Courville (2013). *Estimating or propagating gradients through stochastic
#   neurons for conditional computation.* [arXiv:1308.3432](https://arxiv.org/abs/1308.3432). The
#   straight-through estimator.
# - B. Jacob, S. Kligys, B. Chen, M. Zhu, M. Tang, A. Howard, H. Adam, D. Kalenichenko (2018). *Quantization
#   and training of neural networks for efficient integer-arithmetic-only inference.* CVPR.
#   [arXiv:1712.05877](https://arxiv.org/abs/1712.05877). Fake quantization as used here (section 3).
# - R. Krishnamoorthi (2018). *Quantizing deep convolutional networks for efficient inference: a whitepaper.*
#   [arXiv:1806.08342](https://arxiv.org/abs/1806.08342). PTQ against QAT on ImageNet, down to 4 bits.
# - S. K. Esser, J. L. McKinstry, D. Bablani, R. Appuswamy, D. S. Modha (2020). *Learned step size
#   quantization.* ICLR. [arXiv:1902.08153](https://arxiv.org/abs/1902.08153). The scale as a trained
#   parameter, down to 2 bits.
# - M. Nagel, M. Fournarakis, Y. Bondarenko, T. Blankevoort (2022). *Overcoming oscillations in
#   quantization-aware training.* ICML. [arXiv:2203.11086](https://arxiv.org/abs/2203.11086). Weights that
#   hop between two codes, and two remedies.
# - M. Nagel, M. Fournarakis, R. A. Amjad, Y. Bondarenko, M. van Baalen, T. Blankevoort (2021). *A white
#   paper on neural network quantization.* [arXiv:2106.08295](https://arxiv.org/abs/2106.08295). PTQ and QAT
#   pipelines, and when to use which (sections 3 and 4).
