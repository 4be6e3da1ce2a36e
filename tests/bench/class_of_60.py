"""From a clean checkout to exported points: 60 made-up students, four assignments, two workers.

Students hand in, by Moodle's archive, what the demo's do; every tenth hands in something broken, late, or
hostile. The commands are those of docs/instructor.md. The time of each is printed; at the end the gradebook,
the exported file and, where there is one, the report agree to the point. `make class` runs it.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook

from qcourse.authoring.answers import put
from qcourse.authoring.demo import STUDENTS
from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import by_grade_id, is_answer
from qcourse.course.folder import number
from qcourse.course.notebooks import to_bytes

ROOT = Path(__file__).parents[2]
SIZE = int(sys.argv[1]) if sys.argv[1:] else 60
MOST_SECONDS = 300
DUE = datetime(2026, 11, 20, 12)
HOSTILE = "import os\nfor path in ('/etc/passwd', '/root'):\n    os.system(f'rm -rf {path}')\nos._exit(1)"


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
    """The archive of a class, as Moodle makes it."""
    path = room.folder / f"{number(name)}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for who in range(SIZE):
            late = 26 if who % 10 == 7 else 0  # hours
            time = DUE - timedelta(hours=who % 20 + 1) + timedelta(hours=late + who % 20)
            entry = zipfile.ZipInfo(f"Student Nr{who}_{900 + who}_assignsubmission_file/{name}.ipynb")
            entry.date_time = time.timetuple()[:6]
            archive.writestr(entry, hand_in(room, name, who))
    return path


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

    with tempfile.TemporaryDirectory() as scratch:
        room = Classroom(ROOT, Path(scratch) / "course")
        archives = {name: packed(room, name) for name in room.assignments}
        roster = "First name,Last name,Email address\n" + "".join(
            f"Student,Nr{who},nr{who}@example.org\n" for who in range(SIZE)
        )
        (room.folder / "roster.csv").write_text(roster)
        for name, archive in archives.items():
            run("generate", "nbgrader", "generate_assignment", name, "--force")
            run("due date", "nbgrader", "db", "assignment", "add", name, f"--duedate={DUE} UTC")
            run("collect", "qcourse.cli", "collect", name, str(archive), "--roster", "roster.csv")
            run("grade", "qcourse.cli", "grade", name, "--workers", "2", "--json", f"{number(name)}.json")
        run("export", "qcourse.cli", "export", *room.assignments, "--format", "csv", "--out", "points.csv")
        differ = list(_differences(room))
    for what, seconds in spent.items():
        print(f"{what:10} {seconds:6.1f} s")
    total = sum(spent.values())
    print(f"{'together':10} {total:6.1f} s for {SIZE} students and {len(archives)} assignments")
    print(*differ or ["Gradebook, export and results agree to the point."], sep="\n")
    return int(bool(differ) or total > MOST_SECONDS)


def _differences(room: Classroom):
    """Where export, gradebook and the results of grading differ, in words."""
    with (room.folder / "points.csv").open(newline="") as stream:
        rows = {row["student id"]: row for row in csv.DictReader(stream)}
    assert len(rows) == SIZE
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db", "qcourse") as book:
        for name in room.assignments:
            results = json.loads((room.folder / f"{number(name)}.json").read_text())
            assert len(results) == SIZE
            for result in results:
                student = result["student"]
                entry = book.find_submission(name, student)
                points = max(0, entry.score - entry.late_submission_penalty)
                told = result["score"] - result.get("penalty", 0)
                exported = rows[student][f"{number(name)} points"]
                failed = result["status"] == "failed"
                if (exported != "") == failed or (not failed and not points == told == float(exported)):
                    yield f"{name} of {student}: gradebook {points}, told {told}, exported {exported!r}"


if __name__ == "__main__":
    sys.exit(main())
