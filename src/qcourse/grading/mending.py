"""A submission gets every graded cell as it was handed out, in its place; what was repaired is said."""

import copy
import re

from qcourse.course.cells import (
    EXPERIMENT,
    grade_id,
    is_experiment,
    is_locked,
    is_test,
    is_untouched,
    metadata,
    to_grade,
)
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import Refused
from qcourse.grading import repairs
from qcourse.grading.matching import Piece, is_changed, match, missing
from qcourse.grading.ordering import homes_of, moved_cells, position_for


def mend(notebook: NotebookNode, source: NotebookNode) -> list[str]:
    """Give ``notebook`` the cells and metadata of ``source``, in place; return what was repaired.

    Raises:
        Refused: it is the notebook of another assignment.
    """
    notes = repairs.Repairs()
    pieces = match([Piece(cell) for cell in notebook.cells], source.cells)
    _refuse_another(pieces, notebook, source)
    pieces = [piece for piece in pieces if _is_kept(piece, pieces, source.cells, notes)]
    for piece in pieces:
        _as_handed_out(piece, source.cells, notes)
    homes = homes_of(pieces, source.cells)
    moved = moved_cells(pieces, source.cells, homes)
    for place in moved:
        notes.add(repairs.MOVED, grade_id(source.cells[place]))
    pieces = [piece for piece in pieces if piece.place not in moved]
    for place in missing(pieces, source.cells):
        if grade_id(source.cells[place]):
            new = Piece(to_grade(source.cells[place]), place)
            if place not in moved:
                _note_missing(new, homes, notes)
            pieces.insert(position_for(place, pieces, source.cells, homes), new)
    notebook.cells = [piece.cell for piece in pieces]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    notebook.metadata, notebook.nbformat_minor = copy.deepcopy(source.metadata), 5
    return notes.sentences()


def _refuse_another(pieces: list[Piece], notebook: NotebookNode, source: NotebookNode) -> None:
    """Refuse a notebook that has none of this one's tests, but cells of another's."""
    if any(piece.place is not None and is_test(source.cells[piece.place]) for piece in pieces):
        return
    known, ids = ({grade_id(cell) for cell in nb.cells} - {""} for nb in (source, notebook))
    theirs, ours = numbers(notebook), numbers(source)
    if len(ids - known) > len(ids & known) or (theirs and ours and not theirs & ours):
        which, right = (", ".join(sorted(numbers)) for numbers in (theirs, ours))
        if which and right and which != right:
            raise Refused(f"this is notebook {which}, not {right}: hand in notebook {right}.")
        raise Refused("this is the notebook of another assignment: hand in the one of this assignment.")


def numbers(notebook: NotebookNode) -> set[str]:
    """The number of a notebook, such as 06, by the exercises that its headings name."""
    headings = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.findall(r"^#+ Exercise (\d+)\.\d", "\n".join(headings), re.MULTILINE)
    return {number.zfill(2) for number in found}


def _is_kept(piece: Piece, pieces: list[Piece], source: list[NotebookNode], notes: repairs.Repairs) -> bool:
    """Note the second of a cell, and one that is unknown; drop the copy of a locked cell."""
    name = grade_id(piece.cell)
    if piece.place is not None or not name:
        return True
    original = next((cell for cell in source if grade_id(cell) == name), None)
    if original is None:
        notes.add(repairs.UNKNOWN, name)
    elif is_locked(original) and not is_changed(piece.cell, original):
        notes.add(repairs.REMOVED, name)
        return False
    else:
        notes.add(repairs.ORDINARY, name)
    return True


def _as_handed_out(piece: Piece, source: list[NotebookNode], notes: repairs.Repairs) -> None:
    """Give a piece its handed-out cell; an answer keeps the student's text."""
    cell = piece.cell
    original = None if piece.place is None else source[piece.place]
    if original is None or not grade_id(original):
        cell.metadata = NotebookNode({"tags": [EXPERIMENT]} if is_experiment(cell) else {})
        return
    name = grade_id(original)
    if grade_id(cell) != name:
        notes.add(repairs.RECOGNISED, name)
    elif _facts(cell) != _facts(original):
        notes.add(repairs.METADATA, name)
    if cell.cell_type != original.cell_type:
        notes.add(f"{{}} was a {cell.cell_type} cell; restored as a {original.cell_type} cell.", name)
    if is_locked(original) and is_changed(cell, original):
        changed = repairs.EARLIER if is_untouched(cell) else repairs.CHANGED
        notes.add(repairs.HELD_MORE if piece.held_more else changed, name)
    piece.cell = to_grade(original)
    if not is_locked(original):
        piece.cell.source = cell.source
        if original.cell_type == "markdown" and "attachments" in cell:
            piece.cell.attachments = cell.attachments


def _facts(cell: NotebookNode) -> list[object]:
    """What a cell is to nbgrader; not its points, which the course may have changed since."""
    meta = metadata(cell)
    return [bool(meta.get(key)) for key in ("grade", "solution", "locked", "task")]


def _note_missing(new: Piece, homes: dict[int, Piece], notes: repairs.Repairs) -> None:
    """Note a cell that was missing; the stub of an answer that stands elsewhere must not hide it."""
    name = grade_id(new.cell)
    if new.place in homes:
        new.cell.source = f"# {', '.join(sorted(new.binds))}: see another cell."
        notes.add(repairs.ELSEWHERE, name)
    else:
        notes.add(repairs.MISSING, name)
