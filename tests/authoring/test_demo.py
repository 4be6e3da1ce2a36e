"""The demo class: graded for real by nbgrader, from hand-in to feedback."""

import json
from pathlib import Path

import nbformat
import pytest

from qcourse.authoring import demo, nbgrader_command
from qcourse.authoring.answers import read_answers
from qcourse.authoring.demo_class import Classroom
from qcourse.authoring.judge import judge
from qcourse.course.folder import answers_folder, assignments

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("graded")]  # with test_cheats


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The demo class's folder, graded."""
    folder = tmp_path_factory.mktemp("demo") / "class"
    demo.run(ROOT, folder)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_class_is_graded_as_it_deserves(graded, name):
    points = json.loads((graded / "points.json").read_text())
    assert len(points) >= 8
    score = {student: scores[name][0] for student, scores in points.items()}
    most = points["ada"][name][1]
    assert score["ada"] == score["femi"] == score["gita"] == most
    assert score["chloe"] == 0
    assert 0 < score["ben"] < most
    for student in ("dev", "emma", "hiro", "ines"):
        assert score[student] < most
    assert score["hiro"] > score["dev"]


@pytest.mark.parametrize("name", NAMES)
def test_feedback_names_the_cause_and_shows_no_hidden_test(graded, name):
    feedback = (graded / "feedback" / "dev" / name / f"{name}.html").read_text()
    assert feedback.count("likely cause") >= 5
    assert "HIDDEN TESTS" not in feedback
    assert name in (graded / "reports" / name[:2] / "report.html").read_text()


# A student's cell may warn, and the notebooks' own warnings are nbgrader's to judge (test_gates).
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_and_the_judge_agree_cell_by_cell(graded, name):
    bank = read_answers(answers_folder(ROOT, name))
    grade_id = list(dict.fromkeys(a.grade_id for a in bank))[1]
    wrong = [a for a in bank if a.grade_id == grade_id and not a.right]
    (verdict,) = judge(ROOT, name, [wrong[2 % len(wrong)]])
    scored = Classroom(ROOT, graded).scores("hiro", name)
    assert {s.grade_id for s in scored if s.score < s.max_score and not s.by_hand} == set(verdict.failed)


def test_it_is_shown_again_and_not_graded_again(graded, capsys):
    demo.run(ROOT, graded)
    told = capsys.readouterr().out
    assert "Grading" not in told
    assert "docs/instructor.md" in told
    assert all(student.name in told for student in demo.STUDENTS)
    assert (graded / "points.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("which", "said"), [("solution", "Success"), ("release", "FAILED ON")])
def test_nbgrader_validate_says_the_same(graded, tmp_path, which, said):
    path = tmp_path / "notebook.ipynb"
    nbformat.write(getattr(Classroom(ROOT, graded), which)(NAMES[0]), path)
    assert said in nbgrader_command.run(ROOT, ["validate", str(path)])[1]
