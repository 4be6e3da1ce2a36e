"""Which cells a referee runs, in which order, and what the place of a submission does not hold."""

import pytest
from traitlets.config import Config

from qcourse.course.notebooks import NotebookNode, new_code_cell
from qcourse.errors import UserError
from qcourse.grading import receipt
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.kernels.preload import wanted
from qcourse.grading.trust import graded_cells
from qcourse.grading.trust.secret import course_secret

pytestmark = pytest.mark.slow
LOOK = """
import importlib, pathlib, sys
import qcourse
folder = pathlib.Path(qcourse.__file__).parent
loaded = [name for name in sys.modules if name.startswith("qcourse.check.causes") or "quantization" in name]
texts = [path for path in folder.rglob("*") if b"def asymmetric_quantization" in bytes(path.read_bytes()
         if path.is_file() else b"")]
print("loaded", [name for name in loaded if name.startswith("qcourse")])
print("causes", [path.name for path in (folder / "check" / "causes").glob("*")])
print("texts", [path.name for path in texts])
"""


def graded(name, source):
    meta = {"grade": True, "solution": False, "locked": True, "grade_id": name, "points": 1}
    return new_code_cell(source, metadata=NotebookNode(nbgrader=NotebookNode(meta)))


def a_check(number, answer, body):
    kind = "-hidden" if "hidden" in body else "-check"
    source = f'import qcourse.check\n\n\n@qcourse.check.exercise("{number}", {answer})\ndef check(ex):\n'
    return graded(
        answer.split(",")[0] + kind, source + "\n".join(f"    {line}" for line in body.splitlines())
    )


def run(*cells, **options):
    notebook = NotebookNode(cells=list(cells), metadata={}, nbformat=4, nbformat_minor=5)
    ContainedExecute(isolation="auto", **options).preprocess(notebook, {})
    return ["".join(o.get("text", "") or f"{o.get('evalue', '')}" for o in cell.outputs) for cell in cells]


def test_a_place_for_06_holds_no_answer_and_no_cause():
    said, judged = run(
        new_code_cell(LOOK + "\ndef f(): return 1"), a_check("6.1", "f", "ex.equal('it', ex.call(), 1)")
    )
    assert said.split() == ["loaded", "[]", "causes", "[]", "texts", "[]"]
    assert "visible check passed" in judged


def test_a_place_for_07_has_the_finished_functions_that_it_imports():
    look = LOOK + "\nfrom qcourse.quantization import clamp\ndef f(): return 1"
    said, judged = run(new_code_cell(look), a_check("7.1", "f", "ex.equal('it', ex.call(), 1)"))
    assert "causes []" in said
    assert "quantization.py" in said
    assert "visible check passed" in judged


def test_an_answer_finds_the_files_beside_its_notebook():
    answer = new_code_cell("def f(): return int(open('one.txt').read())")
    _, judged = run(answer, a_check("7.1", "f", "ex.equal('it', ex.call(), 1)"), files={"one.txt": b"1"})
    assert "visible check passed" in judged


def test_answers_are_judged_as_they_were_at_their_tests_and_hidden_ones_come_last():
    outputs = run(
        new_code_cell(
            "seen = []\ndef helper(): return 1\ndef f(what): seen.append(what); return helper(), list(seen)"
        ),
        a_check(
            "7.1",
            "f",
            "# hidden\nex.equal('it', ex.call('hidden')[0], 1)\nex.true(len(ex.call(2)[1]) > 3, 'first')",
        ),
        a_check(
            "7.1",
            "f",
            "ex.equal('it', ex.call('visible')[0], 1)\nex.true(len(ex.call('v')[1]) == 2, 'came last')",
        ),
        new_code_cell("def helper(): return 2\nf = None\nprint('late')"),
    )
    assert "passed" in outputs[1], outputs[1]
    assert "passed" in outputs[2], outputs[2]
    assert outputs[3].strip() == "late"


def test_a_lost_kernel_costs_the_test_that_lost_it_and_no_other():
    outputs = run(
        new_code_cell("import os\ndef f(): os._exit(1)\ndef g(): return 1"),
        a_check("7.1", "f", "ex.call()"),
        a_check("7.2", "g", "ex.equal('it', ex.call(), 1)"),
    )
    assert "ended its kernel" in outputs[1]
    assert "passed" in outputs[2]


def test_only_cells_of_the_form_are_judged_apart():
    notebook = NotebookNode(cells=[
        graded("a", "assert f() == 1"),
        a_check("6.1", "f", "ex.call()"),
        new_code_cell('@qcourse.check.exercise("6.1", f)\ndef check(ex): ...'),
    ])  # fmt: skip
    found = graded_cells.tests(notebook)
    assert {index: tuple(test) for index, test in found.items()} == {1: ("6.1", "f")}
    assert [path.name for path in graded_cells.reference_files({})] == []
    assert {"causes", "solved", "conventions", "quantization.py"} <= {
        path.name for path in graded_cells.reference_files(found)
    }


def test_the_secret_is_made_once_and_is_nobody_elses(tmp_path):
    first = course_secret(tmp_path)
    assert len(bytes.fromhex(first)) == 32
    assert course_secret(tmp_path) == first
    path = tmp_path / ".qcourse-grade" / ".secret"
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("short")
    with pytest.raises(UserError, match="damaged"):
        course_secret(tmp_path)


def test_a_student_may_be_called_secret(tmp_path):
    first = course_secret(tmp_path)
    folder = tmp_path / ".qcourse-grade"
    (folder / ".secret").rename(folder / "secret")  # where it lay before
    assert course_secret(tmp_path) == first
    receipt.note_refusal(receipt.refusal_path(tmp_path, "secret", "06"), "no notebook")
    assert course_secret(tmp_path) == first


@pytest.mark.parametrize("kind", ["hidden=True", "hidden=False"])
def test_inputs_of_hidden_tests_follow_from_the_secret(kind):
    cells = new_code_cell("def f(x): return x"), a_check("7.1", f"f, {kind}", "ex.fail(f'{ex.seed(5)}')")
    one, again, other = (
        run(*cells, config=Config(ContainedExecute={"secret": letter * 64}))[1] for letter in "aab"
    )
    assert one == again
    assert (one != other) == (kind == "hidden=True")


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import torch", {"torch"}),
        ("import numpy as np, torch.nn as nn", {"torch"}),
        ("def answer():\n    from torch import nn", {"torch"}),
        ("from qcourse import torch_ao", {"course", "torch"}),
        ("import torch  # optim.", {"torch"}),
        ("import torch\nadam = torch.optim.Adam(model.parameters())", {"torch", "optimizer"}),
        ("from qcourse import conventions\nprint(conventions.explain('torch.ao int8'))  # torch", {"course"}),
        ("import numpy as np  # no torch", set()),
        ("%matplotlib inline", {"matplotlib"}),
        ("optim.SGD()  # of a module of their own", set()),
    ],
)
def test_only_what_names_a_library_waits_for_it(source, imported):
    cells = [new_code_cell("x = 1"), new_code_cell(source)]
    assert wanted(NotebookNode(cells=cells)) == imported | {"kernel"}
