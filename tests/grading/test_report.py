"""The table that the instructor sees, row by row, and what stands below it."""

import os

import pytest
from nbformat.v4 import new_notebook

from qcourse.course.cells import by_grade_id
from qcourse.course.folder import assignments, solution_path
from qcourse.course.notebooks import new_code_cell, new_error, read
from qcourse.grading import grade_submission, report, runner
from qcourse.grading.report import Table


def result(student, **changes):
    cells = {"f-check": {"score": 3, "max_score": 4.5}, "question": {"score": None, "max_score": 3}}
    graded = {"student": student, "name": "", "status": "graded", "score": 3, "max_score": 7.5, "reason": ""}
    return graded | {"seconds": 1.23, "cells": cells} | changes


def test_rows_show_names_points_and_reasons_as_they_come(capsys):
    table = Table()
    table.start(["Ada Byron (ada)", "ben"])
    table.add(result("ada", name="Ada Byron"))
    assert capsys.readouterr().out.splitlines() == [
        f"student          {'points':42}  seconds",
        f"Ada Byron (ada)  {'3 of 4.5, 3 by hand':42}      1.2",
    ]
    table.add(result("ben", status="failed", reason="no notebook: hand it in.", seconds=0, cells={}))
    assert capsys.readouterr().out == (f"ben              {'failed':42}      0.0  no notebook: hand it in.\n")


def test_a_row_with_a_penalty_is_as_wide_as_the_others(capsys):
    table = Table()
    table.start(["ada", "ben"])
    table.add(result("ada", score=21.75, penalty=2.25, max_score=30))
    table.add(result("ben", reason="why"))
    head, *rows = capsys.readouterr().out.splitlines()
    assert [row.index("    1.2") + len("    1.2") for row in rows] == [len(head)] * 2


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, "3 of 4.5, 3 by hand"),
        ({"penalty": 0.5}, "2.5 of 4.5 (3 - 0.5 late), 3 by hand"),
        ({"cells": {"f": {"score": 3, "max_score": 7.5}}}, "3 of 7.5"),
        ({"status": "failed"}, "failed"),
    ],
)
def test_points_are_those_that_tests_give(changes, points):
    assert report.points(result("ada", **changes)) == points


def test_the_end_counts_what_was_graded_unchanged_and_failed():
    failed, same = result("ben", status="failed"), result("chloe", unchanged=True)
    assert report.ending([result("ada"), failed, same, same]) == "1 graded, 2 unchanged, 1 failed."


def test_changed_scores_are_told_old_and_new():
    ada = result("ada", score=5, changed={"f-check": (0, 1), "f-hidden": (2, 3)}, penalty=1, penalty_before=1)
    ben = result("ben", name="Ben B", changed={}, penalty=1.5, penalty_before=0)
    chloe = result("chloe", changed={"f-check": (1, 0), "g-check": (0, 1), "q": (2, None)})
    same = result("dev", changed={}, penalty=2, penalty_before=2)
    assert report.ending([ada, ben, chloe, same]).splitlines() == [
        "4 graded, 0 unchanged, 0 failed.",
        "",
        "Changed since they were last graded:",
        "ada  3 -> 5 (f-check 0 -> 1, f-hidden 2 -> 3)",
        "Ben B (ben)  taken off as late: 0 -> 1.5",
        "chloe  5 -> 3 (f-check 1 -> 0, g-check 0 -> 1, q 2 -> by hand)",
    ]


def test_an_empty_class_says_so(capsys):
    Table().nothing("submitted/STUDENT/06/")
    assert capsys.readouterr().out.endswith("is submitted/STUDENT/06/.\n")


def test_a_name_that_is_no_text_can_be_printed(capsys):
    table = Table()
    table.start([report.shown("a\nb\u202e", "Zoë \u200cX")])
    table.add(result(os.fsdecode(b"\xff")))
    table.add(result("a\nb\u202e", name="Zoë \u200cX"))
    _, no_text, other = capsys.readouterr().out.splitlines()
    assert no_text.startswith("\\udcff    ")
    assert no_text.index("3 of") == other.index("3 of")
    assert other.startswith("Zoë \u200cX (a\\nb\\u202e)  3 of")
    told = report.ending([result("a\nb", changed={"f-check": (0, 1)})])
    assert told.splitlines()[-1].startswith("a\\nb  ")


def test_cells_that_were_ended_are_named_by_their_exercise(root):
    notebook = read(solution_path(root, assignments(root)[0]))
    numbers = grade_submission.exercise_numbers(notebook)
    assert (numbers["clamp"], numbers["integer_linear"]) == ("6.1", "6.9")
    cells, why = by_grade_id(notebook), "the cell used more than 60 seconds of CPU time: an endless loop?"
    for name in ("clamp-check", "clamp-hidden", "question"):
        cells[name].outputs = [new_error(runner.KERNEL_LOST, why + runner.STOPPED)]
    assert grade_submission._stopped(notebook, numbers) == [f"6.1, question: {why}"]


def test_an_output_that_is_nested_too_deeply_is_an_error_and_ends_nothing():
    deep = "a"
    for _ in range(400):
        deep = [deep]
    cell = new_code_cell("", outputs=[new_error("Error", "")])
    notebook = new_notebook(cells=[cell])
    cell.outputs[0].ename = deep
    grade_submission._check_outputs(notebook)
    assert [output.ename for output in cell.outputs] == ["BadOutput"]
