"""Deliveries sorted into hand-ins: of each student the newest, of each of its files the last attempt."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from qcourse.classroom.deliveries import File, files_of
from qcourse.classroom.people import LONGEST, Person, is_fit, key, keys, one
from qcourse.classroom.platforms import Owner, Part, canvas_folders, outer_folders, part_of, without_counts
from qcourse.errors import Refused
from qcourse.grading.other_files import BOOKKEEPING
from qcourse.grading.timestamps import LONGEST as MOST_OF_TIME
from qcourse.grading.timestamps import NAME as STAMP
from qcourse.grading.timestamps import read_time

MOST_OF_STUDENT, MOST_FILES = 128 * 2**20, 1_000  # bytes and number of the files of one hand-in
AT_ONCE = timedelta(minutes=10)  # a class whose files are all of so short a time was packed then


class HandIn(NamedTuple):
    """The files of one student from one delivery, by name; ``time`` in UTC, None where it is unknown."""

    student: Person
    files: dict[str, bytes]
    time: datetime | None
    late: bool


class Left(NamedTuple):
    """What was not taken, and why."""

    what: str
    why: str


Found = dict[Owner, list[tuple[File, Part]]]


def hand_ins(
    delivery: Path, assignment: str, people: Sequence[Person], own: Collection[str]
) -> tuple[list[HandIn], list[Left]]:
    """The hand-ins of a delivery, one for each student, and what was not taken.

    ``own`` are the names of the assignment's files.

    Raises:
        UserError: the delivery cannot be read.
    """
    found, left = _sorted(files_of(delivery), assignment)
    times = _known_times(found)
    taken: dict[str, HandIn] = {}
    for owner, parts in found.items():
        try:
            student = _student(owner, people, found)
            chosen = list(_last_attempts(parts, own, left))
            content = _read(chosen, left)
        except Refused as error:
            left.append(Left(str(parts[0][0].path), str(error)))
            continue
        stamp = content.pop(STAMP, b"")
        if not content:
            if stamp:
                left.append(Left(str(parts[0][0].path), "there is nothing but the time"))
            continue
        if student.id in taken:
            left.append(Left(str(parts[0][0].path), f"{student.shown} has another hand-in here"))
            continue
        time = max(filter(None, (file.time for file, _ in chosen)), default=None) if times else None
        if stamp:
            time = _stamped(stamp)
        taken[student.id] = HandIn(student, content, time, any(part.late for _, part in chosen))
    return list(taken.values()), left


def _sorted(files: Sequence[File], assignment: str) -> tuple[Found, list[Left]]:
    """The files of each owner, and what cannot be taken; hidden files where an owner has nothing else."""
    paths = [file.path for file in files if not file.is_hidden]
    outer, canvas = outer_folders(paths, assignment), canvas_folders(paths)
    found: Found = defaultdict(list)
    left: list[Left] = []
    hidden: list[tuple[File, Part]] = []
    for file in files:
        part = part_of(file.path, assignment, outer, canvas)
        if file.is_hidden:
            hidden.append((file, part))
        elif reason := file.reason or part.reason:
            left.append(Left(str(file.path), reason))
        else:
            found[part.owner].append((file, part))
    for file, part in hidden:
        who = part.owner.name or part.owner.number
        if part.owner not in found and who and not who.startswith("."):
            left.append(Left(str(file.path), "its name, or a folder's, begins with a dot"))
    return found, left


def _stamped(content: bytes) -> datetime | None:
    """The time in a file of nbgrader's, as its own collect writes it."""
    try:
        return read_time(content[:MOST_OF_TIME].decode("utf-8-sig").strip()).replace(tzinfo=UTC)
    except ValueError:
        return None


def _known_times(found: Found) -> bool:
    """Whether the times of the files can be when they were handed in, and not when they were packed."""
    times = [max(filter(None, (file.time for file, _ in parts)), default=None) for parts in found.values()]
    known = [time for time in times if time]
    return len(known) < 3 or max(known) - min(known) > AT_ONCE


