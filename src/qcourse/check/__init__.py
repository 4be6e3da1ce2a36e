"""Checks for the graded cells: run the student's code, compare, and say what is wrong and why."""

from qcourse.check.assertions import Exercise
from qcourse.check.failure import CheckFailed
from qcourse.check.graded_cell import exercise

__all__ = ["CheckFailed", "Exercise", "exercise"]
