"""The pictures of notebook 08. Every function shows one figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from torch import nn

from qcourse import torch_ao
from qcourse.plots.figure import BLUE, COLOURS, GREEN, GREY, LINES, MARKERS, ORANGE, RED, new_figure, show
from qcourse.plots.leaf_outputs import leaf_outputs

HATCHES = ("", "//", "..", "xx")  # with the colours, so that no series is told by its colour alone


def pipeline(model: nn.Module, images: torch.Tensor) -> None:
    """The modules of ``model`` in the order in which they are called, and where the numbers are codes."""
    calls = [name for name, _ in leaf_outputs(model, images)]
    kinds = {name: type(module) for name, module in model.named_modules()}
    figure, axes = new_figure(size=(9.5, 1.5))
    inside = [False]  # whether codes leave a module; before the first, floats come in
    for name in calls:
        inside.append(
            kinds[name] is torch_ao.QuantStub or (inside[-1] and kinds[name] is not torch_ao.DeQuantStub)
        )
    looks = [(ORANGE, "--") if codes else (BLUE, "-") for codes in inside]
    boxes = []
    for i, name in enumerate(calls, start=1):
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": looks[i][0], "linewidth": 2}
        boxes.append(axes.text(i, 0, name, ha="center", va="center", bbox=box, zorder=4).get_bbox_patch())
    for i, (codes, (colour, line), end) in enumerate(zip(inside, looks, [*boxes, None], strict=True)):
        arrow = {"arrowstyle": "-|>", "color": colour, "linestyle": line, "linewidth": 1.5}
        axes.annotate("", (i + 1, 0), (i, 0), arrowprops=arrow | {"shrinkA": 0, "shrinkB": 2, "patchB": end})
        axes.text(i + 0.5, 0.35, "codes" if codes else "floats", ha="center", fontsize=9)
    axes.set(title="What flows between the modules once the network is converted")
    axes.set(xlabel="order of the calls (first on the left)", xlim=(0, len(calls) + 1), ylim=(-0.7, 1))
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    show(figure, "The modules as boxes in the order of their calls: floats come in, codes run from the "
                 "QuantStub to the DeQuantStub, floats go out.")  # fmt: skip


def activations(prepared: nn.Module, images: torch.Tensor) -> None:
    """What each observed module of ``prepared`` gives for ``images``, and the range that it recorded."""
    observers = {
        name: module.activation_post_process
        for name, module in prepared.named_modules()
        if hasattr(module, "activation_post_process")
    }
    outputs = {name: x.numpy().ravel() for name, x in leaf_outputs(prepared, images) if name in observers}
    figure, axes = new_figure(1, len(outputs), size=(10, 3), sharey=True)
    for ax, (name, values) in zip(axes, outputs.items(), strict=True):
        ax.hist(values, bins=60, color=BLUE, log=True, histtype="stepfilled")
        low, high = float(observers[name].min_val), float(observers[name].max_val)
        ax.axvline(low, color=RED, linestyle="--", label="recorded minimum")
        ax.axvline(high, color=GREEN, linestyle="-.", label="recorded maximum")
        ax.set(title=name, xlabel="activation (no unit)")
    _count_axis(axes[0])
    figure.suptitle("Activations of each layer and what its observer recorded", fontsize=11)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    show(figure, "Four histograms, of the input and of the three layers' outputs, each with two vertical "
                 "lines at the recorded minimum and maximum, outside of which lies nothing; in the layers "
                 "only a few values come near them.")  # fmt: skip


def weights(before: np.ndarray, codes: np.ndarray, scale: float) -> None:
    """Float weights ``before`` and their int8 ``codes``, of one shape: what was, what is stored, the loss."""
    figure, (left, middle, right) = new_figure(1, 3, size=(10, 3))
    left.hist(before.ravel(), bins=100, color=BLUE, log=True, histtype="stepfilled")
    left.set(title="Before: float32", xlabel="weight (no unit)")
    grid = np.arange(-128, 129) - 0.5
    middle.hist(codes.ravel(), bins=grid, color=ORANGE, log=True, histtype="stepfilled")
    middle.set(title="After: int8 codes", xlabel="code (integer)", xticks=[-127, -64, 0, 64, 127])
    right.hist(((before - codes * scale) / scale).ravel(), bins=50, color=GREY)
    right.axvline(-0.5, color=RED, linestyle="--", label="half a scale")
    right.axvline(0.5, color=RED, linestyle="--")
    right.set(title="The difference", xlabel="float − code · scale (in scales)", ylabel="count")
    right.set(xlim=(-0.75, 0.75), xticks=[-0.5, 0, 0.5], ylim=(0, 1.3 * right.get_ylim()[1]))
    right.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    right.legend(loc="upper center")
    _count_axis(left)
    _count_axis(middle)
    show(figure, "Three histograms: the float weights, the int8 codes with the same shape, and the "
                 "difference, spread evenly between minus one half and one half scale.")  # fmt: skip


def sizes(parts: Mapping[str, Mapping[str, float]]) -> None:
    """Stacked bars: ``{model: {part: kB}}``, the same parts in each model."""
    figure, axes = new_figure(size=(8, 2.4))
    left = np.zeros(len(parts))
    for i, part in enumerate(next(iter(parts.values()))):
        width = np.array([of[part] for of in parts.values()])
        axes.barh(list(parts), width, left=left, color=COLOURS[i], hatch=HATCHES[i], label=part, height=0.6)
        left += width
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(title="Where the bytes are", xlabel="serialized state_dict (kB, 1 kB = 1000 bytes)")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, "Stacked bars of the serialized models: nearly all of the float one is weights, the int8 "
                 "one is about a quarter as long, with a larger share of packing.")  # fmt: skip


def requantization(total: np.ndarray, by_hand: np.ndarray, converted: np.ndarray, narrow: np.ndarray) -> None:
    """Output codes of one unit against its int32 ``total``, all ``[n]``.

    ``by_hand``, by the ``converted`` layer, and by hand with a ``narrow`` output range.
    """
    order = np.argsort(total)
    figure, (left, right) = new_figure(1, 2, size=(9, 3.2))
    middle = order[len(order) // 2 - 20 : len(order) // 2 + 20]
    left.plot(total[order], narrow[order], "--", color=GREY, label="by hand, range 1/16 as wide")
    for axes, part in ((left, order), (right, middle)):
        axes.step(total[part], by_hand[part], where="mid", color=ORANGE, label="by hand")
        axes.plot(total[part], converted[part], "o", color=BLUE, markersize=4, markerfacecolor="none",
                  label="converted layer")  # fmt: skip
        axes.set(xlabel="int32 sum (no unit)", ylabel="output code (uint8)")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    left.set(title="From the int32 sum to the output code", ylim=(-8, 263))
    left.axhline(0, color=GREY, linestyle=":")
    left.axhline(255, color=GREY, linestyle=":")
    left.legend(loc="upper left", bbox_to_anchor=(0, 0.95), fontsize=9)
    right.set(title="The same, 40 neighbours")
    show(figure, "Output code against int32 sum: the codes of the converted layer lie on the line made by "
                 "hand; with a range 1/16 as wide the line is steep and saturates at 0 and 255; on the "
                 "right 40 points enlarged.")  # fmt: skip


def layer_bars(sqnr: Mapping[str, Mapping[str, float]]) -> None:
    """Grouped bars: ``{model: {layer: dB}}``."""
    figure, axes = new_figure(size=(8, 3.8))
    layers = ("linear1", "linear2", "linear3")
    places, width = np.arange(len(layers)), 0.8 / len(sqnr)
    for i, (model, of) in enumerate(sqnr.items()):
        heights = [of[layer] for layer in layers]
        where = places + (i - (len(sqnr) - 1) / 2) * width
        axes.bar(where, heights, width * 0.92, color=COLOURS[i], hatch=HATCHES[i], label=model)
    axes.grid(axis="x", visible=False)
    axes.set(title="How much of each layer's output survives", ylabel="SQNR of the layer's output (dB)")
    axes.set(xlabel="layer (first on the left)", xticks=places, xticklabels=layers)
    figure.legend(loc="outside lower center", ncols=2)
    show(figure, "Bars of the SQNR in decibels of the three layers, one group a layer, one bar a model: in "
                 "each group they rise: least to the second, most to the last.")  # fmt: skip


def comparison(rows: Sequence[tuple[str, float, float, float]]) -> None:
    """``(model, accuracy in %, size in kB, latency in ms)`` in three panels."""
    names, *columns = zip(*rows, strict=True)
    figure, axes = new_figure(1, 3, size=(10, 2.8), sharey=True)
    what = ("Accuracy: what goes wrong", "Size", "Latency")
    units = ("wrong answers (% of the test images)", "state_dict (kB)", "256 images (ms)")
    columns[0] = tuple(100 - percent for percent in columns[0])
    for i, (ax, title, unit, values) in enumerate(zip(axes, what, units, columns, strict=True)):
        bars = ax.barh(names, values, color=COLOURS[i], hatch=HATCHES[i], height=0.6)
        ax.bar_label(bars, fmt="%.2f" if i != 1 else "%.0f", padding=3)
        ax.set(title=title, xlabel=unit, xlim=(0, 1.3 * max(values)))
        ax.grid(axis="y", visible=False)
    axes[0].invert_yaxis()
    show(figure, "Three bar charts over the float network and its int8 versions: wrong answers, size and "
                 "latency; shorter bars are better in each. The wrong answers are about as many in all, the "
                 "int8 sizes little more than a quarter of the float one.")  # fmt: skip


def range_change(ranges: Mapping[str, Mapping[str, tuple[float, float]]]) -> None:
    """``{calibrated on: {layer: (min, max)}}`` as intervals, side by side."""
    figure, axes = new_figure(size=(8, 2.8))
    for i, (name, of) in enumerate(ranges.items()):
        for k, (low, high) in enumerate(of.values()):
            axes.plot([low, high], [k + 0.3 * i] * 2, color=COLOURS[i], linestyle=LINES[i], marker=MARKERS[i],
                      label=name if k == 0 else None)  # fmt: skip
    layers = list(next(iter(ranges.values())))
    axes.set(title="The same network, calibrated on different images", xlabel="activation (no unit)")
    axes.set(yticks=np.arange(len(layers)) + 0.15 * (len(ranges) - 1), yticklabels=layers)
    axes.invert_yaxis()
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, "Recorded ranges as intervals, layer by layer, for two sets of calibration images: they "
                 "differ, so the images leave their mark in the model.")  # fmt: skip


def _count_axis(axes: Axes) -> None:
    """Label the logarithmic vertical axis with plain numbers."""
    axes.set(ylabel="count (log scale)")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.minorticks_off()
