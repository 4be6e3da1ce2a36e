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


def test_an_empty_table_says_so():
    assert report.table([]) == "No submissions were found."


def test_a_name_that_is_no_text_can_be_printed():
    assert "\\udcff" in report.table([result(os.fsdecode(b"\xff"))]).encode().decode()
