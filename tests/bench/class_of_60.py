"""From a clean checkout to exported points: 60 made-up students, four assignments, two workers.

Students hand in, by archives of Moodle and Canvas in turn, what the demo's do; every tenth hands in something
broken, late, or hostile. The commands are those of docs/instructor.md; an hour late costs a point, and some
written answers get points by hand. The time of each command is printed; at the end the results of grading,
formgrader, the reports, the files for Moodle and Canvas, the wide one and nbgrader's own export are compared
to the point. `make class` runs it.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from qcourse.authoring.answers import put
from qcourse.authoring.demo import STUDENTS
from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import by_grade_id, is_answer
from qcourse.course.folder import number
from qcourse.course.notebooks import to_bytes
from qcourse.course.settings import course_settings

ROOT = Path(__file__).parents[2]
SIZE = 60
MOST_SECONDS = 300
DUE = datetime(2026, 11, 20, 12)
HOSTILE = "import os\nfor path in ('/etc/passwd', '/root'):\n    os.system(f'rm -rf {path}')\nos._exit(1)"
LATE = """
from nbgrader.plugins import BasePlugin


class OnePerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return min(score, total_seconds_late // 3600)
"""
Points = dict[tuple[str, str], float]  # by assignment and student; without those who have none


def hand_in(room: Classroom, name: str, who: int) -> bytes:
    """What a student hands in."""
    if who % 10 == 9:
        return b"" if who % 20 == 9 else b'{"cells": ['
    notebook = STUDENTS[who % len(STUDENTS)].notebook(room, name)
    if who % 10 == 4:
        answer = next(
            n for n, cell in by_grade_id(notebook).items() if is_answer(cell) and cell.cell_type == "code"
        )
        put(notebook, answer, HOSTILE)
    return to_bytes(notebook)


def packed(room: Classroom, name: str) -> Path:
    """The archive of a class, as Moodle makes it, or Canvas."""
    path = room.folder / f"{number(name)}.zip"
    by_canvas = room.assignments.index(name) % 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for who in range(SIZE):
            late = 5 if who % 10 == 7 else 0  # hours
            handed_in = DUE - timedelta(hours=who % 20 + 1) if not late else DUE + timedelta(hours=late)
            mark = "LATE_" * bool(late)
            canvas = f"nr{who}student_{mark}{5000 + who}_{90_000 + who}_{name}.ipynb"
            moodle = f"Student Nr{who}_{900 + who}_assignsubmission_file/{name}.ipynb"
            entry = zipfile.ZipInfo(canvas if by_canvas else moodle)
            entry.date_time = handed_in.timetuple()[:6]
            archive.writestr(entry, hand_in(room, name, who))
    return path


def set_up(room: Classroom) -> None:
    """The course's penalty, and its list of students."""
    (room.folder / "late.py").write_text(LATE)
    with (room.folder / "nbgrader_config.py").open("a") as settings:
        settings.write('\nc.AssignLatePenalties.plugin_class = "late.OnePerHour"\n')
    rows = (f"Student,Nr{who},{5000 + who},nr{who}@example.org\n" for who in range(SIZE))
    (room.folder / "roster.csv").write_text("First name,Last name,ID number,Email address\n" + "".join(rows))


def grade_by_hand(room: Classroom, name: str) -> Points:
    """Points for the written answers of a third of the class, as formgrader writes them; returns them."""
    given: Points = {}
    with closing(Gradebook(f"sqlite:///{room.folder}/gradebook.db", "qcourse")) as book:
        for student in [student.id for student in book.students][::3]:
            grades = book.find_submission(name, student).notebooks[0].grades
            for grade in grades if any(grade.auto_score is not None for grade in grades) else ():
                if grade.auto_score is None and grade.cell.cell_type == "markdown":
                    grade.manual_score, grade.extra_credit = len(given) % 4, len(given) % 3 / 2
                    given[name, student] = grade.manual_score + grade.extra_credit
        book.db.commit()
    return given


def main() -> int:
    """Run the commands; 1 where they take too long, or where two of them disagree."""
    spent: dict[str, float] = {}

    def run(what: str, *command: str) -> None:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=room.folder, capture_output=True, text=True
        )
        spent[what] = spent.get(what, 0) + time.monotonic() - began
        assert done.returncode in (0, 1), f"{command}: {done.stdout}{done.stderr}"

    by_hand: Points = {}
    with tempfile.TemporaryDirectory() as scratch:
        room = Classroom(ROOT, Path(scratch) / "course")
        set_up(room)
        archives = {name: packed(room, name) for name in room.assignments}
        for name, archive in archives.items():
            run("generate", "nbgrader", "generate_assignment", name, "--force")
            run("due date", "nbgrader", "db", "assignment", "add", name, f"--duedate={DUE} UTC")
            run("collect", "qcourse.cli", "collect", name, str(archive), "--roster", "roster.csv")
            run("grade", "qcourse.cli", "grade", name, "--workers", "2", "--json", f"{number(name)}.json")
            by_hand |= grade_by_hand(room, name)
            run("report", "qcourse.cli", "report", name, "--out", f"report/{number(name)}", "--names")
            run("feedback", "qcourse.cli", "feedback", name)
        for kind in ("moodle", "canvas", "csv"):
            to = f"points_{kind}.csv"
            run("export", "qcourse.cli", "export", *room.assignments, "--format", kind, "--out", to)
        run("export", "nbgrader", "export", "--to", "points_nbgrader.csv")
        told = dict(results(room))
        assert len(told) > SIZE * len(archives) // 2
        assert any(late for _, late in told.values())
        assert any(by_hand.values())
        differ = list(differences(room, by_hand))
    for what, seconds in spent.items():
        print(f"{what:10} {seconds:6.1f} s")
    total = sum(spent.values())
    print(f"{'together':10} {total:6.1f} s for {SIZE} students and {len(archives)} assignments")
    print(*differ or ["Results, formgrader, reports and four exports agree to the point."], sep="\n")
    return int(bool(differ) or total > MOST_SECONDS)


