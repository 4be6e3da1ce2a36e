"""The one exception for mistakes that the user can fix."""


class UserError(Exception):
    """Holds one sentence: what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2. IPython shows it without the
    traceback, because the lines of this package would not help the reader.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]
