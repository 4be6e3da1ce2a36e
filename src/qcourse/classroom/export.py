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

from qcourse.classroom.exercises import Exercise, of_all
from qcourse.classroom.people import Person, in_gradebook
from qcourse.classroom.results import Class, Entry
from qcourse.classroom.tables import harmless
from qcourse.course.folder import number
from qcourse.course.settings import course_settings
from qcourse.errors import UserError, printable
from qcourse.files import replace
from qcourse.grading.database import open_gradebook
from qcourse.grading.submission import is_included
from qcourse.terminal import counted

FORMATS = ("moodle", "canvas", "csv")
Row = list[str]
Tested = list[tuple[str, Exercise]]  # the exercises that have tests, with the notebook of each


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
            (p for p in in_gradebook(book.students) if is_included(folders, p.id)),
            key=lambda p: (p.last.casefold(), p.first.casefold(), p.id),
        )
    make = {"moodle": _moodle, "canvas": _canvas, "csv": _wide}[kind]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(make(people, classes))
    try:
        replace(out, text.getvalue().encode())
    except OSError as error:
        raise UserError(f"{out} cannot be written ({error.strerror}).") from None
    print(f"{out}: {counted(len(people), 'student')}, {', '.join(one.assignment for one in classes)}.")
    for one in classes:
        print(f"{_short(one, classes)}: {_left_open(one)}")
    if kind == "canvas" and (unknown := [p.shown for p in people if not _canvas_id(p)]):
        print(f"Without a Canvas ID, matched by name only: {printable(', '.join(unknown))}.")
    if kind == "moodle" and (unknown := [p.shown for p in people if not (p.email or p.number)]):
        print(f"Without an address or an ID number, unknown to Moodle: {printable(', '.join(unknown))}.")
    return 0


def _moodle(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    yield ["First name", "Last name", "ID number", "Email address", *(one.assignment for one in classes)]
    for p in people:
        who = map(harmless, (p.first, p.last, p.number, p.email))
        yield [*who, *(_total(one.entries.get(p.id)) for one in classes)]


def _canvas(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    yield ["Student", "ID", "Section", *(one.assignment for one in classes)]
    yield ["    Points Possible", "", "", *(f"{one.most:g}" for one in classes)]
    for p in people:
        name = f"{p.last}, {p.first}" if p.last and p.first else p.name or p.id
        yield [harmless(name), _canvas_id(p), "", *(_total(one.entries.get(p.id)) for one in classes)]


def _canvas_id(person: Person) -> str:
    return next((name for name in (person.number, person.id) if name.isascii() and name.isdecimal()), "")


def _wide(people: Sequence[Person], classes: Sequence[Class]) -> Iterator[Row]:
    """A column for each exercise, then what is given by hand, what lateness takes, points, and the most."""
    heads: Row = []
    columns: dict[str, Tested] = {}
    for one in classes:
        short = _short(one, classes)
        given = {name: one.handed_out(name) for name in one.notebooks}
        columns[one.assignment] = tested = [(book, e) for book, e in of_all(given) if e.tested]
        heads += [*(f"{short}: {e.number or e.title}" for _, e in tested)]
        heads += [f"{short} {what}" for what in ("by hand", "late", "points", "of")]
    yield ["student id", "last name", "first name", "email", "lms user id", *map(harmless, heads)]
    for p in people:
        row = [harmless(text) for text in (p.id, p.last, p.first, p.email, p.number)]
        for one in classes:
            entry = one.entries.get(p.id)
            own = columns[one.assignment]
            row += _parts(entry, own) if entry and entry.has_points else [""] * (len(own) + 3)
            row.append(f"{one.most:g}")
        yield row


def _short(one: Class, classes: Sequence[Class]) -> str:
    """The number of an assignment, or its name where it has none, or not alone."""
    same = [other for other in classes if number(other.assignment) == number(one.assignment)]
    return number(one.assignment) if number(one.assignment).isdecimal() and same == [one] else one.assignment


def _parts(entry: Entry, tested: Tested) -> Row:
    sums = [sum(entry.scores[notebook, name].score or 0 for name in e.tested) for notebook, e in tested]
    others = entry.points - sum(sums)
    hand = "" if entry.by_hand else f"{others:g}"
    return [*(f"{points:g}" for points in sums), hand, f"{entry.penalty:g}", _total(entry)]


def _total(entry: Entry | None) -> str:
    """The points less what lateness takes; nothing where none are given yet: that is no 0."""
    return f"{max(0.0, entry.points - entry.penalty):g}" if entry and entry.has_points else ""


def _left_open(one: Class) -> str:
    """What has no points, in words."""
    entries: list[Any] = list(one.entries.values())
    counts = {
        "not handed in": sum(not entry.submitted for entry in entries),
        "refused or not graded": sum(entry.submitted and not entry.graded for entry in entries),
        "still without points by hand": sum(entry.graded and entry.by_hand > 0 for entry in entries),
    }
    rest = [f"{count} {what}" for what, count in counts.items() if count]
    return (
        f"{sum(entry.has_points for entry in entries)} with points"
        + (f"; {', '.join(rest)}" if rest else "")
        + "."
    )
