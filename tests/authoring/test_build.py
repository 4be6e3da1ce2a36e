"""The build and its gates, on a small course of its own, broken on purpose."""

import shutil

import pytest

from qcourse.authoring import build, gates, leaks, verify
from qcourse.authoring.assignment import Course
from qcourse.course.cells import is_challenge, is_experiment
from qcourse.course.folder import closing_path, release_path, solution_path, text_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import new_code_cell, read, write
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
print("hello")

# %% tags=["answer:double"]
def double(x):
    """Twice ``x``."""
    ### BEGIN SOLUTION Exercise 1.1: double it
    twice_the_value_of_x = 2 * x
    return twice_the_value_of_x
    ### END SOLUTION


# %% tags=["check:double"]
import qcourse.check


@qcourse.check.exercise("1.1", double)
def check_double(ex):
    ex.equal("twice", ex.call(3), 6)


# %% tags=["hidden:double"]
'''
HIDDEN = '''"""Hidden tests of exercise 1.1."""

# %%
@qcourse.check.exercise("1.1", double, hidden=True)
def hidden_double(ex):
    for number in (-5, 0, 10**9):
        ex.equal("twice", ex.call(number, case=f"a number like {number:.0e}"), 2 * number)
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


def defects(gate, course):
    """What the gate finds in the course as its files are now."""
    return list(gate(Course(course)))


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


def test_a_solution_that_a_merge_broke_is_built_again(course):
    path = solution_path(course, NAME)
    path.write_text(f"<<<<<<< ours\n{path.read_text()}")
    with pytest.raises(UserError, match=f"{NAME}.ipynb is not a notebook"):
        defects(gates.built_is_current, course)
    assert build.build_solution(course, NAME)
    assert defects(gates.built_is_current, course) == []


def test_a_good_course_passes_the_gates(built):
    for gate in (*verify.QUICK, *verify.SLOW[:-1]):  # the last one is tested below
        assert defects(gate, built) == []


def test_a_stale_solution_and_a_stale_release_are_found(course):
    edit(release_path(course, NAME), "A small notebook", "An edited notebook")
    assert "is not what nbgrader makes" in defects(gates.built_is_current, course)[0]
    edit(text_path(course, NAME), "# A small", "# Another small")
    assert "is not what its .py says" in defects(gates.built_is_current, course)[0]


def test_a_solution_with_a_cell_that_was_not_executed_is_found(course):
    notebook = read(solution_path(course, NAME))
    notebook.cells[-1].execution_count = None
    write(notebook, solution_path(course, NAME))
    assert "has cells that were not executed" in defects(gates.built_is_current, course)[0]


def test_leaks_are_found(course):
    (course / "notebooks" / NAME / "notes.py").write_text("")
    edit(release_path(course, NAME), "# YOUR CODE HERE", "    twice_the_value_of_x = 2 * x")
    found = defects(leaks.nothing_leaks, course)
    assert len(found) == 2
    assert "notes.py" in found[0]
    assert "twice_the_value_of_x" in found[1]


def test_a_leak_in_escaped_characters_is_found(course):
    edit(release_path(course, NAME), "# A small notebook", r"### BEGIN\u0020SOLUTION")
    assert defects(leaks.nothing_leaks, course) == [f"notebooks/{NAME} holds 'BEGIN SOLUTION'."]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (' tags=["hidden:double"]', "", "no cell tagged hidden:double"),
        (' tags=["check:double"]', "", "no cell tagged check:double"),
        (
            "import qcourse.check",
            "### BEGIN HIDDEN TESTS\nimport qcourse.check",
            "double-check should not be hidden",
        ),
    ],
)
def test_an_exercise_that_is_not_complete_is_found(course, old, new, words):
    edit(text_path(course, NAME), old, new)
    if "hidden:" in old:
        hidden_tests(course).unlink()
    assert any(words in defect for defect in defects(gates.exercises_are_complete, course))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ex.call(3), 6)", "ex.call(3), SIX)", "double-check reads SIX from the notebook"),
        ("import qcourse.check", "import qcourse.check\n\nkept = 1", "double-check is not one function"),
        ("import qcourse.check", "from qcourse import check as qcourse", "double-check is not one function"),
        (
            "    for number",
            "    expected = solution\n    for number",
            "double-hidden reads solution from the",
        ),
    ],
)
def test_a_graded_cell_that_depends_on_others_is_found(course, old, new, words):
    edit(hidden_tests(course) if "for number" in old else text_path(course, NAME), old, new)
    (found,) = defects(gates.graded_cells_stand_alone, course)
    assert words in found


