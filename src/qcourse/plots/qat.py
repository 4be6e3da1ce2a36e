"""The pictures of notebook 09: fake quantization, its gradient, and what training with it buys."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import StrMethodFormatter

from qcourse.plots.figure import BLUE, COLOURS, GREEN, GREY, MARKERS, ORANGE, RED, new_figure, show


def straight_through(
    x: np.ndarray, output: np.ndarray, gradient: np.ndarray, ends: tuple[float, float]
) -> None:
    """Fake quantization of ``x`` and its gradient; ``ends`` are the numbers of the two outermost codes."""
    fig, (left, right) = new_figure(1, 2, size=(8, 3.4))
    left.plot(x, x, "--", color=GREY, label="x itself")
    left.plot(x, output, "-", color=BLUE, label="fake-quantized x")
    left.set(
        title="Forward: a staircase", xlabel="x (units of the data)", ylabel="output (units of the data)"
    )
    right.plot(x, np.zeros_like(x), ":", color=RED, label="derivative of the staircase")
    right.plot(x, gradient, "-", color=BLUE, label="straight-through estimator")
    right.set(title="Backward: 1 inside, 0 outside", xlabel="x (units of the data)",
              ylabel="gradient (no unit)", ylim=(-0.15, 1.65))  # fmt: skip
    for ax in (left, right):
        for end, label in zip(ends, ("outermost codes", None)):
            ax.axvline(end, color=GREY, linewidth=0.8, label=label)
    left.legend(loc="upper left")
    right.legend(loc="upper center")
    passed = x[gradient != 0]
    reach = f"not 0 from {passed.min():.2f} to {passed.max():.2f}" if passed.size else "0 everywhere"
    show(fig, f"Left: fake quantization, a staircase of {len(np.unique(output))} values. Right: its "
              f"straight-through gradient, {reach}; the outermost codes stand for {ends[0]:g} and "
              f"{ends[1]:g}.")  # fmt: skip


def weight_changes(weights: np.ndarray, changes: Mapping[str, np.ndarray]) -> None:
    """How far each weight of one neuron is moved on its way into the layer; all in steps of the scale."""
    fig, ax = new_figure(size=(7, 3.2))
    for (name, change), colour, marker in zip(changes.items(), (RED, BLUE), MARKERS):
        ax.plot(weights, change, marker, color=colour, markersize=3, label=name)
    ax.set(title="What the forward pass does to the weights of one neuron", xlabel="weight (steps)",
           ylabel="weight used − weight (steps)", xlim=(-5.5, 5.5), ylim=(-0.6, 1.1))  # fmt: skip
    ax.legend(loc="upper right")
    found = [f"{name}, at most ≈ {np.max(np.abs(change)):.2f} steps" for name, change in changes.items()]
    show(fig, f"Change of each weight in the forward pass against the weight: {'; '.join(found)}.")


def freezing(
    losses: Sequence[float], ranges: Sequence[float], frozen: float, epochs: int, before: float
) -> None:
    """Training loss, and the top of an observer's range at each step; ``frozen`` is in epochs.

    ``before`` is the loss of the float network, before QAT.
    """
    fig, (left, right) = new_figure(1, 2, size=(8, 3.2))
    look = "o-" if len(losses) <= 30 else "-"  # a marker for each step would be a comb
    left.plot(np.arange(1, len(losses) + 1) * epochs / len(losses), losses, look, color=BLUE, markersize=4)
    left.axhline(before, color=GREY, linestyle=":", label="float network, before")
    left.set(title="Training loss", xlabel="epoch", ylabel="cross-entropy (nats)", xlim=(0, epochs * 1.05))
    left.set_ylim(0, 1.3 * max(*losses, before))
    left.legend(loc="upper right")
    right.plot(np.arange(1, len(ranges) + 1) * epochs / len(ranges), ranges, color=BLUE)
    right.axvline(frozen, color=RED, linestyle="--", label="observers switched off")
    right.set(
        title="Top of the range of linear1's output", xlabel="epoch", ylabel="range's upper end (no unit)"
    )
    right.legend()
    steps = np.arange(1, len(ranges) + 1) * epochs / len(ranges)
    held = np.ptp(np.asarray(ranges)[steps > frozen])
    show(fig, f"Left: training loss, from ≈ {losses[0]:.3f} to ≈ {losses[-1]:.3f}; before QAT "
              f"≈ {before:.3f}. Right: the upper end of an observer's range, from ≈ {ranges[0]:.2f} to "
              f"≈ {ranges[-1]:.2f}; once the observers are switched off, after epoch ≈ {frozen:g}, it "
              f"moves by {held:.2g}.")  # fmt: skip


def agreement(fake: np.ndarray, int8: np.ndarray) -> None:
    """Each logit of the int8 model against the same logit of the trained, fake-quantized model."""
    fig, ax = new_figure(size=(4.6, 4))
    ends = [min(fake.min(), int8.min()), max(fake.max(), int8.max())]
    ax.plot(ends, ends, "--", color=GREY, label="equal")
    ax.plot(fake.ravel(), int8.ravel(), ".", color=BLUE, markersize=4, label="one logit of one test image")
    ax.set(title="Trained with fake quantization, run on integers",
           xlabel="logit, fake quantization in float (no unit)",
           ylabel="logit, int8 model (no unit)")  # fmt: skip
    ax.legend()
    show(
        fig,
        f"{fake.size:,} logits of the int8 model against those of the trained model with fake "
        f"quantization, and the diagonal; they differ by at most ≈ {np.max(np.abs(fake - int8)):.2f}.",
    )


def reachable_weights(weights: np.ndarray, levels: Mapping[str, np.ndarray]) -> None:
    """A histogram of ``weights`` over number lines of the values that each kind of code can stand for."""
    fig, (top, ax) = new_figure(2, 1, size=(7, 4.2), sharex=True, height_ratios=(1, 1.2))
    top.hist(weights.ravel(), bins=121, color=GREY)
    top.set(title="The weights of linear2, and the only values that low bits leave them",
            ylabel="count (log scale)", yscale="log")  # fmt: skip
    top.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    top.minorticks_off()
    for row, (values, colour, marker) in enumerate(zip(levels.values(), COLOURS, MARKERS)):
        ax.plot(values, np.full(len(values), -row), marker, color=colour, markersize=5)
    ax.set_yticks([-row for row in range(len(levels))], list(levels))
    ax.set(xlabel="weight (no unit)", ylabel="weights of", ylim=(0.6 - len(levels), 0.4))
    counts = [f"{name}, {len(values)}" for name, values in levels.items()]
    show(fig, f"Histogram of the weights of a layer, from ≈ {weights.min():.2f} to ≈ {weights.max():.2f}, "
              "on a logarithmic axis. Below it, the number of values that the codes stand for: "
              f"{'; '.join(counts)}.")  # fmt: skip


def accuracy_against_bits(
    results: Mapping[int, tuple[float, float]],
    float_accuracy: float,
    per_channel: Mapping[int, tuple[float, float]],
) -> None:
    """PTQ and QAT accuracy at each number of bits, with one scale per tensor, and per channel."""
    fig, ax = new_figure(size=(7, 4))
    ax.axhline(100 * float_accuracy, color=GREY, linestyle=":", label="float")
    kinds = (("per tensor", results, "-", ("o", "s")), ("per channel", per_channel, "", ("^", "D")))
    for name, measured, line, markers in kinds:
        bits = sorted(measured)
        for part, (what, colour) in enumerate([("PTQ", RED), ("QAT", BLUE)]):
            if name == "per channel":
                colour = (ORANGE, GREEN)[part]
            heights = [100 * measured[b][part] for b in bits]
            ax.plot(bits, heights, marker=markers[part], linestyle=line or "none", color=colour,
                    label=f"{what}, {name}")  # fmt: skip
    ax.set(title="Accuracy against the bits of the weights", xlabel="bits of the weights (activations: 8)",
           ylabel="test accuracy (%)", ylim=(0, 103), xticks=sorted({*results, *per_channel}))  # fmt: skip
    ax.legend(loc="lower right")
    found = [
        f"{bits} bits {name}, ≈ {100 * ptq:.0f} % and ≈ {100 * qat:.0f} %"
        for name, measured in (("per tensor", results), ("per channel", per_channel))
        for bits, (ptq, qat) in sorted(measured.items())
    ]
    show(fig, f"Test accuracy of PTQ and of QAT against the bits of the weights: {'; '.join(found)}; float "
              f"≈ {100 * float_accuracy:.0f} %.")  # fmt: skip


EFFORT = ("PTQ, one scale", "PTQ, per channel", "QAT, one scale", "QAT, per channel")


def which_way(found: Mapping[int, Mapping[str, float]], in_float: float) -> None:
    """The accuracy of each way at each number of bits, least effort first, a box around what serves."""
    fig, ax = new_figure(size=(7.5, 0.9 + 0.5 * len(found)))
    chosen = {}
    for row, (bits, accuracies) in enumerate(found.items()):
        served = [way for way in EFFORT if accuracies.get(way, 0) > in_float - 0.01]
        chosen[bits] = served[0] if served else ""
        for column, way in enumerate(EFFORT):
            text = f"{accuracies[way]:.1%}" if way in accuracies else "not tried"
            box = {"boxstyle": "round", "facecolor": "white", "edgecolor": BLUE, "linewidth": 2}
            here = way == chosen[bits]
            ax.text(column, row, text, ha="center", va="center", weight="bold" if here else "normal",
                    color="black" if way in accuracies else GREY, bbox=box if here else None)  # fmt: skip
    ax.set(
        title=f"Box: least effort within one point of float ({in_float:.1%})", ylim=(len(found) - 0.5, -0.5)
    )
    ax.set(
        xlim=(-0.5, 3.5), ylabel="bits of the weights", xlabel="effort: scales and training grow to the right"
    )
    ax.set_xticks(range(len(EFFORT)), EFFORT)
    ax.set_yticks(range(len(found)), [str(bits) for bits in found])
    ax.grid(visible=False)
    numbers = [f"{bits} bits ≈ {EFFORT.index(way) + 1 if way else 0}" for bits, way in chosen.items()]
    show(fig, f"A table of test accuracies, bits against the ways {'; '.join(EFFORT)}. The box is, from "
              f"the left, at {', '.join(numbers)} (0: at none).")  # fmt: skip


def weights_in_steps(weights: Mapping[str, np.ndarray], layer: str) -> None:
    """Histograms of the weights of a layer in steps of their scales, with the limits between 2-bit codes."""
    fig, ax = new_figure(size=(7, 3.2))
    for (name, values), colour, line in zip(weights.items(), (ORANGE, GREEN), ("--", "-")):
        ax.hist(values.ravel(), bins=np.arange(-1.25, 1.2501, 0.05), histtype="step", color=colour,
                linestyle=line, linewidth=1.5, label=name)  # fmt: skip
    for limit in (-0.5, 0.5):
        ax.axvline(limit, color=GREY, linewidth=0.8)
    for code in (-1, 0, 1):
        ax.text(code if code == 0 else 0.9 * code, 0.93, f"code {code}".replace("-", "−"),
                transform=ax.get_xaxis_transform(), ha="center")  # fmt: skip
    ax.set(title=f"The float weights of {layer} at 2 bits", xlabel="weight (steps of its channel's scale)",
           ylabel="count")  # fmt: skip
    ax.set_ylim(top=1.2 * ax.get_ylim()[1])
    ax.legend(loc="center right")
    shares = [f"{name}, ≈ {np.mean(np.abs(values) < 0.5):.0%}" for name, values in weights.items()]
    show(fig, f"Histograms of the float weights of {layer}, in steps of the scale. Between −0.5 and 0.5, "
              f"where the code is 0, lie: {'; '.join(shares)}.")  # fmt: skip
