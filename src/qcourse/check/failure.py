"""A failed check: the input, the expected and the actual value, and the likely cause."""

import html
from typing import Any

from qcourse.jupyter import in_notebook

PROSE = ("case", "likely cause")  # facts that are sentences; the others are values


class CheckFailed(AssertionError):
    """Shown without a traceback: the lines of the check would not help the student.

    ``problem`` is one sentence; ``facts`` are told below it, by name; ``picture`` is SVG, or "".
    """

    def __init__(
        self, number: str, problem: str, facts: dict[str, str] | None = None, picture: str = ""
    ) -> None:
        self.number = number
        self.problem = problem
        self.facts = facts or {}
        self.picture = picture
        super().__init__(self.text())

    def text(self) -> str:
        """The message as plain text: the problem, then one line per fact."""
        lines = [f"Exercise {self.number}: {self.problem}"]
        lines += [f"  {name + ':':13} {value}" for name, value in self.facts.items()]
        return "\n".join(lines)

    def html(self) -> str:
        """The message as HTML, with the picture."""
        rows = "".join(
            f"<tr><th style='text-align:left;padding-right:1em'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{_cell(name, value)}</td></tr>"
            for name, value in self.facts.items()
        )
        return (
            "<div style='border-left:4px solid #D55E00;padding:0 1em'>"
            f"<b>&#10007; Exercise {html.escape(self.number)}:</b> {html.escape(self.problem)}"
            f"<table>{rows}</table>{self.picture}</div>"
        )

    def display(self) -> None:
        """In a notebook, show the message as HTML, with its plain text as the fallback; not a single line."""
        if in_notebook() and (self.facts or self.picture):
            from IPython.display import display

            display({"text/html": self.html(), "text/plain": self.text()}, raw=True)

    def outputs(self) -> list[dict[str, Any]]:
        """What a notebook shows of it: outputs as nbformat has them."""
        shown = {"text/html": self.html(), "text/plain": self.text()}
        error = {"ename": "CheckFailed", "evalue": self.text(), "traceback": self._render_traceback_(True)}
        display = (
            [{"output_type": "display_data", "data": shown, "metadata": {}}]
            if self.facts or self.picture
            else []
        )
        return [*display, {"output_type": "error", **error}]

    def _render_traceback_(self, notebook: bool | None = None) -> list[str]:
        """In a notebook, the lines that nbgrader's Validate dialog shows: it ignores what was displayed."""
        if not (in_notebook() if notebook is None else notebook):
            return [self.text()]
        cause = self.facts.get("likely cause")
        return [f"Exercise {self.number}: {self.problem}" + (f"\nLikely cause: {cause}." if cause else "")]


def _cell(name: str, value: str) -> str:
    return html.escape(value) if name in PROSE else f"<code>{html.escape(value)}</code>"
