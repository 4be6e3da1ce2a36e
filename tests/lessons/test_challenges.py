"""The challenges: untouched they say so, the course's own answers reach what the scoreboard promises."""

import re

import numpy as np
import pytest

from qcourse import challenges
from qcourse.course.cells import is_challenge
from qcourse.course.folder import assignments, release_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import read
from qcourse.errors import UserError


def challenge(notebook):
    """The name of a notebook's challenge, and what its cell defines."""
    (cell,) = filter(is_challenge, notebook.cells)
    scope = {"np": np}
    exec(cell.source, scope)
    name = re.search(r"^(?:def|class) (\w+)", cell.source, re.MULTILINE)[1]
    return name, scope[name]


def score(printed, who):
    return float(re.search(rf"{who} +≈? ?([\d.]+)", printed)[1])


@pytest.mark.parametrize("number", ["06"])
def test_the_courses_answer_reaches_what_it_says(root, number, capsys):
    (name,) = (n for n in assignments(root) if n.startswith(number))
    called, answer = challenge(read_source(root, name))
    getattr(challenges, called)(answer)
    printed = capsys.readouterr().out
    assert score(printed, "your answer") == score(printed, "the course's answer") == challenges.COURSE[called]


@pytest.mark.parametrize("number", ["06"])
def test_untouched_it_says_so(root, number, capsys):
    (name,) = (n for n in assignments(root) if n.startswith(number))
    called, stub = challenge(read(release_path(root, name)))
    getattr(challenges, called)(stub)
    assert re.search("your answer +not tried yet", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("codes", "scales", "said"),
    [
        (np.zeros((64, 256)), np.ones((64, 4)), "scales [64, 8]"),
        (np.full((64, 256), 8), np.ones((64, 8)), "integers from -8 to 7"),
        (np.full((64, 256), 0.5), np.ones((64, 8)), "integers from -8 to 7"),
    ],
)
def test_groups_of_32_holds_the_budget(codes, scales, said):
    with pytest.raises(UserError, match=re.escape(said)):
        challenges.groups_of_32(lambda weight: (codes, scales))
