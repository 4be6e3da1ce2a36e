"""What was handed out, as far as a student's notebook tells: ``qcourse check`` has nothing else."""

import copy
import re

from qcourse.course.cells import (
    CHECK,
    HIDDEN,
    checksum,
    exercise,
    grade_id,
    is_answer,
    is_check,
    is_locked,
    metadata,
)
from qcourse.course.notebooks import NotebookNode, new_code_cell
from qcourse.grading.mending import mend

CALL = re.compile(r'\bexercise\(\s*"([\d.]+)",\s*(\w+)', re.IGNORECASE)  # of a check: its number, the answer
NUMBER = re.compile(r'\bexercise(?:\(\s*"| )([\d.]+\d)', re.IGNORECASE)  # in a test
HEADING = re.compile(r"^#+ Exercise ([\d.]+\d)", re.MULTILINE)


def put_right(notebook: NotebookNode) -> tuple[list[str], list[str]]:
    """Mend a notebook as grading will, in place.

    Return what was done, and which checks cannot be relied on: their handed-out text is not here.
    """
    said = _recognise(notebook)
    lost = {} if said else _lost(notebook)
    words = {name: f"{name} {what}" for name, what in lost.items()}
    wrong = [words.pop(name) for name in lost if name.endswith((f"{CHECK}'", *"0123456789"))]
    return [*said, *mend(notebook, _source(notebook)), *words.values()], wrong


def _recognise(notebook: NotebookNode) -> list[str]:
    """Give the checks of a notebook without metadata the metadata back that they need here."""
    if any(is_check(cell) for cell in notebook.cells):
        return []
    found = [(cell, call[2]) for cell in notebook.cells if (call := CALL.search(cell.source))]
    for cell, answer in found:
        meta = {"grade_id": answer + CHECK, "grade": True, "solution": False, "locked": True, "points": 1}
        cell.metadata = NotebookNode(nbgrader=NotebookNode(meta))
    lost = "the notebook has lost nbgrader's metadata: grading recognises its cells by their text."
    return [lost] if found else []


def _source(notebook: NotebookNode) -> NotebookNode:
    """The cells with grade ids, each once, tests behind their answers, all of the type that they had."""
    known: dict[str, NotebookNode] = {}
    for cell in notebook.cells:
        if (name := grade_id(cell)) and name not in known:
            known[name] = _typed(cell)
    first = {exercise(cell): number for number, cell in reversed([*enumerate(known.values())])}
    rank = {CHECK: 1, HIDDEN: 2}

    def key(cell: NotebookNode) -> tuple[int, int]:
        return first[exercise(cell)], rank.get(grade_id(cell).removeprefix(exercise(cell)), 0)

    source = copy.deepcopy(notebook)
    source.cells = sorted(known.values(), key=key)
    return source


def _typed(cell: NotebookNode) -> NotebookNode:
    """The cell with the type that it was handed out with."""
    kind = metadata(cell).get("cell_type", "code" if is_check(cell) else cell.cell_type)
    if kind == "code" != cell.cell_type:
        return new_code_cell(cell.source, metadata=copy.deepcopy(cell.metadata))
    return copy.deepcopy(cell)


def _lost(notebook: NotebookNode) -> dict[str, str]:
    """Locked cells that are not as they were handed out, and cells that are missing: what becomes of each."""
    known = {grade_id(cell): cell for cell in reversed(notebook.cells) if grade_id(cell)}
    changed = [name for name, cell in known.items() if is_locked(cell) and _is_changed(_typed(cell))]
    names = {exercise(cell) for cell in known.values() if grade_id(cell) != exercise(cell)}
    if names:
        names |= {grade_id(cell) for cell in known.values() if is_answer(cell) and cell.cell_type == "code"}
    parts = [name + end for name in sorted(names) for end in ("", CHECK, HIDDEN)]
    missing = [name for name in parts if name not in known]
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    tests = "\n".join(cell.source for cell in notebook.cells if cell.cell_type != "markdown")
    gone = [number for number in HEADING.findall(texts) if number not in NUMBER.findall(tests)]
    back = "grading puts it back as it was handed out."
    return (
        {repr(name): f"is not as it was handed out: {back}" for name in reversed(changed)}
        | {repr(name): f"is missing: {back}" for name in missing}
        | {f"exercise {number}": f"has no check here: {back}" for number in gone}
    )


def _is_changed(cell: NotebookNode) -> bool:
    """Whether the text is another one than the checksum in the metadata was made of."""
    made_of = metadata(cell).get("checksum")
    plain = "\n".join(line.rstrip() for line in cell.source.strip().splitlines())
    return isinstance(made_of, str) and made_of not in (checksum(cell), checksum(cell, plain))
