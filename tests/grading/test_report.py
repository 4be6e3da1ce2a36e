"""The table that the instructor sees at the end."""

import os

from qcourse.grading import report


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


def test_changed_scores_are_told_old_and_new():
    ada = result("ada", score=5, changed={"f-check": (0, 1), "f-hidden": (2, 3)}, penalty=1, penalty_before=1)
    ben = result("ben", changed={}, penalty=1.5, penalty_before=0)
    chloe = result("chloe", changed={"f-check": (1, 0), "g-check": (0, 1), "q": (2, None)})
    lines = report.table(
        [ada, ben, chloe, result("dev", changed={}, penalty=2, penalty_before=2)]
    ).splitlines()
    assert lines[5:] == [
        "4 graded, 0 failed.",
        "",
        "Changed since they were last graded:",
        "ada       3 -> 5 (f-check 0 -> 1, f-hidden 2 -> 3)",
        "ben       taken off as late: 0 -> 1.5",
        "chloe     5 -> 3 (f-check 1 -> 0, g-check 0 -> 1, q 2 -> by hand)",
    ]


def test_an_empty_table_says_so():
    assert report.table([]) == "No submissions were found."


def test_a_name_that_is_no_text_can_be_printed():
    assert "\\udcff" in report.table([result(os.fsdecode(b"\xff"))]).encode().decode()
