"""The parts of a page of feedback: what each exercise earned, and the notebook in sections that fold."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup
from nbconvert.filters import strip_ansi

from qcourse.classroom.exercises import Exercise
from qcourse.classroom.results import Entry, Score
from qcourse.course.cells import cause, grade_id, is_answer, is_check, is_hidden, is_test, message
from qcourse.course.harmless import PICTURES
from qcourse.course.markdown import to_html
from qcourse.course.notebooks import NotebookNode

SECTION = re.compile(r"^#{1,2} +(\S.*)$", re.MULTILINE)
MOST_CODE = 20_000  # characters of a cell that are shown
MOST_TEXT = 500_000  # characters of a notebook's Markdown that are set as such
NOT_RUN = "Grading did not need to run this cell, so what it showed is not here."


class Row(NamedTuple):
    """What an exercise earned; a score is None where it has no such cell."""

    number: str
    title: str
    visible: Score | None
    hidden: Score | None
    other: Score | None  # what is graded by hand, or by tests of another course
    cause: str
    comment: Markup
    ids: frozenset[str]  # of its cells

    @property
    def scores(self) -> list[Score]:
        """Those that it has."""
        return [score for score in (self.visible, self.hidden, self.other) if score]

    @property
    def state(self) -> str:
        """ "passed", "failed", or "waiting" for somebody to grade it."""
        if any(score.score is None for score in self.scores):
            return "waiting"
        return "passed" if all((s.score or 0) >= s.most for s in self.scores) else "failed"


class Shown(NamedTuple):
    """A cell: text, or code with what it showed; a test has a label instead of its code.

    ``note`` says what else there is to say.
    """

    label: str
    text: Markup
    code: str
    outputs: list[Markup]
    note: str


@dataclass
class Part:
    """A section of the notebook; its row where it is an exercise."""

    title: str
    row: Row | None = None
    cells: list[Shown] = field(default_factory=list)


def row(entry: Entry, notebook: str, exercise: Exercise, cells: Mapping[str, NotebookNode]) -> Row:
    """What ``entry`` earned for an exercise of ``notebook``, and the first reason why not more."""
    found = {name: entry.scores.get((notebook, name)) for name in exercise.scored}
    others = [score for name in exercise.others if (score := found[name])]
    failed = (name for name, score in found.items() if score and score.score == 0 and name in cells)
    reason = next((reason for name in failed if (reason := _reason(cells[name]))), "")
    written = (entry.comments.get((notebook, name), "") for name in (exercise.answer, *exercise.others))
    comment = next(filter(None, written), "")
    return Row(
        exercise.number, exercise.title, found.get(exercise.check), found.get(exercise.hidden), _sum(others),
        reason, Markup(to_html(comment, mathjax=False)),
        frozenset({exercise.answer, *exercise.scored} - {""}),
    )  # fmt: skip


def _reason(cell: NotebookNode) -> str:
    if is_answer(cell):
        return "no answer"
    return cause(message(cell)) if cell.cell_type == "code" else ""


def _sum(scores: list[Score]) -> Score | None:
    if not scores:
        return None
    given = [score.score for score in scores if score.score is not None]
    return Score(sum(given) if len(given) == len(scores) else None, sum(score.most for score in scores))


def parts(notebook: NotebookNode, rows: list[Row]) -> list[Part]:
    """The notebook by sections: each begins at a heading of the first two levels, or with an exercise."""
    of_cell = {name: row for row in rows for name in row.ids}
    found = [Part("")]
    length = 0
    for cell in notebook.cells:
        own = of_cell.get(grade_id(cell))
        headings = SECTION.findall(cell.source) if cell.cell_type == "markdown" and not own else []
        if headings:
            found.append(Part(headings[0].rstrip()))
        elif own and found[-1].row not in (None, own):
            found.append(Part(own.title))
        if own:
            found[-1].row = own
        length += len(cell.source) * (cell.cell_type == "markdown")
        found[-1].cells.append(_shown(cell, plain=length > MOST_TEXT))
    return [part for part in found if part.cells]


def _shown(cell: NotebookNode, *, plain: bool) -> Shown:
    if cell.cell_type == "raw" or (cell.cell_type == "markdown" and plain):
        return Shown("", Markup(), _cut(cell.source), [], "")
    if cell.cell_type == "markdown":
        text = to_html(cell.source, cell.get("attachments"), mathjax=False)
        return Shown("", Markup(text), "", [], "")
    outputs = [Markup(markup) for output in _told(cell) for markup in _output(output)]
    if is_test(cell):
        label = "Visible check" if is_check(cell) else "Hidden tests" if is_hidden(cell) else "Test"
        return Shown(label, Markup(), "", outputs, "")
    ran = cell.get("execution_count") is not None or bool(outputs) or not cell.source.strip()
    return Shown("", Markup(), _cut(cell.source), outputs, "" if ran else NOT_RUN)


def _told(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell; the error of a test that failed only repeats what it has shown."""
    outputs: list[NotebookNode] = cell.get("outputs", [])
    shown = [output for output in outputs if output.output_type == "display_data"]
    return shown if is_test(cell) and shown else outputs


def _cut(source: str) -> str:
    return (
        source
        if len(source) <= MOST_CODE
        else f"{source[:MOST_CODE]}\n… and {len(source) - MOST_CODE:,} more"
    )


def _output(output: NotebookNode) -> Iterator[str]:
    """An output as HTML, in the best of its kinds."""
    if output.output_type == "stream":
        yield f"<pre>{html.escape(strip_ansi(output.text))}</pre>"
    elif output.output_type == "error":
        yield f"<pre>{html.escape(strip_ansi(chr(10).join(output.traceback)))}</pre>"
    else:
        data = output.data
        picture = next((kind for kind in PICTURES if kind in data), "")
        if "text/html" in data:
            yield f"<div>{data['text/html']}</div>"
        elif picture:
            alt = html.escape(data.get("text/plain", ""))
            yield f'<img src="data:{picture};base64,{data[picture]}" alt="{alt}">'
        elif "text/plain" in data:
            yield f"<pre>{html.escape(data['text/plain'])}</pre>"
