"""Making and proving the course: what its maintainer runs."""

from qcourse import course as course  # before anything here imports nbformat: see there
