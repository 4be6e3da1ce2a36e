"""The picture of a graded class."""

import numpy as np

from qcourse.course.folder import number
from qcourse.plots.figure import new_figure, to_png


def class_figure(points: dict[str, dict[str, list[float]]]) -> bytes:
    """PNG of students × assignments; ``points[student][assignment]`` is ``[score, most]``."""
    students, names = list(points), list(next(iter(points.values())))
    share = np.array([[points[s][n][0] / max(points[s][n][1], 1) for n in names] for s in students])
    figure, axes = new_figure(size=(6, 0.42 * len(students) + 1.4))
    axes.imshow(share * 100, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), value in np.ndenumerate(share):
        colour = "black" if value > 0.5 else "white"
        axes.text(column, row, f"{value:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), [number(name) for name in names])
    axes.set_yticks(range(len(students)), students)
    axes.grid(visible=False)
    axes.set(xlabel="notebook", ylabel="student", title="Points of the graded cells (% of the most)")
    return to_png(figure)
