"""Deliveries sorted into hand-ins: of each student the newest, of each of its files the last attempt."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from qcourse.classroom.deliveries import File, files_of
from qcourse.classroom.people import Person, key, keys, one
from qcourse.classroom.platforms import Owner, Part, outer_folders, part_of
from qcourse.errors import Refused
from qcourse.grading.other_files import BOOKKEEPING
from qcourse.grading.timestamps import LONGEST, read_time
from qcourse.grading.timestamps import NAME as STAMP

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


def hand_ins(delivery: Path, assignment: str, people: Sequence[Person]) -> tuple[list[HandIn], list[Left]]:
    """The hand-ins of a delivery, one for each student, and what was not taken.

    Raises:
        UserError: the delivery cannot be read.
    """
    files = files_of(delivery)
    outer = outer_folders([file.path for file in files], assignment)
    left: list[Left] = []
    found: Found = defaultdict(list)
    for file in files:
        part = part_of(file.path, assignment, outer)
        if reason := file.reason or part.reason:
            left.append(Left(str(file.path), reason))
        else:
            found[part.owner].append((file, part))
    times = _known_times(found)
    taken: dict[str, HandIn] = {}
    for owner, parts in found.items():
        try:
            student = _student(owner, people, found)
            chosen = list(_last_attempts(parts, left))
            content = _read(chosen, left)
        except Refused as error:
            left.append(Left(str(parts[0][0].path), str(error)))
            continue
        if not content:
            continue
        if student.id in taken:
            left.append(Left(str(parts[0][0].path), f"{student.shown} has another hand-in here"))
            continue
        time = max(filter(None, (file.time for file, _ in chosen)), default=None) if times else None
        if stamp := content.pop(STAMP, None):
            time = _stamped(stamp)
        taken[student.id] = HandIn(student, content, time, any(part.late for _, part in chosen))
    return list(taken.values()), left


def _stamped(content: bytes) -> datetime | None:
    """The time in a file of nbgrader's, as its own collect writes it."""
    try:
        return read_time(content[:LONGEST].decode("utf-8-sig").strip()).replace(tzinfo=UTC)
    except ValueError:
        return None


def _known_times(found: Found) -> bool:
    """Whether the times of the files can be when they were handed in, and not when they were packed."""
    times = [max(filter(None, (file.time for file, _ in parts)), default=None) for parts in found.values()]
    known = [time for time in times if time]
    return len(known) < 3 or max(known) - min(known) > AT_ONCE


def _last_attempts(parts: Iterable[tuple[File, Part]], left: list[Left]) -> Iterator[tuple[File, Part]]:
    """Of files of one name the newest: the last that Canvas counted."""
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
            left.append(Left(str(file.path), "it has the name of a file of the grader's"))
            continue
        try:
            content[str(part.file)] = file.read()
        except (Refused, OSError) as error:
            left.append(Left(str(file.path), str(error)))
    return content


def _student(owner: Owner, people: Sequence[Person], found: Found) -> Person:
    """Who an owner is: by the platform's number, else by a name that only one has.

    Raises:
        Refused: several have it, or no folder can have this name.
    """
    name = key(owner.name)
    if owner.platform == "folder":
        known = one(people, lambda p: owner.name in (p.id, p.login, p.email, p.number))
    elif owner.platform == "canvas":
        known = one(people, lambda p: owner.number in (p.number, p.id))
    else:
        known = one(people, lambda p: p.identifier == owner.number)
    if known is None and name and owner.platform != "canvas":
        named = {person.id for person in people if name in keys(person)}
        same = [other for other in found if key(other.name) == name]
        if len(named) > 1 or (named and len(same) > 1):
            raise Refused(f"{owner.name} is the name of several: give Moodle's grading worksheet as --roster")
        known = one(people, lambda p: name in keys(p))
    return known or _new(owner)


def _new(owner: Owner) -> Person:
    identity = owner.number or owner.name
    unfit = set(identity) & set("/\\*?[]\0") or identity.startswith(".") or not identity.isprintable()
    if unfit or not 0 < len(identity) <= 128:
        raise Refused("the gradebook, or nbgrader, cannot hold a student of this name")
    if owner.platform == "folder":
        return Person(identity)
    *first, last = owner.name.split() or [""]
    return Person(identity, " ".join(first), last, number=owner.number)
