"""An endless loop costs one limit: who calls the answer that was ended shares a small one."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.course.notebooks import to_bytes
from qcourse.grading import execute
from qcourse.grading.grade_submission import grade
from qcourse.grading.place.limits import Limits
from qcourse.grading.slow_answers import SlowAnswers

ANSWER, TEST = {"solution": True, "grade": False}, {"solution": False, "grade": True}


def cells(*sources):
    """Code cells; a source that begins with "answer:" or "test:" is one."""
    made = [new_markdown_cell("clamp")]
    for source in sources:
        kind, colon, text = source.partition(": ")
        meta = {"answer": ANSWER, "test": TEST}.get(kind) if colon else None
        made.append(new_code_cell(text, metadata={"nbgrader": meta}) if meta else new_code_cell(source))
    return made


def slow(*sources, ended, passed=()):
    """What each cell after that which was ended may use: "usual" or seconds."""
    found = cells(*sources)
    answers = SlowAnswers(found, 25)
    for number in passed:
        answers.ran(number, 0.1, well=True)
    answers.ended(ended)
    return {i: answers.left(i) for i in range(ended + 1, len(found))}


NINE = (
    "import numpy as np",
    "answer: import math\ndef clamp(x):\n    while True: pass",
    "test: assert clamp(np.ones(3)) == 1",
    "test: clamp(np.zeros(3))",
    "answer: def error(x): return np.mean(x)",
    "test: error(np.ones(3))",
    "answer: def quantize(x): return clamp(x) * math.pi",
    "helper = lambda x: quantize(x)",
    "answer: best = np.vectorize(helper)",
    "test: best(np.ones(2))",
    "test: np.ones(2) * math.pi  # clamp",
)


def test_who_calls_it_directly_or_through_others_shares_the_budget_and_nobody_else():
    left = slow(*NINE, ended=3)
    assert [i for i, seconds in left.items() if seconds == 25] == [4, 9, 10]
    assert [i for i, seconds in left.items() if seconds is None] == [5, 6, 7, 8, 11]


def test_what_served_another_cell_well_is_not_suspected():
    f, g, h = "def f(x): return x", "def g(x): return f(x)", "def h(x): return f(x)"
    assert slow(f, g, h, "test: f(1)", "test: g(1)", "test: h(1)", "test: g(2)", ended=5, passed=[4]) == {
        6: None,
        7: 25,
    }
    once_well = slow(f, g, "test: f(1)", "test: g(1)", "test: g(2)", "test: f(2)", ended=5, passed=[3, 4])
    assert once_well == {6: None}  # g(1) went well, so f and g are cleared; what the cell itself calls stays


def test_all_answers_in_one_cell_are_told_apart():
    one = "answer: import numpy as np\ndef f(x): return x\ndef g(x): return np.abs(x)\ndef h(x): return f(x)"
    assert slow(one, "test: f(1)", "test: g(1)", "test: h(1)", ended=2) == {3: None, 4: 25}


@pytest.mark.parametrize(
    "definition",
    [
        "def f(x):\n    while 1: pass",
        "class f:\n    def __init__(self, x):\n        while 1: pass",
        "f = lambda x: [None for _ in iter(int, 1)]",
        "if True:\n    def f(x): pass",
        "async def f(x): pass",
        "%%time\ndef f(x): pass",
        "%matplotlib inline\n!ls\ndef f(x): pass",
        "answer: from functools import partial\nf = partial(pow, 2)",
        "import numpy as np\n@np.vectorize\ndef f(x): pass",
        "f = lambda x: '\\d'",  # the compiler warns of it
        pytest.param(f"f = lambda x: {' + '.join(400 * '1')}", id="a tree as deep as that is long"),
    ],
)
def test_in_whatever_way_it_is_defined(definition):
    assert slow(definition, "test: f(1)", "test: f(2)", "test: g(2)", ended=2) == {3: 25, 4: None}


def test_data_and_modules_that_it_shares_with_others_are_not_to_blame():
    sources = (
        "import numpy as np\nnet = train(np)",
        "answer: def f(x): pass",
        "test: f(net)",
        "test: g(net, np)",
    )
    assert slow(*sources, ended=3) == {4: None}


def test_what_a_variable_was_computed_with_is_not_called_by_who_reads_it():
    sources = (
        "def f(x): return x",
        "def g(x): return x",
        "x = f(1)\nfor k in range(f(2)): pass",
        "test: g(x + k)",
    )
    assert slow(*sources, "test: f(x)", "test: g(x)", ended=4) == {5: None, 6: 25}


def test_a_loop_in_a_scratch_cell_blames_what_it_calls():
    assert slow("def f(x): pass", "f(1)", "test: f(2)", "while True: pass", ended=2) == {3: 25, 4: None}


def test_the_budget_is_used_up_by_all_together_and_by_one_that_is_ended():
    answers = SlowAnswers(cells("def f(x): pass", "f(1)", "f(2)", "g(3)"), 25)
    assert answers.left(2) is None
    answers.ended(2)
    answers.ran(3, 10, well=False)
    assert (answers.left(3), answers.left(4)) == (15, None)
    answers.ended(3)
    assert (answers.left(3), answers.left(4)) == (0, None)
    assert answers.why(3) == "it calls `f`, and the time for that is used up (an endless loop?)"
    answers.ran(3, 10, well=True)
    assert answers.left(3) == 0


def test_another_loop_that_calls_nothing_ended_has_its_own_limit():
    answers = SlowAnswers(cells("def f(x): pass", "def g(x): pass", "f(1)", "g(1)", "g(2)"), 25)
    answers.ended(3)
    assert answers.left(4) is None
    answers.ended(4)
    assert answers.left(5) == 25


LIMITS = Limits(cell_cpu=0.8, slow_cpu=0.4, idle=4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loop", "said"),
    [
        ("while True: pass", "used more than {} seconds of CPU time"),
        ("time.sleep(60)", "waited for {} seconds"),
    ],
)
def test_one_loop_costs_one_limit_and_the_report_says_so(loop, said, monkeypatch):
    spent = []
    stop = execute.Watch.stop
    monkeypatch.setattr(execute.Watch, "stop", lambda watch: spent.append(stop(watch)) or spent[-1])
    sources = ["import time", f"def f():\n    {loop}", "f()", "f()", "f()", "assert time"]
    meta = [None, {"solution": True, "grade": False}] + 4 * [{"solution": False, "grade": True, "points": 1}]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    for name, (cell, known) in enumerate(zip(notebook.cells, meta, strict=True)):
        if known:
            cell.metadata["nbgrader"] = known | {"grade_id": f"c{name}", "schema_version": 3, "locked": True}
            cell.metadata["nbgrader"] |= {"cell_type": "code", "checksum": "0"}
    result = grade({"a": to_bytes(notebook)}, {"a": to_bytes(notebook)}, {}, "none", LIMITS)
    assert [result["cells"][f"c{i}"]["score"] for i in range(2, 6)] == [0, 0, 0, 1]
    assert (
        "c4: not run: it calls `f`, and the time for that is used up (an endless loop?)" in result["reason"]
    )
    for cell, most in (("c2", "0.8" if "True" in loop else "4"), ("c3", "0.4")):
        assert f"{cell}: the cell {said.format(most)}" in result["reason"]
    assert spent[-1] < 0.8 + 0.4 + 1
