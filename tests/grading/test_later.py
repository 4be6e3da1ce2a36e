"""What comes after grading: nbgrader's feedback, its release and formgrader; and changes in mid-term.

No kernel runs: tests pass, but for those that the student's folder names.
"""

import json
import os
from contextlib import nullcontext
from datetime import datetime

import pytest
from made_up import NAME
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from qcourse.authoring import nbgrader_command
from qcourse.course.cells import by_grade_id
from qcourse.course.notebooks import new_error, read, write
from qcourse.grading import grade_class, grade_submission, report

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin
class Half(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / {}
c.AssignLatePenalties.plugin_class = Half
"""


@pytest.fixture
def log(monkeypatch):
    """Who was graded in this test."""
    log = []

    def graded(workers, waiting, release, isolation):
        for submission in waiting:
            log.append(submission.student)
            notebook = read_released(release)
            for name in submission.read_files().get("fails.txt", b"").decode().split():
                by_grade_id(notebook)[name].outputs = [new_error("AssertionError", "wrong")]
            scores = grade_submission._scores({NAME: notebook}, release.notebooks)
            yield submission, {"status": "graded", "reason": "", "seconds": 0.1} | scores

    def read_released(release):
        return grade_submission.from_bytes(release.as_bytes()[NAME])

    monkeypatch.setattr(grade_class, "_workers", lambda *given, **named: nullcontext())
    monkeypatch.setattr(grade_class, "_graded", graded)
    return log


def hand_in(course, student, stamp=None, fails="", **files):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    write(read(course / "notebooks" / NAME / f"{NAME}.ipynb"), folder / f"{NAME}.ipynb")
    contents = {f"{name}.txt": text for name, text in files.items()}
    for name, text in (contents | {"timestamp.txt": stamp, "fails.txt": fails}).items():
        if text is not None:
            (folder / name).write_text(text)


def grade(course, **options):
    """The results by student; what is printed of them is in ``told``."""
    results = grade_class.grade(grade_class.Options(NAME, course, **options))
    grade.told = report.ending(results)
    return {result["student"]: result for result in results}


def nbgrader(course, *arguments):
    code, told = nbgrader_command.run(course, arguments)
    assert code == 0, told


def book(course):
    return Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse")


def set_due(course, when):
    with book(course) as gradebook:
        gradebook.find_assignment(NAME).duedate = when
        gradebook.db.commit()


def total(course, student):
    """The points of a student, without what is taken off."""
    with book(course) as gradebook:
        submission = gradebook.find_submission(NAME, student)
        return submission.score - (submission.notebooks[0].late_submission_penalty or 0)


@pytest.fixture
def one(course, log):
    """A course with one submission, of Ada's."""
    for student in ("ben", "chloe"):
        (course / "submitted" / student / NAME / f"{NAME}.ipynb").unlink()
        (course / "submitted" / student / NAME).rmdir()
    hand_in(course, "ada", "2025-12-02 10:00:00 UTC")
    return course


# nbgrader's next steps


def test_feedback_is_released_and_formgrader_shows_every_submission(one, log, tmp_path):
    course, exchange = one, tmp_path / "exchange"
    (exchange / "qcourse" / "feedback").mkdir(parents=True)
    with (course / "nbgrader_config.py").open("a") as settings:
        settings.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
    hand_in(course, "ada", "2025-12-02 12:00:00 +0200", submission_secret="abc", notes="mine")
    hand_in(course, "ben", "2025-12-02 10:00:00 IST", submission_secret="def")
    hand_in(course, "chloe", "")
    (course / "submitted" / "dev" / NAME).mkdir(parents=True)
    (course / "submitted" / "dev" / NAME / "timestamp.txt").write_text("soon")
    results = grade(course)
    graded = course / "autograded" / "ada" / NAME
    names = {"fails.txt", "notes.txt", "submission_secret.txt", "timestamp.txt", f"{NAME}.ipynb"}
    assert {path.name for path in graded.iterdir()} == names
    assert (course / "autograded" / "chloe" / NAME / "timestamp.txt").read_text() == ""
    assert "may mean several times ('2025-12-02 10:00:00 IST')" in results["ben"]["reason"]

    # a refused submission has an entry, as in nbgrader, and no score
    assert results["dev"]["status"] == "failed"
    with book(course) as gradebook:
        entry = gradebook.find_submission(NAME, "dev")
        assert {(g.auto_score, g.needs_manual_grade) for g in entry.notebooks[0].grades} == {(None, True)}
        assert gradebook.find_submission(NAME, "ada").timestamp == datetime(2025, 12, 2, 10)

    # formgrader reads times in submitted/ again
    config = Config(CourseDirectory={"root": str(course), "course_id": "qcourse"})
    api = NbGraderAPI(CourseDirectory(config=config), None)
    shown = {s["student"]: (s["autograded"], s["timestamp"]) for s in api.get_submissions(NAME)}
    at = "2025-12-02T10:00:00"
    assert shown == {"ada": (True, at), "ben": (True, None), "chloe": (True, None), "dev": (False, None)}

    hand_in(course, "chloe", "", submission_secret="ghi")
    grade(course)
    assert log == ["ada", "ben", "chloe"]  # the secret alone needs no kernel
    nbgrader(course, "generate_feedback", NAME)
    nbgrader(course, "release_feedback", NAME)
    released = {path.name for path in (exchange / "qcourse" / "feedback").iterdir()}
    assert released == {f"{notebook_hash(secret=s, notebook_id=NAME)}.html" for s in ("abc", "def", "ghi")}
    assert not [p for p in course.rglob("*") if ".qcourse" in p.name and "feedback" in p.parts]


def test_what_an_earlier_submission_left_is_removed(one):
    hand_in(one, "ada", None, old="x")
    folder = one / "submitted" / "ada" / NAME
    (folder / "data").mkdir()
    (folder / "data" / "x.csv").write_text("1")
    grade(one)
    graded = one / "autograded" / "ada" / NAME
    assert (graded / "data" / "x.csv").stat().st_mode & 0o777 == 0o444
    (folder / "data" / "x.csv").unlink()
    (folder / "data").rmdir()
    (folder / "data").write_text("a file where a folder was")
    (folder / "old.txt").unlink()
    (graded / ".qcourse.json").touch()  # of an earlier version
    grade(one)
    names = {"data", "fails.txt", "timestamp.txt", f"{NAME}.ipynb"}
    assert {path.name for path in graded.iterdir()} == names
    assert (graded / "data").read_text() == "a file where a folder was"
    longest = folder / ("x" * 255)
    longest.touch()
    assert grade(one)["ada"]["status"] == "graded"
    assert (graded / longest.name).exists()


def test_a_refused_submission_keeps_its_last_grade_and_says_so(one, log):
    grade(one)
    (one / "submitted" / "ada" / NAME / "link").symlink_to(one)
    result = grade(one)["ada"]
    assert result["reason"] == "'link' is a link: hand in the file itself. The last grade stays."
    assert total(one, "ada") == 6


def test_graded_by_nbgrader_since_it_is_graded_again(one, log):
    grade(one)
    graded = one / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    graded.chmod(0o644)
    graded.write_text(graded.read_text() + "\n")
    grade(one)
    assert log == ["ada", "ada"]


# Changes in mid-term


def test_a_due_date_or_penalty_that_is_moved_is_applied_without_a_kernel(one, log):
    assert grade(one)["ada"]["penalty"] == 0
    assert "Changed" not in grade.told
    settings = (one / "nbgrader_config.py").read_text()
    for due, divisor, penalty, told in (
        (datetime(2025, 12, 1), 2, 3, "taken off as late: 0 -> 3"),
        (datetime(2025, 12, 1), 3, 2, "taken off as late: 3 -> 2"),
        (datetime(2025, 12, 3), 3, 0, "taken off as late: 2 -> 0"),
    ):
        set_due(one, due)
        (one / "nbgrader_config.py").write_text(settings + PENALTY.format(divisor))
        result = grade(one)["ada"]
        assert (result["score"], result["penalty"]) == (6, penalty)
        assert ("is taken off" in result["reason"]) == (penalty > 0)
        assert grade.told.splitlines()[-1] == f"ada  {told}"
        assert grade(one)["ada"]["penalty"] == penalty
        assert "Changed" not in grade.told
    set_due(one, datetime(2025, 12, 1))
    (one / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2025-11-30 10:00:00 UTC")  # a new time
    assert grade(one)["ada"]["penalty"] == 0
    assert (one / "autograded" / "ada" / NAME / "timestamp.txt").read_text() == "2025-11-30 10:00:00 UTC"
    assert log == ["ada"]


def test_points_that_change_are_counted_again_without_a_kernel(one, log):
    hand_in(one, "ada", fails="clamp-check")
    assert grade(one)["ada"]["score"] == 5
    with book(one) as gradebook:
        for name, points in (("clamp-check", 4), ("clamp-hidden", 5)):
            gradebook.find_grade_cell(name, NAME, NAME).max_score = points
        gradebook.db.commit()
    result = grade(one)["ada"]
    assert (result["score"], result["max_score"]) == (8, 15)
    assert grade.told.splitlines()[-2:] == [
        "Changed since they were last graded:",
        "ada  5 -> 8 (clamp-hidden 2 -> 5)",
    ]
    assert total(one, "ada") == 8
    graded = by_grade_id(read(one / "autograded" / "ada" / NAME / f"{NAME}.ipynb"))["clamp-hidden"]
    assert graded.metadata.nbgrader.points == 5
    assert grade(one)["ada"]["score"] == 8
    assert log == ["ada"]


def test_a_test_that_changes_is_run_again_and_the_change_is_told(one, log):
    grade(one)
    hand_in(one, "ada", fails="clamp-hidden asymmetric_quantization-check")
    with book(one) as gradebook:
        gradebook.find_source_cell("clamp-hidden", NAME, NAME).source += "\n# corrected"
        gradebook.db.commit()
    grade(one)
    assert log == ["ada", "ada"]
    changes = "(clamp-hidden 2 -> 0, asymmetric_quantization-check 1 -> 0)"
    assert grade.told.splitlines()[-1] == f"ada  6 -> 3 {changes}"


def test_a_solution_that_is_newer_than_the_gradebook_is_said(one, log, capsys):
    grade(one)
    assert capsys.readouterr().err == ""
    path = one / "solutions" / NAME / f"{NAME}.ipynb"
    solution = read(path)
    for name, change in (("clamp-hidden", "\n# corrected"), ("asymmetric_quantization-check", "\n# too")):
        by_grade_id(solution)[name].source += change
    by_grade_id(solution)["asymmetric_quantization-hidden"].metadata.nbgrader.points = 7
    write(solution, path)
    grade(one)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"qcourse: {path} is not what the gradebook holds, which counts (")
    for name in ("clamp-hidden", "asymmetric_quantization-check", "asymmetric_quantization-hidden"):
        assert name in line
    assert line.endswith(f"run nbgrader generate_assignment {NAME} --force, then qcourse grade again.")
    nbgrader(one, "generate_assignment", NAME, "--force")
    grade(one)
    assert capsys.readouterr().err == ""
    assert log == ["ada", "ada"]
    release = one / "notebooks" / NAME / f"{NAME}.ipynb"
    changed = read(release)
    by_grade_id(changed)["clamp"].source += "\n# by hand"
    write(changed, release)
    grade(one)
    assert f"{release} is not what its solution makes (clamp)" in capsys.readouterr().err


def test_a_late_plugin_that_fails_is_said_in_one_sentence(one, log):
    with (one / "nbgrader_config.py").open("a") as settings:
        settings.write(PENALTY.format(0))
    set_due(one, datetime(2025, 12, 1))
    with pytest.raises(grade_class.UserError, match="the late-penalty plugin Half failed"):
        grade(one)


def test_the_receipt_holds_no_notebook(one, log):
    grade(one)
    (path,) = (one / ".qcourse-grade").rglob("*.json")
    assert set(json.loads(path.read_text())["result"]) >= {"score", "cells", "reason"}
    assert os.path.getsize(path) < 10_000
