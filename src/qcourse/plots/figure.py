"""How every figure is shown: title, labels, alt text, colours that colour-blind readers can tell apart."""

import base64
import html
import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, LogFormatterSciNotation
from matplotlib.transforms import Bbox

# Okabe and Ito's palette (2008). Series differ in marker or line style too: never by colour alone.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#666666"
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, GREY)
MARKERS = ("o", "s", "^", "D", "v", "x")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))

STYLE: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.titley": 1.0,  # else each layout looks for ticks above the axes, of which there are none
    "axes.grid": True,
    "grid.alpha": 0.3,
    "font.size": 10,
    "figure.dpi": 90,
}


def new_figure(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (7, 3.2), **kwargs: Any
) -> tuple[Figure, Any]:
    """A figure and its axes, as ``plt.subplots`` returns them, in the course's style; ``size`` in inches."""
    with matplotlib.rc_context(STYLE):
        fig = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(fig)
        return fig, fig.subplots(rows, columns, subplot_kw={"axes_class": MeasuredOnce}, **kwargs)


class MeasuredOnce(Axes):
    """Axes whose labels a draw measures once: of the layout's two passes the second cost a fifth of a figure.

    The passes move the edges of the axes, and labels and legends keep their distance from these.
    """

    _margins: Any = None

    def get_tightbbox(self, renderer: Any = None, *, for_layout_only: bool = False, **kwargs: Any) -> Any:
        """The box of the axes and all that belongs to them, in pixels; None where they are not drawn."""
        edges = np.array(self.bbox.extents)
        if for_layout_only and self._margins is not None:
            return Bbox.from_extents(*edges + self._margins)
        box = super().get_tightbbox(renderer, for_layout_only=for_layout_only, **kwargs)
        if for_layout_only and box is not None:
            self._margins = box.extents - edges
        return box

    def draw(self, renderer: Any) -> None:
        """Draw the axes; the next draw measures again."""
        self._margins = None
        super().draw(renderer)


def show(fig: Figure, alt: str) -> None:
    """Display ``fig`` with ``alt``, one sentence that says what it shows, for readers who cannot see it.

    ``alt`` is made from the data drawn, since a wrong answer draws another picture. Numbers that differ
    between machines or data sets follow a ≈: tests of the notebooks do not compare those.
    HTML carries the alt text into JupyterLab and into nbgrader's feedback; the plain PNG serves
    viewers that show no HTML; ``alt`` itself is the plain text, which nbval compares.
    """
    from IPython.display import display

    display(with_alt_text(to_png(fig), alt), raw=True)


def with_alt_text(png: bytes, alt: str) -> dict[str, str]:
    """A picture as notebooks hold it: HTML with alt text, PNG, and plain text."""
    encoded = base64.b64encode(png).decode()
    image = f'<img src="data:image/png;base64,{encoded}" alt="{html.escape(alt, quote=True)}">'
    return {"text/html": image, "image/png": encoded, "text/plain": f"Figure: {alt}"}


def to_png(fig: Figure) -> bytes:
    """PNG bytes in 128 colours: a third of the size, and no difference to see.

    Not by median cut, Pillow's default: it drops a colour of few pixels, and a red marker turns orange.
    """
    from PIL import Image

    plain_powers(fig)
    with matplotlib.rc_context(STYLE):
        fig.canvas.draw()
    image = Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB")  # type: ignore[attr-defined]
    image = image.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    smaller = io.BytesIO()
    image.save(smaller, format="png", compress_level=4)  # a third of the time for a tenth of the size
    return smaller.getvalue()


class PlainPowers(Formatter):
    """The labels of a logarithmic axis, 10⁻³, as plain text: as mathtext each takes 4 ms, its parser 40."""

    SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def __init__(self, default: Formatter) -> None:
        self.default = default

    def set_axis(self, axis: Any) -> None:
        """Take the axis whose ticks are labelled."""
        self.default.set_axis(axis)

    def set_locs(self, locs: Any) -> None:
        """Take where the ticks are: where they are few, those between powers are labelled, too."""
        self.default.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of a tick at ``x``."""
        text = self.default(x, pos).replace(r"$\mathdefault{", "").removesuffix("}$").replace(r"\times", "×")
        power = re.sub(r"\^\{(-?\d+)\}", lambda found: found[1].translate(self.SUPERSCRIPTS), text)
        return power.replace("-", "−")


def plain_powers(fig: Figure) -> None:
    """Label the logarithmic axes of ``fig`` with plain text."""
    for axis in [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)]:
        for get, use in (
            (axis.get_major_formatter, axis.set_major_formatter),
            (axis.get_minor_formatter, axis.set_minor_formatter),
        ):
            if type(formatter := get()) is LogFormatterSciNotation:
                use(PlainPowers(formatter))


def show_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Display a table as HTML, with the same table as plain text."""
    from IPython.display import display

    cells = [list(map(str, row)) for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    plain = "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells)
    body = "".join(
        "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in row) + "</tr>"
        for tag, row in zip(["th"] + ["td"] * len(rows), cells, strict=True)
    )
    display({"text/html": f"<table>{body}</table>", "text/plain": plain}, raw=True)
