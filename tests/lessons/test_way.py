"""The page that a student opens first, and the progress that it reads from saved notebooks."""

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from qcourse import way
from qcourse.authoring import front_page
from qcourse.course.folder import assignments, exercises, front_page_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import from_bytes, write

ROOT = Path(__file__).parents[2]


def check(number, *outputs):
    meta = {"nbgrader": {"grade_id": f"a{number[-1]}-check"}}
    return new_code_cell(f'@qcourse.check.exercise("{number}", a)', metadata=meta, outputs=list(outputs))


PASSED = new_output("stream", text="✓ Exercise 6.1: visible check passed.\n")
WRONG = new_output("error", ename="CheckFailed", evalue="Exercise 6.2: scale is wrong")
OPEN = new_output("error", ename="CheckFailed", evalue="Exercise 6.3: not written yet: back.")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "06_a").mkdir()
    cells = [new_markdown_cell("# 06 · A <title>\n\nmore"), check("6.1", PASSED), check("6.2", WRONG)]
    write(new_notebook(cells=[*cells, check("6.3", OPEN), check("6.4")]), tmp_path / "06_a" / "06_a.ipynb")
    for name, content in (("07_b", "{"), ("08_c", "[]"), ("09_d", '{"cells": [7]}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ipynb").write_text(content)
    return tmp_path


def test_progress_is_read_from_outputs_and_broken_files_are_left_out(folder):
    (found,) = way.progress(folder)
    assert found.title == "06 · A <title>"
    assert found.checks == {"6.1": "passed", "6.2": "wrong", "6.3": "not written", "6.4": "not checked"}


def test_it_is_shown_with_what_is_next(folder, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    way.show(folder)
    assert shown[0]["text/plain"] == "06 · A <title>: 1 of 4 checks pass; exercise 6.2 (wrong)"
    assert "<a href='06_a/06_a.ipynb'>06 · A &lt;title&gt;</a>" in shown[0]["text/html"]


def test_the_course_s_notebooks_are_read(root):
    found = way.progress(root / "notebooks")
    assert [list(p.checks) for p in found] == [exercises(root, name) for name in assignments(root)]
    assert {state for p in found for state in p.checks.values()} == {"not checked"}


def test_the_front_page_is_current_and_tells_of_each_notebook(root):
    assert front_page.is_current(root)
    text = json.dumps(json.loads(front_page_path(root).read_text(encoding="utf-8")), ensure_ascii=False)
    assert text.count("*About ") == text.count("ou will learn") == len(assignments(root))
    cells = from_bytes(front_page_path(root).read_bytes()).cells
    levels = [line.split(" ")[0] for c in cells for line in c.source.split("\n") if line.startswith("#")]
    assert levels == ["#", *["##"] * (len(assignments(root)) + 1)]


@pytest.mark.parametrize("name", assignments(ROOT))
def test_the_text_goes_on_where_students_need_it(name):
    """What follows from the table at the end, and a second hint for each of the hardest exercises."""
    cells = read_source(ROOT, name).cells
    heading = next(i for i, cell in enumerate(cells) if cell.source.startswith("## What you measured"))
    following = next(c.source for c in cells[heading + 1 :] if c.cell_type == "markdown")
    assert following.startswith("**What follows.** ")
    hard = [c.source for c in cells if c.cell_type == "markdown" and "*Difficulty ★★★" in c.source]
    assert hard or name.startswith("07")
    for text in hard:
        exercise = text[text.index("*Difficulty ★★★") :]
        assert "<summary>A deeper hint</summary>" in exercise
