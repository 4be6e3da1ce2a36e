"""Students' Markdown as HTML that cannot act: a filter for nbconvert, and so for formgrader and feedback."""

import functools
import html
import re
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from qcourse.course.formulas import mathml
from qcourse.course.harmless import PICTURES, clean, is_picture

MARK = re.compile("\ue000([0-9]{1,9})\ue001")  # where a formula stands while the rest is cleaned
TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'"<>])*>)""")
LONGEST = 20_000  # characters of a cell: Markdown may take time that grows with their square


class Renderer(IPythonRenderer):
    """nbconvert's, without links, and with pictures only that are part of the notebook."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """What the link says, and where it leads: an instructor may copy that, but not click on it."""
        address = html.escape(url)
        return text if text in (url, address) else f"{text} (<code>{address}</code>)"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """An attachment or a picture in the text itself; of others what they say."""
        attached = self.attachments.get(url.removeprefix("attachment:"), {})
        found = (f"data:{kind};base64,{attached[kind]}" for kind in PICTURES if kind in attached)
        address = next(found, url)
        alt = html.escape(html.unescape(TAG.sub("", text)))  # HTML already, as of the text beside it
        return f'<img src="{address}" alt="{alt}">' if is_picture(address) else f"[picture: {alt}]"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        """``- [x] text``: a box that nobody can tick is a sign, and no form."""
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"

    def finish(self, cleaned: str) -> str:
        """What is shown of Markdown that has been rendered and cleaned."""
        return cleaned


class WithMathML(Renderer):
    """For a page that loads nothing: formulas are set by the browser.

    In the text stands a mark for each, so that they need not be cleaned: `formulas` makes what cannot act.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.formulas: list[tuple[str, str]] = []  # as MathML, and as TeX

    def inline_math(self, body: str) -> str:
        """A formula in the text."""
        return self._mark(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return self._mark(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """Several lines of formulas."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")

    def _mark(self, tex: str, display: str) -> str:
        self.formulas.append((mathml(tex, display), html.escape(tex)))
        return f"\ue000{len(self.formulas) - 1}\ue001"

    def finish(self, cleaned: str) -> str:
        """Every mark is its formula again: in the text as MathML, inside a tag (``alt``) as TeX."""
        known = {str(number): formula for number, formula in enumerate(self.formulas)}
        parts = TAG.split(cleaned)
        for at, part in enumerate(parts):
            inside = at % 2  # every second part is a tag
            parts[at] = MARK.sub(lambda mark, kind=inside: known.get(mark[1], ("", ""))[kind], part)
        return "".join(parts)


def to_html(source: str, attachments: Any = None, *, mathjax: bool = True) -> str:
    """Markdown as HTML of which nothing can act; formulas are left to MathJax, or are MathML."""
    known = attachments if isinstance(attachments, dict) else {}
    own = {name: kinds for name, kinds in known.items() if isinstance(kinds, dict)}
    return _made(source, own, mathjax) if own else _known(source, mathjax)


@functools.lru_cache(1_000)  # most texts of a class are those that were handed out
def _known(source: str, mathjax: bool) -> str:
    return _made(source, {}, mathjax)


def _made(source: str, attachments: dict[str, dict[str, str]], mathjax: bool) -> str:
    if len(source) > LONGEST:
        return f"<pre>{html.escape(source)}</pre>"
    kind = Renderer if mathjax else WithMathML
    source = re.sub("[\ue000\ue001]", "", source)  # of which marks are made
    renderer = kind(escape=False, attachments=attachments, exclude_anchor_links=True)
    return renderer.finish(clean(MarkdownWithMath(renderer=renderer).render(source)))


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """nbconvert's filter of this name, by `to_html`."""
    return to_html(source, context.get("cell", {}).get("attachments"))
