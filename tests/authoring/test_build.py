"""The build and its gates, on a small course of its own, broken on purpose."""

import shutil

import pytest

from qcourse.authoring import build, verify
from qcourse.course.folder import release_path, solution_path, text_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import read
from qcourse.errors import UserError

pytestmark = pytest.mark.slow
NAME = "01_small"
SOURCE = '''# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # A small notebook

# %%
from qcourse.check import Exercise

# %% tags=["answer:double"]
def double(x):
    """Twice ``x``."""
    ### BEGIN SOLUTION Exercise 1.1: double it
    twice_the_value_of_x = 2 * x
    return twice_the_value_of_x
    ### END SOLUTION


# %% tags=["check:double"]
ex = Exercise("1.1", double)
ex.equal("twice", ex.call(3), 6)
ex.passed()

# %% tags=["hidden:double"]
'''
HIDDEN = '''"""Hidden tests of exercise 1.1."""

from qcourse.check import Exercise

# %%
ex = Exercise("1.1", double, hidden=True)
for number in (-5, 0, 10**9):
    ex.equal("twice", ex.call(number, case=f"a number like {number:.0e}"), 2 * number)
ex.passed()
'''


def hidden_tests(course):
    """The file of the exercise's hidden tests."""
    return course / "solutions" / NAME / "hidden" / "ex_1_1_double.py"


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    """A course of one notebook, built."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(root / "nbgrader_config.py", course)
    hidden_tests(course).parent.mkdir(parents=True)
    hidden_tests(course).write_text(HIDDEN)
    text_path(course, NAME).write_text(SOURCE)
    build.build_solution(course, NAME)
    build.build_release(course, NAME, course / "notebooks")
    return course


@pytest.fixture
def course(built, tmp_path):
    """A copy of it, to break."""
    return shutil.copytree(built, tmp_path / "course")


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_solution_is_executed_and_the_release_is_not(built):
    outputs = [c.outputs for c in read(solution_path(built, NAME)).cells if c.cell_type == "code"]
    assert "visible check passed" in outputs[2][0].text
    assert all(not c.get("outputs") for c in read(release_path(built, NAME)).cells)


def test_the_release_has_stubs_that_name_the_exercise_and_no_secret(built):
    text = release_path(built, NAME).read_text()
    assert 'raise NotImplementedError(\\"Exercise 1.1: double it\\")' in text
    assert "twice_the_value_of_x" not in text
    assert "10**9" not in text
    assert [p.name for p in release_path(built, NAME).parent.iterdir()] == [f"{NAME}.ipynb"]


def test_what_is_built_is_not_built_again(course):
    assert not build.build_solution(course, NAME)
    edit(text_path(course, NAME), "# A small", "# Another small")
    assert build.build_solution(course, NAME)


def test_a_good_course_passes_the_gates(built):
    for gate in verify.GATES[:-1]:
        assert gate(built) == []


def test_a_stale_solution_and_a_stale_release_are_found(course):
    edit(release_path(course, NAME), "A small notebook", "An edited notebook")
    assert "is not what nbgrader makes" in verify.built_is_current(course)[0]
    edit(text_path(course, NAME), "# A small", "# Another small")
    assert "is not what its .py says" in verify.built_is_current(course)[0]


def test_leaks_are_found(course):
    (course / "notebooks" / NAME / "notes.py").write_text("")
    edit(release_path(course, NAME), "# YOUR CODE HERE", "    twice_the_value_of_x = 2 * x")
    defects = verify.nothing_leaks(course)
    assert len(defects) == 2
    assert "notes.py" in defects[0]
    assert "twice_the_value_of_x" in defects[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (' tags=["hidden:double"]', "", "no graded cell double-hidden"),
        (' tags=["check:double"]', "", "no graded cell double-check"),
        ("ex.passed()", "### BEGIN HIDDEN TESTS\nex.passed()", "double-check should not be hidden"),
    ],
)
def test_an_exercise_that_is_not_whole_is_found(course, old, new, words):
    edit(text_path(course, NAME), old, new)
    assert any(words in defect for defect in verify.exercises_are_whole(course))


def test_long_cells_are_found(course):
    lines = "\n".join(f"a{i} = {i}" for i in range(30))
    edit(text_path(course, NAME), "from qcourse.check", f"{lines}\nfrom qcourse.check")
    assert "a code cell has 31 lines" in verify.cells_are_short(course)[-1]


@pytest.mark.slow
def test_grades_are_right_and_a_check_that_passes_on_a_stub_is_found(course):
    assert verify.grades_are_right(course) == []
    source = text_path(course, NAME)
    edit(source, 'ex.equal("twice", ex.call(3), 6)', "print('looks good')")
    build.build_solution(course, NAME)
    build.build_release(course, NAME, course / "notebooks")
    assert verify.grades_are_right(course) == [f"{NAME}, unsolved: double-check has 1.0 of 1.0."]


def test_a_solution_that_fails_is_one_sentence_and_leaves_the_old_one(course):
    before = solution_path(course, NAME).read_bytes()
    edit(text_path(course, NAME), "2 * x\n", "3 * x\n")
    with pytest.raises(UserError, match="fix it in the"):
        build.build_solution(course, NAME)
    assert solution_path(course, NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("answer:double", "anwser:double", "the tag 'anwser:double' is unknown"),
        ("hidden:double", "hidden:other", "holds 0 files"),
    ],
)
def test_a_tag_that_leads_nowhere_is_one_sentence(course, old, new, words):
    edit(text_path(course, NAME), old, new)
    with pytest.raises(UserError, match=words):
        read_source(course, NAME)


def test_hidden_tests_without_their_line_are_one_sentence(course):
    edit(hidden_tests(course), "# %%", "#")
    with pytest.raises(UserError, match="has no line '# %%'"):
        read_source(course, NAME)


def test_an_unknown_assignment_is_one_sentence(course):
    with pytest.raises(UserError, match=f"the assignments here are {NAME}"):
        read_source(course, "02_none")
