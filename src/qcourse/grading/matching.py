"""Which cell of a submission is which cell of the notebook that was handed out.

A cell is known by its grade id; without one by its text, an answer by the names that it defines, or by place.
"""

from collections.abc import Iterable
from functools import cached_property

from qcourse.course.cells import grade_id, handed_out, is_answer, is_locked
from qcourse.course.names import bound, defined
from qcourse.course.notebooks import NotebookNode, new_code_cell
from qcourse.course.syntax import LONGEST


class Piece:
    """A cell of the submission; ``place`` is the index of the handed-out cell that it is, None for none."""

    held_more = False  # a locked cell that held more than its own text

    def __init__(self, cell: NotebookNode, place: int | None = None) -> None:
        self.cell = cell
        self.place = place

    @cached_property
    def binds(self) -> set[str]:
        """The names that its text may bind."""
        return bound(self.cell.source) if self.cell.cell_type == "code" else set()


def match(pieces: list[Piece], source: list[NotebookNode]) -> list[Piece]:
    """Set each piece's ``place``; what stands in a locked cell beside its own text becomes another piece."""
    by_id(pieces, source)
    pieces = [part for piece in pieces for part in _parts(piece, source)]
    by_text(pieces, source)
    if sum(len(piece.cell.source) for piece in pieces) > 10 * LONGEST:  # to analyse it would take long
        for piece in pieces:
            piece.binds = set()
    by_name(pieces, source)
    by_place(pieces, source)
    return pieces


def by_id(pieces: list[Piece], source: list[NotebookNode]) -> None:
    """By grade id: the first cell that has it, but an answer rather than a copy of the stub."""
    known: dict[str, list[Piece]] = {}
    for piece in pieces:
        known.setdefault(grade_id(piece.cell), []).append(piece)
    for place, original in enumerate(source):
        if (name := grade_id(original)) and (same := known.get(name)):
            written = [p for p in same if is_answer(original) and text(p.cell) != text(original)]
            (written or same)[0].place = place


def by_text(pieces: list[Piece], source: list[NotebookNode]) -> None:
    """By text, in the handed-out order where several cells have the same."""
    places: dict[str, list[int]] = {}
    for place in missing(pieces, source):
        places.setdefault(_plain(handed_out(source[place])), []).append(place)
    for piece in pieces:
        if piece.place is None and text(piece.cell) and (found := places.get(text(piece.cell))):
            piece.place = found.pop(0)


def by_name(pieces: list[Piece], source: list[NotebookNode]) -> None:
    """An answer by the names that its stub defines: the first cell of the student's own that binds them."""
    for place in missing(pieces, source):
        if names := answer_names(source[place]):
            found = [piece for piece in pieces if piece.place is None and names <= piece.binds]
            if found:
                found[0].place = place


def by_place(pieces: list[Piece], source: list[NotebookNode]) -> None:
    """An answer without a name, such as one to a question, by the cells around it."""
    for place in missing(pieces, source):
        if not is_answer(source[place]) or answer_names(source[place]):
            continue
        before = [i for i, piece in enumerate(pieces) if piece.place == place - 1]
        after = [i for i, piece in enumerate(pieces) if piece.place == place + 1] or [len(pieces)]
        between = pieces[before[0] + 1 : after[0]] if before else []
        kind = source[place].cell_type
        own = [p for p in between if p.place is None and p.cell.cell_type == kind and text(p.cell)]
        if own:
            own[0].place = place


def missing(pieces: Iterable[Piece], source: list[NotebookNode]) -> list[int]:
    """The places that no piece has."""
    taken = {piece.place for piece in pieces}
    return [place for place in range(len(source)) if place not in taken]


def answer_names(original: NotebookNode) -> set[str]:
    """The names that an answer's stub defines; empty for any other cell."""
    is_code = is_answer(original) and original.cell_type == "code"
    return defined(original.source) if is_code else set()


def text(cell: NotebookNode) -> str:
    """The cell's text without blanks that tools add or take away."""
    return _plain(cell.source)


def is_changed(cell: NotebookNode, original: NotebookNode) -> bool:
    """Whether a locked cell has another text than the one that was handed out."""
    return text(cell) != _plain(handed_out(original))


def _plain(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _parts(piece: Piece, source: list[NotebookNode]) -> list[Piece]:
    """A locked cell, and around it what the student wrote into it: an answer that was merged counts."""
    original = None if piece.place is None else source[piece.place]
    if original is None or not is_locked(original) or not is_changed(piece.cell, original):
        return [piece]
    before, after = _beside(text(piece.cell), _plain(handed_out(original)))
    if after is None:
        after, before = "", before if piece.binds & {n for cell in source for n in answer_names(cell)} else ""
    own = [Piece(new_code_cell(part.strip("\n"))) if part.strip() else None for part in (before, after)]
    piece.held_more = any(own)
    return [part for part in (own[0], piece, own[1]) if part]


def _beside(written: str, own: str) -> tuple[str, str | None]:
    """What stands before and after ``own``; everything and None where it does not stand there whole."""
    before, found, after = f"\n{written}\n".partition(f"\n{own}\n")
    return (before, after) if found and own else (written, None)
