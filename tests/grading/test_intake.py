"""What is done to a submission before any of it runs; and what one sees at the end."""

import json
import os
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.grading import intake, report, submission
from qcourse.grading.submission import Refused, Submission, students, take, timestamp

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)  # the clock of these tests


# Taken from submitted/


@pytest.fixture
def folder(tmp_path):
    """The folder that Ada has handed in for the assignment ``a``, with its notebook."""
    folder = tmp_path / "submitted" / "ada" / "a"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_bytes(b"text")
    return folder


def taken(folder):
    return take(folder.parent.parent, folder.parent.name, folder.name, "a")


def refused(folder):
    with pytest.raises(Refused) as caught:
        taken(folder)
    return str(caught.value)


def test_a_submission_is_one_notebook_and_its_time(folder):
    (folder / "timestamp.txt").write_text("2025-12-01 10:00:00.0 UTC\n")
    (folder / "numpy.py").write_text("raise SystemExit")
    got = taken(folder)
    assert got == Submission("ada", b"text", "2025-12-01 10:00:00.0 UTC", [])


def test_its_digest_follows_content_and_time_alone(folder):
    first = taken(folder)
    os.utime(folder / "a.ipynb", (0, 0))
    (folder / "other.txt").write_text("x")
    assert taken(folder).digest == first.digest
    (folder / "timestamp.txt").write_text("2025-12-01 10:00:00 UTC")
    second = taken(folder)
    (folder / "a.ipynb").write_bytes(b"text2")
    assert len({first.digest, second.digest, taken(folder).digest}) == 3


def test_a_misnamed_single_notebook_is_accepted_and_said(folder):
    (folder / "a.ipynb").rename(folder / "mine (1).ipynb")
    assert taken(folder).notes == ["'mine (1).ipynb' was taken for a.ipynb."]


def test_of_several_misnamed_notebooks_none_is_chosen(folder):
    (folder / "a.ipynb").rename(folder / "b.ipynb")
    (folder / "c.ipynb").write_bytes(b"")
    assert refused(folder).startswith("there are 2 notebooks, none named a.ipynb: hand in")
    assert taken_with(folder, "b.ipynb").content == b"text"


def taken_with(folder, name):
    (folder / name).rename(folder / "a.ipynb")
    return taken(folder)


def test_without_a_notebook(folder):
    (folder / "a.ipynb").unlink()
    (folder / "sub").mkdir()
    (folder / "sub" / "a.ipynb").write_bytes(b"")
    assert refused(folder) == "there is no notebook named a.ipynb: hand in the notebook under that name."


@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
@pytest.mark.parametrize("name", ["a.ipynb", "data.txt", "timestamp.txt"])
def test_a_link_is_refused_whatever_it_is(folder, tmp_path, make, name):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / name).unlink(missing_ok=True)
    getattr(folder / name, make)(secret)
    assert refused(folder) == f"'{name}' is a link: hand in the file itself."


def test_a_link_to_a_folder_is_refused(folder, tmp_path):
    (folder / "sub").symlink_to(tmp_path)
    assert "'sub' is a link" in refused(folder)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_link_in_place_of_the_folder_is_refused(folder, tmp_path, level):
    link = folder if level == "assignment" else folder.parent
    moved = link.rename(tmp_path / "elsewhere")
    link.symlink_to(moved)
    assert refused(folder) == f"{link.name} is no folder but a link or a file: hand in the folder itself."


def test_a_file_in_place_of_the_folder_is_refused(folder):
    (folder / "a.ipynb").unlink()
    folder.rmdir()
    folder.write_text("x")
    assert "is no folder but a link or a file" in refused(folder)


def test_a_fifo_is_refused_and_not_opened(folder):
    (folder / "a.ipynb").unlink()
    os.mkfifo(folder / "a.ipynb")
    assert refused(folder) == "'a.ipynb' is no regular file: hand in the notebook only."


def test_a_notebook_that_becomes_a_fifo_after_it_was_looked_at_is_refused(folder, monkeypatch):
    files = submission._files

    def then_exchanged(where):
        found = files(where)
        (folder / "a.ipynb").unlink()
        os.mkfifo(folder / "a.ipynb")
        return found

    monkeypatch.setattr(submission, "_files", then_exchanged)
    assert "is no regular file" in refused(folder)


def test_deep_folders_are_refused(folder):
    (folder / "/".join("d" * 11)).mkdir(parents=True)
    assert refused(folder) == "folders are nested more than 10 deep: hand in the notebook only."


def test_many_files_are_refused(folder):
    for number in range(1_000):
        (folder / f"{number}").touch()
    assert refused(folder) == "there are more than 1000 files: hand in the notebook only."


def test_a_large_notebook_is_refused_and_not_read(folder):
    os.truncate(folder / "a.ipynb", 300 * 2**20)  # a hole: no disk is used
    assert refused(folder) == "'a.ipynb' is larger than 20 MB: clear its outputs and save it again."


def test_a_notebook_of_just_the_limit_is_read(folder):
    os.truncate(folder / "a.ipynb", submission.LARGEST)
    assert len(taken(folder).content) == submission.LARGEST


