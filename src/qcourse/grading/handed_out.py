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
from qcourse.grading.repairs import RECOGNISED

CALL = re.compile(r'\bexercise\(\s*"([\d.]+)",\s*(\w+)', re.IGNORECASE)  # of a check: its number, the answer
NUMBER = re.compile(r'\bexercise(?:\(\s*"| )([\d.]+\d)', re.IGNORECASE)  # in a test
MOST_LINES = 200  # of a cell that is searched for its own text
HEADING = re.compile(r"^#+ Exercise ([\d.]+\d)", re.MULTILINE)


def put_right(notebook: NotebookNode) -> tuple[list[str], list[str]]:
    """Mend a notebook as grading will, in place.

    Return what was done, and which checks cannot be relied on: their handed-out text is not here.
    """
    said = _recognise(notebook)
    lost = {} if said else _lost(notebook)
    words = {name: f"{name} {what}" for name, what in lost.items()}
    wrong = [words.pop(name) for name in lost if name.endswith((f"{CHECK}'", *"0123456789"))]
    notes = mend(notebook, _source(notebook))
    if said:  # that says it
        notes = [note for note in notes if RECOGNISED.format("") not in note]
    return [*said, *notes, *words.values()], wrong


def is_no_check(cell: NotebookNode) -> bool:
    """Whether a check has been changed so that it checks nothing: its success means nothing."""
    return _own_text(cell) is None and not CALL.search(cell.source)


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
    """The cells with grade ids, each once, tests behind their answers, as they were handed out."""
    known: dict[str, NotebookNode] = {}
    for cell in notebook.cells:
        if (name := grade_id(cell)) and name not in known:
            known[name] = _as_handed_out(cell)
    calls = {exercise(cell): CALL.search(cell.source) for cell in known.values() if is_check(cell)}
    if any(map(is_answer, known.values())):  # else no answer has lost its cell: there is no metadata of any
        known |= {name: _stub(name, call) for name, call in calls.items() if call and name not in known}
    first = {exercise(cell): number for number, cell in reversed([*enumerate(known.values())])}
    rank = {CHECK: 1, HIDDEN: 2}

    def key(cell: NotebookNode) -> tuple[int, int]:
        return first[exercise(cell)], rank.get(grade_id(cell).removeprefix(exercise(cell)), 0)

    source = copy.deepcopy(notebook)
    source.cells = sorted(known.values(), key=key)
    return source


def _stub(name: str, call: re.Match[str]) -> NotebookNode:
    """In the place of an answer whose cell is missing; another may hold what its check calls."""
    text = f'def {call[2]}(*args, **kwargs):\n    raise NotImplementedError("its cell is missing")'
    return new_code_cell(text, metadata={"nbgrader": {"grade_id": name, "solution": True}})


def _as_handed_out(cell: NotebookNode) -> NotebookNode:
    """The cell with its first type and, if it is locked, its own text, where the checksum tells it."""
    kind = metadata(cell).get("cell_type", "code" if is_check(cell) else cell.cell_type)
    known = copy.deepcopy(cell)
    if kind == "code" != cell.cell_type:
        known = new_code_cell(cell.source, metadata=known.metadata)
    if is_locked(cell):
        known.source = _own_text(known) or known.source
    return known


def _own_text(cell: NotebookNode) -> str | None:
    """The part of a locked cell's text that its checksum was made of; None if there is none."""
    made_of, text = metadata(cell).get("checksum"), cell.source
    lines = [line.rstrip() for line in text.splitlines()]
    if not isinstance(made_of, str) or made_of == checksum(cell):
        return text
    if len(lines) > MOST_LINES:
        return None
    ends = [number for number, line in enumerate(lines) if line]
    parts = ("\n".join(lines[i : j + 1]) for i in ends for j in ends if i <= j)
    return next((part for part in parts if made_of == checksum(cell, part)), None)


def _lost(notebook: NotebookNode) -> dict[str, str]:
    """Locked cells that are not as they were handed out, and cells that are missing: what becomes of each."""
    known = {grade_id(cell): cell for cell in reversed(notebook.cells) if grade_id(cell)}
    locked = {name: _as_handed_out(cell) for name, cell in known.items() if is_locked(cell)}
    changed = [name for name, cell in locked.items() if _own_text(cell) is None]
    names = {exercise(cell) for cell in known.values() if grade_id(cell) != exercise(cell)}
    if names:
        names |= {grade_id(cell) for cell in known.values() if is_answer(cell) and cell.cell_type == "code"}
    missing = [name + end for name in sorted(names) for end in (CHECK, HIDDEN) if name + end not in known]
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    tests = "\n".join(cell.source for cell in notebook.cells if cell.cell_type != "markdown")
    gone = [number for number in HEADING.findall(texts) if number not in NUMBER.findall(tests)]
    back = "grading puts it back as it was handed out."
    return (
        {repr(name): f"is not as it was handed out: {back}" for name in reversed(changed)}
        | {repr(name): f"is missing: {back}" for name in missing}
        | {f"exercise {number}": f"has no check here: {back}" for number in gone}
    )