def test_a_stub_may_hold_an_apostrophe(course):
    edit(release_path(course, NAME), "double it", "it's doubled")
    assert defects(gates.exercises_are_complete, course) == []


def test_a_stub_that_says_nothing_is_found(course):
    edit(release_path(course, NAME), "raise NotImplementedError", "print")
    where = f"{text_path(course, NAME)}:16"
    assert defects(gates.exercises_are_complete, course) == [
        f"{where}: double has no stub that names its exercise."
    ]


def test_long_cells_are_found(course):
    lines = "\n".join(f"a{i} = {i}" for i in range(30))
    edit(text_path(course, NAME), 'print("hello")', f"{lines}\nprint()")
    assert "a code cell has 31 lines" in defects(gates.cells_are_short, course)[-1]


def test_a_long_visible_check_is_found_and_long_hidden_tests_are_not(course):
    lines = "\n".join(f"    a{i} = {i}" for i in range(30))
    edit(hidden_tests(course), "    for number", f"{lines}\n    for number")
    assert defects(gates.cells_are_short, course) == []
    edit(text_path(course, NAME), '    ex.equal("twice"', f'{lines}\n    ex.equal("twice"')
    assert "a code cell has 36 lines, more than 25: double-check" in defects(gates.cells_are_short, course)[0]


CLOSING = """import math  # for the linter alone

# %% tags=["experiment", "challenge"]
def halve(x):
    ### BEGIN SOLUTION Challenge: halve it
    return x / 2 - 0 * secret_of_the_challenge
    ### END SOLUTION
"""


def test_a_closing_ends_the_lesson_and_its_challenge_is_a_stub_without_points(course):
    closing_path(course, NAME).write_text(CLOSING)
    source = read_source(course, NAME)
    assert "secret_of_the_challenge" in source.cells[-1].source
    assert "math" not in source.cells[-1].source + source.cells[-2].source
    build.build_solution(course, NAME)
    build.build_release(course, NAME, course / "notebooks")
    last = read(release_path(course, NAME)).cells[-1]
    assert 'raise NotImplementedError("Challenge: halve it")' in last.source
    assert "secret_of_the_challenge" not in release_path(course, NAME).read_text()
    assert "nbgrader" not in last.metadata
    assert is_experiment(last)
    assert is_challenge(last)
    assert defects(gates.exercises_are_complete, course) == []
    assert list(leaks.nothing_leaks(Course(course))) == []
    edit(release_path(course, NAME), "# YOUR CODE HERE", "return x / 2 - 0 * secret_of_the_challenge")
    assert "secret_of_the_challenge" in defects(leaks.nothing_leaks, course)[0]


def test_long_files_are_found(course):
    closing_path(course, NAME).write_text("#\n" * 301)
    assert "01_small_closing.py has 301 lines, more than 300" in defects(gates.files_are_short, course)[0]
    closing_path(course, NAME).unlink()
    edit(text_path(course, NAME), "# # A small", "#\n" * 1000 + "# # A small")
    edit(hidden_tests(course), "    for number", "#\n" * 200 + "    for number")
    first, second = defects(gates.files_are_short, course)
    assert "01_small.py has 10" in first
    assert "ex_1_1_double.py has 2" in second


def test_a_heading_that_skips_a_level_is_found(course):
    edit(release_path(course, NAME), "# A small notebook", "# A small\\n\\n### A notebook")
    (found,) = defects(gates.headings_are_in_order, course)
    assert found == "01_small: 'A notebook' has level 3, below one of level 1."


