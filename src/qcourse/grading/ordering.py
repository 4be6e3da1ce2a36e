"""Where the graded cells of a submission stand: in the handed-out order, tests behind their answers."""

from qcourse.course.cells import grade_id, is_answer, is_locked, is_test
from qcourse.course.notebooks import NotebookNode
from qcourse.grading.matching import Piece, answer_names, missing


def homes_of(pieces: list[Piece], source: list[NotebookNode]) -> dict[int, Piece]:
    """Where each answer stands: its own cell, or another of the student's that defines all its names."""
    homes = {piece.place: piece for piece in pieces if piece.place is not None}
    for place in missing(pieces, source):
        if names := answer_names(source[place]):
            own = (p for p in pieces if p.place is None or not is_locked(source[p.place]))
            if found := next((piece for piece in own if names <= piece.binds), None):
                homes[place] = found
    return homes


def moved_cells(pieces: list[Piece], source: list[NotebookNode], homes: dict[int, Piece]) -> list[int]:
    """The places of locked cells that stand out of the handed-out order, or before the answer they test."""
    graded = [p.place for p in pieces if p.place is not None and grade_id(source[p.place])]
    order = _longest_rising(graded)
    where = {id(piece): number for number, piece in enumerate(pieces)}
    moved = []
    for number, piece in enumerate(pieces):
        place = piece.place
        if place is None or place not in graded or not is_locked(source[place]):
            continue
        home = homes.get(_answer(place, source)) if is_test(source[place]) else None
        if place not in order or (home and where[id(home)] > number):
            moved.append(place)
    return sorted(moved)


def _longest_rising(numbers: list[int]) -> set[int]:
    """The members of a longest rising subsequence."""
    best: list[tuple[int, int | None]] = []  # its length so far, and the index before
    for i, number in enumerate(numbers):
        before = [j for j in range(i) if numbers[j] < number]
        last = max(before, key=lambda j: best[j][0], default=None)
        best.append((1 if last is None else best[last][0] + 1, last))
    at = max(range(len(numbers)), key=lambda i: best[i][0], default=None)
    found = set()
    while at is not None:
        found.add(numbers[at])
        at = best[at][1]
    return found


def _answer(place: int, source: list[NotebookNode]) -> int:
    """The place of the answer that a test tests: the last one before it; -1 where there is none."""
    return max((n for n in range(place) if is_answer(source[n])), default=-1)


def position_for(place: int, pieces: list[Piece], source: list[NotebookNode], homes: dict[int, Piece]) -> int:
    """Where to put a cell: behind what it followed.

    A test stands also behind its answer, earlier tests, the text that introduces it and the cells that the
    student has added there: what an answer needs, such as imports, may be in any of them.
    """
    places = [piece.place for piece in pieces]
    before = [p for p in places if p is not None and p < place]
    position = places.index(max(before)) + 1 if before else 0
    if is_test(source[place]):
        tests = [p for p in before if is_locked(source[p])]
        others = [p for p in before if not grade_id(source[p])]
        behind = [places.index(max(some)) for some in (tests, others) if some]
        home = homes.get(_answer(place, source))
        position = max(position, *(n + 1 for n in behind), pieces.index(home) + 1 if home in pieces else 0)
        while position < len(pieces) and places[position] is None:
            position += 1
    return position
