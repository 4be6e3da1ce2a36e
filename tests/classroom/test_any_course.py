"""The instructor's desk in courses whose tests have any names, by any headings, with points by hand alone."""

import csv
import os
from contextlib import closing

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.classroom.exercises import exercises, of_all
from qcourse.course.notebooks import to_bytes
from qcourse.course.settings import course_settings
from qcourse.grading import receipt, registered
from qcourse.grading.gradebook import Writer
from qcourse.grading.submission import Submission

KINDS = {"answer": {"solution": True}, "test": {"grade": True, "locked": True}, "task": {"task": True}}
KINDS["essay"] = {"grade": True, "solution": True}


def cell(kind, grade_id, points=0):
    make = new_markdown_cell if kind in ("essay", "task") else new_code_cell
    given = {"schema_version": 3, "grade_id": grade_id, "points": points, **KINDS[kind]}
    return make("x", metadata={"nbgrader": given})


def sheet(*cells):
    return new_notebook(cells=[new_markdown_cell("## Sheet: vectors"), *cells])


NORM = (cell("answer", "norm"), cell("test", "t1", 2), cell("test", "norm-hidden", 1))
SHEET = sheet(
    *NORM, cell("answer", "dot"), cell("test", "dot_a", 1), cell("test", "dot_b", 1), cell("essay", "why", 4)
)


def write(course, assignment, notebooks):
    """Hand out made-up notebooks, by name, and register them."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.update_or_create_assignment(assignment)
        for name, notebook in notebooks.items():
            book.add_notebook(name, assignment)
            folder = course / "release" / assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.ipynb").write_bytes(to_bytes(notebook))
            for one in notebook.cells[1:]:
                own = one.metadata.nbgrader
                given = own.grade_id, name, assignment
                if "grade" in own:
                    book.add_grade_cell(*given, max_score=own.points, cell_type=one.cell_type)
                if "task" in own:
                    book.add_task_cell(*given, max_score=own.points, cell_type=one.cell_type)
                if "solution" in own:
                    book.add_solution_cell(*given)


def hand_in(course, assignment, student, scores):
    """Enter scores by grade id, as grading and humans do."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.update_or_create_student(student)
        with book.db.no_autoflush:
            entered = book.update_or_create_submission(assignment, student)
        for grade in (grade for notebook in entered.notebooks for grade in notebook.grades):
            grade.auto_score = scores.get(grade.cell.name)
        book.db.commit()


@pytest.fixture
def exported(course, tmp_path, capsys):
    def run(*assignments, kind="csv"):
        out = tmp_path / "points.csv"
        given = ["--format", kind, "--out", str(out), "--course", str(course)]
        assert cli.main(["export", *assignments, *given]) == 0, capsys.readouterr()
        with out.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream)), capsys.readouterr().out

    return run


def test_a_test_belongs_to_the_last_answer_above_it_and_equal_headings_are_told_apart():
    norm, dot, why = exercises(SHEET)
    assert (norm.answer, norm.hidden, norm.tests) == ("norm", "norm-hidden", ("t1",))
    assert (dot.answer, dot.tested, dot.by_hand) == ("dot", ("dot_a", "dot_b"), ())
    assert (why.tested, why.by_hand) == ((), ("why",))
    assert [one.name for one in (norm, dot, why)] == [f"{n}: Sheet: vectors" for n in ("norm", "dot", "why")]
    alone = sheet(*NORM)
    assert [(book, one.name) for book, one in of_all({"a": alone, "b": alone})] == [
        (name, f"{name}: Sheet: vectors") for name in "ab"
    ]
    assert exercises(alone)[0].name == "Sheet: vectors"


def test_points_of_tests_are_in_their_columns_and_by_hand_is_by_hand(course, exported):
    write(course, "ws_1", {"sheet": SHEET})
    write(course, "ws_2", {"sheet": sheet(*NORM)})
    hand_in(course, "ws_1", "ada", {"t1": 2, "norm-hidden": 1, "dot_a": 1, "dot_b": 0, "why": 3.5})
    (header, row), said = exported("ws_1", "ws_2")
    assert len({*header}) == len(header)
    columns = ["norm: Sheet: vectors", "dot: Sheet: vectors"]
    ends = ["by hand", "late", "points", "of"]
    first = [*(f"ws_1: {name}" for name in columns), *(f"ws_1 {what}" for what in ends)]
    assert header[5:] == [*first, "ws_2: Sheet: vectors", *(f"ws_2 {what}" for what in ends)]
    assert row[5:] == ["3", "1", "3.5", "0", "7.5", "9", *[""] * 4, "3"]  # ws_2: nobody handed it in
    assert "ws_1: 1 with points." in said
    assert exported("ws_2", kind="canvas")[0][1][-1] == "3"


def test_two_assignments_of_one_number_are_called_by_their_names(course, exported):
    for name in ("07_a", "07_b", "08_c"):
        write(course, name, {"x": sheet(*NORM)})
    header = exported("07_a", "07_b", "08_c")[0][0]
    assert [name for name in header if name.endswith(" of")] == ["07_a of", "07_b of", "08 of"]


