"""How the desk grows with a class: `qcourse report` and `qcourse feedback` for up to 1,000 hand-ins, and
feedback beside nbgrader's own.

Nine hand-ins are graded; the others are copies of their graded notebooks, each with a function of its own in
every answer, so that no two are alike.
"""

import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from cost import cost

from qcourse.authoring.demo import STUDENTS
from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import is_answer
from qcourse.course.folder import assignments
from qcourse.course.notebooks import from_graded, to_bytes
from qcourse.course.settings import nbgrader_settings
from qcourse.grading import grade_class
from qcourse.grading.gradebook import Writer

SIZES = (100, 300, 1000)
BESIDE_NBGRADER, PAIRS = 24, 3  # hand-ins, of which nbgrader makes two in a second
QCOURSE, NBGRADER = [sys.executable, "-m", "qcourse.cli"], [sys.executable, "-m", "nbgrader"]
MOST_MB, MOST_GROWTH, MOST_RATIO = 1000, 1.3, 0.5


def measure(root: Path, name: str) -> dict[str, float]:
    """Every figure of the desk."""
    with tempfile.TemporaryDirectory() as scratch:
        room = Classroom(root, Path(scratch) / "class", [name])
        room.generate()
        for student in STUDENTS:
            room.hand_in(student.name, name, student.notebook(room, name))
        grade_class.grade(grade_class.Options(name, room.folder))
        _grow(room, name, len(STUDENTS), BESIDE_NBGRADER)
        figures = _beside(room.folder, name)
        sizes = (BESIDE_NBGRADER, *SIZES)
        found = {}
        for before, size in pairwise(sizes):
            _grow(room, name, before, size)
            report = [*QCOURSE, "report", name, "--out", str(Path(scratch) / "report")]
            found[size] = cost(report, room.folder), cost([*QCOURSE, "feedback", name], room.folder)
            shown = ", ".join(f"{seconds:.1f} s of CPU, {mb:.0f} MB" for seconds, mb in found[size])
            print(f"{size:5} hand-ins: report, feedback: {shown}", flush=True)
    small, middle, large = SIZES
    for which, what in enumerate(("report", "feedback")):
        cpu, memory = ({size: one[which][kind] for size, one in found.items()} for kind in (0, 1))
        growth = (cpu[large] - cpu[middle]) / (large - middle) * (middle - small) / (cpu[middle] - cpu[small])
        figures |= {f"{what}_{large}_cpu_seconds": cpu[large], f"{what}_{large}_mb": memory[large]}
        figures[f"{what}_growth"] = growth  # what one more costs at the end, to what it cost at first
    return figures


def broken(figures: dict[str, float]) -> list[str]:
    """Which of the limits above the figures do not keep, in words."""
    most = {"mb": MOST_MB, "growth": MOST_GROWTH, "ratio_vs_nbgrader": MOST_RATIO}
    limits = {name: limit for name in figures for end, limit in most.items() if name.endswith(end)}
    return [
        f"{name} is {figures[name]}, more than {limit}"
        for name, limit in limits.items()
        if figures[name] > limit
    ]


def _grow(room: Classroom, name: str, before: int, size: int) -> None:
    """Make the class larger, to ``size``."""
    writer = Writer(nbgrader_settings(room.folder), name)
    graded = []
    for student in STUDENTS:
        submission = writer.take(student.name)
        path = room.folder / "autograded" / student.name / name / f"{name}.ipynb"
        graded.append((submission, writer.done(submission), path.read_bytes()))
    for number in range(before, size):
        submission, result, content = graded[number % len(graded)]
        notebook = from_graded(content)
        for cell in notebook.cells:
            if is_answer(cell) and cell.cell_type == "code":
                cell.source += (
                    f"\n\n\ndef own_{number}(values_{number}):\n    return values_{number} + {number}"
                )
        student = f"student{number:04}"
        (room.folder / "submitted" / student / name).mkdir(parents=True)
        own = {"notebooks": {name: to_bytes(notebook)}, "unanswered": []}
        writer.record(submission._replace(student=student), result | own)
    writer.close()


def _beside(folder: Path, name: str) -> dict[str, float]:
    """CPU seconds of both feedbacks for the same hand-ins, one after the other."""
    pairs = []
    for _ in range(PAIRS):
        theirs = cost([*NBGRADER, "generate_feedback", name, "--force"], folder)[0]
        pairs.append((theirs, cost([*QCOURSE, "feedback", name], folder)[0]))
    theirs, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"feedback for {BESIDE_NBGRADER}: {ours:.1f} s of CPU, nbgrader {theirs:.1f}", flush=True)
    return {"feedback_cpu_ratio_vs_nbgrader": statistics.median(o / t for t, o in pairs)}


if __name__ == "__main__":
    measured = measure(Path.cwd(), assignments(Path.cwd())[0])
    print(*(f"{name:32} {value:10.3f}" for name, value in measured.items()), sep="\n")
    sys.exit("\n".join(broken(measured)) or None)
