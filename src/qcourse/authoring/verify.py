"""The gates of the course: ``qcourse verify``."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qcourse.authoring import gates, leaks
from qcourse.authoring.assignment import Course
from qcourse.authoring.demo_class import Classroom
from qcourse.terminal import marks

Gate = Callable[[Course], Iterator[str]]  # yields its defects, a sentence each


def grades_are_right(course: Course) -> Iterator[str]:
    """Stock nbgrader gives the solution every point, and the unsolved notebook 0 on every graded cell."""
    with tempfile.TemporaryDirectory() as scratch:
        room = stock_graded(course.root, Path(scratch) / "course")
        yield from wrong_grades(room)


def stock_graded(root: Path, folder: Path, names: Sequence[str] = ()) -> Classroom:
    """A class of two in ``folder``, graded by stock nbgrader in all or the named assignments of ``root``."""
    room = Classroom(root, folder, names, stock=True)
    for name in room.assignments:
        room.hand_in("solved", name, room.solution(name))
        room.hand_in("unsolved", name, room.release(name))
    room.generate()
    room.autograde()
    return room


def wrong_grades(room: Classroom) -> Iterator[str]:
    """A sentence for each graded cell of that class whose points are wrong."""
    for name in room.assignments:
        for student, share in (("solved", 1), ("unsolved", 0)):
            scored = [s for s in room.scores(student, name) if not s.by_hand]
            if not scored:
                yield f"{name}: nbgrader graded nothing for the {student} notebook."
            wrong = [s for s in scored if s.score != share * s.max_score]
            yield from (f"{name}, {student}: {s.grade_id} has {s.score} of {s.max_score}." for s in wrong)


QUICK: tuple[Gate, ...] = (
    gates.cells_are_python,
    leaks.nothing_leaks,
    leaks.no_solution_is_repeated,
    gates.exercises_are_complete,
    gates.graded_cells_stand_alone,
    gates.cells_are_short,
    gates.files_are_short,
    gates.figures_have_alt_text,
    gates.headings_are_in_order,
    gates.stored_outputs_are_of_mnist,
)
SLOW: tuple[Gate, ...] = (gates.built_is_current, leaks.no_answer_is_shown, grades_are_right)


def run(root: Path) -> int:
    """Run every gate on the course in ``root``, and print what each finds; 1 where there is a defect."""
    course, failed = Course(root), False
    passed_mark, failed_mark, _ = marks()
    print(f"Assignments: {', '.join(of.name for of in course.assignments)}", flush=True)
    for gate in (*QUICK, *SLOW):
        defects = list(gate(course))
        failed = failed or bool(defects)
        print(f"{failed_mark if defects else passed_mark} {(gate.__doc__ or '').splitlines()[0]}", flush=True)
        for defect in defects:
            print(f"    {defect}", flush=True)
        if defects and gate is QUICK[0]:
            print("    The other gates read the cells as Python, so they have not run.", flush=True)
            break
    return int(failed)
