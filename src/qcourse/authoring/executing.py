"""Run the cells of an answer and its tests, within limits."""

import contextlib
import io
import signal
import traceback
from functools import lru_cache
from types import CodeType
from typing import Any

from qcourse.authoring.verdict import Refusal
from qcourse.course.cells import grade_id
from qcourse.course.notebooks import NotebookNode

# Per answer and test; an endless loop is a wrong answer. On a loaded machine, a right one may take long.
SECONDS = 60  # of the processor
WALL_SECONDS = 600  # for one that sleeps


def refusal(test: NotebookNode, scope: dict[str, Any]) -> Refusal | None:
    """Run a test; why it fails, or None."""
    name = filename(test)
    try:
        errors = execute(test.source, name, scope)
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno or 0 for frame in frames if frame.filename == name]
        return Refusal(str(error) or traceback.format_exc(), lines[-1] if lines else 0)
    return Refusal(f"on stderr: {errors}", 0) if errors else None


def filename(test: NotebookNode) -> str:
    """What stands in place of a file's name where ``test`` fails."""
    return f"<{grade_id(test)}>"


def execute(source: str, filename: str, scope: dict[str, Any]) -> str:
    """Run a cell; return what it wrote to stderr, which nbgrader takes for failure."""
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        exec(compiled(source, filename), scope)
    return errors.getvalue()


@lru_cache(maxsize=512)
def compiled(source: str, filename: str) -> CodeType:
    """The code of a cell; of a test that a process has compiled, each of its forks has it."""
    return compile(source, filename, "exec")


def limit(seconds: float, wall_seconds: float) -> None:
    """Raise TimeoutError after so many seconds of the processor or the clock; again for the next test."""
    signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    signal.setitimer(signal.ITIMER_REAL, wall_seconds, wall_seconds)


def _too_long(number: int, frame: object) -> None:
    limit = WALL_SECONDS if number == signal.SIGALRM else SECONDS
    raise TimeoutError(f"the answer runs for more than {limit} seconds")
