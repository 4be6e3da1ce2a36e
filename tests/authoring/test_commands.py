"""``qcourse build | verify | judge | mutants | demo``: what they take, and what they refuse."""

import shutil
import subprocess
import sys

import pytest

from qcourse import cli
from qcourse.course import folder
from qcourse.errors import UserError

COMMANDS = ("build", "verify", "judge", "mutants", "demo")
SIX = "06_quantization_from_scratch"


@pytest.mark.parametrize("choice", ["06", "6", "06_quant", SIX])
def test_an_assignment_is_known_by_number_name_and_unique_prefix(root, choice):
    assert folder.pick(root, [choice]) == [SIX]
    assert folder.pick_exercises(root, [choice]) == {SIX: [f"6.{i}" for i in range(1, 10)]}


def test_an_exercise_is_known_by_its_number(root):
    assert folder.pick_exercises(root, ["6.7"]) == {SIX: ["6.7"]}
    assert folder.pick_exercises(root, ["6.9", "06.2"]) == {SIX: ["6.2", "6.9"]}


def test_without_a_choice_all_is_chosen(root):
    assert folder.pick(root) == folder.assignments(root) == list(folder.pick_exercises(root))


@pytest.mark.parametrize("command", ["build", "judge", "mutants"])
@pytest.mark.parametrize("choice", ["", "10", "0", "06_other", "6.99", "0.1", "answers"])
def test_an_unknown_choice_is_one_sentence(root, capsys, command, choice):
    assert cli.main([command, choice, "--course", str(root)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("qcourse: ")
    assert told.err.count("\n") == 1


def test_a_prefix_that_two_share_is_refused(tmp_path):
    for name in ("06_a", "06_b"):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        (tmp_path / "solutions" / name / f"{name}.py").touch()
    for choice in ("06", "6", "06_"):
        with pytest.raises(UserError, match=f"'{choice}' names several assignments: choose from 06_a, 06_b"):
            folder.pick(tmp_path, [choice])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_not_a_course_is_one_sentence(tmp_path, capsys, command):
    assert cli.main([command, "--course", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert told.err == f"qcourse: {tmp_path} is not a course folder: it has no solutions/NAME/NAME.py.\n"
    assert told.out == ""


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("verify", "notebooks/"),
        ("verify", "solutions/"),
        ("build", "nbgrader_config.py"),
        ("demo", "nbgrader_config.py"),
    ],
)
def test_a_course_that_lacks_a_file_is_one_sentence(root, tmp_path, capsys, command, missing):
    kept = ("solutions", "notebooks")
    for folder_name in kept:
        shutil.copytree(root / folder_name / SIX, tmp_path / folder_name / SIX)
    shutil.copy(root / "nbgrader_config.py", tmp_path)
    (tmp_path / (f"{missing}{SIX}/{SIX}.ipynb" if missing.endswith("/") else missing)).unlink()
    assert cli.main([command, "--course", str(tmp_path)]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert f"{missing}" in told
    assert " is missing: " in told


def test_students_and_graders_need_no_jupytext():
    code = """
import sys
sys.modules["jupytext"] = None
import qcourse.course.preprocessors, qcourse.grading.grade_submission, qcourse.grading.self_check
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_course_without_tests_or_answers_is_refused(tmp_path, capsys):
    lesson = tmp_path / "solutions" / "01_small" / "01_small.py"
    (lesson.parent / "hidden").mkdir(parents=True)
    lesson.touch()
    assert cli.main(["judge", "--course", str(tmp_path)]) == 2
    assert "hidden/ has no tests" in capsys.readouterr().err
    other = tmp_path / "solutions" / "02_other"
    (other / "hidden").mkdir(parents=True)
    (other / "02_other.py").touch()
    (other / "hidden" / "ex_2_1_triple.py").touch()
    with pytest.raises(UserError, match="01_small: there are no exercises"):
        folder.pick_exercises(tmp_path, ["2", "1"])
    shutil.rmtree(other)
    (lesson.parent / "hidden" / "ex_1_1_double.py").touch()
    assert cli.main(["judge", "--course", str(tmp_path)]) == 2
    assert "has no answers" in capsys.readouterr().err
    (lesson.parent / "answers").mkdir()
    (lesson.parent / "answers" / "ex_1_2_triple.py").write_text("# %% right: once\nx = 1\n")
    assert cli.main(["judge", "1.1", "--course", str(tmp_path)]) == 2
    assert "no answer to exercise 1.1" in capsys.readouterr().err


@pytest.mark.parametrize("command", [*COMMANDS, "check", "grade"])
def test_help_says_what_a_command_does_and_the_default_of_each_option(capsys, command):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "(default: " in told
    assert not any(word in told for word in ("(here)", "(120)", "(auto)"))


def test_the_command_itself_starts_without_torch_and_nbgrader():
    code = "import qcourse.cli, sys; sys.exit(bool({'torch', 'nbgrader', 'nbformat'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
