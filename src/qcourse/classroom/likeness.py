"""Hand-ins that are alike beyond what was handed out: a hint where to look, and no proof.

As in MOSS (Schleimer, Wilkerson and Aiken, Winnowing, 2003) an answer counts as the set of its runs of
`RUN` tokens. Comments and layout do not count; renamed variables hide a copy. Runs that the handed-out
notebook holds, or that more than `MOST_SHARING` students wrote, say nothing and are left out. What is left
goes into an index from runs to students, so that no two hand-ins are compared that share nothing, and the
time is proportional to the number of students.
"""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from qcourse.course.cells import is_answer
from qcourse.course.notebooks import NotebookNode

RUN = 6  # tokens
MOST_SHARING = 8  # students
LEAST_SHARED = 30  # runs
LEAST_SHARE = 0.5  # of the shorter hand-in's runs
LONGEST = 20_000  # characters of an answer that are looked at
IGNORED = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip


class Pair(NamedTuple):
    """Two students, the number of runs that both wrote, and its share of the shorter hand-in's."""

    one: str
    other: str
    shared: int
    share: float


class Likeness:
    """Takes one hand-in after the other; of each only hashes are kept."""

    def __init__(self, released: Iterable[NotebookNode]) -> None:
        self._given = {run for nb in released for cell in nb.cells for run in _runs(cell)}
        self._lengths: Counter[str] = Counter()
        self._students: dict[int, tuple[str, ...]] = {}  # small: there are a thousand runs in a hand-in

    def add(self, student: str, notebook: NotebookNode) -> None:
        """Take the answers of a hand-in."""
        own = {run for cell in notebook.cells if is_answer(cell) for run in _runs(cell)} - self._given
        self._lengths[student] += len(own)
        for run in own:
            known = self._students.get(run, ())
            if len(known) <= MOST_SHARING:
                self._students[run] = (*known, student)

    def pairs(self) -> list[Pair]:
        """The pairs that share most, first."""
        shared: Counter[tuple[str, str]] = Counter()
        for students in self._students.values():
            if 1 < len(students) <= MOST_SHARING:
                shared.update(combinations(sorted(students), 2))
        made = (Pair(*pair, n, n / min(self._lengths[s] for s in pair)) for pair, n in shared.items())
        found = (pair for pair in made if pair.shared >= LEAST_SHARED and pair.share >= LEAST_SHARE)
        return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.one, pair.other))


def _runs(cell: NotebookNode) -> Iterator[int]:
    """The runs of tokens, or of words, of a cell."""
    source = cell.source[:LONGEST]
    tokens = list(_tokens(source)) if cell.cell_type == "code" else re.findall(r"\w+", source.lower())
    for start in range(len(tokens) - RUN + 1):
        yield hash(tuple(tokens[start : start + RUN]))


def _tokens(source: str) -> Iterator[str]:
    """The tokens of Python, up to where it is none."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in IGNORED:
                yield token.string
    except (tokenize.TokenError, SyntaxError):
        return
