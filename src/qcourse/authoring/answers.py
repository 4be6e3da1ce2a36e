"""The answer bank: right and wrong answers to each exercise, and how to put one into a notebook.

``solutions/NAME/answers/ex_6_2_NAME.py`` holds complete solution cells in percent format. Each begins with
``# %% right: what it is`` or ``# %% wrong: what it is | cause: words of the message``; nothing stands above
the first of them. Where two messages name it differently, ``words / other words``. Of an answer without a
cause none may be told: so every cause that students are told has been read beside its answer.
"""

import re
from pathlib import Path
from typing import NamedTuple

from qcourse.course.cells import by_grade_id
from qcourse.course.lesson import FILE, read_text
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import UserError

_HEADER = re.compile(r"# %% (right|wrong): (.+?)(?: \| cause: (.+))?")


class Answer(NamedTuple):
    """One solution cell; ``grade_id`` is the solution cell's that it replaces."""

    exercise: str
    grade_id: str
    right: bool
    what: str
    cause: str
    source: str


def read_answers(folder: Path) -> list[Answer]:
    """All answers in ``folder``, by exercise, in the order of the files.

    Raises:
        UserError: there is none, or a file's name, encoding or header is not of the form above.
    """
    answers = []
    for path in folder.glob("ex_*.py"):
        if not (named := FILE.fullmatch(path.name)):
            raise UserError(
                f"{path}: name an answer file ex_6_1_clamp.py: notebook, number, name of the answer."
            )
        answers += _read_file(path, f"{named[1]}.{named[2]}", named[3])
    if not answers:
        raise UserError(f"{folder} has no answers.")
    return sorted(answers, key=lambda answer: [int(part) for part in answer.exercise.split(".")])


def _read_file(path: Path, exercise: str, grade_id: str) -> list[Answer]:
    answers = []
    above, *parts = re.split(r"^(?=#\s*%%)", read_text(path), flags=re.MULTILINE)
    if above.strip():
        raise UserError(f"{path}: {above.strip().splitlines()[0]!r} stands above the first answer.")
    for part in parts:
        header, _, source = part.partition("\n")
        if not (found := _HEADER.fullmatch(header.strip())):
            raise UserError(f"{path}: {header!r} begins with neither '# %% right:' nor '# %% wrong:'.")
        kind, what, cause = found.groups()
        answers.append(Answer(exercise, grade_id, kind == "right", what, cause or "", source.strip()))
    return answers


def put(notebook: NotebookNode, grade_id: str, source: str) -> None:
    """Replace the source of the cell ``grade_id``, in place."""
    cells = by_grade_id(notebook)
    if grade_id not in cells:
        raise UserError(f"no cell has the grade id {grade_id!r}.")
    cells[grade_id].source = source
