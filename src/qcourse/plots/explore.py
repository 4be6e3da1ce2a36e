"""The pictures with sliders, one per notebook. Each takes data, and shows one figure."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from qcourse.plots.figure import BLUE, GREY, ORANGE, RED, new_figure
from qcourse.plots.live import Slider, explore

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
    right.set(xlim=(-110, 210), ylim=(-100, 130))
    right.legend(loc="upper center", ncols=2)
    note = right.text(-100, -92, "")
    return fig, (grid, ends, inside, outside, note)
