"""A lesson: the percent text that one reads from top to bottom, and its hidden tests in files beside it.

In ``solutions/NAME/NAME.py`` a tag says what a cell is to nbgrader: ``answer:clamp``, ``check:clamp``,
``hidden:clamp``, or ``question:question``, with other points than usual in ``check:clamp:0``;
``experiment`` marks a cell that grading need not run. The cell of
hidden tests is empty there: its body stands in ``solutions/NAME/hidden/ex_6_1_clamp.py``, below the first
``# %%``. What stands above that line is for the reader and the linter, and is left out: the cell imports
``qcourse.check``, whose decorator brings the rest. ``NAME_closing.py``, where there is one, goes on where the
lesson ends; what stands above its first ``# %%`` is left out too. A cell tagged ``challenge`` has a solution
that is cut out for students, and no points.
"""

import re
from pathlib import Path
from typing import Any

from qcourse.course.cells import CHALLENGE, EXPERIMENT, HIDDEN, by_grade_id, grade_id, is_answer
from qcourse.course.folder import assignments, closing_path, text_path
from qcourse.course.notebooks import NotebookNode, from_text
from qcourse.errors import UserError

# role: (is it graded, does the student write it, points)
ROLES = {
    "answer": (False, True, None),
    "check": (True, False, 1),
    "hidden": (True, False, 2),
    "question": (True, True, 3),
}
TAG = re.compile(r"(?P<role>\w+):(?P<name>[^:]+)(?::(?P<points>\d+))?")
FILE = re.compile(r"ex_(\d+)_(\d+)_(\w+)\.py")  # of hidden tests or answers: ex_6_1_clamp.py
HIDDEN_CELL = """\
# Hidden tests of exercise {exercise} run here when your work is graded.
### BEGIN HIDDEN TESTS
import qcourse.check


{body}
### END HIDDEN TESTS"""


def read_source(root: Path, name: str) -> NotebookNode:
    """The notebook that the files of ``solutions/NAME`` describe, without outputs.

    Raises:
        UserError: there is no such assignment, or a tag or a file of hidden tests is wrong.
    """
    path = text_path(root, name)
    if not path.exists():
        raise UserError(f"there is no {path}: the assignments here are {', '.join(assignments(root))}.")
    notebook = from_text(read_text(path) + _closing(closing_path(root, name)))
    seen: set[str] = set()
    for cell in notebook.cells:
        for tag in cell.metadata.pop("tags", []):
            if tag in (EXPERIMENT, CHALLENGE):
                cell.metadata.setdefault("tags", []).append(tag)  # read in the student version
                continue
            where, found = place(path, f'"{tag}"'), TAG.fullmatch(tag)
            if not found or found["role"] not in ROLES or (found["points"] and found["role"] == "answer"):
                known = ", ".join(
                    [EXPERIMENT, CHALLENGE, *(f"{role}:NAME" for role in ROLES), "check:NAME:POINTS"]
                )
                raise UserError(f"{where}: the tag {tag!r} is unknown: use one of {known}.")
            role, grade_id = found["role"], found["name"]
            if f"{role}:{grade_id}" in seen:
                raise UserError(f"{where}: two cells have the tag {tag!r}: rename one.")
            seen.add(f"{role}:{grade_id}")
            cell.metadata["nbgrader"] = _metadata(role, grade_id, found["points"])
            if role == "hidden":
                if cell.source.strip():
                    raise UserError(f"{where}: the cell {tag!r} must be empty: its tests stand in hidden/.")
                cell.source = _hidden_tests(path.parent / "hidden", grade_id)
        _refuse_open_regions(path, cell.source)
    _refuse_other_numbers(path.parent, notebook)
    _refuse_strays(path.parent, seen)
    return notebook


