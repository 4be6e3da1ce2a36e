"""``qcourse export``: points as a CSV file, for Moodle, for Canvas, or with a column for each exercise.

Moodle maps the columns of any CSV file to users, by e-mail address or ID number, and to grade items
(https://docs.moodle.org/en/Grade_import). Canvas wants Student, ID and Section before the assignments, and
takes a row of points possible (lib/gradebook_importer.rb in github.com/instructure/canvas-lms).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from qcourse.classroom.exercises import Exercise, exercises
from qcourse.classroom.people import Person, in_gradebook
from qcourse.classroom.results import Class, Entry
from qcourse.classroom.tables import harmless
from qcourse.course.folder import number
from qcourse.course.settings import course_settings
from qcourse.errors import UserError
from qcourse.files import replace
from qcourse.grading.database import open_gradebook

FORMATS = ("moodle", "canvas", "csv")
Row = list[str]


def run(course: Path, assignments: Sequence[str], kind: str, out: Path) -> int:
    """Write the points in assignments to ``out``, in one of `FORMATS`; say what has none.

    Raises:
        UserError: the gradebook knows no such assignment, or ``out`` cannot be written.
    """
    named = [Class(course, assignment) for assignment in assignments]
    classes = list({one.assignment: one for one in named}.values())  # 06 and 6 are one
    config = course_settings(course)
    folders = CourseDirectory(config=config)
    with open_gradebook(folders.db_url, folders.course_id) as book:
        people = sorted(
            in_gradebook(book.students), key=lambda p: (p.last.casefold(), p.first.casefold(), p.id)
        )
    make = {"moodle": _moodle, "canvas": _canvas, "csv": _wide}[kind]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(make(people, classes))
    try:
        replace(out, text.getvalue().encode())
    except OSError as error:
        raise UserError(f"{out} cannot be written ({error.strerror}).") from None
    print(f"{out}: {len(people)} students, {', '.join(one.assignment for one in classes)}.")
    for one in classes:
        print(f"{number(one.assignment)}: {_left_open(one)}")
    if kind == "canvas" and (unknown := [p.shown for p in people if not _canvas_id(p)]):
        print(f"Without a Canvas ID, matched by name only: {', '.join(unknown)}.")
    if kind == "moodle" and (unknown := [p.shown for p in people if not (p.email or p.number)]):
        print(f"Without an address or an ID number, unknown to Moodle: {', '.join(unknown)}.")
    return 0


def _moodle(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    yield ["First name", "Last name", "ID number", "Email address", *(one.assignment for one in classes)]
    for p in people:
        who = map(harmless, (p.first, p.last, p.number, p.email))
        yield [*who, *(_total(one.entries.get(p.id)) for one in classes)]


def _canvas(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    yield ["Student", "ID", "Section", *(one.assignment for one in classes)]
    yield ["    Points Possible", "", "", *(f"{_most(one):g}" for one in classes)]
    for p in people:
        name = f"{p.last}, {p.first}" if p.last and p.first else p.name or p.id
        yield [harmless(name), _canvas_id(p), "", *(_total(one.entries.get(p.id)) for one in classes)]


def _canvas_id(person: Person) -> str:
    return next((name for name in (person.number, person.id) if name.isascii() and name.isdecimal()), "")


def _wide(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    """A column for each exercise, then what is given by hand, what lateness takes, points, and the most."""
    columns = [(one, name, exercises(one.handed_out(name))) for one in classes for name in one.notebooks]
    heads: Row = []
    for one in classes:
        short = number(one.assignment)
        tested = [
            e.number or e.title for other, _, found in columns if other is one for e in found if e.check
        ]
        heads += [*(f"{short}: {name}" for name in tested)]
        heads += [f"{short} {what}" for what in ("by hand", "late", "points", "of")]
    yield ["student id", "last name", "first name", "email", "lms user id", *map(harmless, heads)]
    for p in people:
        row = [harmless(text) for text in (p.id, p.last, p.first, p.email, p.number)]
        for one in classes:
            entry = one.entries.get(p.id)
            own = [(notebook, found) for other, notebook, found in columns if other is one]
            row += _parts(entry, own) if entry and entry.graded else [""] * (_width(own) + 3)
            row.append(f"{_most(one):g}")
        yield row


def _width(own: Sequence[tuple[str, list[Exercise]]]) -> int:
    return sum(bool(exercise.check) for _, found in own for exercise in found)


def _parts(entry: Entry, own: Sequence[tuple[str, list[Exercise]]]) -> Row:
    tested = [(notebook, e) for notebook, found in own for e in found if e.check]
    sums = [sum(entry.scores[notebook, name].score or 0 for name in e.scored) for notebook, e in tested]
    others = entry.points - sum(sums)
    hand = "" if entry.by_hand else f"{others:g}"
    return [*(f"{points:g}" for points in sums), hand, f"{entry.penalty:g}", _total(entry)]


def _total(entry: Entry | None) -> str:
    """The points less what lateness takes; nothing where nothing was graded: that is no 0."""
    return f"{max(0.0, entry.points - entry.penalty):g}" if entry and entry.graded else ""


def _most(one: Class) -> float:
    """The most points of the assignment, those of the graded by hand included."""
    return max((sum(score.most for score in e.scores.values()) for e in one.entries.values()), default=0.0)


def _left_open(one: Class) -> str:
    """What has no points, in words."""
    entries: list[Any] = list(one.entries.values())
    graded = [entry for entry in entries if entry.graded]
    counts = {
        "not handed in": sum(not entry.submitted for entry in entries),
        "refused or not graded": sum(entry.submitted and not entry.graded for entry in entries),
        "still without points by hand": sum(entry.by_hand > 0 for entry in graded),
    }
    rest = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{len(graded)} with points" + (f"; {', '.join(rest)}" if rest else "") + "."
