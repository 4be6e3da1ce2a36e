"""Exceptions that are told in one sentence: a user's mistake, and a submission that cannot be graded."""

import unicodedata

TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # signs that turn what follows them


class UserError(Exception):
    """Holds one sentence: what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2. IPython shows it without the
    traceback, because the lines of this package would not help the reader.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Refused(Exception):
    """A submission that cannot be graded; the text says why, and what the student should do."""


def printable(text: str) -> str:
    """One line of text that shows what it is: names may end lines, turn them or be no UTF-8."""
    return "".join(
        ascii(c)[1:-1]
        if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(c) in TURNS
        else c
        for c in text
    )


def first_line(error: Exception) -> str:
    """What a library says is wrong, if it can: a student's text may be nested too deeply to be quoted."""
    try:
        return next(iter(str(error).splitlines()), "")[:200]
    except RecursionError:
        return "it is nested too deeply"
