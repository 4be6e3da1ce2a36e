"""``qcourse feedback``: a page for each student, complete in itself: what was earned, and why not more."""

import secrets
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from qcourse.classroom.exercises import exercises
from qcourse.classroom.feedback_parts import parts, row
from qcourse.classroom.pages import template
from qcourse.classroom.results import Class, Entry
from qcourse.course.cells import by_grade_id
from qcourse.course.harmless import reduce_outputs
from qcourse.course.notebooks import NotebookNode
from qcourse.course.preprocessors import HideTests
from qcourse.errors import UserError
from qcourse.files import read_below, replace
from qcourse.grading.submission import MOST_SECRET, SECRET
from qcourse.grading.timestamps import NAME as STAMP
from qcourse.terminal import counted


def run(root: Path, assignment: str, chosen: Sequence[str] = ()) -> int:
    """Write the pages of those who have handed in, or of the students ``chosen``; say how many.

    Raises:
        UserError: there is no such assignment or student, or a page cannot be written.
    """
    known = Class(root, assignment)
    if missing := sorted(set(chosen) - set(known.entries)):
        who = ", ".join(missing)
        raise UserError(f"the gradebook has no student {who}, or nbgrader's settings leave them out.")
    entries = [e for e in known.entries.values() if (e.student in chosen or not chosen)]
    shown = [entry for entry in entries if entry.graded or entry.refused]
    pages = Pages(known)
    for entry in shown:
        try:
            _write(known, entry, pages.of(entry))
        except OSError as error:
            raise UserError(f"{error.filename} cannot be written ({error.strerror}).") from None
    where = known.folder("feedback", "STUDENT")
    refused = sum(not entry.graded for entry in shown)
    print(f"{counted(len(shown), 'student')}, {refused} of them refused: {where}")
    if known.waiting and not chosen:
        again = f"qcourse grade {shlex.quote(known.assignment)}"
        print(f"{len(known.waiting)} not graded yet: run {again}.")
    return 0


def _write(known: Class, entry: Entry, pages: Iterator[tuple[str, str]]) -> None:
    """Put the pages where nbgrader's would be, with what `nbgrader release_feedback` needs beside them.

    It stops the whole class where one of these files is missing, as with what did not come by the exchange:
    there the time is left empty, and the page's name in the exchange follows from a secret that nobody has.
    """
    folder = known.folder("feedback", entry.student)
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages:
        replace(folder / f"{name}.html", page.encode(errors="backslashreplace"))
    source = known.folder("autograded" if entry.graded else "submitted", entry.student)
    for name in (STAMP, SECRET):
        try:
            content = read_below(source, name, MOST_SECRET)
        except OSError:
            if (folder / name).exists():
                continue
            content = b"" if name == STAMP else secrets.token_hex().encode()
        replace(folder / name, content)


class Pages:
    """Makes the pages of a class."""

    def __init__(self, known: Class) -> None:
        self._known = known
        self._hide = HideTests(config=known.config)
        released = {name: known.released(name) for name in known.notebooks}
        self._exercises = {name: exercises(nb) for name, nb in released.items() if nb is not None}
        self._template = template("feedback.html")

    def of(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """The page for each notebook, by its name."""
        for name in self._known.notebooks:
            notebook = self._known.graded_notebook(entry.student, name) if entry.graded else None
            yield name, self._page(entry, name, notebook)

    def _page(self, entry: Entry, name: str, notebook: NotebookNode | None) -> str:
        shown, rows = [], []
        if notebook is not None:
            notebook, _ = self._hide.preprocess(notebook, {})
            reduce_outputs(notebook)
            cells = by_grade_id(notebook)
            rows = [row(entry, name, one, cells) for one in self._exercises.get(name) or exercises(notebook)]
            shown = parts(notebook, rows)
        known = self._known
        several = f"{known.assignment}: {name}" if len(known.notebooks) > 1 else known.assignment
        return self._template.render(entry=entry, title=several, rows=rows, parts=shown)
