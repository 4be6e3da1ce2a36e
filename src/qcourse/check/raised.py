"""Errors of Python's, NumPy's and torch's whose words do not tell a student what to change."""

import re
import traceback

from qcourse.check.error_words import KNOWN


class NoResult(Exception):
    """An answer gave nothing that can be read; the text, a sentence, says why."""


def first_line(error: BaseException) -> str:
    """``ValueError: what is wrong``, on one line: torch's messages may have fifty."""
    lines = str(error).splitlines() or [""]
    if lines[0].startswith("Error(s) in loading state_dict"):  # which layer stands in the second
        lines[0] = " ".join(line.strip() for line in lines[:2])
    line = lines[0][:300]
    if line.startswith("Could not run "):  # what follows tells of backends and of building torch
        line = line.split(". ")[0]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def problem(error: BaseException, number: str, hidden: bool) -> str:
    """What an exception says of the answer to exercise ``number``; of a hidden test, its class alone.

    Raises:
        CheckFailed: the answer is not written yet; one line tells it all.
    """
    from qcourse.check import borrowing, calling  # finished functions, which a place need not have
    from qcourse.check.failure import CheckFailed

    if isinstance(error, borrowing.Borrowed):
        return (
            "the answer is, or calls, torch's or qcourse's finished function or `checked`, which is for "
            "cells that show something: write it yourself."
        )
    if calling.is_stub(error):
        what = "" if hidden else f": {str(error).removeprefix(f'Exercise {number}: ')}"
        raise CheckFailed(number, f"not written yet{what}.") from None
    if isinstance(error, NoResult):
        return "your code gave nothing that can be read." if hidden else str(error)
    return f"your code raised {type(error).__name__ + '.' if hidden else first_line(error)}"


def why(error: BaseException) -> str:
    """The likely cause of an error whose words do not tell it, or ""."""
    line = first_line(error)
    return next((cause for words, cause in KNOWN if re.search(words, line)), "")


def students_line(error: BaseException, check: str) -> str:
    """The last line of a notebook cell that the error passed through, as ``line 3: x.fit()``, or "".

    ``check``: the module whose names a check's own functions have; their lines are not the student's.
    """
    walked = traceback.walk_tb(error.__traceback__)
    frames = [(frame, line) for frame, line in walked if frame.f_globals.get("__name__") != check]
    found = traceback.StackSummary.extract(iter(frames))
    own = [f for f in found if "ipykernel" in f.filename or f.filename.startswith("<")]
    return f"line {own[-1].lineno}: {own[-1].line}" if own and own[-1].line else ""
