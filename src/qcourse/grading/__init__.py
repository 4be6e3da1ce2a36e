"""Grading a class: contained, in parallel, into nbgrader's own gradebook."""

from qcourse import course as course  # before anything here imports nbformat: see there