def differences(room: Classroom, by_hand: Points) -> Iterator[str]:
    """Where two accounts of a student's points differ, in words."""
    told = dict(results(room))
    penalties = {who: late for who, (_, late) in told.items()}
    earned = {who: score + by_hand.get(who, 0) for who, (score, _) in told.items()}
    given = {who: max(0, points - penalties[who]) for who, points in earned.items()}
    accounts = {
        "formgrader": (formgrader(room), earned), "the report": (reported(room), earned),
        "the report's penalty": (reported(room, "penalty"), penalties),
        "the file for Moodle": (moodle(room), given), "the file for Canvas": (canvas(room), given),
        "the wide file": (wide(room), given), "nbgrader export": (nbgraders(room), given),
    }  # fmt: skip
    for what, (found, expected) in accounts.items():
        for who in sorted(found.keys() | expected.keys()):
            one, other = found.get(who), expected.get(who)
            if one is None or other is None or abs(one - other) > 1e-6:
                yield f"{' of '.join(who)}: {what} has {one}, grading told {other}."


def results(room: Classroom) -> Iterator[tuple[tuple[str, str], tuple[float, float]]]:
    """What ``qcourse grade --json`` wrote: points of tests, and what lateness takes."""
    for name in room.assignments:
        found = json.loads((room.folder / f"{number(name)}.json").read_text())
        for one in found:
            if one["status"] != "failed":
                yield (name, one["student"]), (one["score"], one.get("penalty", 0))


def formgrader(room: Classroom) -> Points:
    """What formgrader's page of submissions shows."""
    config = course_settings(room.folder)
    config.CourseDirectory.root = str(room.folder)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    rows = [(name, row) for name in room.assignments for row in api.get_submissions(name)]
    return {(name, row["student"]): row["score"] for name, row in rows if row["autograded"]}


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def reported(room: Classroom, column: str = "points") -> Points:
    """A column of the reports, of those who were graded."""
    rows = [
        (name, row)
        for name in room.assignments
        for row in table(room.folder / "report" / number(name) / "students.csv")
    ]
    return {
        (name, re.findall(r"\((.*)\)$", row["student"])[0]): float(row[column])
        for name, row in rows
        if row["points"]
    }


def columns(room: Classroom, kind: str, student: str, column: str) -> Points:
    """The columns of an exported file, one for each assignment, without empty cells."""
    rows = [row for row in table(room.folder / f"points_{kind}.csv") if row[student]]
    cells = {(n, r[student]): r[column.format(n, number(n))] for n in room.assignments for r in rows}
    return {who: float(cell) for who, cell in cells.items() if cell}


def moodle(room: Classroom) -> Points:
    return columns(room, "moodle", "ID number", "{0}")


def canvas(room: Classroom) -> Points:
    return columns(room, "canvas", "ID", "{0}")


def wide(room: Classroom) -> Points:
    return columns(room, "csv", "student id", "{1} points")


def nbgraders(room: Classroom) -> Points:
    """nbgrader's own table, without those who have no points: it writes 0 for them."""
    rows = table(room.folder / "points_nbgrader.csv")
    found = {(row["assignment"], row["student_id"]): float(row["score"]) for row in rows}
    graded = dict(results(room)).keys()
    assert not any(score for who, score in found.items() if who not in graded)
    return {who: score for who, score in found.items() if who in graded}


if __name__ == "__main__":
    SIZE = int(sys.argv[1]) if sys.argv[1:] else SIZE
    sys.exit(main())
