"""Where commands print: a terminal that may lack characters, or a program that reads only the first lines."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MARKS, PLAIN_MARKS = ("✓", "✗", "·"), ("+", "x", ".")  # passed, failed, not written


def marks() -> tuple[str, str, str]:
    """The marks for what passed, failed, and is not written, in characters that stdout has."""
    try:
        "".join(MARKS).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return PLAIN_MARKS
    return MARKS


def counted(number: int, thing: str) -> str:
    """As in "1 student" and "2 students"."""
    return f"{number} {thing}{'s' * (number != 1)}"


@contextmanager
def patient_output() -> Iterator[None]:
    """Inside, what cannot be written becomes ``?``, and a reader who has had enough ends the command.

    Raises:
        SystemExit: nobody reads any more.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end
        sys.exit(1)
