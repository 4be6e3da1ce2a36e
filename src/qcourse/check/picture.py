"""A small picture for a failed check: expected and actual values on one number line."""

import html

import numpy as np

MOST = 12  # elements; more could not be told apart
WIDTH, MARGIN = 420, 20  # pixels


def number_line(want: np.ndarray, got: np.ndarray) -> str:
    """SVG with a ring for each expected number and a cross for each number got.

    Empty where a picture says nothing: for one number or too many, for infinite or equal numbers.
    ``want`` and ``got`` have equal shapes. Ring and cross differ in shape and height, not only in colour, and
    a line joins the two of each element; it is slanted where they differ.
    """
    values = np.concatenate([np.ravel(want), np.ravel(got)]).astype(float)
    if want.ndim == 0 or not 1 < want.size <= MOST or not np.all(np.isfinite(values)):
        return ""
    low, high = values.min(), values.max()
    if low == high:
        return ""

    def x(value: float) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / (high - low)

    rings = "".join(
        f'<circle cx="{x(v):.1f}" cy="14" r="5" fill="none" stroke="#0072B2" stroke-width="2"/>'
        for v in np.ravel(want)
    )
    crosses = "".join(
        f'<path d="M{x(v) - 4:.1f} 48l8 8m0 -8l-8 8" stroke="#D55E00" stroke-width="2"/>'
        for v in np.ravel(got)
    )
    joins = "".join(
        f'<path d="M{x(w):.1f} 19L{x(g):.1f} 48" stroke="#888888"/>'
        for w, g in zip(np.ravel(want), np.ravel(got))
    )
    alt = html.escape(f"expected (rings) and got (crosses) on a line from {low:.6g} to {high:.6g}")
    return (
        f'<svg width="{WIDTH}" height="82" role="img" aria-label="{alt}">'
        f'<path d="M{MARGIN} 33H{WIDTH - MARGIN}" stroke="#888888"/>{joins}{rings}{crosses}'
        f'<g fill="currentColor" font-size="11"><text x="{MARGIN}" y="76">{low:.6g}</text>'
        f'<text x="{WIDTH - MARGIN}" y="76" text-anchor="end">{high:.6g}</text>'
        f'<text x="{WIDTH / 2}" y="76" text-anchor="middle">'
        f"○ expected&#160;&#160; × got</text></g></svg>"
    )
