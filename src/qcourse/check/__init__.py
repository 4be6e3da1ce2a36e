"""Checks for the graded cells: run the student's code, compare, and say what is wrong and why."""

from qcourse.check.exercise import Exercise
from qcourse.check.failure import CheckFailed

__all__ = ["CheckFailed", "Exercise"]
