"""A class that has handed in and is graded; no kernel runs: what a cell shows follows from its answer."""

from contextlib import nullcontext

import pytest
from nbformat import from_dict
from nbgrader.api import Gradebook

from qcourse.authoring.demo_class import Classroom
from qcourse.check.failure import CheckFailed
from qcourse.course.cells import by_grade_id, exercise, is_answer, is_test
from qcourse.grading import grade_class, grade_submission

NAME = "06_quantization_from_scratch"
WRONG = "def clamp(params_q, lower_bound, upper_bound):\n    return params_q  # wrong"


def shows(notebook, step):
    """Stands in for a kernel: an answer that says "wrong" fails, one that is as handed out is not written."""
    answers = {name: cell for name, cell in by_grade_id(notebook).items() if is_answer(cell)}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and not is_test(cell):
            cell.execution_count = 1 if number in step.needed else None
        elif is_test(cell):
            answer = answers[exercise(cell)]
            wrong = {"case": "one", "likely cause": "the lower bound is missing"}
            problem = "not written yet." if "NotImplementedError" in answer.source else ""
            problem = "got another result." if "wrong" in answer.source else problem
            facts = wrong if "wrong" in answer.source else None
            cell.outputs = from_dict(CheckFailed("6.1", problem, facts).outputs() if problem else [])
            cell.execution_count = 1


def make(root, folder):
    """A course's folder. ada is right, ben half right, cy wrong in 6.1, dora refused, eve missing."""
    room = Classroom(root, folder, [NAME])
    room.generate()
    right = room.solution(NAME)
    half = room.release(NAME)
    for name in ("clamp", "asymmetric_quantization"):
        by_grade_id(half)[name].source = by_grade_id(right)[name].source
    wrong = room.solution(NAME)
    by_grade_id(wrong)["clamp"].source = WRONG
    for student, notebook in {"ada": right, "ben": half, "cy": wrong}.items():
        by_grade_id(notebook)["question"].source = f"I, {student}, think *so*: $a < b$."
        room.hand_in(student, NAME, notebook)
    broken = room.folder / "submitted" / "dora" / NAME
    broken.mkdir(parents=True)
    (broken / f"{NAME}.ipynb").write_text("{")
    (room.folder / "submitted" / "ada" / NAME / "submission_secret.txt").write_text("secret")
    (room.folder / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2026-11-28 12:00:00 UTC")
    with Gradebook(f"sqlite:///{room.folder}/gradebook.db", "qcourse") as gradebook:
        gradebook.update_or_create_student("eve", first_name="Eve", last_name="O'Neil, <b>")
    grade(room.folder)
    return room.folder


def grade(folder):
    """`qcourse grade` without a kernel."""

    def at_once(workers, waiting, release, isolation):
        for submission in waiting:
            yield submission, grade_submission.grade(submission.notebooks, release.as_bytes(), {}, isolation)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade_class, "_workers", lambda *given, **named: nullcontext())
        patch.setattr(grade_class, "_graded", at_once)
        patch.setattr(grade_submission, "_execute", shows)
        return grade_class.grade(grade_class.Options(NAME, folder))
