"""What is left of a student's HTML, Markdown and outputs: all that one reads, and nothing that acts."""

import base64
import html
import io
import re
import time

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from qcourse.check.failure import CheckFailed
from qcourse.check.picture import number_line
from qcourse.course import harmless
from qcourse.course.formulas import mathml
from qcourse.course.harmless import clean, reduce_outputs
from qcourse.course.markdown import to_html
from qcourse.course.notebooks import METADATA
from qcourse.course.preprocessors import Harmless

buffer = io.BytesIO()
Image.new("RGB", (2, 2)).save(buffer, format="png")
PNG = base64.b64encode(buffer.getvalue()).decode()


def shown(*data, metadata=None):
    """What is left of outputs of these kinds."""
    outputs = [new_output("display_data", data=kinds, metadata=metadata or {}) for kinds in data]
    notebook = new_notebook(cells=[new_markdown_cell("text"), new_code_cell("", outputs=outputs)])
    reduce_outputs(notebook)
    nbformat.validate(notebook)
    return notebook.cells[1].outputs


def markup(notebook):
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]


def test_the_courses_own_figures_and_tables_stay_as_they_are(root):
    notebooks = [nbformat.read(path, as_version=4) for path in (root / "solutions").glob("*/*.ipynb")]
    before = [markup(notebook) for notebook in notebooks]
    assert len(before) == 4
    assert all("<img" in str(one) for one in before)
    assert "<table" in str(before)
    for notebook in notebooks:
        reduce_outputs(notebook)
    left = [[m.replace("<tbody>", "").replace("</tbody>", "") for m in markup(one)] for one in notebooks]
    assert left == before


def test_the_drawing_of_a_failed_check_stays():
    picture = number_line(np.array([1.0, 2, 3]), np.array([1.0, 2, 5]))
    failed = CheckFailed("6.1", "wrong <b>", {"case": "one & two", "got": "<x>"}, picture).html()
    left = clean(failed, strip=True)
    assert left.count("<circle") == 3
    assert 'aria-label="expected (rings) and got (crosses)' in left
    assert "wrong &lt;b&gt;" in left
    assert "border-left:4px solid #D55E00" in left


def test_outputs_keep_text_and_pictures_and_lose_what_can_act():
    picture = {"image/png": PNG, "text/plain": "a figure"}
    kinds = ("application/javascript", "image/svg+xml", "text/latex", "text/markdown", "application/pdf")
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "a widget"}
    left = shown(
        picture, dict.fromkeys(kinds, "x") | {"text/plain": "a text"}, widget, {"image/png": 'x" y="'}
    )
    assert [o.data for o in left] == [picture, {"text/plain": "a text"}, {"text/plain": "a widget"}, {}]
    assert shown(picture, metadata={"image/png": {"width": '" onerror="'}})[0].metadata == {}


@pytest.mark.parametrize(
    "address",
    ["http://a.b/c.png", "/formgrader/?path=x", "data:image/svg+xml;base64,PHN2Zz4=", "data:text/html,x",
     f"data:image/png;base64,{PNG}' onerror='x", f"data:image/png,{PNG}", "javascript:x", ""],
)  # fmt: skip
def test_a_picture_is_part_of_the_notebook_or_it_is_not_shown(address):
    assert "src" not in clean(f'<img alt="what it shows" src="{address}">')
    assert 'alt="what it shows"' in clean(f'<img alt="what it shows" src="{address}">')
    assert "<img" not in to_html(f"![what it shows]({address})")


def test_attachments_of_the_kinds_that_cannot_act_are_shown():
    attachments = {"a.png": {"image/png": PNG}, "b.svg": {"image/svg+xml": "PHN2Zz4="}, "c": "nonsense"}
    found = to_html("![one](attachment:a.png) ![two](attachment:b.svg) ![three](attachment:c)", attachments)
    assert f'<img src="data:image/png;base64,{PNG}" alt="one">' in found
    assert "[picture: two] [picture: three]" in found


def test_markdown_reads_as_it_was_written():
    found = to_html(
        "**bold** `x < y` $a < b$ \\begin{align}a & b\\end{align}\n\n| a |\n|---|\n| 1 |\n\nx <y and z> w "
        "[a link](https://a.b/?c&d) https://e.f"
    )
    assert "<strong>bold</strong> <code>x &lt; y</code> $a &lt; b$" in found
    assert "<td>1</td>" in found
    assert "x &lt;y and z&gt; w a link (<code>https://a.b/?c&amp;d</code>) https://e.f" in found
    assert "href" not in found


