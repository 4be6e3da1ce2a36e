"""What students get: stubs that name the exercise, and the outcome of hidden tests without their source."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from qcourse.course.preprocessors import ClearSolutions, HideTests

HIDDEN = (
    "# Hidden tests run here.\n### BEGIN HIDDEN TESTS\nsecret = 601\nanswer(secret)\n### END HIDDEN TESTS"
)


def hidden(source, outputs=(), **grading):
    """``source`` and the ``outputs``, or what a failed run of it quotes, after `HideTests`."""
    cell = new_code_cell(
        source, metadata={"nbgrader": {"schema_version": 3, "grade_id": "a-hidden", **grading}}
    )
    lines = ["Traceback", "----> 4 answer(secret)", "NameError: name 'answer' is not defined"]
    cell.outputs = list(outputs) or [new_output("error", ename="NameError", evalue="", traceback=lines)]
    return HideTests().preprocess_cell(cell, {}, 0)[0]


def test_nothing_of_a_hidden_test_is_left_but_what_went_wrong():
    cell = hidden(HIDDEN, grade=True, locked=True)
    assert cell.source == "# Hidden tests run here."
    assert cell.outputs[0].traceback == ["NameError: name 'answer' is not defined"]


def test_what_the_answer_made_the_tests_show_is_without_their_source():
    quoted = "a.py:3: UserWarning: old\n  secret = 601\n"  # as warnings.warn with stacklevel=2
    outputs = [
        new_output(
            "stream", name="stderr", text=f"{quoted}  | \x1b[1m    answer(secret)\x1b[0m\nsaid: 601\n"
        ),
        new_output("display_data", {"text/plain": f"{quoted}left", "text/html": "<p>secret = 601</p>"}),
        new_output("display_data", {"text/html": "<p>secret = 6019</p>"}),
        new_output("error", ename="E", evalue=f"x\n{quoted}", traceback=["", f"E: x\n{quoted}"]),
    ]
    stream, text, markup, error = hidden(HIDDEN, outputs, grade=True, locked=True).outputs
    warned = "a.py:3: UserWarning: old\n"
    assert stream.text == f"{warned}said: 601\n"
    assert text.data == {"text/plain": f"{warned}left"}
    assert markup.data == {"text/html": "<p>secret = 6019</p>"}
    assert (error.evalue, error.traceback) == (f"x\n{warned}", [f"E: x\n{warned}"])


def test_a_students_cell_stays_as_it_is_even_with_a_delimiter_that_nothing_ends():
    own = "### BEGIN HIDDEN TESTS\nmine = 1"
    for grading in ({"grade": False, "locked": False}, {"grade": True, "locked": False, "solution": True}):
        cell = hidden(own, **grading)
        assert cell.source == own
        assert len(cell.outputs[0].traceback) == 3


@pytest.mark.parametrize("words", ["double it", 'say "twice"', r"it's \n twice", "“twice” — ×2", "{x} %s"])
def test_a_stub_raises_the_name_of_the_exercise_whatever_that_quotes(words):
    lines = (
        "def double(x):",
        f"### BEGIN SOLUTION Exercise 1.1: {words}",
        "return 2 * x",
        "### END SOLUTION",
    )
    source = "\n    ".join(lines)
    cell = new_code_cell(
        source, metadata={"nbgrader": {"schema_version": 3, "grade_id": "double", "solution": True}}
    )
    resources = {"language": "python"}
    ClearSolutions().preprocess_cell(cell, resources, 0)
    scope = {}
    exec(cell.source, scope)
    with pytest.raises(NotImplementedError) as raised:
        scope["double"](1)
    assert str(raised.value) == f"Exercise 1.1: {words}"


def test_each_part_of_an_answer_has_a_stub_of_its_own():
    parts = ("Exercise 1.1: keep v", "", "Exercise 1.1: double v")
    methods = (
        f"    def part{i}(self):\n        ### BEGIN SOLUTION {part}\n        pass\n        ### END SOLUTION\n"
        for i, part in enumerate(parts)
    )
    grading = {"schema_version": 3, "grade_id": "double", "solution": True}
    cell = new_code_cell("class Double:\n" + "".join(methods), metadata={"nbgrader": grading})
    ClearSolutions().preprocess_cell(cell, {"language": "python"}, 0)
    scope = {}
    exec(cell.source, scope)
    for i, part in enumerate(parts):
        with pytest.raises(NotImplementedError) as raised:
            getattr(scope["Double"](), f"part{i}")()
        assert str(raised.value) == part
