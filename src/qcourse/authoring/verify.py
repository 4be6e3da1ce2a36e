"""The gates of the course: ``qcourse verify``.

Each gate returns a list of defects, a sentence each; the tests call the same functions.
"""

import re
import statistics
import tempfile
from pathlib import Path

from qcourse.authoring.build import release_is_current, same_cells
from qcourse.authoring.classroom import Classroom
from qcourse.course.cells import by_grade_id, is_answer, is_graded, points
from qcourse.course.folder import assignments, release_path, solution_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import NotebookNode, read

LEAKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN", "hidden=True")


def built_is_current(root: Path) -> list[str]:
    """Nothing built differs from its source, outputs aside; every built cell has been executed."""
    defects = []
    for name in assignments(root):
        solution = solution_path(root, name)
        if not solution.exists() or not same_cells(read_source(root, name), read(solution)):
            defects.append(f"{solution} is not what its .py says: run make build.")
        elif not release_is_current(root, name):
            defects.append(f"{release_path(root, name)} is not what nbgrader makes: run make build.")
    return defects


def nothing_leaks(root: Path) -> list[str]:
    """No solution, hidden test or text source in what students get."""
    defects = []
    for path in sorted((root / "notebooks").rglob("*")):
        if path.is_file() and path.suffix != ".ipynb":
            defects.append(f"{path} is not a notebook: students must not get it.")
    for name in assignments(root):
        text = release_path(root, name).read_text(encoding="utf-8")
        defects += [f"notebooks/{name} holds {leak!r}." for leak in LEAKS if leak in text]
        secret, public = _lines(read_source(root, name))
        shown = "\n".join(cell.source for cell in read(release_path(root, name)).cells).split("\n")
        defects += [f"notebooks/{name} shows: {line}" for line in shown if line.strip() in secret - public]
    return defects


def exercises_are_whole(root: Path) -> list[str]:
    """Every exercise has a stub, a visible check and hidden tests; all grade ids and points are valid."""
    defects = []
    for name in assignments(root):
        cells, released = by_grade_id(read_source(root, name)), by_grade_id(read(release_path(root, name)))
        if cells.keys() != released.keys():
            defects.append(f"{name}: the graded cells of solution and student version differ.")
        for grade_id, cell in released.items():
            if cell.cell_type != "code" or not is_answer(cell):
                continue
            if 'raise NotImplementedError("Exercise ' not in cell.source:
                defects.append(f"{name}: {grade_id} has no stub that names its exercise.")
            for kind in ("check", "hidden"):
                test = cells.get(f"{grade_id}-{kind}")
                if test is None or not is_graded(test) or not points(test) > 0:
                    defects.append(f"{name}: {grade_id} has no graded cell {grade_id}-{kind}.")
                elif ("BEGIN HIDDEN TESTS" in test.source) != (kind == "hidden"):
                    defects.append(f"{name}: {grade_id}-{kind} should{' not' * (kind == 'check')} be hidden.")
    return defects


def cells_are_short(root: Path) -> list[str]:
    """The median code cell has at most 6 lines, none over 25 outside test cells."""
    defects = []
    for name in assignments(root):
        code = [c for c in read_source(root, name).cells if c.cell_type == "code"]
        lengths = [len(c.source.split("\n")) for c in code if not is_graded(c)]
        if statistics.median(lengths) > 6:
            defects.append(
                f"{name}: the median code cell has {statistics.median(lengths)} lines, more than 6."
            )
        if max(lengths) > 25:
            defects.append(f"{name}: a code cell has {max(lengths)} lines, more than 25.")
    return defects


def figures_have_alt_text(root: Path) -> list[str]:
    """Every picture stored in a solution comes with a sentence for who cannot see it."""
    defects = []
    for name in assignments(root):
        for cell in read(solution_path(root, name)).cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "image/png" in data and not re.search(r'alt="[^"]{20,}"', data.get("text/html", "")):
                    defects.append(f"{name}: a figure without alt text in {cell.source[:60]!r}.")
    return defects


def stored_outputs_are_of_mnist(root: Path) -> list[str]:
    """What the solutions show was measured on MNIST, not on the offline digits."""
    defects = []
    for name in assignments(root):
        text = solution_path(root, name).read_text(encoding="utf-8")
        if "Data: scikit-learn" in text:
            defects.append(f"{name} was built on the offline digits: make build with MNIST at hand.")
    return defects


def grades_are_right(root: Path) -> list[str]:
    """Stock nbgrader gives the solution every point, and the unsolved notebook 0 on every graded cell."""
    defects = []
    with tempfile.TemporaryDirectory() as scratch:
        room = Classroom(root, Path(scratch) / "course", stock=True)
        for name in room.assignments:
            room.hand_in("solved", name, room.solution(name))
            room.hand_in("unsolved", name, room.release(name))
        room.generate()
        room.autograde()
        for name in room.assignments:
            for student, share in (("solved", 1), ("unsolved", 0)):
                scored = [s for s in room.scores(student, name) if not s.by_hand]
                if not scored:
                    defects.append(f"{name}: nbgrader graded nothing for the {student} notebook.")
                wrong = [s for s in scored if s.score != share * s.max_score]
                defects += [f"{name}, {student}: {s.grade_id} has {s.score} of {s.max_score}." for s in wrong]
    return defects


GATES = (
    built_is_current,
    nothing_leaks,
    exercises_are_whole,
    cells_are_short,
    figures_have_alt_text,
    stored_outputs_are_of_mnist,
    grades_are_right,
)


def run(root: Path) -> int:
    """Run every gate on the course in ``root``, and print what each finds; 1 where there is a defect."""
    names, failed = assignments(root), False
    print(f"Assignments: {', '.join(names)}", flush=True)
    for gate in GATES:
        defects = gate(root)
        failed = failed or bool(defects)
        print(f"{'✗' if defects else '✓'} {(gate.__doc__ or '').splitlines()[0]}", flush=True)
        for defect in defects:
            print(f"    {defect}", flush=True)
    return int(failed)


def _lines(notebook: NotebookNode) -> tuple[set[str], set[str]]:
    """The lines inside the regions that are cut out for students, and those outside."""
    secret: set[str] = set()
    public: set[str] = set()
    inside = False
    for line in "\n".join(cell.source for cell in notebook.cells).split("\n"):
        if re.search(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)", line):
            inside = "BEGIN" in line
        else:
            (secret if inside else public).add(line.strip())
    return secret, public
