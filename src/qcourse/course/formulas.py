"""TeX as MathML, which a browser sets by itself: for pages without a script and without a network."""

import html
import re
import xml.etree.ElementTree as ElementTree

from latex2mathml.converter import convert_to_element

LONGEST = 1_000  # characters of a formula; the course's longest has 204
TAGS = {
    "math", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mrow", "mspace", "msqrt", "mstyle", "msub",
    "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip
ATTRIBUTES = {
    "accent", "columnalign", "depth", "display", "fence", "form", "height", "lspace", "mathvariant",
    "maxsize", "minsize", "scriptlevel", "stretchy", "voffset", "width",
}  # fmt: skip
# Of environments with several lines latex2mathml sets this one, and numbers no line of it.
LINES = re.compile(r"\\(begin|end)\{(?:align|aligned|gather\*?|gathered)\}")


def mathml(tex: str, display: str) -> str:
    """A formula as MathML that cannot act; what is no formula, or a very long one, stays TeX.

    ``display``: "inline", or "block" for one on a line of its own.
    """
    plain = f"<code>{html.escape(tex.strip())}</code>"
    if len(tex) > LONGEST:
        return plain
    try:
        root = convert_to_element(LINES.sub(r"\\\1{align*}", tex), display=display)
    except Exception:  # latex2mathml raises errors of many kinds
        return plain
    for element in root.iter():
        if element.tag not in TAGS:
            return plain
        if "linebreak" in element.attrib or (element.text == "&" and r"\&" not in tex):
            return plain  # several lines, or their columns, that it does not set
        element.attrib = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
        # It leaves entities in its texts, and the backslash of a command that it does not know.
        element.text = html.unescape(element.text or "").replace("\\", "")
    return ElementTree.tostring(root, encoding="unicode")