def _last_attempts(
    parts: Sequence[tuple[File, Part]], own: Collection[str], left: list[Left]
) -> Iterator[tuple[File, Part]]:
    """Of files of one name the newest: the last that Canvas counted."""
    if parts[0][1].owner.platform == "canvas":
        names = without_counts({str(part.file) for _, part in parts}, own)
        parts = [(file, part._replace(file=PurePosixPath(names[str(part.file)]))) for file, part in parts]
    newest: dict[str, tuple[File, Part]] = {}
    for file, part in sorted(parts, key=lambda both: (both[1].order, both[0].time is not None, both[0].time)):
        if older := newest.get(str(part.file)):
            left.append(Left(str(older[0].path), "an earlier attempt"))
        newest[str(part.file)] = file, part
    yield from newest.values()


def _read(chosen: Sequence[tuple[File, Part]], left: list[Left]) -> dict[str, bytes]:
    """The contents by name; nothing is opened where all of them together are too much."""
    if sum(file.size for file, _ in chosen) > MOST_OF_STUDENT or len(chosen) > MOST_FILES:
        raise Refused(f"it has more than {MOST_FILES:,} files or {MOST_OF_STUDENT >> 20} MB")
    content = {}
    for file, part in chosen:
        if part.owner.platform != "folder" and str(part.file) in BOOKKEEPING:
            left.append(Left(str(file.path), "this name is reserved for the grader"))
            continue
        try:
            content[str(part.file)] = file.read()
        except (Refused, OSError) as error:
            left.append(Left(str(file.path), str(error)))
    return content


def _student(owner: Owner, people: Sequence[Person], found: Found) -> Person:
    """Who an owner is: by the platform's number, else by a name that only one has, else somebody new.

    Raises:
        Refused: several have it, somebody else has the number as id, or no folder can have this name.
    """
    student = _by_number(owner, people) or _by_name(owner, people, found) or _new(owner)
    if not is_fit(student.id):
        raise Refused("the gradebook, or nbgrader, cannot hold a student of this name")
    other = one(people, lambda p: p.id == student.id)
    if other not in (None, student):
        raise Refused(f"its number {student.id} is the id of {other.shown}: give the platform's --roster")
    return student


def _by_number(owner: Owner, people: Sequence[Person]) -> Person | None:
    """Whom the platform's number, or a folder's name, tells; a Moodle number only in its assignment."""
    name, number = key(owner.name), owner.number
    if owner.platform == "folder":
        named = one(people, lambda p: p.id == owner.name)
        called = owner.name.casefold()
        return named or one(people, lambda p: called in (p.login.casefold(), p.email.casefold(), p.number))
    if owner.platform == "canvas":
        numbered = one(people, lambda p: p.number == number)
        return numbered or one(people, lambda p: p.id == number and _may_be(p, name))
    collected = one(people, lambda p: p.id == p.number == number and _may_be(p, name))
    return one(people, lambda p: p.identifier == number) or collected


def _may_be(person: Person, name: str) -> bool:
    """Whether somebody can have the name of which this is the `key`."""
    return not keys(person) or name in keys(person)


def _by_name(owner: Owner, people: Sequence[Person], found: Found) -> Person | None:
    name = key(owner.name)
    if not name or owner.platform == "canvas":
        return None
    named = {person.id for person in people if name in keys(person)}
    same = [other for other in found if key(other.name) == name]
    if len(named) > 1 or (named and len(same) > 1):
        raise Refused(f"{owner.name} is the name of several: give Moodle's grading worksheet as --roster")
    return one(people, lambda p: name in keys(p))


def _new(owner: Owner) -> Person:
    if owner.platform == "folder":
        return Person(owner.name)
    *first, last = owner.name.split() or [""]
    return Person(owner.number, " ".join(first)[:LONGEST], last[:LONGEST], number=owner.number)
