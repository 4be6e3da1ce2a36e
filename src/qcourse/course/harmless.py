"""What of a student's HTML and outputs is shown: text, pictures and tables, and nothing that can act.

Formgrader shows a notebook on the address of the instructor's Jupyter server, where a script has all that the
instructor may do, and where loading an address is enough to change settings: so there are no scripts,
handlers, frames and forms, no link, and no picture from elsewhere.
"""

import html
import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer

from qcourse.course.notebooks import NotebookNode

PICTURES = ("image/png", "image/jpeg")
TAGS = {
    "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
    "svg", "g", "path", "circle", "text",
}  # fmt: skip
ATTRIBUTES = {
    "details": {"open"}, "li": {"value"}, "ol": {"start"}, "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}  # fmt: skip
# Of the small drawing in a failed check (`check.picture`).
DRAWN = {"svg", "g", "path", "circle", "text"}
DRAWING = {
    "width", "height", "d", "x", "y", "r", "cx", "cy", "fill", "stroke", "stroke-width", "font-size",
    "text-anchor",
}  # fmt: skip
STYLES = {
    "background-color", "border", "border-bottom", "border-left", "border-right", "border-top", "color",
    "font-family", "font-style", "font-weight", "padding", "padding-left", "padding-right",
    "text-align", "vertical-align", "width",
}  # fmt: skip
# html5lib takes time that grows with the square of tags, attributes and entities; each has one of these.
PART = re.compile(r"[<=/&\s]")
MOST_PARTS = 2_500  # of one text: a second
MOST_PARTS_OF_A_NOTEBOOK = 10_000  # of its outputs together
MOST_CHARACTERS = 2_000_000  # of one text, its pictures included
DATA = re.compile(r"[A-Za-z0-9+/]{100,}={0,2}")  # a picture
NOT_SHOWN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*(=\s*)*")


def parts(text: str) -> int:
    """How much work it is to clean ``text``; pictures in it cost little."""
    return len(PART.findall(DATA.sub("", text))) if len(text) <= MOST_CHARACTERS else MOST_PARTS + 1


def clean(text: str, *, strip: bool = False) -> str:
    """HTML with what is on the list; the rest is shown as text, or left out where ``strip`` says so.

    What has more than `MOST_PARTS` is shown as text altogether.
    """
    if parts(text) > MOST_PARTS:
        return f"<pre>{html.escape(text)}</pre>"
    cleaner = bleach.Cleaner(
        tags=TAGS, attributes=_is_allowed, protocols={"data"}, strip=strip, css_sanitizer=CSSSanitizer(STYLES)
    )
    cleaned: str = cleaner.clean(NOT_SHOWN.sub("", text) if strip else text)
    return cleaned


def is_picture(address: str) -> bool:
    """Whether an address is a picture itself, of a kind that holds no script."""
    start, _, data = address.partition(";base64,")
    return start.removeprefix("data:") in PICTURES and start[:5] == "data:" and bool(BASE64.fullmatch(data))


def reduce_outputs(notebook: NotebookNode) -> None:
    """Leave, in place, of a notebook's outputs what cannot act: text, pictures, and HTML made `clean`.

    Every program that makes an output of another kind also sends a text, which stays. HTML of which there is
    too much is left to its text as well.
    """
    left = MOST_PARTS_OF_A_NOTEBOOK
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = NotebookNode()  # its width becomes an attribute, "isolated" a frame
            data = output.get("data")
            if isinstance(data, dict):
                cost = parts(markup) if isinstance(markup := data.get("text/html"), str) else 0
                shown = cost <= min(left, MOST_PARTS)
                left -= cost * shown
                output.data = NotebookNode(_reduced(data, shown))


def _reduced(data: dict[str, Any], html_too: bool) -> dict[str, str]:
    """An output by kinds, of which those are left that cannot act."""
    kept: dict[str, str] = {}
    for kind, content in data.items():
        if not isinstance(content, str):
            continue
        if kind == "text/html" and html_too:
            kept[kind] = clean(content, strip=True)
        elif kind == "text/plain" or (kind in PICTURES and BASE64.fullmatch(content)):
            kept[kind] = content
    return kept


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img":
        return name == "alt" or (name == "src" and is_picture(value))
    if tag in DRAWN:
        said = name in ("role", "aria-label")
        return said or (name in DRAWING and "(" not in value)  # no url(…)
    return name == "style" or name in ATTRIBUTES.get(tag, ())
