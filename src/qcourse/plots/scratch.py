"""The pictures of notebook 06. Every function takes arrays and shows one figure."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from qcourse.plots.figure import BLUE, COLOURS, GREEN, GREY, LINES, MARKERS, ORANGE, RED, new_figure, show


def before_and_after(before: np.ndarray, after: np.ndarray, low: float, high: float) -> None:
    """Codes ``[n]`` before and after the clamp, against their position."""
    fig, ax = new_figure()
    where = np.arange(len(before))
    ax.vlines(where, before, after, color=GREY, linestyle=":")
    ax.plot(where, before, "o", color=ORANGE, markerfacecolor="none", markersize=9, label="before")
    ax.plot(where, after, "s", color=BLUE, markersize=5, label="after")
    ax.axhspan(low, high, color=GREEN, alpha=0.12, label=f"{low} to {high}")
    ax.set(title="Clamp: what lies outside moves to the border", xlabel="position in the array (index)")
    ax.set(ylabel="code (integer)", xticks=where)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    moved = np.count_nonzero(before != after)
    outside = np.count_nonzero((after < low) | (after > high))
    show(fig, f"Codes at {len(before)} positions before and after the clamp to {low} to {high}: {moved} of "
              f"them moved; afterwards {outside or 'none'} lie outside.")  # fmt: skip


def number_line(
    params: np.ndarray, codes: np.ndarray, scale: float, zero: int, low: int, high: int, scheme: str
) -> None:
    """The grid of codes ``low`` to ``high`` on a number line, and where each value ``[n]`` goes."""
    fig, ax = new_figure(size=(8, 2.9))
    grid = np.arange(low, high + 1)
    places, landed = (grid - zero) * scale, (codes - zero) * scale
    heights, steps = np.full(len(params), 0.95), landed - params
    exact = {"angles": "xy", "scale_units": "xy", "scale": 1}  # arrows end where they point to
    ax.quiver(params, heights, steps, 0.1 - heights, color=GREY, width=0.0012, headwidth=7, **exact)
    ax.vlines(0, -0.15, 1.2, color=RED, linestyle="--", linewidth=1)
    ax.plot(params, np.ones(len(params)), "o", color=ORANGE, markersize=5)
    ax.plot(places, np.zeros(len(grid)), "|", color=BLUE, markersize=16, markeredgewidth=2)
    used = np.isin(grid, codes)
    ax.plot(places[used], np.zeros(used.sum()), "s", color=BLUE, markersize=6)
    for code, place in zip(grid, places, strict=True):
        ax.annotate(str(code).replace("-", "−"), (place, -0.22), ha="center", va="top", color=BLUE)
    ax.set(title=f"The {scheme} grid: each value goes to the nearest code", xlabel="real value (no unit)")
    ax.set(yticks=[0, 1], yticklabels=["codes\n(square: used)", "values"], ylim=(-0.55, 1.2))
    ax.grid(axis="y", visible=False)
    farthest = np.max(np.abs(params - landed)) / scale
    show(fig, f"Number line with the {scheme} grid, codes {low} to {high}: values above, codes below, an "
              f"arrow from each value to its code, at most {farthest:.2f} steps away; a dashed line marks "
              "0.")  # fmt: skip


def round_trip(x: np.ndarray, restored: np.ndarray, scale: float, scheme: str) -> None:
    """``restored`` against ``x`` (both ``[n]``, x rising), and the error against x."""
    fig, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
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
    fig.suptitle(f"{scheme.capitalize()} quantization and back")
    low, high = np.min(x - restored) / scale, np.max(x - restored) / scale
    show(fig, f"Left: the {scheme} round trip, a staircase of {len(np.unique(restored))} values around the "
              f"diagonal. Right: its error, from {low:.2f} to {high:.2f} scales.")  # fmt: skip


def errors(x: np.ndarray, restored: Mapping[str, np.ndarray], scales: Mapping[str, float]) -> None:
    """The error of each value ``[n]``, one series per scheme, between lines at half its scale."""
    fig, ax = new_figure(size=(8, 3.2))
    ax.axhline(0, color=GREY, linewidth=1)
    for (name, values), colour, marker, line in zip(restored.items(), COLOURS, MARKERS, LINES[1:]):
        ax.plot(x, x - values, marker, color=colour, label=name)
        ax.axhline(scales[name] / 2, color=colour, linestyle=line, label=f"± scale / 2, {name}")
        ax.axhline(-scales[name] / 2, color=colour, linestyle=line)
    ax.set(title="Each error lies within half a step of its own grid")
    ax.set(xlabel="value x (no unit)", ylabel="error x − x̂ (unit of x)")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    largest = {name: np.max(np.abs(x - values)) for name, values in restored.items()}
    found = [
        f"{name}, lines at ±{scales[name] / 2:.2g}, error up to {largest[name]:.2g}" for name in restored
    ]
    show(fig, f"Error against value, each scheme between lines at ± half its scale: {'; '.join(found)}.")


def mse_against_bits(bits: Sequence[int], mse: Mapping[str, Sequence[float]]) -> None:
    """Mean squared error against bits, logarithmic; one series per name."""
    fig, ax = new_figure()
    for (name, values), look in zip(mse.items(), ("o", "-")):
        ax.plot(bits, values, look, color=BLUE if look == "o" else ORANGE, label=name, markersize=7)
    ax.set(title="Each bit divides the mean squared error by four", xlabel="bits", xticks=bits)
    ax.set_yscale("log", base=4)
    ax.yaxis.set_major_locator(LogLocator(4, numticks=20))
    ax.minorticks_off()
    ax.set(ylabel="mean squared error\n(squared unit of x)")
    ax.legend()
    ends = [f"{name} {values[0]:.1e} and {values[-1]:.1e}" for name, values in mse.items()]
    show(fig, f"Mean squared error against bits on a logarithmic axis, at {bits[0]} and at {bits[-1]} bits: "
              f"{'; '.join(ends)}.")  # fmt: skip


def sqnr_against_bits(bits: Sequence[int], sqnr: Mapping[str, Sequence[float]]) -> None:
    """SQNR in dB against bits, with a line of 6.02 dB per bit; one series per name."""
    fig, ax = new_figure(size=(8.5, 3.6))
    for (name, values), colour, marker, line in zip(sqnr.items(), COLOURS, MARKERS, LINES[1:]):
        ax.plot(bits, values, marker=marker, linestyle=line, color=colour, label=name)
    ax.plot(bits, 6.02 * np.asarray(bits), color=GREY, label="6.02 dB × bits")
    ax.set(
        title="6 dB a bit, unless a few values set the range", xlabel="bits", ylabel="SQNR (dB)", xticks=bits
    )
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    rise = {name: (values[-1] - values[0]) / (bits[-1] - bits[0]) for name, values in sqnr.items()}
    found = [f"{name} rises by {rise[name]:.1f} dB per bit to {sqnr[name][-1]:.0f} dB" for name in sqnr]
    show(fig, f"SQNR against bits, and a line of 6.02 dB per bit: {'; '.join(found)}.")


def error_of_rows(weight: np.ndarray, mse: Mapping[str, np.ndarray]) -> None:
    """Mean square of each row of ``weight`` ``[rows, in]``, and its mean squared errors ``[rows]``."""
    fig, ax = new_figure(size=(9, 3.4))
    rows = np.arange(len(weight))
    power = (weight**2).mean(axis=1)
    ax.plot(rows, power, "D--", color=GREY, markersize=5, label="the row itself: mean w²")
    for (name, values), colour, marker, size in zip(mse.items(), COLOURS, MARKERS, (12, 7)):
        look = {"color": colour, "markersize": size, "markerfacecolor": "none", "markeredgewidth": 2}
        ax.plot(rows, values, marker, label=f"its error: {name}", **look)
    ax.set(title="Signal and error of each row: the gap is its SQNR", yscale="log", xticks=rows)
    ax.set_xticklabels([f"{i}\n{largest:.2g}" for i, largest in enumerate(np.abs(weight).max(axis=1))])
    ax.set(xlabel="row (output channel), and its largest |w|", ylabel="mean square\n(squared unit of w)")
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    sqnr = {name: 10 * np.log10(power / errors) for name, errors in mse.items()}
    found = [f"{name}, {gaps.min():.0f} to {gaps.max():.0f} dB" for name, gaps in sqnr.items()]
    show(fig, "Mean square of each weight row and of its errors, on a logarithmic axis. The row lies above "
              f"its error by: {'; '.join(found)}.")  # fmt: skip


def against_float(exact: np.ndarray, quantized: np.ndarray) -> None:
    """Outputs of a layer in integers against those in float, and their difference; same shape."""
    fig, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
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
    show(fig, f"Left: {x.size:,} outputs of the integer layer against those of the float layer, and the "
              f"diagonal. Right: histogram of their differences, from {np.min(y - x):.2g} to "
              f"{np.max(y - x):.2g}.")  # fmt: skip
