"""`qcourse export`: the platforms' columns, nothing where no points are, no cell that acts, round trips."""

import csv
import re
import shutil

import pytest
from conftest import NAME
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.authoring import nbgrader_command
from qcourse.classroom.people import read_roster
from qcourse.classroom.tables import harmless
from qcourse.errors import UserError

CLASS = {  # id: first and last name, e-mail, number, points of each test, of the question, and what is late
    "ada": ("Ada", "O'Neil, Jr.", "ada@x.org", "1001", 1, 2.5, 0),
    "ben": ('Ben "B"', "=cmd|'calc'!A0", "ben@x.org", "1002", 0, None, 0),
    "cox, c.": ("-Dash", "@At", "+1@x.org", "1003", 2, 0, 3.5),
    "dee": ("李", "小龍", "dee@x.org", "", None, None, 0),  # refused
    "eve": ("Eve", "", "", "1005", None, None, None),  # missing
}


@pytest.fixture(scope="module")
def course(root, gradebook_bytes, tmp_path_factory):
    """A class whose points are made up."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "gradebook.db").write_bytes(gradebook_bytes)
    shutil.copy(root / "nbgrader_config.py", folder)
    shutil.copytree(root / "notebooks" / NAME, folder / "notebooks" / NAME)
    shutil.copytree(root / "solutions" / NAME, folder / "solutions" / NAME)
    code, said = nbgrader_command.run(folder, ["generate_assignment", NAME, "--force"])
    assert code == 0, said
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        for student, (first, last, email, number, tests, question, late) in CLASS.items():
            names = {"first_name": first, "last_name": last, "email": email, "lms_user_id": number}
            book.update_or_create_student(student, **names)
            if late is None:
                continue
            with book.db.no_autoflush:
                notebook = book.update_or_create_submission(NAME, student).notebooks[0]
            notebook.late_submission_penalty = late
            for grade in notebook.grades:
                grade.auto_score = None if grade.cell.name == "question" else tests
                grade.manual_score = question if grade.cell.name == "question" else None
        book.db.commit()
    return folder


@pytest.fixture
def exported(course, tmp_path, capsys):
    def run(kind):
        out = tmp_path / f"{kind}.csv"
        given = ["export", "06", "--format", kind, "--out", str(out), "--course", str(course)]
        assert cli.main(given) == 0
        with out.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream)), capsys.readouterr().out, out

    return run


def test_moodle_has_users_by_number_and_address(exported):
    rows, said, _ = exported("moodle")
    assert rows[0] == ["First name", "Last name", "ID number", "Email address", NAME]
    assert rows[1:] == [
        ["Eve", "", "1005", "", ""],
        ['Ben "B"', "'=cmd|'calc'!A0", "1002", "ben@x.org", "0"],
        ["'-Dash", "'@At", "1003", "'+1@x.org", "32.5"],
        ["Ada", "O'Neil, Jr.", "1001", "ada@x.org", "20.5"],
        ["李", "小龍", "", "dee@x.org", ""],
    ]
    assert "06: 3 with points; 1 not handed in, 1 refused or not graded, 1 still without points" in said
    assert "unknown to Moodle" not in said


def test_whom_moodle_cannot_know_is_said(exported, course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        book.update_or_create_student("eve", lms_user_id="")
    try:
        assert "Without an address or an ID number, unknown to Moodle: Eve (eve)." in exported("moodle")[1]
    finally:
        with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
            book.update_or_create_student("eve", lms_user_id="1005")


def test_canvas_has_its_columns_and_points_possible(exported):
    rows, said, _ = exported("canvas")
    assert rows[0] == ["Student", "ID", "Section", NAME]
    assert rows[1] == ["    Points Possible", "", "", "30"]
    assert rows[2:5] == [
        ["Eve", "1005", "", ""],
        ["'=cmd|'calc'!A0, Ben \"B\"", "1002", "", "0"],
        ["'@At, -Dash", "1003", "", "32.5"],
    ]
    assert "Without a Canvas ID, matched by name only: 李 小龍 (dee)." in said


def test_the_wide_file_has_a_column_for_each_exercise_and_adds_up(exported):
    rows, _, _ = exported("csv")
    header, found = rows[0], {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    numbers = [f"06: 6.{n}" for n in range(1, 10)]
    assert header[5:] == [*numbers, "06 by hand", "06 late", "06 points", "06 of"]
    assert [found["ada"][name] for name in header[5:]] == [*["2"] * 9, "2.5", "0", "20.5", "30"]
    assert [found["ben"][name] for name in header[5:]] == [*["0"] * 9, "", "0", "0", "30"]
    assert [found["cox, c."][name] for name in header[-4:]] == ["0", "3.5", "32.5", "30"]
    for nobody in ("dee", "eve"):
        assert [found[nobody][name] for name in header[5:]] == [*[""] * 12, "30"]


@pytest.mark.parametrize("kind", ["moodle", "csv", "canvas"])
def test_ids_and_names_come_back_as_a_roster(exported, kind):
    _, _, path = exported(kind)
    if kind == "canvas":
        with pytest.raises(UserError, match="line 7: 李 小龍 has the id ''"):
            read_roster(path)
        path.write_text(path.read_text().replace('"小龍, 李",,,\n', ""))
    people = {person.number or person.id: person for person in read_roster(path)}
    for student, (first, last, email, number, *_) in CLASS.items():
        if kind == "canvas" and not number:
            continue
        person = people[number or (email if kind == "moodle" else student)]
        if kind == "csv":
            assert person.id == student
        if kind != "canvas":
            assert person[1:4] == (first, last, email)
        elif "," not in last and last:
            assert person[1:3] == (first, last)


def test_no_cell_is_computed_by_a_spreadsheet(exported):
    for kind in ("moodle", "canvas", "csv"):
        for row in exported(kind)[0]:
            assert not [cell for cell in row if re.match(r"[=+\-@\t\r]", cell)]
    assert harmless("\tx") == "'\tx"
    assert harmless("O'Neil") == "O'Neil"


@pytest.mark.slow
def test_nbgrader_export_survives_commas_and_quotes(course, tmp_path):
    code, said = nbgrader_command.run(course, ["export", "--to", str(tmp_path / "grades.csv")])
    assert code == 0, said
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    scores = {row["student_id"]: row["score"] for row in rows}
    assert scores == {"ada": "20.5", "ben": "0.0", "cox, c.": "32.5", "dee": "0.0", "eve": "0.0"}
    assert {row["last_name"] for row in rows} == {"O'Neil, Jr.", "'=cmd|'calc'!A0", "'@At", "小龍", ""}


def test_an_assignment_that_is_named_twice_has_its_columns_once(course, tmp_path):
    out = tmp_path / "a.csv"
    given = ["--format", "moodle", "--out", str(out), "--course", str(course)]
    assert cli.main(["export", "06", "6", NAME, *given]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[0].endswith(f"Email address,{NAME}")


def test_an_unknown_assignment_or_a_folder_as_file_is_refused(course, tmp_path, capsys):
    given = ["export", "--format", "csv", "--course", str(course)]
    assert cli.main([*given, "6x", "--out", str(tmp_path / "a.csv")]) == 2
    assert "no assignment '6x'" in capsys.readouterr().err
    assert cli.main([*given, "06", "--out", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err