def test_a_cell_that_is_not_python_is_found(course):
    edit(release_path(course, NAME), 'print(\\"hello\\")', "dtype?")
    (found,) = defects(gates.cells_are_python, course)
    assert found == f"{text_path(course, NAME)}: a code cell is not Python: 'dtype?'."


def test_where_a_cell_is_not_python_the_other_gates_do_not_run(course, capsys):
    edit(release_path(course, NAME), 'print(\\"hello\\")', "dtype?")
    assert verify.run(course) == 1
    told = capsys.readouterr().out
    assert "'dtype?'" in told
    assert "have not run" in told


@pytest.mark.parametrize("comment", ["# dtype?", "# copy of the weights", "# ls", "# %time", "# !ls"])
def test_a_comment_stays_a_comment(course, comment):
    edit(text_path(course, NAME), 'print("hello")', f"{comment}\nprint()")
    assert read_source(course, NAME).cells[1].source.startswith(f"{comment}\n")


def show(course, code):
    """Add a cell with ``code`` to what students get."""
    path = release_path(course, NAME)
    notebook = read(path)
    notebook.cells.append(new_code_cell(code))
    write(notebook, path)


@pytest.mark.parametrize(
    "code",
    [
        "TWO = 2\n\n\ndef given(value):\n    return TWO * value",
        "def helper():\n    def given(value):\n        return value + value\n\n    return given",
        "flows = {'given': lambda value: 2 * value}",
        "import operator\nfrom functools import partial\n\ngiven = partial(operator.mul, 2)",
        "class Given:\n    @staticmethod\n    def answer(value):\n        return value * 2",
        "class Given(int):\n    def __new__(cls, value):\n        return int.__new__(int, 2 * value)",
        "import numpy as np\n\nx = [lambda a: a + a][0]",
        "TWO = int('2')\n\n\ndef given(value):\n    return TWO * value",
        "TWO: int = 2\n\n\ndef given(value):\n    return TWO * value",
        "B = 1\nA = B + 1\n\n\ndef given(value):\n    return A * B * value",
        "for TWO in (1, 2):\n    print(TWO)\n\n\ndef given(value):\n    return TWO * value",
        "if True:\n    TWO = 2\n\n\ndef given(value):\n    return TWO * value",
        "def times(k):\n    return lambda value: k * value\n\n\ntwice = times(2)",
        "def given(v):\n    if v is not None:\n        return 2 * v\n    raise NotImplementedError",
    ],
)
def test_a_shown_answer_is_found(course, code):
    show(course, code)
    (found, *_) = defects(leaks.no_answer_is_shown, course)
    assert "earns points in 1.1 double" in found


def test_cells_that_begin_alike_are_all_looked_at(course):
    show(course, "rows = [\n    lambda value: 2 * value\n]")
    show(course, "rows = [\n    3\n]")
    assert len(defects(leaks.no_answer_is_shown, course)) == 1


def test_what_is_shown_and_wrong_or_of_another_shape_is_not_found(course):
    show(course, "def other(value):\n    return value + 1\n\n\ndef two(a, b):\n    return 2 * a")
    assert defects(leaks.no_answer_is_shown, course) == []


def test_a_solution_repeated_under_other_names_is_found(course):
    show(course, "x = 3\ndone = x + 1\ntwice = 2 * x\ntwice")
    assert defects(leaks.no_solution_is_repeated, course) == [
        f"{NAME} shows the solution of double in 'x = 3'."
    ]


def test_files_that_nbgrader_would_hand_out_are_found(course):
    edit(course / "nbgrader_config.py", '*("*.py", "*.toml", "hidden", "answers"),', "")
    assert "is not what nbgrader makes" in defects(gates.built_is_current, course)[0]
    build.build_release(course, NAME, course / "notebooks")
    assert any("hidden/ex_1_1_double.py is not a notebook" in d for d in defects(leaks.nothing_leaks, course))


@pytest.mark.slow
def test_a_check_that_passes_on_a_stub_is_found_and_nothing_else(course):
    source = text_path(course, NAME)
    edit(source, 'ex.equal("twice", ex.call(3), 6)', "print('looks good')")
    build.build_solution(course, NAME)
    build.build_release(course, NAME, course / "notebooks")
    assert defects(verify.grades_are_right, course) == [f"{NAME}, unsolved: double-check has 1.0 of 1.0."]


