"""The judge, on a small course of two exercises."""

import os
import sys
from functools import partial

import pytest

from qcourse.authoring.answers import Answer
from qcourse.authoring.forks import in_forks
from qcourse.authoring.idle import idle_statements
from qcourse.authoring.judge import Judge, judge
from qcourse.authoring.traces import may_leave_traces
from qcourse.check.switches import at_defaults
from qcourse.course.lesson import read_source
from qcourse.grading.kernels.huge_pages import MANY

LESSON = """# %% tags=["answer:double"]
def double(x):
    ### BEGIN SOLUTION Exercise 1.1: double it
    return 2 * x
    ### END SOLUTION

# %% tags=["check:double"]
ex = Exercise("1.1", double)
ex.equal("twice", ex.call(3), 6)

# %% tags=["hidden:double"]

# %% tags=["answer:four"]
def four(x):
    ### BEGIN SOLUTION Exercise 1.2: twice the double
    return double(double(x))
    ### END SOLUTION

# %% tags=["check:four"]
ex = Exercise("1.2", four, given={})
ex.equal("four times", ex.call(1), 4)

# %% tags=["hidden:four"]
"""
HIDDEN_1 = """# Exercise 1.1.
# %%
ex = Exercise("1.1", double, hidden=True)
for case in (-1, 0):
    ex.equal("twice", ex.call(case), 2 * case)
    ex.true(isinstance(case, int), "it is not an integer")
"""
HIDDEN_2 = """# Exercise 1.2.
# %%
ex = Exercise("1.2", four, given={}, hidden=True)
ex.equal("four times", ex.call(-1), -4)
"""
GIVEN = "{'double': lambda x: 2 * x}"


@pytest.fixture
def small_course(tmp_path):
    """A course of two exercises, of which the second uses the first."""
    folder = tmp_path / "solutions" / "01_small"
    (folder / "hidden").mkdir(parents=True)
    (folder / "01_small.py").write_text(f"# %%\nfrom qcourse.check import Exercise\n\n{LESSON}")
    (folder / "hidden" / "ex_1_1_double.py").write_text(HIDDEN_1)
    (folder / "hidden" / "ex_1_2_four.py").write_text(HIDDEN_2)
    return tmp_path


def give_it(course):
    """Let the tests of 1.2 give its solution a right `double`."""
    for path in (course / "solutions").rglob("*.py"):
        path.write_text(path.read_text().replace('"1.2", four, given={}', f'"1.2", four, given={GIVEN}'))


def judged(course, *sources, right=False):
    answers = [Answer("1.1", "double", right, "", "", f"def double(x):\n    {source}") for source in sources]
    return judge(course, "01_small", answers)


def test_a_verdict_holds_the_message_and_the_line_that_refused(small_course):
    (verdict,) = judged(small_course, "return abs(2 * x)")
    assert verdict.failed["double-hidden"].line == 8
    assert "twice is wrong" in verdict.failed["double-hidden"].message
    assert "double-check" not in verdict.failed


def test_an_answer_that_another_exercise_feels_is_found_unless_it_is_given_a_right_one(small_course):
    (verdict,) = judged(small_course, "return 3 * x")
    assert verdict.defect == "fails in four-check, four-hidden, which is not its exercise"
    give_it(small_course)
    (verdict,) = judged(small_course, "return 3 * x")
    assert verdict.defect == ""


def test_an_answer_that_leaves_something_behind_is_felt_elsewhere(small_course):
    give_it(small_course)
    (verdict,) = judged(small_course, "global four; four = abs; return 2 * x", right=True)
    assert verdict.defect == "fails in four-check, four-hidden, which is not its exercise"


def test_an_answer_finds_what_experiments_above_its_tests_have_bound(small_course):
    lesson = small_course / "solutions" / "01_small" / "01_small.py"
    above, below = ('# %% tags=["experiment"]\n' + f"{name} = 2\n\n" for name in ("above", "below"))
    check, hidden = '# %% tags=["check:double"]\n', '# %% tags=["hidden:double"]\n\n'
    text = lesson.read_text().replace(check, above + check).replace(hidden, hidden + below)
    lesson.write_text(text)
    give_it(small_course)
    found, missing = judged(small_course, "return above * x", "return below * x")
    assert not found.failed
    assert "'below' is not defined" in missing.failed["double-check"].message


def test_an_answer_that_waits_has_more_time_than_one_that_computes_but_not_for_ever(
    small_course, monkeypatch
):
    monkeypatch.setattr("qcourse.authoring.executing.SECONDS", 0.5)
    (waits,) = judged(small_course, "import time; time.sleep(0.6); return 2 * x")
    assert not waits.failed
    monkeypatch.setattr("qcourse.authoring.executing.WALL_SECONDS", 1)
    (sleeps,) = judged(small_course, "import time; time.sleep(60)")
    assert "runs for more than 1 seconds" in sleeps.failed["double-check"].message


def test_an_answer_that_ends_its_process_or_never_ends_is_refused(small_course, monkeypatch):
    monkeypatch.setattr("qcourse.authoring.executing.SECONDS", 0.25)
    ends, loops, right = judged(small_course, "import os; os._exit(0)", "while True: pass", "return 2 * x")
    assert "ends the process" in ends.failed["double-check"].message
    assert "runs for more than 0.25 seconds" in loops.failed["double-check"].message
    assert not right.failed


def test_many_forks_return_in_their_order_and_one_that_ends_returns_none():
    found = in_forks([*(partial(abs, -number) for number in range(MANY)), partial(os._exit, 0)])
    assert found == [*range(MANY), None]


