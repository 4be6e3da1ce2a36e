"""From a submission's bytes to a notebook that has every graded cell, before any of it runs."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.errors import Refused
from qcourse.grading import intake, mending

# Bytes to a notebook


def document(**changes):
    cell = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "x"], "outputs": []}
    cell |= {"execution_count": 3}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]} | changes


def parsed(value):
    return intake.parse(json.dumps(value).encode())


def why_not(content):
    with pytest.raises(Refused) as caught:
        intake.parse(content)
    said = str(caught.value)
    assert said.endswith(f": {intake.AGAIN}.")
    assert "\n" not in said
    return said


TEXT = b'{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "", "attachments": {"a": %b}}]}'
DEEP = TEXT % (b'{"a":' * 400 + b"1" + b"}" * 400)  # deeper than the text of nbformat's error can be


def test_a_notebook_is_read_without_what_it_showed():
    wrong = document()
    wrong["cells"][0]["outputs"] = [{"output_type": "nonsense"}]
    wrong["cells"][0]["id"] = "no good id, and twice"
    wrong["cells"] *= 2
    notebook = parsed(wrong)
    assert [cell.source for cell in notebook.cells] == ["x = 1\nx"] * 2
    assert all(cell.outputs == [] and cell.execution_count is None for cell in notebook.cells)


@pytest.mark.parametrize("changes", [{"nbformat_minor": 99}, {"nbformat": "4"}, {"metadata": 7}])
def test_versions_and_metadata_are_ours(changes):
    notebook = parsed(document(**changes))
    assert (notebook.nbformat, notebook.nbformat_minor, notebook.metadata) == (4, 4, {})


def test_a_byte_order_mark_is_no_harm():
    assert intake.parse(b"\xef\xbb\xbf" + json.dumps(document()).encode()).cells


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe{\x00}\x00", "the notebook is not UTF-8 text"),
        (b"", "the notebook's JSON is broken"),
        (b'{"cells": [', "the notebook's JSON is broken"),
        (b"[" * 200_000, "the notebook's JSON is nested too deeply"),
        (b"9" * 5_000, "the notebook's JSON is broken"),
        pytest.param(DEEP, "the file is not a valid notebook", id="deep"),
        (b"[]", "the file is not a Jupyter notebook of format 4"),
        (b'{"worksheets": []}', "the file is not a Jupyter notebook of format 4"),
        (b'{"cells": {}}', "the file is not a Jupyter notebook of format 4"),
        (b'{"cells": [1]}', "the file is not a valid notebook"),
        (b'{"cells": [{"cell_type": "code"}]}', "the file is not a valid notebook"),
        (b'{"cells": [{"cell_type": "code", "metadata": {}, "source": [1]}]}', "not a valid notebook"),
        (b'{"cells": [{"cell_type": "cake", "metadata": {}, "source": ""}]}', "not a valid notebook"),
    ],
)
def test_what_is_no_notebook_is_refused(content, said):
    assert said in why_not(content)


def test_half_a_character_is_refused():
    broken = document()
    broken["cells"][0]["source"] = "x = '\ud800'"
    assert "the notebook's JSON is broken" in why_not(json.dumps(broken).encode())


def test_a_bomb_of_cells_is_refused():
    assert "has 100,000 cells, more than 2,000" in why_not(
        json.dumps(document(cells=[{}] * 100_000)).encode()
    )


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_nothing_else_is_ever_raised(content):
    try:
        intake.parse(content)
    except Refused as error:
        assert str(error)  # noqa: PT017


# Mended


def cell(kind, source, grade_id="", locked=False, **more):
    made = {"code": new_code_cell, "markdown": new_markdown_cell}[kind](source)
    if grade_id:
        made.metadata["nbgrader"] = {"grade_id": grade_id, "locked": locked, "schema_version": 3} | more
    return made


def handed_out():
    cells = [
        cell("markdown", "# Read this"),
        cell("code", "answer = None", "answer", solution=True),
        cell("code", "assert answer == 42", "check", locked=True, points=2),
        cell("markdown", "Why?", "why", solution=True, points=1),
        cell("code", "shown = answer"),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def mended(change):
    """What was repaired after ``change``, and the notebook."""
    notebook = handed_out()
    notebook.cells[1].source, notebook.cells[3].source = "answer = 42", "Because."
    change(notebook)
    notes = mending.mend(notebook, handed_out())
    nbformat.validate(notebook)
    assert [c.id for c in notebook.cells] == [f"cell-{i}" for i in range(len(notebook.cells))]
    assert notebook.metadata == handed_out().metadata
    graded = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    for original in handed_out().cells:
        if "nbgrader" in original.metadata:
            ours = graded[original.metadata.nbgrader.grade_id]
            assert ours.metadata == original.metadata
            assert ours.cell_type == original.cell_type
            assert not original.metadata.nbgrader.locked or ours.source == original.source
    return notes, notebook


def sources(notebook):
    return [cell.source for cell in notebook.cells]


GOOD = ["# Read this", "answer = 42", "assert answer == 42", "Because.", "shown = answer"]


def test_a_whole_notebook_needs_no_mending():
    notes, notebook = mended(lambda notebook: None)
    assert notes == []
    assert sources(notebook) == GOOD


def test_a_changed_check_is_ours_again():
    def blank(notebook):
        notebook.cells[2].source = "pass"
        notebook.cells[2].metadata.nbgrader |= {"points": 99, "schema_version": 99, "locked": False}
        notebook.metadata = {"kernelspec": {"name": "R", "display_name": "R"}}

    notes, notebook = mended(blank)
    assert notes == [
        "'check' was given other grading metadata; what was handed out counts.",
        "'check' was changed; replaced by what was handed out.",
    ]
    assert sources(notebook) == GOOD


def test_metadata_that_hides_a_cell_from_the_grader_is_dropped():
    def tagged(notebook):
        for cell in notebook.cells:
            cell.metadata |= {"tags": ["raises-exception", "skip-execution"]}

    _, notebook = mended(tagged)
    assert all("tags" not in cell.metadata for cell in notebook.cells)


@pytest.mark.parametrize(
    ("number", "grade_id", "source"),
    [(1, "answer", "answer = None"), (2, "check", "assert answer == 42"), (3, "why", "Why?")],
)
def test_a_missing_cell_is_there_again_in_its_place(number, grade_id, source):
    notes, notebook = mended(lambda notebook: notebook.cells.pop(number))
    assert notes == [f"'{grade_id}' was missing; restored as handed out."]
    before = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    graded = [name for name in before if name]
    assert graded == ["answer", "check", "why"]
    assert source in sources(notebook)


def test_an_empty_notebook_gets_every_graded_cell():
    notes, notebook = mended(lambda notebook: notebook.cells.clear())
    assert notes == ["'answer', 'check', 'why' were missing; restored as handed out."]
    assert sources(notebook) == ["answer = None", "assert answer == 42", "Why?"]


def test_a_second_check_is_left_out():
    notes, notebook = mended(lambda notebook: notebook.cells.append(notebook.cells[2]))
    assert notes == ["a second 'check' was removed."]
    assert sources(notebook) == GOOD


def test_of_two_answers_the_first_counts():
    def twice(notebook):
        notebook.cells.insert(2, cell("code", "answer = 43", "answer"))

    notes, notebook = mended(twice)
    assert notes == ["a second 'answer' counts as an ordinary cell."]
    assert sources(notebook) == [*GOOD[:2], "answer = 43", *GOOD[2:]]
    assert notebook.cells[2].metadata == {}


def test_an_unknown_grade_id_is_not_graded():
    notes, notebook = mended(lambda nb: nb.cells.append(cell("code", "1", "gift" * 99, points=100)))
    assert notes == [f"a cell with the unknown grade id {('gift' * 15)!r} is not graded."]
    assert notebook.cells[-1].metadata == {}


@pytest.mark.parametrize("meta", [7, None, [], {"grade_id": ["check"]}, {"grade_id": 5}, {"grade_id": ""}])
def test_nonsense_in_the_metadata_is_no_grade_id(meta):
    def nonsense(notebook):
        notebook.cells[4].metadata["nbgrader"] = meta

    notes, notebook = mended(nonsense)
    assert notes == []
    assert notebook.cells[4].metadata == {}


def test_a_cell_of_another_type_is_of_its_own_again():
    text = cell("markdown", "answer = 42", "answer", solution=True)
    notes, notebook = mended(lambda nb: nb.cells.__setitem__(1, text))
    assert notes == ["'answer' was a markdown cell; restored as a code cell."]
    assert sources(notebook) == GOOD


def test_added_cells_stay():
    _, notebook = mended(lambda notebook: notebook.cells.insert(1, cell("code", "import math")))
    assert sources(notebook) == [GOOD[0], "import math", *GOOD[1:]]


@given(st.lists(st.integers(0, 4), max_size=12))
def test_any_shuffling_has_every_graded_cell_once(order):
    def shuffled(notebook):  # may lose cells, too
        cells = notebook.cells
        notebook.cells = [nbformat.from_dict(dict(cells[i])) for i in order]

    mended(shuffled)


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [
        ({"tags": ["a", "experiment"], "large": 7}, {"tags": ["experiment"]}),
        ({"tags": ["a"]}, {}),
        ({"tags": "experiment"}, {}),
        ({"tags": [{}, "experiment"]}, {"tags": ["experiment"]}),
        (["tags"], {}),
    ],
)
def test_of_a_cell_s_tags_the_one_that_check_reads_is_kept(metadata, kept):
    notebook = document()
    notebook["cells"][0]["metadata"] = metadata
    assert parsed(notebook).cells[0].metadata == kept
