"""The pictures of a report on a class, as PNG, each with a sentence that says what it shows."""

import base64
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from qcourse.classroom.outcomes import Outcome, share
from qcourse.plots.figure import BLUE, GREY, ORANGE, new_figure, to_png
from qcourse.terminal import counted


class Picture(NamedTuple):
    """A PNG file and its alt text."""

    name: str
    png: bytes
    alt: str

    @property
    def address(self) -> str:
        """The picture itself as an address."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


def points_picture(points: Sequence[float], most: float) -> Picture:
    """How many students have how many points."""
    fig, ax = new_figure(size=(7, 2.8))
    bins = min(30, max(1, round(most)) + 1)
    ax.hist(points, bins=np.linspace(-0.5, most + 0.5, bins + 1), color=BLUE, edgecolor="white")
    ax.set(xlabel="points", ylabel="students", title="Points so far")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    middle = float(np.median(points))
    alt = (
        f"Histogram of the points of {counted(len(points), 'student')}, "
        f"{min(points):g} to {max(points):g} of {most:g}, median {middle:g}."
    )
    return Picture("points.png", to_png(fig), alt)


def exercises_picture(outcomes: Sequence[Outcome], students: int) -> Picture:
    """The share of students who passed each exercise's tests, and of those who did not begin it."""
    fig, ax = new_figure(size=(7, 1.2 + 0.42 * len(outcomes)))
    at = np.arange(len(outcomes))
    shares = {
        "visible check passed": ([share(o.visible) or 0.0 for o in outcomes], BLUE, ""),
        "hidden tests passed": ([share(o.hidden) or 0.0 for o in outcomes], ORANGE, "//"),
        "not begun": ([len(o.not_begun) / students for o in outcomes], GREY, ".."),
    }
    for row, (label, (values, colour, hatch)) in enumerate(shares.items()):
        ax.barh(
            at + 0.27 * (row - 1), values, 0.25, color=colour, hatch=hatch, edgecolor="white", label=label
        )
    ax.set_yticks(at, [o.exercise.number or o.exercise.title[:20] for o in outcomes])
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="share of students")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.grid(axis="y", visible=False)
    fig.legend(loc="outside upper center", ncols=3, frameon=False)
    lowest = min(outcomes, key=lambda o: share(o.hidden) or 0.0)
    alt = (
        f"Bars of who passed and who did not begin each of {len(outcomes)} exercises; "
        f"fewest passed the hidden tests of {lowest.name}: {share(lowest.hidden) or 0:.0%}."
    )
    return Picture("exercises.png", to_png(fig), alt)


def times_picture(hours: Sequence[float]) -> Picture:
    """When hand-ins came, in hours before (negative) and after the due date."""
    fig, ax = new_figure(size=(7, 2.4))
    ax.hist(hours, bins=30, color=BLUE, edgecolor="white")
    ax.axvline(0, color=ORANGE, linestyle="--", label="due")
    ax.set(xlabel="hours after the due date", ylabel="hand-ins", title="When they came")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False)
    late = sum(hour > 0 for hour in hours)
    alt = f"Histogram of {len(hours)} hand-ins by time, {late} of them after the due date."
    return Picture("times.png", to_png(fig), alt)
