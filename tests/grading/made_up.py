"""A class whose notebooks are numbers, and results made up from them: for tests that need no kernel."""

import os
import signal
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from qcourse.grading import grade_class, grade_submission, gradebook, graded_folder

NAME = "06_quantization_from_scratch"
CLASS = ("ada", "ben", "chloe")


def hand_in(folder, student, points, stamp=""):
    """A notebook that is given so many points a cell; it is never opened as one."""
    target = folder / "submitted" / student / NAME
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{NAME}.ipynb").write_text(f"{points}")
    if stamp:
        (target / "timestamp.txt").write_text(stamp)


def made_up(content, source):
    """A result as a worker gives it; a content that is no number fails."""
    if not content.isdigit():
        return grade_submission.failed("it is no number.", 9)
    ids = [c.metadata.nbgrader.grade_id for c in source.cells if c.metadata.get("nbgrader", {}).get("grade")]
    cells = {name: {"score": int(content), "max_score": 9, "message": ""} for name in ids}
    result = {"status": "graded", "score": len(ids) * int(content), "max_score": 9 * len(ids)}
    notebooks = {NAME: b"graded " + content + b" " * 30_000}
    return result | {"reason": "", "seconds": 0.1, "cells": cells, "unanswered": [], "notebooks": notebooks}


@contextmanager
def no_kernels(log=None):
    """Inside, nothing runs; who is graded is written down."""
    before = grade_class._workers, grade_class._graded

    def graded(workers, waiting, release, isolation):
        for submission in waiting:
            if log is not None:
                log.append(submission.student)
            yield submission, made_up(submission.notebooks[NAME], release.notebooks[NAME])

    grade_class._workers, grade_class._graded = lambda *given, **named: nullcontext(), graded
    try:
        yield
    finally:
        grade_class._workers, grade_class._graded = before


POINTS = (
    "between two submissions",
    "before the commit",
    "after the commit",
    "in a file",
    "between two files",
)


def grade_and_be_killed(folder, point):
    """In a process of its own: grade the class, and be killed at a point of the second submission."""

    def die(*arguments, **more):
        os.kill(os.getpid(), signal.SIGKILL)

    record = gradebook.Writer.record

    def recorded(self, submission, *arguments):
        if submission.student == "ben":
            commit, write = self._commit, graded_folder.replace
            if point == "between two submissions":
                die()
            elif point == "before the commit":
                self._commit = die
            elif point == "after the commit":
                self._commit = lambda: (commit(), die())
            elif point == "in a file":
                os.replace = die
            else:
                graded_folder.replace = lambda *arguments, **more: (write(*arguments, **more), die())
        return record(self, submission, *arguments)

    gradebook.Writer.record = recorded
    with no_kernels():
        grade_class.grade(grade_class.Options(NAME, folder))


def on_a_worker(submitted, released, files, isolation, settings=None):
    """Stands in for `grade_submission.grade`: "5" is 5 points a cell.

    "kill" and "once FILE" take the worker along.
    """
    time.sleep(0.2)
    content = submitted[NAME]
    what, *where = content.decode().split()
    if what == "kill" or (what == "once" and not Path(*where).exists()):
        if where:
            Path(*where).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(b"1" if what == "once" else content, nbformat.reads(released[NAME].decode(), as_version=4))


def points(folder):
    """What the gradebook has for each student: points of a cell."""
    found = {}
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        for student in CLASS:
            try:
                notebook = book.find_submission_notebook(NAME, NAME, student)
            except MissingEntry:
                continue
            (score,) = {g.auto_score for g in notebook.grades}  # all or none of a submission is written
            if score is not None:  # it was refused
                found[student] = score
    return found


def files(folder):
    """What the graded notebook of each student holds."""
    found = {p.parent.parent.name: p.read_text() for p in folder.glob(f"autograded/*/*/{NAME}.ipynb")}
    return {student: int(text.removeprefix("graded ")) for student, text in found.items()}
