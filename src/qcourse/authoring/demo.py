"""A demo class, graded end to end: ``qcourse demo``.

Nine students hand in all four notebooks; ``qcourse grade`` grades them in ``build/demo``, which is then
a course folder like any other: open it in JupyterLab and look at it in formgrader.
"""

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from qcourse.authoring.answers import put, read_answers
from qcourse.authoring.class_picture import class_figure
from qcourse.authoring.demo_class import Classroom
from qcourse.classroom import feedback, report
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import answers_folder, assignments, number, solution_path
from qcourse.course.notebooks import NotebookNode
from qcourse.course.settings import nbgrader_settings
from qcourse.errors import UserError
from qcourse.grading.grade_class import Options, grade
from qcourse.grading.place import place
from qcourse.grading.receipt import grader_digest


class Student(NamedTuple):
    """A made-up student, who hands in solutions and, in their place, answers of the bank."""

    name: str
    what: str
    begun: float = 1.0  # the share of the exercises that are not left as they were handed out
    right: bool = True  # of the answer of the bank
    which: int | None = None  # its number among the right or wrong answers; None: the solution
    exercises: slice = slice(None)  # those that it is put into

    def notebook(self, room: Classroom, name: str) -> NotebookNode:
        """What the student hands in of the assignment ``name``."""
        bank = read_answers(answers_folder(room.root, name))
        grade_ids = list(dict.fromkeys(answer.grade_id for answer in bank))
        solution = room.solution(name)
        notebook = solution if self.begun == 1 else room.release(name)
        for grade_id in grade_ids[: int(self.begun * len(grade_ids))]:
            put(notebook, grade_id, by_grade_id(solution)[grade_id].source)
        if self.which is None:
            return notebook
        for grade_id in grade_ids[self.exercises]:
            choice = [a.source for a in bank if a.grade_id == grade_id and a.right == self.right]
            put(notebook, grade_id, choice[self.which % len(choice)])
        return notebook


STUDENTS = (
    Student("ada", "everything right"),
    Student("ben", "half done", begun=0.5),
    Student("chloe", "not begun", begun=0.0),
    Student("dev", "a typical mistake in every exercise", right=False, which=0),
    Student("emma", "another mistake in every exercise", right=False, which=1),
    Student("femi", "right, in unusual ways", which=1),
    Student("gita", "right, in other unusual ways", which=2),
    Student("hiro", "one mistake, in the second exercise", right=False, which=2, exercises=slice(1, 2)),
    Student("ines", "mistakes in the last three exercises", right=False, which=3, exercises=slice(-3, None)),
)


def run(root: Path, folder: Path) -> int:
    """Hand in, grade, write feedback and reports; leave a table and a picture in ``folder``.

    A demo whose course has not changed since is shown again, not graded again.
    """
    assignments(root)  # refuses what is not a course folder
    stamp, digest = folder / "digest.txt", _digest(root)
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        room = Classroom(root, folder)
        for name in room.assignments:
            for student in STUDENTS:
                room.hand_in(student.name, name, student.notebook(room, name))
        print(f"Grading {len(STUDENTS)} students × {len(room.assignments)} notebooks …", flush=True)
        room.generate()
        _grade(room)
        for name in room.assignments:
            feedback.run(folder, name)
            report.run(folder, name, folder / "reports" / number(name), names=True)
        (folder / "points.json").write_text(json.dumps(_points(room), indent=1))
        stamp.write_text(digest)
    points = json.loads((folder / "points.json").read_text())
    (folder / "points.png").write_bytes(class_figure(points))
    print(table(points))
    print(WHERE.format(folder=folder))
    return 0


def table(points: dict[str, dict[str, list[float]]]) -> str:
    """Students × assignments, as plain text: points of those that nbgrader gives by itself."""
    names = list(next(iter(points.values())))
    lines = [f"{'student':8}" + "".join(f"{number(name):>12}" for name in names) + "   what was handed in"]
    for student in STUDENTS:
        scored = "".join(f"{got:7g} of {most:<2g}" for got, most in points[student.name].values())
        lines.append(f"{student.name:8}{scored}   {student.what}")
    return "\n".join(lines)


WHERE = """
The class is in {folder}: submitted/, autograded/ and gradebook.db; feedback/ has a page for each student,
reports/ one for each notebook; points.json and the picture points.png. The written question of each notebook
waits for a human.

As a student:    make lab, open notebooks/, begin with 06.
As an instructor: docs/instructor.md; "cd {folder} && jupyter lab", then Nbgrader > Formgrader."""


def _grade(room: Classroom) -> None:
    """Contained where bubblewrap works; the demo's own submissions are harmless, so elsewhere without."""
    if sys.platform != "linux":
        print("The demo is graded by nbgrader autograde: qcourse grade needs Linux.", flush=True)
        Classroom(room.root, room.folder, stock=True).autograde()
        return
    isolation = "auto"
    if missing := place.missing():
        print(f"The demo is graded without containment: {missing}", flush=True)
        isolation = "none"
    for name in room.assignments:
        options = Options(name, room.folder, isolation=isolation)
        failed = [r for r in grade(options) if r["status"] == "failed"]
        if failed:
            raise UserError(f"{name} of {failed[0]['student']} was not graded: {failed[0]['reason']}")


def _points(room: Classroom) -> dict[str, dict[str, list[float]]]:
    points: dict[str, dict[str, list[float]]] = {}
    for student in STUDENTS:
        for name in room.assignments:
            scored = [s for s in room.scores(student.name, name) if s.grade_id != "question"]
            total = [sum(s.score for s in scored), sum(s.max_score for s in scored)]
            points.setdefault(student.name, {})[name] = total
    return points


def _digest(root: Path) -> str:
    """Of everything that the demo's grades depend on."""
    digests = [
        grader_digest({name: solution_path(root, name).read_bytes()}, nbgrader_settings(root))
        for name in assignments(root)
    ]
    files = [Path(__file__), *sorted((root / "solutions").rglob("*.py"))]
    return sha256("".join(digests).encode() + b"".join(path.read_bytes() for path in files)).hexdigest()
