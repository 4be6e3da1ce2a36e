"""nbgrader's command line and gradebook, without their start.

``python -m nbgrader`` imports for four seconds of CPU time before it does anything, and a class needs a dozen
commands: here each is a fresh process, forked from one that has imported nbgrader. A new gradebook starts a
program that tells its version, which takes as long: here one empty gradebook is made and copied.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from nbgrader.api import Gradebook

from qcourse.course.settings import find_own_scripts

FORKSERVER = multiprocessing.get_context("forkserver")
WARM = ["qcourse.authoring.warm_nbgrader"]


@cache
def empty_gradebook() -> bytes:
    """The file of a gradebook in which there is nothing yet, as nbgrader makes it."""
    find_own_scripts()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "gradebook.db"
        with Gradebook(f"sqlite:///{path}") as gradebook:
            gradebook.engine.dispose()
        return path.read_bytes()


def run(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run an nbgrader command in ``folder``; return its exit code and what it printed."""
    FORKSERVER.set_forkserver_preload(WARM)  # for the first process; the others find it there
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as printed:
        call = (str(folder), list(arguments), printed.name, dict(os.environ))
        process = FORKSERVER.Process(target=_main, args=call)
        process.start()
        process.join()
        return process.exitcode or 0, printed.read()


def _main(folder: str, arguments: list[str], printed: str, environment: Mapping[str, str]) -> None:
    """In the fresh process: be ``python -m nbgrader`` as called in ``folder``, its output in a file."""
    from nbgrader.apps.nbgraderapp import NbGraderApp

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, folder)
    with open(printed, "wb") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    sys.argv = ["nbgrader", *arguments]
    NbGraderApp.launch_instance()
