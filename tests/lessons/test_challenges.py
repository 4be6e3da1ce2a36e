"""The challenges: untouched they say so, the course's own answers reach what the scoreboard promises."""

import re
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from qcourse.challenges import groups, kernel, ranges, step
from qcourse.course.cells import is_challenge
from qcourse.course.folder import assignments, release_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import read
from qcourse.data import load_digits28
from qcourse.errors import UserError
from qcourse.models import to_input, to_labels
from qcourse.training import trained_net

NAMES = {name[:2]: name for name in assignments(Path(__file__).parents[2])}


def challenge(notebook):
    """What the cell of a notebook's challenge defines."""
    (cell,) = filter(is_challenge, notebook.cells)
    scope = {"np": np, "nn": nn}
    exec(cell.source, scope)
    name = re.search(r"^(?:def|class) (\w+)", cell.source, re.MULTILINE)[1]
    return scope[name]


def scores(printed):
    """The student's score and the course's, as the scoreboard shows them."""
    return [float(re.search(rf"{who} +≈? ?([\d.]+)", printed)[1]) for who in ("your answer", "course's.*?")]


@pytest.fixture(scope="module")
def mnist():
    """The network of the course, and the images that 07 gives its challenge."""
    digits = load_digits28()
    if len(digits.test_labels) != 10_000:
        pytest.skip("The score was measured on MNIST, which is not here.")
    train = to_input(digits.train_images[:20_000]), to_labels(digits.train_labels[:20_000])
    test = to_input(digits.test_images), to_labels(digits.test_labels)
    return trained_net(*train), train, test


def test_the_courses_answer_in_groups_reaches_what_it_says(root, capsys):
    groups.score(challenge(read_source(root, NAMES["06"])))
    assert scores(capsys.readouterr().out) == [groups.COURSE] * 2


def test_the_courses_ranges_reach_what_they_say(root, mnist, capsys):
    ranges.score(challenge(read_source(root, NAMES["07"])), *mnist)
    got, promised = scores(capsys.readouterr().out)
    assert got == pytest.approx(promised, abs=0.2)  # training differs by machine, in the last digits
    assert promised == ranges.COURSE


def test_the_courses_step_reaches_what_it_says(root, mnist, capsys):
    digits = load_digits28()  # 09's float network has seen all training images
    net = trained_net(to_input(digits.train_images), to_labels(digits.train_labels))
    train = tuple(each[:10_000] for each in mnist[1])  # as many as 09 gives its challenge
    step.score(challenge(read_source(root, NAMES["09"])), net, train, mnist[2])
    got, promised = scores(capsys.readouterr().out)
    assert got == pytest.approx(promised, abs=0.5)  # training differs by machine
    assert promised == step.COURSE


def test_the_courses_kernel_is_exact_and_its_time_a_claim_of_one_machine(root, capsys):
    kernel.score(challenge(read_source(root, NAMES["08"])))
    printed = capsys.readouterr().out
    assert re.search(r"your answer +100.00% exact, ≈ [\d.]+ times", printed)
    kernel.score(lambda *inputs: kernel.as_it_stands(*inputs) // 2)
    assert re.search(r"your answer +\d\d?\.\d\d% exact", capsys.readouterr().out)
    with pytest.raises(UserError, match="uint8 array"):
        kernel.score(lambda *inputs: kernel.as_it_stands(*inputs).astype(int))


def test_untouched_they_say_so(root, mnist, capsys):
    scores = {"06": groups.score, "07": lambda stub: ranges.score(stub, *mnist), "08": kernel.score}
    scores["09"] = lambda stub: step.score(stub, *mnist)
    for number, score in scores.items():
        score(challenge(read(release_path(root, NAMES[number]))))
        assert re.search("your answer +not tried yet", capsys.readouterr().out)


def test_what_torch_cannot_run_is_not_untouched():
    def answer(weight):
        raise NotImplementedError("Could not run 'aten::abs' with arguments from the 'QuantizedCPU' backend.")

    with pytest.raises(NotImplementedError, match="Could not run"):
        groups.score(answer)


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
        groups.score(lambda weight: (codes, scales))


def test_ranges_must_include_0(mnist):
    with pytest.raises(UserError, match="beta <= 0 <= alpha"):
        ranges.score(lambda received, divergence: {"linear2": (1, 2), "linear3": (0, 2)}, *mnist)
