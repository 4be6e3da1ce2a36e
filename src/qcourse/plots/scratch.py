"""The pictures of notebook 06. Every function takes arrays and shows one figure."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from qcourse.plots.figure import BLUE, COLOURS, GREEN, GREY, LINES, MARKERS, ORANGE, RED, new_figure, show


def before_and_after(before: np.ndarray, after: np.ndarray, low: float, high: float) -> None:
    """Codes ``[n]`` before and after the clamp, against their position."""
    figure, axes = new_figure()
    where = np.arange(len(before))
    axes.vlines(where, before, after, color=GREY, linestyle=":")
    axes.plot(where, before, "o", color=ORANGE, markerfacecolor="none", markersize=9, label="before")
    axes.plot(where, after, "s", color=BLUE, markersize=5, label="after")
    axes.axhspan(low, high, color=GREEN, alpha=0.12, label=f"{low} to {high}")
    axes.set(title="Clamp: what lies outside moves to the border", xlabel="position in the array (index)")
    axes.set(ylabel="code (integer)", xticks=where)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(
        figure, "Codes before and after the clamp: inside the band they stay, outside they move to its edge."
    )


def number_line(
    params: np.ndarray, codes: np.ndarray, scale: float, zero: int, low: int, high: int, scheme: str
) -> None:
    """The grid of codes ``low`` to ``high`` on a number line, and where each value ``[n]`` goes."""
    figure, axes = new_figure(size=(8, 2.9))
    grid = np.arange(low, high + 1)
    places, landed = (grid - zero) * scale, (codes - zero) * scale
    for x, target in zip(params, landed, strict=True):
        axes.annotate("", (target, 0.1), (x, 0.95), arrowprops={"arrowstyle": "->", "color": GREY, "lw": 0.8})
    axes.vlines(0, -0.15, 1.2, color=RED, linestyle="--", linewidth=1)
    axes.plot(params, np.ones(len(params)), "o", color=ORANGE, markersize=5)
    axes.plot(places, np.zeros(len(grid)), "|", color=BLUE, markersize=16, markeredgewidth=2)
    used = np.isin(grid, codes)
    axes.plot(places[used], np.zeros(used.sum()), "s", color=BLUE, markersize=6)
    for code, place in zip(grid, places, strict=True):
        axes.annotate(str(code).replace("-", "−"), (place, -0.22), ha="center", va="top", color=BLUE)
    axes.set(title=f"The {scheme} grid: each value goes to the nearest code", xlabel="real value (no unit)")
    axes.set(yticks=[0, 1], yticklabels=["codes\n(square: used)", "values"], ylim=(-0.55, 1.2))
    axes.grid(axis="y", visible=False)
    show(figure, f"Number line with the {scheme} grid: values above, codes below, an arrow from each value "
                 "to its nearest code; a dashed line marks 0, which lies on a code.")  # fmt: skip


def round_trip(x: np.ndarray, restored: np.ndarray, scale: float, scheme: str) -> None:
    """``restored`` against ``x`` (both ``[n]``, x rising), and the error against x."""
    figure, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
    left.plot(x, x, "--", color=GREY, label="without loss")
    left.plot(x, restored, color=BLUE, label="after the round trip")
    left.set(title="Round trip", xlabel="value x (no unit)", ylabel="restored value x̂")
    left.legend()
    right.plot(x, x - restored, color=BLUE, linewidth=1, label="x − x̂")
    right.axhline(scale / 2, color=RED, linestyle="--", label="± scale / 2")
    right.axhline(-scale / 2, color=RED, linestyle="--")
    right.set(title="Error", xlabel="value x (no unit)", ylabel="error x − x̂ (unit of x)")
    right.legend(loc="lower left", bbox_to_anchor=(0, -0.02), framealpha=0.95, ncols=2)
    right.set_ylim(-scale, 0.7 * scale)
    figure.suptitle(f"{scheme.capitalize()} quantization and back")
    show(figure, f"Left: {scheme} round trip, a staircase around the diagonal. Right: its error, a saw-tooth "
                 "between minus and plus half a scale.")  # fmt: skip


def errors(x: np.ndarray, restored: Mapping[str, np.ndarray], scales: Mapping[str, float]) -> None:
    """The error of each value ``[n]``, one series for each scheme, between lines at half its scale."""
    figure, axes = new_figure(size=(8, 3.2))
    axes.axhline(0, color=GREY, linewidth=1)
    for (name, values), colour, marker, line in zip(restored.items(), COLOURS, MARKERS, LINES[1:]):
        axes.plot(x, x - values, marker, color=colour, label=name)
        axes.axhline(scales[name] / 2, color=colour, linestyle=line, label=f"± scale / 2, {name}")
        axes.axhline(-scales[name] / 2, color=colour, linestyle=line)
    axes.set(title="Each error lies within half a step of its own grid")
    axes.set(xlabel="value x (no unit)", ylabel="error x − x̂ (unit of x)")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, f"Error against value for the schemes {' and '.join(restored)}, each between two lines at "
                 "plus and minus half its scale: the symmetric lines lie farther apart.")  # fmt: skip


def mse_against_bits(bits: Sequence[int], mse: Mapping[str, Sequence[float]]) -> None:
    """Mean squared error against bits, logarithmic; one series for each name."""
    figure, axes = new_figure()
    for i, (name, values) in enumerate(mse.items()):
        look = {"marker": MARKERS[i], "linestyle": LINES[i], "color": COLOURS[i], "markersize": 5 + 5 * i}
        axes.semilogy(bits, values, label=name, markerfacecolor="none" if i else COLOURS[i], **look)
    axes.set(title="Each bit divides the mean squared error by four", xlabel="bits", xticks=bits)
    axes.set(ylabel="mean squared error\n(squared unit of x)")
    axes.legend()
    show(figure, "Mean squared error against bits on a logarithmic axis: falling straight lines.")


def sqnr_against_bits(bits: Sequence[int], sqnr: Mapping[str, Sequence[float]]) -> None:
    """SQNR in dB against bits, with the line of 6.02 dB a bit; one series for each name."""
    figure, axes = new_figure()
    for (name, values), colour, marker, line in zip(sqnr.items(), COLOURS, MARKERS, LINES[1:]):
        axes.plot(bits, values, marker=marker, linestyle=line, color=colour, label=name)
    axes.plot(bits, 6.02 * np.asarray(bits), color=GREY, label="6.02 dB × bits")
    axes.set(title="SQNR against bits", xlabel="bits", ylabel="SQNR (dB)", xticks=bits)
    axes.legend()
    show(figure, "SQNR against bits: every series rises in parallel to the line of 6.02 dB a bit, or on it.")


def error_of_rows(weight: np.ndarray, mse: Mapping[str, np.ndarray]) -> None:
    """Mean square of each row of ``weight`` ``[rows, in]``, and its mean squared errors ``[rows]``."""
    figure, axes = new_figure(size=(9, 3.4))
    rows = np.arange(len(weight))
    axes.plot(
        rows, (weight**2).mean(axis=1), "D--", color=GREY, markersize=5, label="the row itself: mean w²"
    )
    for (name, values), colour, marker, size in zip(mse.items(), COLOURS, MARKERS, (12, 7)):
        look = {"color": colour, "markersize": size, "markerfacecolor": "none", "markeredgewidth": 2}
        axes.plot(rows, values, marker, label=f"its error: {name}", **look)
    axes.set(title="Signal and error of each row: the gap is its SQNR", yscale="log", xticks=rows)
    axes.set_xticklabels([f"{i}\n{largest:.2g}" for i, largest in enumerate(np.abs(weight).max(axis=1))])
    axes.set(xlabel="row (output channel), and its largest |w|", ylabel="mean square\n(squared unit of w)")
    axes.minorticks_off()
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(figure, "Mean square of each weight row and of its errors, logarithmic: with one scale for each row "
                 "the error stays equally far below the row; with one scale for all it is as large as the "
                 "smallest rows themselves, and far below the largest only.")  # fmt: skip


def against_float(exact: np.ndarray, quantized: np.ndarray) -> None:
    """Outputs of a layer in integers against those in float, and their difference; same shape."""
    figure, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
    x, y = exact.ravel(), quantized.ravel()
    ends = [x.min(), x.max()]
    left.plot(x, y, "o", color=BLUE, markersize=3, label="one output")
    left.plot(ends, ends, "--", color=RED, label="equal")
    left.set(
        title="Integer layer against float layer", xlabel="float output", ylabel="integer_linear's output"
    )
    left.legend()
    counts, edges = np.histogram(y - x, bins=30)
    right.stairs(counts, edges, fill=True, color=GREEN)
    right.set(
        title="What quantization changed", xlabel="difference (unit of the output)", ylabel="outputs (count)"
    )
    right.xaxis.set_major_locator(MaxNLocator(5))
    show(figure, "Left: outputs of the integer layer against those of the float layer, along the diagonal. "
                 "Right: histogram of their differences, around 0.")  # fmt: skip
