"""What `make class` compares at its end: accounts of a class of five, made to differ one by one."""

import json
import re
import shutil
from types import SimpleNamespace

import class_of_60
import graded_class
import pytest
from graded_class import NAME
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.authoring import nbgrader_command

pytestmark = pytest.mark.slow
WHO = ("ada", "ben", "cy", "dora", "eve")


@pytest.fixture(scope="module")
def accounts(graded, tmp_path_factory):
    """The class with a penalty and points by hand, its report and its four exported files."""
    folder = shutil.copytree(graded, tmp_path_factory.mktemp("agreement") / "course")
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        for number, student in enumerate(WHO):
            book.update_or_create_student(
                student, first_name=f"the {student}", lms_user_id=str(number + 7000)
            )
        grade = book.find_grade("question", NAME, NAME, "cy")
        grade.manual_score, grade.extra_credit = 2, 0.5
        book.db.commit()
    told = graded_class.grade(folder)
    for one in told:
        one["penalty"] = 2.5 if one["student"] == "ada" else 0
    (folder / "06.json").write_text(json.dumps(told))
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        book.find_submission_notebook(NAME, NAME, "ada").late_submission_penalty = 2.5
        book.db.commit()
    given = ["--course", str(folder)]
    assert cli.main(["report", "06", "--names", "--out", str(folder / "report" / "06"), *given]) == 0
    for kind in ("moodle", "canvas", "csv"):
        to = str(folder / f"points_{kind}.csv")
        assert cli.main(["export", "06", "--format", kind, "--out", to, *given]) == 0
    for kind in ("moodle", "canvas"):  # there the class has its numbers as ids
        path = folder / f"points_{kind}.csv"
        path.write_text(re.sub(r"700(\d)", lambda n: WHO[int(n[1])], path.read_text(encoding="utf-8")))
    code, said = nbgrader_command.run(folder, ["export", "--to", "points_nbgrader.csv"])
    assert code == 0, said
    return folder


def differences(folder):
    return list(
        class_of_60.differences(SimpleNamespace(folder=folder, assignments=[NAME]), {(NAME, "cy"): 2.5})
    )


def test_all_accounts_agree(accounts):
    assert differences(accounts) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("points_moodle.csv", r"24\.5", "24", "the file for Moodle has 24.0, grading told 24.5"),
        ("points_canvas.csv", r"24\.5", "", "the file for Canvas has None, grading told 24.5"),
        ("points_csv.csv", r"24\.5,", "25,", "the wide file has 25.0, grading told 24.5"),
        ("points_nbgrader.csv", r"24\.5,", "24.4,", "nbgrader export has 24.4, grading told 24.5"),
        ("report/06/students.csv", r"\(ada\),27", "(ada),26", "the report has 26.0, grading told 27"),
        ("report/06/students.csv", r"3\.0,2\.5", "3.0,0", "the report's penalty has 0.0, grading told 2.5"),
    ],
)
def test_one_that_differs_is_told(accounts, tmp_path, file, old, new, what):
    folder = shutil.copytree(accounts, tmp_path / "course")
    text = (folder / file).read_text(encoding="utf-8")
    assert re.search(old, text), text
    (folder / file).write_text(re.sub(old, new, text), encoding="utf-8")
    assert [line for line in differences(folder) if what in line]


def test_so_is_formgrader(accounts, tmp_path):
    folder = shutil.copytree(accounts, tmp_path / "course")
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        book.find_grade("clamp-check", NAME, NAME, "ada").manual_score = 0
        book.db.commit()
    assert [line for line in differences(folder) if "formgrader has 26.0, grading told 27" in line]