def read_text(path: Path) -> str:
    """The text of a file of the course, which must be UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8: save it in that encoding.") from None


def place(path: Path, text: str) -> str:
    """``path:line`` of the line where ``text`` begins in a file; the path where it does not stand there."""
    before, found, _ = read_text(path).partition(text)
    return f"{path}:{before.count(chr(10)) + 1}" if found else str(path)


def _refuse_open_regions(path: Path, source: str) -> None:
    """Each line that begins a solution must have one that ends it: else nbgrader hands out what follows."""
    open_since = ""
    for line in source.split("\n"):
        if "### BEGIN SOLUTION" in line or "### END SOLUTION" in line:
            begins = "BEGIN" in line
            if begins == bool(open_since):
                missing = "END" if begins else "BEGIN"
                where = place(path, open_since or line)
                raise UserError(f"{where}: {(open_since or line).strip()!r} has no '### {missing} SOLUTION'.")
            open_since = line if begins else ""
    if open_since:
        where = place(path, open_since)
        raise UserError(f"{where}: {open_since.strip()!r} has no '### END SOLUTION'.")


def _closing(path: Path) -> str:
    """The text of the last part of a lesson, or nothing."""
    if not path.exists():
        return ""
    _, *below = re.split(r"^(?=# %%)", read_text(path), maxsplit=1, flags=re.MULTILINE)
    return "".join(["\n", *below])


def exercise_number(answer: NotebookNode) -> str:
    """The number of the exercise, such as "6.7", that a solution cell names in its first delimiter."""
    named = re.search(r"### BEGIN SOLUTION Exercise (\d+\.\d+):", answer.source)
    if not named:
        raise UserError(
            f"the answer {grade_id(answer)!r} has no line '### BEGIN SOLUTION Exercise N.N: title'."
        )
    return named[1]


def _refuse_other_numbers(folder: Path, notebook: NotebookNode) -> None:
    """A file of hidden tests must have the number of its exercise."""
    cells = by_grade_id(notebook)
    for name, cell in cells.items():
        if is_answer(cell) and name + HIDDEN in cells:
            number = exercise_number(cell)
            file = folder / "hidden" / f"ex_{number.replace('.', '_')}_{name}.py"
            if not file.exists():
                raise UserError(f"the solution of {name} is exercise {number}: there is no {file}.")


def _refuse_strays(folder: Path, tags: set[str]) -> None:
    """Each file of hidden tests must belong to a cell, and each file of answers to one of hidden tests."""
    for file in sorted((folder / "hidden").glob("*.py")):
        if not (named := FILE.fullmatch(file.name)) or f"hidden:{named[3]}" not in tags:
            raise UserError(
                f"{file} belongs to no cell: no tag of the lesson is hidden:NAME of ex_N_N_NAME.py."
            )
    for file in sorted((folder / "answers").glob("*.py")):
        if not (folder / "hidden" / file.name).exists():
            raise UserError(f"{file} belongs to no exercise: there is no file of that name in hidden/.")


def _metadata(role: str, grade_id: str, given: str | None) -> NotebookNode:
    graded, solution, points = ROLES[role]
    points = points if given is None else int(given)
    metadata: dict[str, Any] = {
        "grade": graded,
        "grade_id": f"{grade_id}-{role}" if role in ("check", "hidden") else grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return NotebookNode(metadata | ({"points": points} if graded else {}))


def _hidden_tests(folder: Path, grade_id: str) -> str:
    found = [named for p in folder.glob("*.py") if (named := FILE.fullmatch(p.name)) and named[3] == grade_id]
    if len(found) != 1:
        raise UserError(f"{folder} has {len(found)} files ex_*_{grade_id}.py: it must have one.")
    path = folder / found[0].string
    _, *below = re.split(r"^# %%[ \t]*$", read_text(path), maxsplit=1, flags=re.MULTILINE)
    if not below:
        raise UserError(f"{path} has no line '# %%', below which its hidden tests stand.")
    body = below[0].strip("\n")
    if not body.strip():
        raise UserError(f"{path} has no hidden tests below its line '# %%'.")
    if delimiter := re.search(r"### (BEGIN|END)\b.*", body):
        raise UserError(f"{path}: remove {delimiter[0]!r}: students would see what stands below it.")
    return HIDDEN_CELL.format(exercise=f"{found[0][1]}.{found[0][2]}", body=body)
