"""Verdicts of a process that never runs a student's code: it asks the place, which answers with data."""
