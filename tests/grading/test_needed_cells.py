"""Which cells must run, from the names that cells read, bind and may change."""

from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from qcourse.course.folder import assignments, release_path
from qcourse.course.notebooks import read
from qcourse.grading.needed_cells import names, needed

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("x = net", "net"),
        ("x = x + 1", "x"),
        ("x += 1", "x"),
        ("x = 0\nx += 1", ""),
        ("del x", "x"),
        ("net.weight = 0", "net"),
        ("net['weight'] = w", "net w"),
        ("a, (b, *c) = z\na, b, c", "z"),
        ("f(model=net, *more, **options)", "f net more options"),
        ("print(f'{x!r:{w}}')", "print x w"),
        ("for i in r:\n    i, y", "r y"),
        ("for i in r:\n    y = i\ny", "r y"),  # it may not run once
        ("if a:\n    x = 1\nelif b:\n    x = 2\nx", "a b x"),
        ("while (n := g()) < 3:\n    n", "g"),
        ("with open(p) as f:\n    f.read()", "open p"),
        ("try:\n    x\nexcept E as e:\n    e\nelse:\n    y\nfinally:\n    z", "x E y z"),
        ("match v:\n    case [k]:\n        w", "v w"),
        ("[k * i for i in r if i > low]", "k r low"),
        ("{a: b for a, b in pairs}", "pairs"),
        ("f = lambda u: u + v", "v"),
        ("def f(a, b=c):\n    d = a\n    return d + e", "c e"),
        ("def f(n):\n    return f(n - 1)", ""),
        ("def f():\n    return net\nf()\nnet = 1", "net"),
        ("def f():\n    global n\n    n += 1", "n"),
        ("class A(B):\n    z = w\n    def m(self):\n        return self.q + net", "B w net"),
        ("@wrap\ndef f(): ...", "wrap"),
        ("import numpy.linalg, os as o\nnumpy, o", ""),
        ("async def f():\n    await g()", "g"),
        ("%time train(net)", "time train net"),
        ("def f(x):\n    global x", "def f x global"),  # not Python: each word may be a name
        ("x = '\\d'", ""),
        ("x = '\0'", "x"),
    ],
)
def test_the_names_that_a_cell_reads(source, reads):
    assert names(source)[0] == set(reads.split())


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("x = y = z", "x y"),
        ("a, (b, *c) = z", "a b c"),
        ("import a.b, c as d\nfrom e import f as g", "a d g"),
        ("def f(): x = 1", "f"),
        ("class A:\n    z = 1", "A"),
        ("x += 1", ""),
        ("x.y = x[0] = 1", ""),
        ("if a:\n    x = 1", ""),
        ("for x in y: pass", ""),
    ],
)
def test_the_names_that_a_cell_surely_binds(source, binds):
    assert names(source)[1] == set(binds.split())


@pytest.mark.parametrize(
    "source",
    [
        "net.eval()",
        "train(net)",
        "train(model=net)",
        "train(*[net])",
        "net.weight = 0",
        "net[0] = 0",
        "net += 1",
        "parts = [net.linear1]\nparts[0].reset()",
        "for part in net: part.reset()",
        "del net",
        "%time train(net)",
    ],
)
def test_what_a_cell_may_change(source):
    assert "net" in names(source)[2]


@given(st.text(max_size=40) | st.text("()[]{}:=x\n \\'%", max_size=40))
def test_any_text_has_names(source):
    assert len(names(source)) == 3


@pytest.mark.parametrize("source", ["(" * 10_000, "-" * 100_000 + "1", "x" + ".a" * 20_000])
def test_a_text_that_is_too_deep_for_the_parser_has_names(source):
    assert len(names(source)) == 3


def _cell(source, grade_id):
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id}} if grade_id else {})


def ran(*cells, change=lambda notebook: None):
    """The texts of the cells that must run, of a notebook of ``cells``, after ``change``."""
    source = new_notebook(cells=[_cell(*cell) for cell in cells])
    notebook = nbformat.reads(nbformat.writes(source), as_version=4)
    change(notebook)
    return [notebook.cells[i].source for i in sorted(needed(notebook, source))]


OURS = (
    ("import math", ""),
    ("net = make()", ""),
    ("answer = None", "answer"),
    ("plot(math.pi)", ""),
    ("net.train()", ""),
    ("assert answer == math.pi", "check"),
    ("print(net)", ""),
)


def test_pictures_and_experiments_that_nothing_graded_uses_are_not_run():
    assert ran(*OURS) == ["import math", "answer = None", "assert answer == math.pi"]


def test_what_a_student_added_and_all_that_it_needs_is_run():
    got = ran(*OURS, change=lambda notebook: notebook.cells.append(new_code_cell("net.weight")))
    assert got == [text for text, _ in OURS if text != "plot(math.pi)"] + ["net.weight"]


def test_a_cell_of_ours_that_a_student_changed_is_run():
    got = ran(*OURS, change=lambda notebook: notebook.cells[3].__setattr__("source", "math.pi = 3"))
    assert got == ["import math", "answer = None", "math.pi = 3", "assert answer == math.pi"]


@pytest.mark.parametrize("text", ["eval('net')", "globals()", "get_ipython().run_cell('net')"])
def test_who_may_read_any_name_has_everything_run(text):
    got = ran(*OURS, change=lambda notebook: notebook.cells.append(new_code_cell(text)))
    assert got == [*(text for text, _ in OURS), text]


@pytest.mark.parametrize("name", NAMES)
def test_of_the_course_s_own_notebooks_only_the_imports_are_needed(name):
    notebook = read(release_path(ROOT, name))
    ours = [i for i in needed(notebook, notebook) if "nbgrader" not in notebook.cells[i].metadata]
    assert ours
    for index in ours:
        lines = notebook.cells[index].source.splitlines()
        assert any(line.startswith(("import ", "from ")) for line in lines)
        assert "trained_net(" not in notebook.cells[index].source.replace("import", "")
    graded = [i for i, c in enumerate(notebook.cells) if "nbgrader" in c.metadata and c.cell_type == "code"]
    assert needed(notebook, notebook) == {*ours, *graded}


def test_who_uses_the_trained_net_of_08_has_it_trained():
    source, notebook = (read(release_path(ROOT, NAMES[2])) for _ in range(2))
    notebook.cells.append(new_code_cell("net_float.linear1.weight.max()"))
    texts = [notebook.cells[i].source for i in needed(notebook, source)]
    for start in ("net_float = trained_net(", "data = load_digits28("):
        assert any(text.startswith(start) for text in texts)