@pytest.mark.parametrize("content", [b"x" * 10_000, b"\xff\xfe\x00", b""])
def test_no_timestamp_is_a_reason_to_refuse(folder, content):
    (folder / "timestamp.txt").write_bytes(content)
    stamp, note = timestamp(taken(folder), NOW)
    assert stamp is None
    assert ("holds no time" in note) == bool(content)


def test_a_folder_whose_name_is_no_text_is_refused(folder):
    other = folder.parent.with_name(os.fsdecode(b"\xff"))
    folder.parent.rename(other)
    assert refused(other / "a") == "the name of the folder '\\udcff' is no text: rename it."


def test_who_has_handed_in(folder, tmp_path):
    submitted = tmp_path / "submitted"
    (submitted / "ben" / "b").mkdir(parents=True)
    (submitted / "chloe").mkdir()
    (submitted / "chloe" / "a").symlink_to("nowhere")  # found, and refused later
    (submitted / "notes.txt").touch()
    assert students(submitted, "a") == ["ada", "chloe"]
    assert students(tmp_path / "none", "a") == []


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
        (b"[]", "the file is no Jupyter notebook of format 4"),
        (b'{"worksheets": []}', "the file is no Jupyter notebook of format 4"),
        (b'{"cells": {}}', "the file is no Jupyter notebook of format 4"),
        (b'{"cells": [1]}', "the file is no valid notebook"),
        (b'{"cells": [{"cell_type": "code"}]}', "the file is no valid notebook"),
        (b'{"cells": [{"cell_type": "code", "metadata": {}, "source": [1]}]}', "no valid notebook"),
        (b'{"cells": [{"cell_type": "cake", "metadata": {}, "source": ""}]}', "no valid notebook"),
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
    """What was put right after ``change``, and the notebook."""
    notebook = handed_out()
    notebook.cells[1].source, notebook.cells[3].source = "answer = 42", "Because."
    change(notebook)
    notes = intake.mend(notebook, handed_out())
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
    assert notes == []
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
    assert notes == [f"'{grade_id}' was missing and is there again, as it was handed out."]
    before = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    graded = [name for name in before if name]
    assert graded == ["answer", "check", "why"]
    assert source in sources(notebook)


def test_an_empty_notebook_gets_every_graded_cell():
    notes, notebook = mended(lambda notebook: notebook.cells.clear())
    assert len(notes) == 3
    assert sources(notebook) == ["answer = None", "assert answer == 42", "Why?"]


def test_a_second_check_is_left_out():
    notes, notebook = mended(lambda notebook: notebook.cells.append(notebook.cells[2]))
    assert notes == ["a second 'check' was left out."]
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
    notes, notebook = mended(lambda nb: nb.cells.__setitem__(1, cell("markdown", "answer = 42", "answer")))
    assert notes == ["'answer' was a markdown cell and is a code cell again."]
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


# When


def stamped(text, now=NOW):
    return timestamp(Submission("ada", b"", text, []), now)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2025-12-01 10:00:00.123456 UTC", 10),
        ("2025-12-01 10:00:00 Europe/Berlin", 9),
        ("2025-12-01 10:00:00 3600", 9),
        ("2025-12-01T10:00:00+02:00", 8),
        ("2025-12-01 10:00", 10),
        ("2025-12-01 10:00:00 Nowhere/Land", 10),
    ],
)
def test_a_time_is_in_utc(text, hour):
    stamp, note = stamped(text)
    assert note == ""
    assert (stamp.tzinfo, stamp.day, stamp.hour) == (None, 1, hour)


@pytest.mark.parametrize("text", ["soon", "10", "2025-13-01 10:00", "2025-12-01 10:00 999999999", "\0"])
def test_what_is_no_time_is_left_out_and_said(text):
    assert stamped(text) == (None, f"timestamp.txt holds no time ({text!r}): it was left out.")


def test_no_time_is_none():
    assert stamped("") == (None, "")


def test_the_future_is_left_out_a_clock_that_is_off_by_hours_is_not():
    tomorrow = (NOW + timedelta(hours=25)).strftime("%Y-%m-%d %H:%M:%S UTC")
    assert stamped(tomorrow) == (None, f"timestamp.txt lies in the future ({tomorrow}): it was left out.")
    assert stamped(tomorrow, NOW + timedelta(hours=2))[1] == ""


@given(st.text(max_size=30) | st.text("0123456789-:. TZ+UC", max_size=30).map("2025-12-01 ".__add__))
def test_any_text_is_a_time_or_left_out(text):
    stamp, note = stamped(text)
    assert stamp is None or not note


# The end


def result(student, **changes):
    graded = {"student": student, "status": "graded", "score": 3, "max_score": 4.5, "reason": ""}
    return graded | {"seconds": 1.23, "cells": {}} | changes


def test_the_table_shows_points_reasons_and_sums():
    failed = result("a-long-name", status="failed", reason="no notebook: hand it in.", seconds=0)
    lines = report.table([result("ada"), failed]).splitlines()
    assert lines == [
        "student            points  seconds",
        "ada              3 of 4.5      1.2",
        "a-long-name        failed      0.0  no notebook: hand it in.",
        "1 graded, 1 failed.",
    ]


def test_an_empty_table_says_so():
    assert report.table([]) == "No submission was found."


def test_a_name_that_is_no_text_can_be_printed():
    assert "\\udcff" in report.table([result(os.fsdecode(b"\xff"))]).encode().decode()