def test_a_solution_that_fails_is_one_sentence_and_leaves_the_old_one(course):
    before = solution_path(course, NAME).read_bytes()
    edit(text_path(course, NAME), "2 * x\n", "3 * x\n")
    with pytest.raises(UserError, match=r"\d: .* fails: fix it there"):
        build.build_solution(course, NAME)
    assert solution_path(course, NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("answer:double", "anwser:double", "the tag 'anwser:double' is unknown"),
        ("hidden:double", "hidden:other", "has 0 files"),
        (' tags=["hidden:double"]', "", "belongs to no cell"),
    ],
)
def test_a_tag_that_leads_nowhere_is_one_sentence(course, old, new, words):
    edit(text_path(course, NAME), old, new)
    with pytest.raises(UserError, match=words):
        read_source(course, NAME)


def test_two_cells_of_one_tag_are_one_sentence(course):
    edit(text_path(course, NAME), '# %% tags=["check:double"]', '# %% tags=["answer:double"]')
    with pytest.raises(UserError, match="two cells have the tag 'answer:double'"):
        read_source(course, NAME)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hidden/ex_1_2_triple.py", "belongs to no cell"),
        ("hidden/notes.py", "belongs to no cell"),
        ("answers/ex_1_2_triple.py", "belongs to no exercise"),
        ("answers/ex_2_1_double.py", "belongs to no exercise"),
    ],
)
def test_a_file_that_belongs_to_nothing_is_one_sentence(course, name, words):
    stray = course / "solutions" / NAME / name
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    with pytest.raises(UserError, match=f"{stray.name} {words}"):
        read_source(course, NAME)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HIDDEN.replace("# %%", "#"), "has no line '# %%'"),
        (HIDDEN.partition("# %%")[0] + "# %%\n\n", "has no hidden tests below its line"),
        (HIDDEN + "### END HIDDEN TESTS\n", "remove '### END HIDDEN TESTS'"),
        (HIDDEN + "### BEGIN SOLUTION\n", "remove '### BEGIN SOLUTION'"),
        ("# %%\n# \xe9\n", "is not UTF-8"),
    ],
)
def test_a_bad_file_of_hidden_tests_is_one_sentence(course, text, words):
    hidden_tests(course).write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=words):
        read_source(course, NAME)


def test_the_line_above_hidden_tests_may_be_the_first_and_have_blanks_behind_it(course):
    expected = read_source(course, NAME).cells[-1].source
    hidden_tests(course).write_text("# %%  \n" + HIDDEN.partition("# %%\n")[2])
    assert read_source(course, NAME).cells[-1].source == expected


def test_hidden_tests_in_the_lesson_are_one_sentence(course):
    edit(
        text_path(course, NAME),
        '# %% tags=["hidden:double"]',
        '# %% tags=["hidden:double"]\nassert double(3)',
    )
    with pytest.raises(UserError, match="the cell 'hidden:double' must be empty"):
        read_source(course, NAME)


def test_a_lesson_that_is_not_utf_8_is_one_sentence(course):
    text_path(course, NAME).write_text(SOURCE.replace("# A small", "# Un caf\xe9"), encoding="latin-1")
    with pytest.raises(UserError, match=rf"{NAME}\.py is not UTF-8"):
        read_source(course, NAME)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("Exercise 1.2:", "double is exercise 1.2: there is no .*ex_1_2_double"),
        ("", "has no line '### BEGIN"),
    ],
)
def test_a_solution_with_another_number_than_its_hidden_tests_is_one_sentence(course, new, words):
    edit(text_path(course, NAME), "Exercise 1.1:", new)
    with pytest.raises(UserError, match=words):
        read_source(course, NAME)


def test_an_unknown_assignment_is_one_sentence(course):
    with pytest.raises(UserError, match=f"the assignments here are {NAME}"):
        read_source(course, "02_none")
