"""The one exception for a mistake that the user can mend."""


class UserError(Exception):
    """Carries one sentence: what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2. IPython shows it without the
    traceback, because the lines of this package would not help the reader.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]
