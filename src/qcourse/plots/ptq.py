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

HATCHES = ("", "//", "..", "xx")  # with the colours, so that no series is marked by its colour alone


def pipeline(model: nn.Module, images: torch.Tensor) -> None:
    """The modules of ``model`` in the order of their calls, and where codes flow between them."""
    calls = [name for name, _ in leaf_outputs(model, images)]
    kinds = {name: type(module) for name, module in model.named_modules()}
    fig, ax = new_figure(size=(9.5, 1.5))
    inside = [False]  # whether codes leave a module; before the first, floats come in
    for name in calls:
        begins, ends = kinds[name] is torch_ao.QuantStub, kinds[name] is torch_ao.DeQuantStub
        inside.append(begins or (inside[-1] and not ends))
    looks = [(ORANGE, "--") if codes else (BLUE, "-") for codes in inside]
    boxes = []
    for i, name in enumerate(calls, start=1):
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": looks[i][0], "linewidth": 2}
        boxes.append(ax.text(i, 0, name, ha="center", va="center", bbox=box, zorder=4).get_bbox_patch())
    for i, (codes, (colour, line), end) in enumerate(zip(inside, looks, [*boxes, None], strict=True)):
        arrow = {"arrowstyle": "-|>", "color": colour, "linestyle": line, "linewidth": 1.5}
        reach = {"shrinkA": 0, "shrinkB": 2, "patchB": end} | ({"patchA": boxes[i - 1]} if i else {})
        ax.annotate("", (i + 1, 0), (i, 0), arrowprops=arrow | reach, zorder=5)
        ax.text(i + 0.5, 0.35, "codes" if codes else "floats", ha="center", fontsize=9)
    ax.set(title="What flows between the modules once the network is converted")
    ax.set(xlabel="order of the calls (first on the left)", xlim=(0, len(calls) + 1), ylim=(-0.7, 1))
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    flow = [
        f"{name}, {'codes' if codes else 'floats'}" for name, codes in zip(calls, inside[1:], strict=True)
    ]
    show(fig, f"The modules as boxes in the order of their calls, and what flows: floats, {', '.join(flow)}.")


def activations(prepared: nn.Module, images: torch.Tensor) -> None:
    """What each observed module of ``prepared`` gives for ``images``, and the range that it recorded."""
    observers = {
        name: module.activation_post_process
        for name, module in prepared.named_modules()
        if hasattr(module, "activation_post_process")
    }
    outputs = {name: x.numpy().ravel() for name, x in leaf_outputs(prepared, images) if name in observers}
    fig, axes = new_figure(1, len(outputs), size=(10, 3), sharey=True)
    beyond = 0
    for ax, (name, values) in zip(axes, outputs.items(), strict=True):
        ax.hist(values, bins=60, color=BLUE, log=True, histtype="stepfilled")
        low, high = float(observers[name].min_val), float(observers[name].max_val)
        beyond += int(np.sum((values < low) | (values > high)))
        ax.axvline(low, color=RED, linestyle="--", label="recorded minimum")
        ax.axvline(high, color=GREEN, linestyle="-.", label="recorded maximum")
        ax.set(title=name, xlabel="activation (no unit)")
    _count_axis(axes[0])
    fig.suptitle("Activations of each layer and what its observer recorded", fontsize=11)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    show(fig, f"Histograms of the outputs of {', '.join(outputs)}, on a logarithmic axis, each with lines at "
              f"the recorded minimum and maximum; {beyond or 'no'} values lie beyond.")  # fmt: skip


def weights(before: np.ndarray, codes: np.ndarray, scale: float) -> None:
    """Float weights ``before`` and their int8 ``codes``, of equal shape: before, after, and what was lost."""
    fig, (left, middle, right) = new_figure(1, 3, size=(10, 3))
    lost = (before - codes * scale) / scale
    left.hist(before.ravel(), bins=100, color=BLUE, log=True, histtype="stepfilled")
    left.set(title="Before: float32", xlabel="weight (no unit)")
    middle.hist(codes.ravel(), bins=np.arange(-128, 129) - 0.5, color=ORANGE, log=True, histtype="stepfilled")
    middle.set(title="After: int8 codes", xlabel="code (integer)", xticks=[-127, -64, 0, 64, 127])
    right.hist(lost.ravel(), bins=50, color=GREY)
    right.axvline(-0.5, color=RED, linestyle="--", label="half a scale")
    right.axvline(0.5, color=RED, linestyle="--")
    right.set(title="The difference", xlabel="float − code · scale (in scales)", ylabel="count")
    right.set(xlim=(-0.75, 0.75), xticks=[-0.5, 0, 0.5], ylim=(0, 1.3 * right.get_ylim()[1]))
    right.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    right.legend(loc="upper center")
    _count_axis(left)
    _count_axis(middle)
    show(fig, f"Three histograms of {before.size:,} numbers: the float weights; the int8 codes, from ≈ "
              f"{codes.min()} to ≈ {codes.max()}; and the difference, from {lost.min():.2f} to "
              f"{lost.max():.2f} scales.")  # fmt: skip


def sizes(parts: Mapping[str, Mapping[str, float]]) -> None:
    """Stacked bars: ``{model: {part: kB}}``, the same parts in each model."""
    fig, ax = new_figure(size=(8, 2.4))
    left = np.zeros(len(parts))
    for i, part in enumerate(next(iter(parts.values()))):
        width = np.array([of[part] for of in parts.values()])
        ax.barh(list(parts), width, left=left, color=COLOURS[i], hatch=HATCHES[i], label=part, height=0.6)
        left += width
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(title="Where the bytes are", xlabel="serialized state_dict (kB, 1 kB = 1000 bytes)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    found = [
        f"{model}, " + ", ".join(f"{part} ≈ {kb:.0f} kB" for part, kb in of.items())
        for model, of in parts.items()
    ]
    show(fig, f"Stacked bars of the serialized models: {'; '.join(found)}.")


