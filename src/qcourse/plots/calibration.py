"""The pictures of notebook 07: ranges over histograms, and what each range costs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator

from qcourse.plots.figure import BLUE, COLOURS, GREY, LINES, MARKERS, ORANGE, RED, new_figure, show

Range = tuple[float, float]
Curves = tuple[Mapping[int, np.ndarray], Mapping[int, float], Mapping[int, float]]


def grids(values: np.ndarray, reachable: Mapping[str, np.ndarray], window: Range) -> None:
    """Number lines over ``window``: the values, and for each range the numbers that its codes stand for."""
    fig, ax = new_figure(size=(7, 1.2 + 0.5 * len(reachable)))
    inside = values[(values >= window[0]) & (values <= window[1])]
    ax.plot(inside, np.zeros_like(inside), "|", color=GREY, markersize=9)
    counts = [f"values {len(inside)}"]
    for row, (name, colour, marker) in enumerate(zip(reachable, COLOURS, MARKERS), start=1):
        points = reachable[name]
        near = points[(points >= window[0]) & (points <= window[1])]
        counts.append(f"{name} {len(near)}")
        ax.plot(near, np.full(len(near), row), marker, color=colour, markersize=5, linestyle="none")
    ax.set_yticks(range(len(reachable) + 1), ["values", *reachable])
    ax.set(title=f"The numbers that 8 bits can stand for, between {window[0]:g} and {window[1]:g}",
           xlabel="value (units of the data)", ylim=(-0.6, len(reachable) + 0.6))  # fmt: skip
    show(fig, f"Number lines; marks between {window[0]:g} and {window[1]:g}: {'; '.join(counts)}.")


def error_against_percentile(
    percentiles: np.ndarray, errors_all: np.ndarray, errors_rest: np.ndarray, scale: float
) -> None:
    """Mean squared error against the percentile, for all elements and for all but the outlier.

    ``scale`` is min-max's, whose error on evenly spread values is scale^2 / 12: a line to compare with.
    """
    fig, ax = new_figure(size=(7, 3.4))
    cut = 100 - np.asarray(percentiles)
    ax.loglog(cut, errors_all, "o-", color=RED, markersize=4, label="all elements")
    ax.loglog(cut, errors_rest, "s--", color=BLUE, markersize=4, label="all but the outlier")
    ax.axhline(scale**2 / 12, color=GREY, linestyle=":", label="min-max: scale² / 12")
    ax.invert_xaxis()
    ticks = [10, 1, 0.1, 0.01, 0.001]
    ax.set_xticks(ticks, [f"{100 - tick:g}" for tick in ticks])
    ax.set(title="Past 99.99 the outlier gains, and all the others pay",
           xlabel="percentile (%), stretched towards 100", ylabel="mean squared error (units²)")  # fmt: skip
    ax.minorticks_off()
    fig.legend(loc="outside lower center", ncols=3)
    lowest = [percentiles[np.argmin(errors)] for errors in (errors_all, errors_rest)]
    show(fig, f"Mean squared error against the percentile, {percentiles[0]:g} to {percentiles[-1]:g}, on "
              f"logarithmic axes: over all elements lowest at {lowest[0]:g}, without the outlier at "
              f"{lowest[1]:g}; a line marks min-max's.")  # fmt: skip


def parts_against_range(shares: Sequence[float], parts: np.ndarray, bits: int) -> None:
    """Clipping, rounding and their sum against the share of [min, max] that is kept; parts is [n, 2]."""
    fig, ax = new_figure(size=(7, 3.4))
    total = np.sum(parts, axis=1)
    ax.semilogy(shares, np.where(parts[:, 0] > 0, parts[:, 0], np.nan), LINES[1], color=ORANGE,
                label="clipping")  # fmt: skip
    ax.semilogy(shares, parts[:, 1], LINES[2], color=BLUE, label="rounding")
    ax.semilogy(shares, total, LINES[0], color=GREY, linewidth=2, label="sum: the total error")
    best, full = int(np.argmin(total)), int(np.argmax(shares))
    ax.plot(shares[best], total[best], "D", color=RED, label="least error")
    ax.set(title=f"Clipping against rounding: a Gaussian sample, {bits} bits",
           xlabel="range kept, as a share of [min, max]", ylabel="mean squared error (σ²)",
           ylim=(max(total[best], 1e-9) / 60, None))  # fmt: skip
    ax.minorticks_off()
    ax.legend()
    part = total[best] / total[full]
    show(fig, "Clipping and rounding error against the share of the range that is kept, on a logarithmic "
              f"axis: their sum is least at {shares[best]:.2f}, where it is {part:.0%} of that at "
              f"{shares[full]:g}.")  # fmt: skip


def clipping_curves(samples: Mapping[str, Curves], clips: np.ndarray) -> None:
    """One panel per distribution: error against the clipping value, one curve per bit width.

    ``samples[name]`` is ``(curves, chosen, published)``: ``curves[bits]`` the errors at ``clips``,
    ``chosen[bits]`` the clipping value found, ``published[bits]`` that of the paper.
    """
    fig, axes = new_figure(1, len(samples), size=(7.6, 3.6), sharey=True)
    for ax, (name, (curves, chosen, published)) in zip(axes, samples.items(), strict=True):
        for (bits, errors), colour, line in zip(curves.items(), COLOURS, LINES):
            ax.semilogy(clips, errors, color=colour, linestyle=line, label=f"{bits} bits")
            at = np.interp([chosen[bits], published[bits]], clips, errors)
            ax.plot(chosen[bits], at[0], "D", color=colour)
            ax.plot(published[bits], at[1], "x", color="black", markersize=8, markeredgewidth=2)
        ax.set(title=name, xlabel=f"clipping value α ({'σ' if name == 'Gaussian' else 'b'})")
        ax.minorticks_off()
    axes[0].plot([], [], "D", color=GREY, label="7.3 on the sample")
    axes[0].plot([], [], "x", color="black", markersize=8, markeredgewidth=2, label="published")
    axes[0].set_ylabel("mean squared error (σ² or b²)")
    fig.suptitle("Error against the clipping value")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    found = [
        f"{name}, {bits} bits: least at {chosen[bits]:.2f}, published {published[bits]:.2f}"
        for name, (_, chosen, published) in samples.items()
        for bits in chosen
    ]
    show(fig, f"Error against the clipping value. {'; '.join(found)}.")


def ranges_on_histograms(panels: Mapping[str, tuple[np.ndarray, Mapping[str, Range]]]) -> None:
    """For each panel ``title: (values, ranges)``: a histogram, and over it a bar for each range."""
    fig, axes = new_figure(1, len(panels), size=(7.6, 4.0), squeeze=False)
    for ax, (title, (values, ranges)) in zip(axes[0], panels.items()):
        common, farthest = np.percentile(np.abs(values), 99), np.max(np.abs(values))
        far = farthest > 5 * common  # else one value would leave a quarter of the axis to all the others
        counts, edges = np.histogram(values, bins=np.linspace(values.min(), values.max(), 241 if far else 61))
        ax.stairs(counts, edges, fill=True, color=GREY, alpha=0.5)
        for row, (name, ends) in enumerate(ranges.items()):
            colour, height = COLOURS[row % len(COLOURS)], counts.max() * 10 ** (0.4 * (row + 1))
            ax.plot(ends, [height, height], color=colour, marker=MARKERS[row % len(MARKERS)], label=name)
            for end in ends:
                ax.plot([end, end], [0.7, height], color=colour, linewidth=0.8, linestyle=":")
        unit = "value (units of the data)"
        if far:
            ax.set_xscale("symlog", linthresh=1.4 * common, linscale=3)
            step = 10 ** np.floor(np.log10(common)) / 2
            ax.set_xticks([*np.arange(values.min() // step + 1, 1.1 * common // step + 1) * step, farthest])
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            unit += ", squeezed on the right"
        ax.set(title=title, xlabel=unit, yscale="log", ylim=(0.7, None))
        ax.set_yticks(10.0 ** np.arange(np.log10(counts.max())))  # above are the bars, which count nothing
        ax.minorticks_off()
    axes[0][0].set_ylabel("values in each bin (count)")
    fig.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    found = [
        f"{title}: " + "; ".join(f"{name} ≈ {low:.4g} to ≈ {up:.4g}" for name, (low, up) in ranges.items())
        for title, (_, ranges) in panels.items()
    ]
    show(fig, f"Histograms, and above each the range of every method. {'. '.join(found)}.")


def ranges_over_batches(batch_max: np.ndarray, tracked: Mapping[str, np.ndarray], title: str) -> None:
    """The maximum of each batch, and the upper end of the range that each method holds after it."""
    fig, ax = new_figure(size=(7, 3.8))
    steps = np.arange(1, len(batch_max) + 1)
    ax.plot(steps, batch_max, ".", color=GREY, label="maximum of the batch")
    for (name, ends), colour, line in zip(tracked.items(), COLOURS, LINES):
        ax.plot(steps, ends, color=colour, linestyle=line, linewidth=2, label=name)
    ax.set(title=title, xlabel="batch (number)", ylabel="upper end of the range α (units)", yscale="log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    ax.minorticks_off()
    fig.legend(loc="outside lower center", ncols=2)
    found = [
        f"{name} rises to {np.max(ends):.1f} and ends at {ends[-1]:.1f}" for name, ends in tracked.items()
    ]
    show(fig, "Upper end of the range after each batch, on a logarithmic axis; one batch reaches "
              f"{np.max(batch_max):.0f}. {'; '.join(found)}.")  # fmt: skip


def all_against_bulk(results: Mapping[str, tuple[float, float]], title: str) -> None:
    """One row per method: the error of all elements and the error of the bulk."""
    fig, ax = new_figure(size=(7, 1.2 + 0.32 * len(results)))
    for row, (whole, bulk) in enumerate(results.values()):
        ax.plot([bulk, whole], [row, row], color=GREY, linewidth=1)
        ax.plot(
            whole, row, "o", color=RED, markersize=10, fillstyle="none", label=None if row else "all elements"
        )
        ax.plot(bulk, row, "s", color=BLUE, label=None if row else "bulk")
    ax.set_yticks(range(len(results)), list(results))
    ax.set(title=title, xlabel="mean squared error (units²)", xscale="log", ylim=(len(results) - 0.5, -0.5))
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    found = [f"{name} {whole:.2g} and {bulk:.2g}" for name, (whole, bulk) in results.items()]
    show(fig, f"For each method the error of all elements and of the bulk: {'; '.join(found)}.")


def accuracy_against_bits(
    bits: Sequence[int], accuracies: Mapping[str, list[float]], in_float: float
) -> None:
    """Accuracy (0 to 1) with quantized activations, one line per method; ``in_float`` is the float net's."""
    fig, ax = new_figure(size=(7, 3.4))
    for (name, values), colour, marker, line in zip(accuracies.items(), COLOURS, MARKERS, LINES):
        ax.plot(bits, 100 * np.asarray(values), marker=marker, linestyle=line, color=colour, label=name)
    ax.axhline(100 * in_float, color="black", linewidth=1, linestyle=":", label="float")
    ax.set_xticks(list(bits))
    ax.set(title="What the range of the activations costs the network",
           xlabel="bits of the activations", ylabel="test accuracy (%)")  # fmt: skip
    ax.legend()
    found = [
        f"{name} ≈ {100 * values[0]:.1f} % and ≈ {100 * values[-1]:.1f} %"
        for name, values in accuracies.items()
    ]
    show(fig, f"Test accuracy against the bits of the activations, at {bits[0]} and at {bits[-1]} bits: "
              f"{'; '.join(found)}; float ≈ {100 * in_float:.1f} %.")  # fmt: skip