def test_a_prefix_of_several_says_so_and_suggested_commands_can_be_copied(course, capsys, tmp_path):
    for name in ("A 1", "A 2"):
        write(course, name, {"x": sheet(*NORM)})
    given = ["--course", str(course)]
    assert cli.main(["report", "A", *given, "--out", str(tmp_path)]) == 2
    assert "'A' names several assignments: choose from A 1, A 2." in capsys.readouterr().err
    assert cli.main(["report", "A 1", *given, "--out", str(tmp_path)]) == 2
    assert "run qcourse grade 'A 1'." in capsys.readouterr().err
    (course / "submitted" / "ada" / "A 1").mkdir(parents=True)
    assert cli.main(["feedback", "A 1", *given]) == 0
    assert "run qcourse grade 'A 1'." in capsys.readouterr().out
    assert "--force" in (said := registered._sentence(course, "old", ["a"], "A 1"))
    assert "nbgrader generate_assignment 'A 1' --force" in said


def test_whom_the_settings_leave_out_is_in_no_list(course, exported, capsys, tmp_path):
    write(course, "ws", {"x": sheet(*NORM)})
    for student in ("ada", "ben"):
        (course / "submitted" / student / "ws").mkdir(parents=True)
    hand_in(course, "ws", "ada", {"t1": 2, "norm-hidden": 1})
    hand_in(course, "ws", "eve", {"t1": 2, "norm-hidden": 1})
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.student_id_exclude = 'ben,eve'\n"
    )
    given = ["ws", "--course", str(course)]
    assert cli.main(["feedback", *given]) == 0
    said = capsys.readouterr().out
    assert "1 student," in said
    assert cli.main(["feedback", *given, "--student", "eve"]) == 2
    left_out = "the gradebook has no student eve, or nbgrader's settings leave them out."
    assert left_out in capsys.readouterr().err
    assert "not graded yet" not in said
    assert [row[0] for row in exported("ws")[0]] == ["student id", "ada"]
    (tmp_path / "roster.csv").write_text("Student,ID\nEve,eve\nZoe,zoe\n")
    delivery = tmp_path / "in" / "ada"
    delivery.mkdir(parents=True)
    (delivery / "x.ipynb").write_text("1")
    collected = ["collect", "ws", str(tmp_path / "in"), "--roster", str(tmp_path / "roster.csv"), *given[1:]]
    capsys.readouterr()
    cli.main(collected)
    said = capsys.readouterr().out
    assert "zoe" in said
    assert "eve" not in said


def test_a_name_that_no_gradebook_can_hold_is_refused_and_not_waited_for(course, capsys, tmp_path):
    write(course, "ws", {"x": sheet(*NORM)})
    hand_in(course, "ws", "ada", {"t1": 2, "norm-hidden": 1})
    odd = os.fsdecode(b"a\nb\xff")
    folder = course / "submitted" / odd / "ws"
    folder.mkdir(parents=True)
    given = ["ws", "--course", str(course)]
    assert cli.main(["report", *given, "--out", str(tmp_path / "r")]) == 0  # before it is looked at
    with closing(Writer(course_settings(course), "ws")) as writer:
        assert not writer.refuse(Submission(odd, {}, None, []), "it has a sign that cannot be printed.")
    capsys.readouterr()
    assert cli.main(["feedback", *given]) == 0
    assert "2 students, 1 of them refused" in (said := capsys.readouterr().out)
    assert "not graded yet" not in said
    assert cli.main(["report", *given, "--names", "--out", str(tmp_path / "r")]) == 0
    assert "that cannot be printed" in (tmp_path / "r" / "report.html").read_text()


def test_names_that_turn_or_end_lines_are_printed_as_they_are_spelt(course, capsys, tmp_path):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.add_student("eve", first_name="E\u202ee", last_name="x\ny")
    write(course, "ws", {"x": sheet(*NORM)})
    given = ["--course", str(course), "--out", str(tmp_path / "x.csv")]
    for kind in ("moodle", "canvas"):
        assert cli.main(["export", "ws", "--format", kind, *given]) == 0
    (tmp_path / "in" / "a\nb").mkdir(parents=True)
    (tmp_path / "in" / "a\nb" / "x.ipynb").write_text("1")
    (tmp_path / "in" / "ada").mkdir()
    (tmp_path / "in" / "ada" / "x.ipynb").write_text("1")
    assert cli.main(["collect", "ws", str(tmp_path / "in"), *given[:2]]) == 1
    said = capsys.readouterr().out
    assert "\u202e" not in said
    assert said.count("E\\u202ee x\\ny (eve)") == 3
    assert "a\\nb/x.ipynb: its name is too long, or cannot be printed" in said


def test_what_is_graded_by_hand_alone_is_graded_before_anybody_gave_points(
    course, exported, tmp_path, capsys
):
    write(course, "essay", {"essay": sheet(cell("essay", "why", 4), cell("task", "draw", 2))})
    handed_in = course / "submitted" / "ada" / "essay"
    handed_in.mkdir(parents=True)
    hand_in(course, "essay", "ada", {})
    given = ["essay", "--course", str(course)]
    out = tmp_path / "report"
    assert cli.main(["report", *given, "--out", str(out)]) == 2
    path = receipt.path_of(course, "ada", "essay")
    receipt.Receipt("", {}, {}, {}).write(path)
    assert cli.main(["report", *given, "--out", str(out)]) == 0
    assert cli.main(["feedback", *given]) == 0
    assert "not graded yet" not in capsys.readouterr().out
    rows, said = exported("essay")
    assert rows[1][5:] == ["", "", "", "6"]  # no 0 that nobody gave
    assert "essay: 0 with points; 1 still without points by hand." in said
    receipt.note_refusal(receipt.refusal_path(course, "ada", "essay"), "no JSON")
    assert "1 refused or not graded" in exported("essay")[1]
