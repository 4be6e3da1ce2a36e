"""The pictures with sliders of 06 and 07, without torch. Each takes data, and shows one figure."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from qcourse.plots.figure import BLUE, GREY, ORANGE, RED, new_figure
from qcourse.plots.live import Slider, explore

Parts = Callable[[np.ndarray, int, float, float], tuple[float, float]]
Quantize = Callable[[np.ndarray, int], tuple[np.ndarray, float, int]]


def bits_and_range(values: np.ndarray, quantize: Quantize) -> None:
    """06: where the codes lie for a range and a number of bits, and the error of each value ``[n]``.

    ``quantize`` is 6.2; it is given the two ends of the range, and its scale and zero point are used.
    """
    fig, (grid, ends, inside, outside, note) = _grid_and_errors(values)

    def update(bits: int, low: float, high: float) -> str:
        _, scale, zero = quantize(np.array([low, high], dtype=float), bits)
        places = (np.arange(2**bits) - zero) * scale
        grid.set_data(places, np.zeros(len(places)))
        ends.set_data([low, high], [-0.35, -0.35])
        restored = (np.clip(np.round(values / scale) + zero, 0, 2**bits - 1) - zero) * scale
        error, cut = values - restored, (values < low) | (values > high)
        inside.set_data(values[~cut], error[~cut])
        outside.set_data(values[cut], error[cut])
        found = f"step {scale:.3g}, mean squared error {np.mean(error**2):,.4g}"
        note.set_text(found)
        return (
            f"{bits} bits, range {low:g} to {high:g}: {2**bits} codes on a number line, and the error of "
            f"each of {len(values)} values. {found}; {np.count_nonzero(cut)} values saturate."
        )

    explore(
        fig,
        (grid, ends, inside, outside, note),
        update,
        bits=Slider("bits", range(2, 9), 4),
        low=Slider("lower end β", range(-100, 1, 10), -50),
        high=Slider("upper end α", range(10, 201, 10), 150),
    )


PERCENTILES = (90, 92, 94, 96, 97, 98, 99, 99.4, 99.7, 99.9, 99.95, 99.99, 100)


def percentile_and_parts(values: np.ndarray, error_parts: Parts) -> None:
    """07: the range of a percentile over a histogram of ``values`` [n], and its error (by 7.2)."""
    fig, (left, right) = new_figure(1, 2, size=(8.5, 3.2))
    left.hist(values, bins=60, color=GREY, alpha=0.5)
    (ends,) = left.plot([], [], color=RED, linewidth=2, label="range")
    left.set(title="The range", xlabel="value (units of the data)", ylabel="values in each bin (count)")
    left.set(yscale="log", ylim=(0.7, None))
    left.legend()
    at = np.arange(len(PERCENTILES))
    looks = {"clipping": (ORANGE, "--"), "rounding": (BLUE, "-."), "sum": (GREY, "-")}
    lines = [right.plot([], [], color=c, linestyle=s, label=name)[0] for name, (c, s) in looks.items()]
    (marks,) = right.plot([], [], "D", color=RED, label="this percentile")
    right.set(title="What it costs", xlabel="percentile (%), stretched", ylabel="mean squared error (units²)")
    right.set(yscale="log", xlim=(-0.5, len(at) - 0.5), ylim=(1e-7, 30))
    right.set_xticks(at[::3], [f"{PERCENTILES[i]:g}" for i in at[::3]])
    right.legend(loc="lower left", ncols=2, fontsize="small")

    def update(bits: int, percentile: float) -> str:
        ranges = [np.percentile(values, [100 - p, p]) for p in PERCENTILES]
        parts = np.array([error_parts(values, bits, *ends) for ends in ranges])
        curves = [*np.where(parts > 0, parts, np.nan).T, parts.sum(axis=1)]
        for line, curve in zip(lines, curves, strict=True):
            line.set_data(at, curve)
        here = PERCENTILES.index(percentile)
        low, high = ranges[here]
        ends.set_data([low, low, np.nan, high, high], [0.7, 1e4, np.nan, 0.7, 1e4])
        marks.set_data([here] * 3, [curve[here] for curve in curves])
        best = PERCENTILES[int(np.argmin(curves[2]))]
        return (
            f"{bits} bits, percentile {percentile:g}: range {low:.2f} to {high:.2f} over a histogram; "
            f"clipping {parts[here, 0]:.2g}, rounding {parts[here, 1]:.2g}; their sum is least at {best:g}."
        )

    explore(
        fig,
        [ends, *lines, marks],
        update,
        bits=Slider("bits", range(2, 9), 4),
        percentile=Slider("percentile", PERCENTILES, 99.9),
    )


def _grid_and_errors(values: np.ndarray) -> tuple[Figure, tuple[Line2D, Line2D, Line2D, Line2D, Text]]:
    """The axes of `bits_and_range`, and what moves: codes, range, errors inside and outside, a note."""
    fig, (left, right) = new_figure(1, 2, size=(8.5, 3.0))
    left.plot(values, np.ones(len(values)), "|", color=ORANGE, markersize=12, label="values")
    (grid,) = left.plot([], [], "|", color=BLUE, markersize=18, label="codes")
    (ends,) = left.plot([], [], color=RED, linewidth=3, label="range")
    left.set(title="The grid", xlabel="value x (no unit)", xlim=(-110, 210), ylim=(-0.6, 1.9), yticks=[])
    left.legend(loc="upper center", ncols=3)
    (inside,) = right.plot([], [], "o", color=BLUE, markersize=5, label="inside the range")
    (outside,) = right.plot([], [], "x", color=RED, markersize=7, label="saturated")
    right.axhline(0, color=GREY, linewidth=1)
    right.set(title="The error of each value", xlabel="value x (no unit)", ylabel="error x − x̂ (unit of x)")
    right.set_yscale("symlog", linthresh=10)  # small errors are seen beside those of saturated values
    right.set(xlim=(-110, 210), ylim=(-300, 3000))
    ticks = (-100, -10, -5, 0, 5, 10, 100)
    right.set_yticks(ticks, [f"{tick}".replace("-", "−") for tick in ticks])
    right.legend(loc="upper center", ncols=2)
    note = right.text(-100, -210, "")
    return fig, (grid, ends, inside, outside, note)
