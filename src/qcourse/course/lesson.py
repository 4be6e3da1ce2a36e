"""A lesson: the percent text that one reads from top to bottom, and its hidden tests in files beside it.

In ``solutions/NAME/NAME.py`` a tag says what a cell is to nbgrader: ``answer:clamp``, ``check:clamp``,
``hidden:clamp``, or ``question:question``. The cell of hidden tests is empty there: its body stands in
``solutions/NAME/hidden/ex_6_1_clamp.py``, below the first ``# %%``. What stands above that line is for the
reader and the linter, and is left out.
"""

import re
from pathlib import Path
from typing import Any

from qcourse.course.folder import assignments, text_path
from qcourse.course.notebooks import NotebookNode, from_text
from qcourse.errors import UserError

# role: (is it graded, does the student write it, points)
ROLES = {
    "answer": (False, True, None),
    "check": (True, False, 1),
    "hidden": (True, False, 2),
    "question": (True, True, 3),
}
FILE = re.compile(r"ex_(\d+)_(\d+)_(\w+)\.py")  # of hidden tests or answers: ex_6_1_clamp.py
HIDDEN = """\
# Hidden tests of exercise {exercise} run here when your work is graded.
### BEGIN HIDDEN TESTS
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
    notebook = from_text(path)
    seen: set[str] = set()
    for cell in notebook.cells:
        for tag in cell.metadata.pop("tags", []):
            role, _, grade_id = tag.partition(":")
            if role not in ROLES or not grade_id:
                known = ", ".join(f"{role}:NAME" for role in ROLES)
                raise UserError(f"{path}: the tag {tag!r} is unknown: use one of {known}.")
            if tag in seen:
                raise UserError(f"{path}: two cells have the tag {tag!r}: rename one.")
            seen.add(tag)
            cell.metadata["nbgrader"] = _metadata(role, grade_id)
            if role == "hidden":
                cell.source = _hidden_tests(path.parent / "hidden", grade_id)
    _refuse_strays(path.parent, seen)
    return notebook


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


def _metadata(role: str, grade_id: str) -> NotebookNode:
    graded, solution, points = ROLES[role]
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
    _, line, body = path.read_text(encoding="utf-8").partition("\n# %%\n")
    if not line:
        raise UserError(f"{path} has no line '# %%', below which its hidden tests stand.")
    return HIDDEN.format(exercise=f"{found[0][1]}.{found[0][2]}", body=body.strip("\n"))