def test_what_takes_too_long_to_clean_is_shown_as_text():
    """html5lib would take minutes, and a class waits."""
    begun = time.process_time()
    for text in ("<i><div>" * 20_000, "&" * 10**6, "<b" + "".join(f" a{i}" for i in range(10**5)) + ">"):
        assert clean(text).startswith(("<pre>&lt;", "<pre>&amp;"))
        assert shown({"text/html": text, "text/plain": "a text"})[0].data == {"text/plain": "a text"}
    many = shown(*({"text/html": "<i><div>" * 1_000, "text/plain": "a text"} for _ in range(100)))
    assert sum("text/html" in output.data for output in many) == harmless.MOST_PARTS_OF_A_NOTEBOOK // 2_000
    assert to_html("**a" * 10**5).startswith("<pre>")
    assert time.process_time() - begun < 10


def test_before_a_page_is_made_metadata_and_names_cannot_act():
    forged = {"nbgrader": {"grade_id": '"><script>', "solution": True}, "tags": ["<script>"]}
    own = {"nbgrader": {"grade_id": "clamp-check", "grade": True}, "tags": ["x"]}
    notebook = new_notebook(metadata={"title": "<script>", "widgets": {"a": "<script>"}})
    notebook.cells = [new_code_cell("x", metadata=forged), new_code_cell("x", metadata=own)]
    resources = {"last_name": "<script>", "first_name": "Ann", "student": '"x', "nbgrader": {"student": '"x'}}
    notebook, resources = Harmless().preprocess(notebook, resources)
    assert [c.metadata for c in notebook.cells] == [{}, {"nbgrader": own["nbgrader"]}]
    assert notebook.metadata == METADATA
    assert resources == {
        "last_name": "&lt;script&gt;", "first_name": "Ann", "student": "&quot;x",
        "nbgrader": {"student": '"x'},
    }  # fmt: skip


def test_every_formula_of_the_course_is_set_without_a_script(root):
    texts = [
        cell.source
        for path in root.glob("notebooks/*/*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    ]
    pages = [to_html(text, mathjax=False) for text in texts]
    assert sum(page.count("<math") for page in pages) > 200
    assert not [page for page in pages if "$" in page or "\\" in page.replace("\\n", "")]


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\href{javascript:alert(1)}{x}", "<mi>x</mi>"),
        (r"\text{<img src=x onerror=y>}", "<mtext>&lt;img\xa0src=x\xa0onerror=y&gt;</mtext>"),
        (r"\style{color:red}{x}", "<mi>x</mi>"),
        (r"\left( x", r"<code>\left( x</code>"),
        ("x" * 1001, f"<code>{'x' * 1001}</code>"),
    ],
)
def test_a_formula_holds_nothing_that_acts(tex, shown):
    formula = mathml(tex, "inline")
    assert shown in formula
    assert not re.search("href|javascript|style=|<img", formula)


@pytest.mark.parametrize("name", ["align", "align*", "aligned", "gather", "gather*", "gathered", "split"])
def test_lines_of_formulas_stand_below_each_other_without_numbers(name):
    and_sign = "" if name.startswith("gather") else "&"
    tex = rf"\begin{{{name}}} a {and_sign}= b \\ c {and_sign}= d \end{{{name}}}"
    for source in (tex, f"$${tex}$$"):
        page = to_html(source, mathjax=False)
        assert page.count("<mtr>") == 2
        assert not re.search(r"&amp;|\(\d|\\", page)


def test_lines_that_cannot_be_set_stay_tex():
    for tex in (r"\begin{alignat}{2} a &= b \end{alignat}", r"a \\ b"):
        assert mathml(tex, "block") == f"<code>{html.escape(tex)}</code>"
    assert "<mi>&amp;</mi>" in mathml(r"a \& b", "inline")


def test_a_formula_inside_a_tag_is_its_tex():
    """A mark in an attribute, whatever quotes and signs stand before it; and signs are escaped once."""
    for before in ("", "x > 'y' ", 'x > "y" '):
        page = to_html(f"![{before}$a<b$](data:image/png;base64,{PNG}) $c$", mathjax=False)
        assert re.fullmatch(r"<p><img [^<]*> <math.*</math></p>\n", page)
        assert f"{before}a<b" in html.unescape(page)


def test_the_mark_of_a_formula_that_a_student_writes_is_nothing():
    """Not the picture of a formula in place of the text, as where both signs are written."""
    assert to_html("a \ue0000\ue001 $b$", mathjax=False).startswith("<p>a 0 <math")
    assert to_html("a &#xe000;7&#xe001;", mathjax=False) == "<p>a </p>\n"


def test_a_list_of_tasks_reads_as_one():
    assert to_html("- [ ] open\n- [x] done\n") == "<ul>\n<li>☐ open</li>\n<li>☑ done</li>\n</ul>\n"
