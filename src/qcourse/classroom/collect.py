"""``qcourse collect``: what a platform delivers goes to ``submitted/``, and names to the gradebook."""

import errno
import os
import stat
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from qcourse.classroom.hand_ins import HandIn, Left, hand_ins
from qcourse.classroom.people import Person, as_known, in_gradebook, read_roster
from qcourse.course.settings import course_settings
from qcourse.errors import Refused, UserError, printable
from qcourse.grading.database import one_transaction, only_one, open_gradebook
from qcourse.grading.release import file_names, find_assignment
from qcourse.grading.submission import is_included
from qcourse.grading.timestamps import NAME as STAMP
from qcourse.grading.timestamps import judged, read_stamp

ODD = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG}  # from the names that were handed in


def run(course: Path, assignment: str, deliveries: Sequence[Path], roster: Path | None) -> int:
    """Collect the hand-ins of ``deliveries``, and say what was not taken and who is missing.

    Raises:
        UserError: a delivery or the roster cannot be read, or nbgrader does not know the assignment.
    """
    config = course_settings(course)
    folders = CourseDirectory(config=config)
    rows = read_roster(roster) if roster else []
    with (
        only_one(Path(folders.root)),
        open_gradebook(folders.db_url, folders.course_id) as book,
    ):
        commit = one_transaction(book.db)
        name, entries = find_assignment(book, assignment)
        known = in_gradebook(book.students)
        listed = as_known(rows, known)
        people = listed + [person for person in known if person.id not in {p.id for p in listed}]
        submitted = Path(folders.root) / folders.submitted_directory
        due = book.find_assignment(name).duedate
        found, left = _newest(deliveries, name, people, file_names(folders, name, entries))
        done: dict[str, list[HandIn]] = {"collected": [], "unchanged": [], "replaced": []}
        for hand_in in found:
            try:
                done[_put(submitted, name, hand_in, due)].append(hand_in)
            except Refused as error:
                left.append(Left(f"{hand_in.student.shown}'s hand-in", str(error)))
            except OSError as error:
                why = f"what lies in {submitted.name}/ cannot be read ({error.strerror})"
                left.append(Left(f"{hand_in.student.shown}'s hand-in", why))
        _enter(book, [*listed, *(h.student for h in found if h.student not in listed)])
        commit()
        expected = [p for p in listed or in_gradebook(book.students) if is_included(folders, p.id)]
        missing = [p for p in expected if not os.path.exists(submitted / p.id / name)]
    late = [hand_in for hand_in in found if hand_in.late or _after(hand_in.time, due)]
    _tell(done, late, [h.student for h in found if listed and h.student not in listed], left, missing)
    return int(bool(left))


def _newest(
    deliveries: Sequence[Path], assignment: str, people: Sequence[Person], own: Collection[str]
) -> tuple[list[HandIn], list[Left]]:
    """Of each student the newest hand-in; where no time is known, the one of the later delivery."""
    newest: dict[str, HandIn] = {}
    left: list[Left] = []
    for delivery in deliveries:
        new = {hand_in.student.id: hand_in.student for hand_in in newest.values()}
        known = [*people, *(new[name] for name in new.keys() - {person.id for person in people})]
        found, not_taken = hand_ins(delivery, assignment, known, own)
        left += not_taken
        for hand_in in found:
            before = newest.get(hand_in.student.id)
            if before is None or not (before.time and hand_in.time and before.time > hand_in.time):
                newest[hand_in.student.id] = hand_in
    return [newest[student] for student in sorted(newest)], left


def _put(submitted: Path, assignment: str, hand_in: HandIn, due: datetime | None) -> str:
    """Write a hand-in, in one step, where it is new: "collected", "unchanged", "replaced" if nobody knows.

    Raises:
        Refused: a newer one is there, or something that is no folder; or its names fit no folder.
        OSError: what lies there cannot be read.
        UserError: nothing can be written there.
    """
    target = submitted / hand_in.student.id / assignment
    files = dict(hand_in.files)
    stamp = _stamp(hand_in, due)
    if stamp:
        files[STAMP] = f"{stamp:%Y-%m-%d %H:%M:%S} UTC".encode()
    for folder in (target.parent, target):
        if os.path.lexists(folder) and not stat.S_ISDIR(folder.lstat().st_mode):
            raise Refused(f"{folder} is no folder")
    outcome = "collected"
    if target.exists():
        known = [path for path in target.rglob("*") if path.is_symlink() or path.is_file()]
        there = {p.relative_to(target).as_posix(): None if p.is_symlink() else p.read_bytes() for p in known}
        if there == files:
            return "unchanged"
        before = judged(read_stamp(target), datetime.now(UTC))[0]
        if before and stamp and before > stamp:
            raise Refused(f"what was collected before is newer ({before:%Y-%m-%d %H:%M} UTC)")
        outcome = "collected" if before and stamp else "replaced"
    _write(target, files)
    return outcome


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of files in the place of ``target``; where that fails, what was there stays."""
    folder = target.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".collect-", ignore_cleanup_errors=True) as name:
            new, old = Path(name, "new"), Path(name, "old")
            _fill(new, files)
            if target.exists():
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise UserError(f"{error.filename or target} cannot be written ({error.strerror}).") from None
    finally:
        with suppress(OSError):
            folder.rmdir()  # where nothing is in it


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` into a folder of their own. Raises Refused: their names do not fit one another."""
    try:
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    except OSError as error:
        if error.errno not in ODD:
            raise
        what = f"two of its names exclude each other, or one is too long ({error.strerror})"
        raise Refused(what) from None


def _stamp(hand_in: HandIn, due: datetime | None) -> datetime | None:
    """When it was handed in, without a zone, in UTC; what Canvas says of being late is stronger than a time.

    Late by Canvas, at an unknown time: a second late.
    """
    time = hand_in.time and hand_in.time.astimezone(UTC).replace(tzinfo=None)
    if hand_in.late and due and (time is None or time <= due):
        return due + timedelta(seconds=1)
    return time


def _after(time: datetime | None, due: datetime | None) -> bool:
    return bool(time and due and time.replace(tzinfo=None) > due)


def _enter(book: Gradebook, people: Sequence[Person]) -> None:
    """What is known of students goes into the gradebook; what is there and not known anew stays."""
    for person in people:
        known: dict[str, Any] = {
            "first_name": person.first,
            "last_name": person.last,
            "email": person.email,
            "lms_user_id": person.number,
        }
        book.update_or_create_student(person.id, **{name: value for name, value in known.items() if value})


def _tell(
    done: Mapping[str, Sequence[HandIn]],
    late: Sequence[HandIn],
    others: Sequence[Person],
    left: Sequence[Left],
    missing: Sequence[Person],
) -> None:
    new, same, replaced = (len(done[what]) for what in ("collected", "unchanged", "replaced"))
    print(f"{new + replaced} collected, {same} unchanged, {len(missing)} missing.")
    if replaced:
        who = printable(", ".join(hand_in.student.shown for hand_in in done["replaced"]))
        print(f"Replaced, though it is not known which is newer: {who}.")
    if late:
        print(f"Late: {printable(', '.join(sorted(hand_in.student.shown for hand_in in late)))}.")
    if others:
        print("Not in the roster:", *(f"  {printable(person.shown)}" for person in others), sep="\n")
    if left:
        print("Not taken:", *(f"  {printable(what)}: {printable(why)}." for what, why in left), sep="\n")
    if missing:
        print("Missing:", *(f"  {printable(person.shown)}" for person in missing), sep="\n")
