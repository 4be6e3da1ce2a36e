"""A demo class, graded end to end: ``qcourse demo``.

Nine students hand in all four notebooks; ``qcourse grade`` grades them in ``build/demo``, which is then
a course folder like any other: open it in JupyterLab and look at it in formgrader.
"""

import json
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from qcourse.authoring.answers import Answer, put, read_answers
from qcourse.authoring.class_picture import class_figure
from qcourse.authoring.classroom import Classroom
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import answers_folder, assignments
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import UserError
from qcourse.grading.grade_class import Options, grade, local_cluster
from qcourse.grading.place import place

Student = tuple[str, str, Callable[[NotebookNode, NotebookNode, list[Answer]], NotebookNode]]


def perfect(release: NotebookNode, solution: NotebookNode, bank: list[Answer]) -> NotebookNode:
    """Everything solved."""
    return solution


def untouched(release: NotebookNode, solution: NotebookNode, bank: list[Answer]) -> NotebookNode:
    """Handed in as it was handed out."""
    return release


def half_done(release: NotebookNode, solution: NotebookNode, bank: list[Answer]) -> NotebookNode:
    """The first half of the exercises solved, the rest not begun."""
    exercises = _grade_ids(bank)
    solved = by_grade_id(solution)
    for grade_id in exercises[: len(exercises) // 2]:
        put(release, grade_id, solved[grade_id].source)
    return release


def answered(right: bool, which: int, exercises: slice = slice(None)) -> Callable[..., NotebookNode]:
    """The ``which``-th right or wrong answer of the bank, in these exercises; the rest solved."""

    def hand_in(release: NotebookNode, solution: NotebookNode, bank: list[Answer]) -> NotebookNode:
        for grade_id in _grade_ids(bank)[exercises]:
            choice = [a.source for a in bank if a.grade_id == grade_id and a.right == right]
            put(solution, grade_id, choice[which % len(choice)])
        return solution

    return hand_in


STUDENTS: list[Student] = [
    ("ada", "everything right", perfect),
    ("ben", "half done", half_done),
    ("chloe", "not begun", untouched),
    ("dev", "a typical mistake in every exercise", answered(False, 0)),
    ("emma", "another mistake in every exercise", answered(False, 1)),
    ("femi", "right, in unusual ways", answered(True, 1)),
    ("gita", "right, in other unusual ways", answered(True, 2)),
    ("hiro", "one mistake, in the second exercise", answered(False, 2, slice(1, 2))),
    ("ines", "mistakes in the last three exercises", answered(False, 3, slice(-3, None))),
]


def run(root: Path, folder: Path) -> int:
    """Hand in, grade, write feedback; leave a table and a picture in ``folder``.

    A demo whose course has not changed since is shown again, not graded again.
    """
    assignments(root)  # refuses what is not a course folder
    stamp, digest = folder / "digest.txt", _digest(root)
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        room = Classroom(root, folder)
        for name in room.assignments:
            bank = read_answers(answers_folder(root, name))
            for student, _, hand_in in STUDENTS:
                room.hand_in(student, name, hand_in(room.release(name), room.solution(name), bank))
        print(f"Grading {len(STUDENTS)} students × {len(room.assignments)} notebooks …", flush=True)
        room.generate()
        _grade(room)
        room.write_feedback()
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
    lines = [f"{'student':8}" + "".join(f"{name[:2]:>12}" for name in names) + "   what was handed in"]
    for student, what, _ in STUDENTS:
        scored = "".join(f"{got:7g} of {most:<2g}" for got, most in points[student].values())
        lines.append(f"{student:8}{scored}   {what}")
    return "\n".join(lines)


WHERE = """
The class is in {folder}: submitted/, autograded/ and feedback/ (HTML), gradebook.db,
points.json and the picture points.png. The written question of each notebook waits for a human.

As a student:    make lab, open notebooks/, begin with 06.
As an instructor: docs/instructor.md; "cd {folder} && jupyter lab", then Nbgrader > Formgrader."""


def _grade(room: Classroom) -> None:
    """Contained where bubblewrap works; the demo's own submissions are harmless, so elsewhere without."""
    if sys.platform != "linux":
        print("The demo is graded by nbgrader autograde: qcourse grade needs Linux.", flush=True)
        return Classroom(room.root, room.folder, stock=True).autograde()
    isolation = "auto"
    if missing := place.missing():
        print(f"The demo is graded without containment: {missing}", flush=True)
        isolation = "none"
    with local_cluster() as cluster:
        for name in room.assignments:
            options = Options(name, room.folder, scheduler=cluster.scheduler_address, isolation=isolation)
            failed = [r for r in grade(options) if r["status"] == "failed"]
            if failed:
                raise UserError(f"{name} of {failed[0]['student']} was not graded: {failed[0]['reason']}")


def _points(room: Classroom) -> dict[str, dict[str, list[float]]]:
    points: dict[str, dict[str, list[float]]] = {}
    for student, _, _ in STUDENTS:
        for name in room.assignments:
            scored = [s for s in room.scores(student, name) if s.grade_id != "question"]
            total = [sum(s.score for s in scored), sum(s.max_score for s in scored)]
            points.setdefault(student, {})[name] = total
    return points


def _grade_ids(bank: list[Answer]) -> list[str]:
    return list(dict.fromkeys(answer.grade_id for answer in bank))


def _digest(root: Path) -> str:
    """Of everything that the demo's grades depend on."""
    files = [root / "nbgrader_config.py"]
    for folder, pattern in (("notebooks", "*.ipynb"), ("src", "*.py"), ("solutions", "*.py")):
        files += sorted((root / folder).rglob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
