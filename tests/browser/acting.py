"""What a student may write into a notebook that acts in a reader's browser: each sets the page's title.

They are markers, and do no more. `cells` has one in every place of a notebook.
"""

import base64

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell


def mark(name):
    """A script that says which one has acted."""
    return f"document.title='acted: {name}'"


def svg(name):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="{mark(name)}"><script>{mark(name)}</script></svg>'
    )


MARKUP = {
    "script": f"<script>{mark('script')}</script>",
    "image": f'<img src="/formgrader/?path=acted" onerror="{mark("image")}">',
    "broken": f'<img src=x onerror="{mark("broken")}"',
    "svg": svg("svg"),
    "math": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img '
    f'src=1 onerror={mark("math")}&gt;">',
    "link": f'<a href="javascript:{mark("link")}">a link</a>',
    "frame": f'<iframe srcdoc="<script>parent.{mark("frame")}</script>"></iframe>',
    "object": f'<object data="data:text/html,<script>{mark("object")}</script>"></object>',
    "style": "<style>* { display: none }</style>",
    "css": '<p style="background-image: url(/acted); position: fixed; inset: 0">over everything</p>',
    "base": '<base href="/acted/">',
    "form": '<form action="/acted"><button>Save</button></form>',
    "meta": '<meta http-equiv="refresh" content="0;url=/acted">',
    "link element": '<link rel="stylesheet" href="/acted.css">',
    "details": f'<details open ontoggle="{mark("details")}"><summary>s</summary></details>',
    "focus": f'<input autofocus onfocus="{mark("focus")}">',
    "name": '<p id="statusmessage" class="score" data-toggle="modal">a name of the page</p>',
}
MARKDOWN = MARKUP | {
    "markdown link": f"[a link](javascript:{mark('markdown')}) [another](/formgrader/?path=acted)",
    "markdown picture": "![](/formgrader/?path=acted) ![](attachment:acted.svg) ![](attachment:missing)",
    "markdown picture, broken": f'![" onerror="{mark("alt")}](x" onerror="{mark("address")})',
    "formula": rf"$\href{{javascript:{mark('formula')}}}{{x}}$ $<script>{mark('formula')}</script>$",
    "code": f"```html\n<script>{mark('code')}</script>\n```",
    "language": f'```"><script>{mark("language")}</script>\nx\n```',
    "diagram": f"```mermaid\n<script>{mark('diagram')}</script>\n```",
}
QUOTED = f'" onerror="{mark("quoted")}"'
SHOWN = [
    *({"text/html": markup} for markup in MARKUP.values()),
    {"text/html": svg("html"), "text/plain": "what remains"},
    {"application/javascript": mark("javascript"), "text/plain": "what remains"},
    {"image/svg+xml": svg("picture"), "text/plain": "what remains"},
    {"text/markdown": MARKUP["script"]},
    {"text/latex": MARKUP["script"]},
    {"text/vnd.mermaid": MARKUP["script"]},
    {"image/png": f"iVBO{QUOTED}"},
    {"image/jpeg": f"iVBO{QUOTED}"},
    {"application/vnd.jupyter.widget-view+json": {"model_id": f"</script>{MARKUP['script']}"}},
    {"text/plain": MARKUP["script"]},
]


def cells():
    """A cell of every kind with every marker."""
    outputs = "\n".join(f"display({data!r}, raw=True)" for data in SHOWN)
    isolated = f"display({SHOWN[0]!r}, raw=True, metadata={{'text/html': {{'isolated': True}}}})"
    wide = f"display({{'image/png': 'iVBO'}}, raw=True, metadata={{'image/png': {{'width': {QUOTED!r}}}}})"
    code = [
        f"from IPython.display import display\n{outputs}\n{isolated}\n{wide}",
        f"print({MARKUP['script']!r})",
        f"raise ValueError({MARKUP['script']!r})",
        f"%%html\n{MARKUP['script']}",
        f"%%javascript\n{mark('magic')}",
        f"# {MARKUP['script']}",
    ]
    tags = {"tags": [f'"><script>{mark("tag")}</script>'], "raw_mimetype": "text/html"}
    return [
        *(new_markdown_cell(source) for source in MARKDOWN.values()),
        *(new_code_cell(source, metadata=tags) for source in code),
        *(new_raw_cell(markup, metadata=tags) for markup in MARKUP.values()),
    ]


def answer():
    """A written answer of all of them, and its attachments."""
    picture = {"image/svg+xml": base64.b64encode(svg("attachment").encode()).decode()}
    return "I think that *this* is why.\n\n" + "\n\n".join(MARKDOWN.values()), {"acted.svg": picture}
