"""The course changes while it is held: `qcourse new`, then points, tests and exercises with hand-ins."""

import re
import shutil

import pytest
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.authoring import nbgrader_command, verify
from qcourse.authoring.assignment import Course
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import release_path, text_path
from qcourse.course.notebooks import read, write

pytestmark = pytest.mark.slow
NAME = "10_my_topic"
SOLVED = "def step_size(beta, alpha, bits):\n    return (alpha - beta) / (2**bits - 1)"


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """A course of one new notebook, in which two students have handed in, graded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(root / "nbgrader_config.py", folder)
    assert cli.main(["new", NAME, "--course", str(folder)]) == 0
    build(folder)
    for student, answer in (("ada", SOLVED), ("ben", SOLVED.replace("alpha - beta", "abs(beta) + alpha"))):
        notebook = read(release_path(folder, NAME))
        by_grade_id(notebook)["step_size"].source = answer
        target = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        target.parent.mkdir(parents=True)
        write(notebook, target)
    return folder


def build(folder):
    """What docs/instructor.md says of a change."""
    assert cli.main(["build", "--course", str(folder)]) == 0
    code, said = nbgrader_command.run(folder, ["generate_assignment", NAME, "--force"])
    assert code == 0, said


def grade(folder, capsys):
    capsys.readouterr()
    assert cli.main(["grade", "10", "--course", str(folder), "--workers", "1"]) == 0
    return capsys.readouterr()


def edit(path, old, new):
    text = path.read_text()
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text))


def scores(folder):
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        found = {s.id: book.find_submission(NAME, s.id) for s in book.students}
        return {name: (submission.score, submission.max_score) for name, submission in found.items()}


def test_a_new_notebook_builds_and_passes_the_gates(course):
    for gate in (*verify.QUICK, *verify.SLOW[:-1]):
        assert list(gate(Course(course))) == []


def test_points_tests_and_exercises_change(course, capsys):
    text = text_path(course, NAME)
    said = grade(course, capsys)
    assert "2 graded, 0 unchanged, 0 failed." in said.out
    assert scores(course) == {"ada": (3, 6), "ben": (1, 6)}  # the last input shows the mistake

    edit(text, '"check:step_size"', '"check:step_size:4"')
    build(course)
    assert "ada  3 -> 6 (step_size-check 1 -> 4)" in grade(course, capsys).out
    assert scores(course) == {"ada": (6, 9), "ben": (4, 9)}

    hidden = next((text.parent / "hidden").glob("*.py"))
    edit(hidden, r"\(-3.0, 4.0, 8\), \(5.0, 6.0, 4\)", "(-3.0, 4.0, 8)")
    assert cli.main(["build", "--course", str(course)]) == 0
    assert "is not what the gradebook holds" in grade(course, capsys).err
    build(course)
    assert "ben  4 -> 6 (step_size-hidden 0 -> 2)" in grade(course, capsys).out

    edit(text, '"check:step_size:4"', '"check:step_size:0"')
    build(course)
    (defect,) = [d for gate in verify.QUICK for d in gate(Course(course))]
    assert re.fullmatch(rf"{text}:\d+: only one test of step_size has points: 0 for both .*", defect)
    edit(text, '"hidden:step_size"', '"hidden:step_size:0"')
    build(course)
    assert [d for gate in verify.QUICK for d in gate(Course(course))] == []
    said = grade(course, capsys).out
    assert re.search(
        r"^ada +0 of 3 +[\d.]+$", said, re.MULTILINE
    )  # without a reason: nobody did anything wrong
    assert scores(course) == {"ada": (0, 3), "ben": (0, 3)}


def test_cells_that_are_removed_are_told_before_nbgrader_stumbles(course, tmp_path, capsys):
    folder = shutil.copytree(course, tmp_path / "course")
    text = text_path(folder, NAME)
    text.write_text(re.sub(r"# %% \[markdown\]\n# ## Question.*", "", text.read_text(), flags=re.DOTALL))
    assert cli.main(["build", "--course", str(folder)]) == 0
    capsys.readouterr()
    assert cli.main(["grade", "10", "--course", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "lacks question, which the gradebook holds." in said
    assert "neither adds nor removes cells: put them back" in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "    ### END SOLUTION\n",
            "",
            r":27: '### BEGIN SOLUTION Exercise 10.1: .*' has no '### END SOLUTION'",
        ),
        ('"check:step_size', '"chek:step_size', r":\d+: the tag 'chek:step_size.*' is unknown"),
        ("number_of_steps = 2", "number_of_steps = two", r":\d+: .* fails: fix it there. .*two"),
        ('"check:step_size', '"check:step', r":\d+: step_size has no cell tagged check:step_size"),
    ],
)
def test_what_is_half_done_is_told_in_one_line_with_its_place(course, tmp_path, capsys, old, new, reason):
    folder = shutil.copytree(course, tmp_path / "course")
    text = text_path(folder, NAME)
    assert old in text.read_text()
    text.write_text(text.read_text().replace(old, new, 1))
    capsys.readouterr()
    if cli.main(["build", "--course", str(folder)]) == 0:
        said = "\n".join(d for gate in verify.QUICK for d in gate(Course(folder)))
    else:
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
    assert re.search(f"{NAME}.py{reason}", said), said


@pytest.mark.parametrize(
    ("name", "reason"),
    [("topic", "is no name of an assignment"), ("10_other", "has the number 10"), ("1_x", "is no name")],
)
def test_other_names_are_refused(course, capsys, name, reason):
    assert cli.main(["new", name, "--course", str(course)]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("place", ["solutions", "notebooks"])
def test_a_number_is_taken_by_a_notebook_without_a_text(root, tmp_path, capsys, place):
    shutil.copy(root / "nbgrader_config.py", tmp_path)
    (tmp_path / place / NAME).mkdir(parents=True)
    (tmp_path / place / NAME / f"{NAME}.ipynb").write_text("{}")
    assert cli.main(["new", "10_x", "--course", str(tmp_path)]) == 2
    assert f"{NAME} has the number 10" in capsys.readouterr().err
    assert not (tmp_path / "solutions" / "10_x").exists()


def test_cells_that_are_added_are_told_too(course, tmp_path, capsys):
    folder = shutil.copytree(course, tmp_path / "course")
    text = text_path(folder, NAME)
    more = '# %% [markdown] tags=["question:more"]\n# ### BEGIN SOLUTION\n# x\n# ### END SOLUTION\n'
    grade(folder, capsys)
    text.write_text(text.read_text() + "\n" + more)
    assert cli.main(["build", "--course", str(folder)]) == 0
    told = grade(folder, capsys).err
    assert "has other cells than the gradebook (more). Once somebody has handed in" in told
