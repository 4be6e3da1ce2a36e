"""What programs and students do to the file: check reads what grading reads, and says what was done."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.course.cells import checksum, grade_id, to_grade
from qcourse.errors import UserError
from qcourse.grading import self_check
from qcourse.grading.handed_out import is_no_check, put_right
from qcourse.grading.intake import LARGEST, parse
from qcourse.grading.mending import mend


def cell(text, name="", *, kind="code", **meta):
    made = {"code": new_code_cell, "markdown": new_markdown_cell}[kind](text)
    if name:
        known = {"grade_id": name, "locked": "grade" in meta, "cell_type": kind, "solution": False}
        made.metadata["nbgrader"] = known | meta
        made.metadata.nbgrader["checksum"] = checksum(made)
    return made


def handed_out():
    cells = [
        cell("# 06 · Quantization", kind="markdown"),
        cell("## Exercise 6.1: one", kind="markdown"),
        cell("def one():\n    raise NotImplementedError", "one", solution=True),
        cell('ex = Exercise("6.1", one)\nex.passed()', "one-check", grade=True, points=1),
        cell("# Hidden tests of exercise 6.1 run here", "one-hidden", grade=True, points=2),
        cell("print(one())"),
        cell("Why?", "why", kind="markdown", solution=True, grade=True, points=1),
    ]
    return new_notebook(cells=cells)


def solved():
    notebook = handed_out()
    notebook.cells[2].source = "def one():\n    return 1"
    return json.loads(json.dumps(notebook))


def outputs(*found):
    def change(data):
        data["cells"][3]["outputs"] = [*found]

    return change


def everywhere(**keys):
    def change(data):
        for number, one in enumerate(data["cells"]):
            one |= {key: value(number) if callable(value) else value for key, value in keys.items()}

    return change


def nbgrader(number, meta):
    def change(data):
        data["cells"][number]["metadata"]["nbgrader"] = meta

    return change


STREAM = {"output_type": "stream", "name": "stdout", "text": ["1"], "metadata": {"tags": []}}
ERROR = {"output_type": "error", "ename": "E", "evalue": "", "traceback": [], "metadata": {}}
FILES = {
    "ids in a minor version without": lambda data: data.update(nbformat_minor=4),
    "a minor version of the future": lambda data: data.update(nbformat_minor=99),
    "metadata in outputs": outputs(STREAM, ERROR),
    "nonsense in outputs": outputs({"output_type": "cake"}, 7),
    "outputs in Markdown": everywhere(outputs=[], execution_count=None),
    "no outputs in code": lambda data: data["cells"][3].pop("outputs"),
    "no execution count": lambda data: data["cells"][3].pop("execution_count"),
    "attachments in code": everywhere(attachments={}),
    "an unknown key": everywhere(block_group="5f"),
    "a float for a count": everywhere(execution_count=1.0),
    "a star for a count": everywhere(execution_count="*"),
    "a bad id": everywhere(id="no good id!"),
    "one id for all": everywhere(id="same"),
    "an id that is a number": everywhere(id=7),
    "metadata null": lambda data: data["cells"][5].update(metadata=None),
    "metadata of the notebook null": lambda data: data.update(metadata=None),
    "lists of lines": everywhere(source=lambda n: solved()["cells"][n]["source"].splitlines(keepends=True)),
    "nbgrader null": nbgrader(5, None),
    "nbgrader a list": nbgrader(0, []),
    "grade without an id": nbgrader(5, {"grade": True, "solution": False, "points": 1}),
    "points that are text": nbgrader(5, {"grade": True, "grade_id": "new", "points": "1"}),
    "points beyond any float": nbgrader(5, {"grade": True, "grade_id": "new", "points": 10**400}),
    "tags": everywhere(metadata=lambda n: solved()["cells"][n]["metadata"] | {"tags": ["skip-execution"]}),
}


@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
def test_check_reads_what_grading_reads(tmp_path, change, mark):
    data = solved()
    change(data)
    path = tmp_path / "06_x.ipynb"
    path.write_bytes(mark + json.dumps(data).encode())
    checked, _, wrong = self_check.read_notebook(path)
    graded = parse(path.read_bytes())
    mend(graded, handed_out())
    assert [(grade_id(c), c.cell_type, c.source) for c in checked.cells if grade_id(c) != "new"] == [
        (grade_id(c), c.cell_type, c.source)
        for c in graded.cells
        if c in graded.cells and grade_id(c) != "new"
    ] or [c.source for c in checked.cells] == [c.source for c in graded.cells]
    assert [c.source for c in checked.cells] == [c["source"] for c in solved()["cells"]]
    assert wrong == []


def test_what_grading_refuses_check_refuses_in_its_words(tmp_path):
    path = tmp_path / "06_x.ipynb"
    path.write_bytes(b"{" + b" " * LARGEST)
    with pytest.raises(
        UserError, match=r"06_x\.ipynb is not a valid .* larger than 20 MB: clear its outputs"
    ):
        self_check.read_notebook(path)


# Locked cells


def retype(kind):
    def change(data):
        check = data["cells"][3]
        data["cells"][3] = {"cell_type": kind, "metadata": check["metadata"], "source": check["source"]}

    return change


def merge(data):
    answer = data["cells"].pop(2)
    data["cells"][2]["source"] = answer["source"] + "\n\n" + data["cells"][2]["source"]


def add_answer(data):
    data["cells"][3]["source"] = f"{data['cells'][2]['source']}\n\n{data['cells'][3]['source']}\n# mine\n"


def answer_below(data):
    data["cells"].append(data["cells"].pop(2) | {"metadata": {}})


def lose_metadata(data):
    for one in data["cells"]:
        one["metadata"] = {}


HERE = "is not as it was handed out: grading puts it back"
GONE = "is missing: grading puts it back as it was handed out."
LOCKED = {
    "changed": (lambda d: d["cells"][3].update(source="pass"), [], [f"'one-check' {HERE}"]),
    "hidden changed": (lambda d: d["cells"][4].update(source="pass"), [f"'one-hidden' {HERE}"], []),
    "other points": (
        lambda d: d["cells"][3]["metadata"]["nbgrader"].update(points=9),
        [],
        [f"'one-check' {HERE}"],
    ),
    "blanks": (
        lambda d: d["cells"][3].update(source=d["cells"][3]["source"].replace("\n", " \n") + "\n\n"),
        [],
        [],
    ),
    "merged": (merge, ["'one' had lost", "'one-check' was changed; replaced"], []),
    "Markdown": (retype("markdown"), ["'one-check' was a markdown cell; restored as a code cell."], []),
    "raw": (retype("raw"), ["'one-check' was a raw cell; restored as a code cell."], []),
    "moved": (lambda d: d["cells"].insert(0, d["cells"].pop(3)), ["'one-check' was moved; put back"], []),
    "doubled": (lambda d: d["cells"].append(d["cells"][3]), ["a second 'one-check' was removed."], []),
    "answer in the check": (add_answer, ["'one-check' was changed; replaced"], []),
    "answer elsewhere": (answer_below, ["'one' had lost", "'one-check', 'one-hidden' were moved"], []),
    "no answer": (lambda d: d["cells"].pop(2), ["'one' was missing; restored"], []),
    "deleted": (lambda d: d["cells"].pop(3), [], [f"'one-check' {GONE}"]),
    "hidden deleted": (lambda d: d["cells"].pop(4), [f"'one-hidden' {GONE}"], []),
    "all deleted": (
        lambda d: d["cells"].__delitem__(slice(2, 5)),
        [],
        ["exercise 6.1 has no check here: grading"],
    ),
    "no metadata": (lose_metadata, ["the notebook has lost nbgrader's metadata"], []),
}


@pytest.mark.parametrize(("change", "repaired", "lost"), LOCKED.values(), ids=LOCKED)
def test_check_says_what_was_done_to_locked_cells(change, repaired, lost):
    data = solved()
    change(data)
    notebook = parse(json.dumps(data).encode())
    said = put_right(notebook)
    assert [len(part) for part in said] == [len(repaired), len(lost)]
    for found, words in zip([*said[0], *said[1]], [*repaired, *lost], strict=True):
        assert found.startswith(words)
    names = [grade_id(c) for c in notebook.cells if c.cell_type == "code"]
    if "one-check" in names and "one" in names:
        assert names.index("one-check") > names.index("one")


def test_a_file_with_the_number_of_another_notebook_is_said(tmp_path):
    assert self_check.misnamed(tmp_path / "07_x.ipynb", handed_out()) == [
        "this is notebook 06, not 07: grading refuses it under the name of 07."
    ]
    for name in ("06_x", "6", "mine"):
        assert self_check.misnamed(tmp_path / f"{name}.ipynb", handed_out()) == []


def test_a_check_that_was_blanked_earns_nothing_here():
    blank = cell('ex = Exercise("6.1", one)', "one-check", grade=True, points=1)
    assert not is_no_check(blank)
    blank.source = 'ex = Exercise("6.1",   one)'
    assert not is_no_check(blank)
    blank.source = "pass"
    (result,) = self_check.results(new_notebook(cells=[blank]), {})
    assert (result.points, result.max_points) == (0, 1)
    assert "not as it was handed out" in result.message


def test_the_text_that_is_graded_is_a_copy():
    one = cell("x", "a", grade=True)
    assert to_grade(one) == one
    assert to_grade(one) is not one
