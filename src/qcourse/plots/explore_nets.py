"""The pictures with sliders of 08 and 09, which look into networks. Each shows one figure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from torch import nn

from qcourse.plots.figure import BLUE, GREY, ORANGE, RED, new_figure
from qcourse.plots.leaf_outputs import leaf_outputs
from qcourse.plots.live import Slider, explore

FakeQuantize = Callable[[torch.Tensor, float, int, int, int], torch.Tensor]


def layer_and_image(net: nn.Module, int8: nn.Module, images: torch.Tensor) -> None:
    """08: the outputs of a layer for one of ``images`` [n, 28, 28], in float and in int8."""
    layers = ("linear1", "linear2", "linear3")
    exact, coded = dict(leaf_outputs(net, images)), dict(leaf_outputs(int8, images))
    pairs = {name: (exact[name].numpy(), coded[name].dequantize().numpy()) for name in layers}
    size = 1.05 * max(np.abs(one).max() for pair in pairs.values() for one in pair)
    fig, shown, outputs, apart = _image_and_outputs(size)

    def update(layer: int, image: int) -> str:
        name = layers[layer - 1]
        x, y = (outputs[image] for outputs in pairs[name])
        scale: Any = int8.get_submodule(name).scale
        steps = (y - x) / float(scale)
        shown.set_data(images[image].numpy())
        outputs.set_data(x, y)
        apart.set_data(x, steps)
        most, half = np.abs(steps).max(), np.mean(np.abs(steps) <= 0.5)
        return (
            f"Image {image}, {name}: {len(x)} int8 outputs against float; ≈ {100 * half:.0f} % within half "
            f"a step, the farthest ≈ {most:.1f} steps apart."
        )

    sliders = {"layer": Slider("layer", (1, 2, 3), 1), "image": Slider("image", range(len(images)), 0)}
    explore(fig, (shown, outputs, apart), update, **sliders)


def one_weight(fake_quantize: FakeQuantize) -> None:
    """09: one weight on a grid over -1 to 1, and the step that its gradient by 9.1 makes towards 0.7."""
    target, rate = 0.7, 0.25
    line = torch.linspace(-2, 2, 801)
    fig, stairs, at, loss, moved, end = _one_weight_and_its_loss(line, target)

    def update(bits: int, weight: float) -> str:
        last = 2 ** (bits - 1) - 1
        w = torch.tensor(weight, requires_grad=True)
        rounded = fake_quantize(w, 1 / last, 0, -last, last)
        (gradient,) = torch.autograd.grad((rounded - target) ** 2, w)
        after, height = weight - rate * gradient.item(), (rounded.item() - target) ** 2
        ended = fake_quantize(torch.tensor(after), 1 / last, 0, -last, last).item()
        new = (ended - target) ** 2
        ladder = fake_quantize(line, 1 / last, 0, -last, last)
        stairs.set_data(line, ladder)
        loss.set_data(line, (ladder - target) ** 2)
        at.set_data([weight], [rounded.item()])
        moved.set_data([weight, after], [height, new])
        end.set_data([after], [new])
        return (
            f"{bits} bits, weight {weight:.2f}: it is rounded to {rounded.item():.2f}; the gradient "
            f"{gradient.item():.2f} moves it to {after:.2f}."
        )

    weights = [round(-1.8 + 0.1 * k, 1) for k in range(37)]
    sliders = {"bits": Slider("bits", range(2, 7), 2), "weight": Slider("weight w", weights, 0.3)}
    explore(fig, (stairs, at, loss, moved, end), update, **sliders)


def _image_and_outputs(size: float) -> tuple[Figure, AxesImage, Line2D, Line2D]:
    """The axes of `layer_and_image`, outputs from ``-size`` to ``size``, and what changes in them."""
    fig, (picture, left, right) = new_figure(1, 3, size=(8.7, 3.0), width_ratios=(1, 1.6, 1.6))
    shown = picture.imshow(np.zeros((28, 28)), cmap="Greys", vmin=0, vmax=1)
    picture.set(title="The image", xticks=[], yticks=[])
    left.axline((0, 0), slope=1, color=GREY, linewidth=1)
    (outputs,) = left.plot([], [], "o", color=BLUE, markersize=3)
    left.set(
        title="Its outputs",
        xlabel="float",
        ylabel="int8, dequantized",
        xlim=(-size, size),
        ylim=(-size, size),
    )
    (apart,) = right.plot([], [], "s", color=ORANGE, markersize=3)
    right.axhspan(-0.5, 0.5, color=GREY, alpha=0.2, label="half a step")
    right.set(
        title="Difference",
        xlabel="float output",
        ylabel="steps of the scale",
        xlim=(-size, size),
        ylim=(-4, 4),
    )
    right.legend(loc="upper left")
    return fig, shown, outputs, apart


def _one_weight_and_its_loss(
    line: torch.Tensor, target: float
) -> tuple[Figure, Line2D, Line2D, Line2D, Line2D, Line2D]:
    """The axes of `one_weight` over ``line``, and what changes in them."""
    fig, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
    left.plot(line, line, "--", color=GREY, linewidth=1, label="w itself")
    (stairs,) = left.plot([], [], color=BLUE, label="fake-quantized w")
    left.axhline(target, color=ORANGE, linestyle=":", label="target")
    (at,) = left.plot([], [], "o", color=RED, label="the weight")
    weights: Any = {"xlabel": "weight w (no unit)", "xlim": (-2, 2), "xticks": range(-2, 3)}
    left.set(title="Forward", ylabel="ŵ (no unit)", ylim=(-1.6, 2.4), **weights)
    left.legend(loc="upper left", ncols=2, fontsize="small")
    (loss,) = right.plot([], [], color=BLUE, label="loss (ŵ − 0.7)²")
    (moved,) = right.plot([], [], "-", color=RED, label="one step")
    (end,) = right.plot([], [], "D", color=RED)
    right.set(title="Backward: the step", ylabel="loss", ylim=(-0.2, 4), **weights)
    right.legend(loc="upper right")
    return fig, stairs, at, loss, moved, end