def requantization(total: np.ndarray, by_hand: np.ndarray, converted: np.ndarray, narrow: np.ndarray) -> None:
    """Output codes of one unit against its int32 ``total``, all ``[n]``.

    ``by_hand``, by the ``converted`` layer, and by hand with a ``narrow`` output range.
    """
    order = np.argsort(total)
    fig, (left, right) = new_figure(1, 2, size=(9, 3.2))
    middle = order[len(order) // 2 - 20 : len(order) // 2 + 20]
    left.plot(total[order], narrow[order], "--", color=GREY, label="by hand, range 1/16 as wide")
    for ax, part in ((left, order), (right, middle)):
        ax.step(total[part], by_hand[part], where="mid", color=ORANGE, label="by hand")
        ax.plot(total[part], converted[part], "o", color=BLUE, markersize=4, markerfacecolor="none",
                label="converted layer")  # fmt: skip
        ax.set(xlabel="int32 sum (no unit)", ylabel="output code (uint8)")
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    left.set(title="From the int32 sum to the output code", ylim=(-8, 263))
    left.axhline(0, color=GREY, linestyle=":")
    left.axhline(255, color=GREY, linestyle=":")
    left.legend(loc="upper left", bbox_to_anchor=(0, 0.95), fontsize=9)
    right.set(title="The same, enlarged: 40 images")
    equal = np.mean(by_hand == converted)
    show(fig, f"Output code against int32 sum: ≈ {equal:.1%} of the converted layer's codes equal those made "
              f"by hand; with a range 1/16 as wide the line runs from ≈ {narrow.min()} to ≈ {narrow.max()}; "
              "on the right, 40 points enlarged.")  # fmt: skip


def layer_bars(sqnr: Mapping[str, Mapping[str, float]]) -> None:
    """Grouped bars: ``{model: {layer: dB}}``."""
    fig, ax = new_figure(size=(8, 3.8))
    layers = ("linear1", "linear2", "linear3")
    places, width = np.arange(len(layers)), 0.8 / len(sqnr)
    for i, (model, of) in enumerate(sqnr.items()):
        heights = [of[layer] for layer in layers]
        where = places + (i - (len(sqnr) - 1) / 2) * width
        ax.bar(where, heights, width * 0.92, color=COLOURS[i], hatch=HATCHES[i], label=model)
    ax.grid(axis="x", visible=False)
    ax.set(title="How much of each layer's output survives", ylabel="SQNR of the layer's output (dB)")
    ax.set(xlabel="layer (first on the left)", xticks=places, xticklabels=layers)
    fig.legend(loc="outside lower center", ncols=2)
    found = [f"{model}, " + ", ".join(f"≈ {of[layer]:.0f}" for layer in layers) for model, of in sqnr.items()]
    show(fig, f"Bars of the SQNR of {', '.join(layers)}, in dB: {'; '.join(found)}.")


def comparison(rows: Sequence[tuple[str, float, float, float]]) -> None:
    """``(model, accuracy in %, size in kB, latency in ms)`` in three panels."""
    names, *columns = zip(*rows, strict=True)
    columns[0] = tuple(100 - percent for percent in columns[0])
    fig, axes = new_figure(1, 3, size=(10, 2.8), sharey=True)
    titles = ("Wrong answers", "Size", "Latency")
    units = ("wrong answers (% of the test images)", "state_dict (kB)", "256 images (ms)")
    for i, (ax, title, unit, values) in enumerate(zip(axes, titles, units, columns, strict=True)):
        bars = ax.barh(names, values, color=COLOURS[i], hatch=HATCHES[i], height=0.6)
        ax.bar_label(bars, fmt="%.2f" if i != 1 else "%.0f", padding=3)
        ax.set(title=title, xlabel=unit, xlim=(0, 1.3 * max(values)))
        ax.grid(axis="y", visible=False)
    axes[0].invert_yaxis()
    found = [
        f"{name}, ≈ {wrong:.1f} %, ≈ {kb:.0f} kB, ≈ {ms:.2f} ms"
        for name, wrong, kb, ms in zip(names, *columns)
    ]
    show(fig, f"Three bar charts of wrong answers, size and latency, shorter is better: {'; '.join(found)}.")


def range_change(ranges: Mapping[str, Mapping[str, tuple[float, float]]]) -> None:
    """``{calibrated on: {layer: (min, max)}}`` as intervals, side by side."""
    fig, ax = new_figure(size=(8, 2.8))
    for i, (name, of) in enumerate(ranges.items()):
        for k, (low, high) in enumerate(of.values()):
            ax.plot([low, high], [k + 0.3 * i] * 2, color=COLOURS[i], linestyle=LINES[i], marker=MARKERS[i],
                    label=name if k == 0 else None)  # fmt: skip
    ax.set(title="The same network, calibrated on different images", xlabel="activation (no unit)")
    ax.set(yticks=np.arange(len(of)) + 0.15 * (len(ranges) - 1), yticklabels=list(of))
    ax.invert_yaxis()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    found = [
        f"{name}, " + ", ".join(f"{layer} ≈ {low:.2f} to ≈ {high:.2f}" for layer, (low, high) in of.items())
        for name, of in ranges.items()
    ]
    show(fig, f"Recorded ranges as intervals, layer by layer: {'; '.join(found)}.")


def _count_axis(ax: Axes) -> None:
    """Label the logarithmic vertical axis with plain numbers."""
    ax.set(ylabel="count (log scale)")
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.minorticks_off()
