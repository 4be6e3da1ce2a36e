"""What students write is read outside their limits, so in time that grows with its length, not its square."""

import importlib
import pkgutil
import re
import signal

import pytest

import qcourse
from qcourse.course.names import analyse, bound, defined
from qcourse.course.syntax import python
from qcourse.grading.needed_cells import may_read_anything

ALARM = 15  # seconds of CPU time: a hundred times what is needed, and a small part of what a square takes
SHORT = {  # what they read is a file's name, or an author's tag
    *("qcourse.classroom.platforms", "qcourse.grading.notebook_choice", "qcourse.course.lesson"),
}
LENGTH = 60_000
TEXTS = {character: character * LENGTH + "!" for character in " \n\t=#-a1._/<(é"} | {
    "heading": "# a" + " " * LENGTH + "b",
    "headings": "# " * LENGTH,
    "imports": "import " * LENGTH,
    "exercises": "Exercise 1" + ".1" * LENGTH,
    "checks": '@qcourse.check.exercise("1' * LENGTH,
    "padding": "=\n" * LENGTH + "!",
    "scripts": "<script </script" * LENGTH,
}
CELLS = {
    "lambdas": ("x=" + "lambda:" * 800 + "1\n") * 15,
    "magics": "%time 1\n" * 400 + "x = 1\n" * 2_000,
    "many magics": "!ls\n" * 501,
    "blank lines": "\n" * 90_000 + "%time 1",
}


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every regular expression of the modules that read what students hand in."""
    found = {}
    for module in pkgutil.walk_packages(qcourse.__path__, "qcourse."):
        if module.name.startswith(("qcourse.course.", "qcourse.grading.", "qcourse.classroom.")):
            names = vars(importlib.import_module(module.name))
            if module.name not in SHORT:
                found |= {f"{module.name}.{k}": v for k, v in names.items() if isinstance(v, re.Pattern)}
    return [(name, pattern) for name, pattern in found.items() if isinstance(pattern.pattern, str)]


@pytest.fixture(autouse=True)
def alarm():
    def ring(*_):
        pytest.fail("this takes too long")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, ALARM)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize(("name", "pattern"), patterns())
def test_a_pattern(name, pattern):
    for text in TEXTS.values():
        pattern.search(text)
        pattern.fullmatch(text)


@pytest.mark.parametrize("kind", CELLS)
def test_the_names_of_a_cell(kind):
    for read in (analyse, bound, defined, python, may_read_anything):
        read(CELLS[kind])


def test_a_cell_whose_magics_are_not_looked_at_may_read_anything():
    assert may_read_anything("%time 1\n" * 400 + "x = 1\n" * 2_000)
    assert not may_read_anything("%time 1\n" * 4 + "x = 1\n" * 20)
