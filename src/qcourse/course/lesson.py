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
    hidden = path.parent / "hidden"
    for cell in notebook.cells:
        for tag in cell.metadata.pop("tags", []):
            role, _, grade_id = tag.partition(":")
            if role not in ROLES or not grade_id:
                known = ", ".join(f"{role}:NAME" for role in ROLES)
                raise UserError(f"{path}: the tag {tag!r} is unknown: use one of {known}.")
            cell.metadata["nbgrader"] = _metadata(role, grade_id)
            if role == "hidden":
                cell.source = _hidden_tests(hidden, grade_id)
    return notebook


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
    found = [p for p in folder.glob("ex_*.py") if re.fullmatch(rf"ex_\d+_\d+_{grade_id}", p.stem)]
    if len(found) != 1:
        raise UserError(f"{folder} holds {len(found)} files ex_*_{grade_id}.py: it must hold one.")
    _, notebook, number, _ = found[0].stem.split("_", 3)
    _, line, body = found[0].read_text(encoding="utf-8").partition("\n# %%\n")
    if not line:
        raise UserError(f"{found[0]} has no line '# %%', below which its hidden tests stand.")
    return HIDDEN.format(exercise=f"{notebook}.{number}", body=body.strip("\n"))
