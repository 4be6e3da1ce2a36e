"""Exceptions that are told in one sentence: a user's mistake, and a submission that cannot be graded."""


class UserError(Exception):
    """Holds one sentence: what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2. IPython shows it without the
    traceback, because the lines of this package would not help the reader.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Refused(Exception):
    """A submission that cannot be graded; the text says why, and what the student should do."""


def first_line(error: Exception) -> str:
    """What a library says is wrong, if it can: a student's text may be nested too deeply to be quoted."""
    try:
        return next(iter(str(error).splitlines()), "")[:200]
    except RecursionError:
        return "it is nested too deeply"