def test_each_fork_has_a_working_folder_of_its_own_in_which_graded_cells_run():
    def folder():
        with at_defaults():  # as a graded cell has it
            return os.getcwd()

    first, second = in_forks([folder, folder])
    assert len({first, second, os.getcwd()}) == 3
    assert not os.path.exists(first)


RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return 3 * x"


@pytest.mark.parametrize(
    "neighbour",
    [
        pytest.param(WRONG, id="is wrong"),
        pytest.param("def double(x):\n    global Exercise\n    Exercise = None", id="takes a name away"),
        pytest.param("import qcourse.check\nqcourse.check.Exercise.equal = None", id="breaks a module"),
        pytest.param("import os\nos._exit(0)", id="ends the process"),
        pytest.param(
            "def double(x):\n    known = Exercise\n    known.equal = None", id="breaks a class in secret"
        ),
    ],
)
def test_an_answer_that_earns_is_found_whatever_its_neighbours_do(small_course, neighbour):
    sources = {"before": neighbour, "right": RIGHT, "after": neighbour}
    answers = [Answer("1.1", "double", False, what, "", source) for what, source in sources.items()]
    judge = Judge(read_source(small_course, "01_small"), [])
    assert [answer.what for answer in judge.earning(answers)] == ["right"]


@pytest.fixture
def forks(monkeypatch):
    """How many forks were started, each time."""

    def counted(functions):
        started.append(len(functions))
        return in_forks(functions)

    started = []
    monkeypatch.setattr("qcourse.authoring.judge.in_forks", counted)
    return started


def test_answers_to_one_exercise_share_a_fork(small_course, forks):
    give_it(small_course)
    verdicts = judged(small_course, "return 3 * x", "return abs(2 * x)", "raise SystemExit")
    assert all(verdict.failed for verdict in verdicts)
    assert sum(forks) == 2  # and one that asks whether 1.2 is independent


def test_an_answer_does_not_find_the_names_of_the_one_before(small_course, forks):
    give_it(small_course)
    _, missing = judged(small_course, "return 3 * x\nTWO = 2", "return TWO * x + 1")
    assert "'TWO' is not defined" in missing.failed["double-check"].message
    assert forks[1:] == [1, 0]


def test_who_is_not_judged_as_expected_or_may_leave_traces_is_judged_alone(small_course, forks):
    give_it(small_course)
    verdicts = judged(small_course, "return 3 * x", "return 2 * x", "global y; y = 3 * x; return y")
    assert [bool(verdict.failed) for verdict in verdicts] == [True, False, True]
    assert forks[1:] == [1, 2]


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndef double(x, found={}):\n    found[0] = np.ones(2)\n    return found[0] * x",
        "def double(x):\n    double.calls = 1\n    x.qconfig = None\n    x[0] += 1\n    return 2 * x",
        "class Double:\n    def __init__(self, factor=TWO):\n        self.factor = factor",
        "SEEN = []\ndef double(x):\n    SEEN.append(x)\n    SEEN[0] = x",
    ],
)
def test_what_an_answer_does_to_its_own_leaves_no_traces(source):
    assert not may_leave_traces(source, {"TWO": 2})


@pytest.mark.parametrize(
    "source",
    [
        "def double(x:",
        "def double(x):\n    global four\n    four = abs",
        "import sys\ndef double(x):\n    return x",
        "from os import path",
        "import numpy.f2py\ndef double(x):\n    return x",
        "import torch\ndef double(x):\n    torch.set_num_threads(2)",
        "def double(x):\n    np.ones = abs",
        "import numpy as np\ndef double(x):\n    np.ones.x = np = abs",
        "import numpy as np\nnp.linalg['norm'] = 1",
        "def double(x):\n    del torch.nn.Linear.forward",
        "def double(x):\n    four.calls += 1",
        "def double(x):\n    setattr(four, 'calls', 1)",
        "def double(x):\n    FOUND.append(x)",
        "def double(x):\n    return eval('x')",
    ],
)
def test_what_an_answer_may_do_to_others_leaves_traces(source, monkeypatch):
    monkeypatch.delitem(sys.modules, "numpy.f2py", raising=False)  # a library may have imported it
    assert may_leave_traces(
        source, {"np": os, "torch": os, "four": test_answers_to_one_exercise_share_a_fork, "FOUND": []}
    )


@pytest.mark.parametrize(
    ("cause", "defect"),
    [
        ("text", ""),
        ("another / a text", ""),
        ("", "told a cause that is not expected"),
        ("the sign", "'the sign' is not named"),
    ],
)
def test_a_cause_that_is_told_is_one_that_the_bank_expects(small_course, cause, defect):
    give_it(small_course)
    wrong = Answer("1.1", "double", False, "a text", cause, "def double(x):\n    return str(2 * x)")
    (verdict,) = judge(small_course, "01_small", [wrong])
    assert defect in verdict.defect
    assert bool(verdict.defect) == bool(defect) == (not verdict.named)


def test_a_statement_that_refuses_no_answer_first_is_found(small_course):
    verdicts = judged(small_course, "return 3 * x", "return abs(2 * x)")
    idle = list(idle_statements(read_source(small_course, "01_small"), verdicts))
    assert [(statement.cell, statement.line) for statement in idle] == [("double-hidden", 9)]
    assert "is never the first statement to reject an answer: ex.true(" in str(idle[0])


def test_a_test_cell_without_a_statement_of_ex_is_found(small_course):
    lesson = small_course / "solutions" / "01_small" / "01_small.py"
    lesson.write_text(lesson.read_text().replace('ex.equal("twice", ex.call(3), 6)', "ex.passed()"))
    verdicts = judged(small_course, "return 3 * x", "return abs(2 * x)")
    idle = [str(statement) for statement in idle_statements(read_source(small_course, "01_small"), verdicts)]
    assert idle[0].startswith("double-check has no statement of ex")
