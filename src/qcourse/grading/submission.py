"""Intake, first half: from the folder ``submitted/`` to the bytes of notebooks.

Stock nbgrader follows links and reads whatever it finds. Here a submission is notebooks and other files, all
of them regular files of reasonable size.
"""

import contextlib
import os
import re
import stat
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from nbgrader.utils import parse_utc

from qcourse.errors import Refused
from qcourse.grading.other_files import MOST_BYTES, is_other, within_limits

LARGEST = 20 * 2**20  # bytes of a notebook; the course's own have less than 2 MB, pictures included
MOST_FILES, DEEPEST = 1_000, 10
# dateutil reads "10" as the tenth of this month, and opens a file that is named like a time zone.
STAMP = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)? ?([A-Za-z0-9+-][A-Za-z0-9_:+/-]*)?"


class Submission(NamedTuple):
    """What one student handed in: notebooks by name, and ``files``, the paths of the others by their names.

    ``timestamp`` is nbgrader's text, or empty; ``files_digest`` says what the other files held.
    """

    student: str
    notebooks: dict[str, bytes]
    timestamp: str
    notes: list[str]
    files: dict[str, Path] = {}  # noqa: RUF012  (a default of a tuple's field; nothing changes it)
    files_digest: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of what decides the grade, in hexadecimal."""
        digest = sha256(f"{self.timestamp}\0{self.files_digest}".encode())
        for name, content in self.notebooks.items():
            digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def read_files(self) -> dict[str, bytes]:
        """The content of the other files by name; without one that is gone."""
        found = {}
        for name, path in self.files.items():
            with contextlib.suppress(OSError, Refused):
                found[name] = _read(path, MOST_BYTES)
        return found


def students(submitted: Path, assignment: str) -> list[str]:
    """The names of those who have handed in ``assignment``, sorted."""
    return sorted(p.name for p in submitted.glob("*") if os.path.lexists(p / assignment))


def take(
    submitted: Path, student: str, assignment: str, notebooks: Sequence[str], ignored: Sequence[str] = ()
) -> Submission:
    """Read one submission of the assignment's ``notebooks``; ``ignored`` are patterns of other files.

    Raises:
        Refused: it has no notebook, or something that no submission needs.
    """
    folder = submitted / student / assignment
    if not student.isprintable():  # a gradebook cannot hold it either
        raise Refused(f"the name of the folder {student!r} is not valid UTF-8: rename it.")
    for path in (submitted / student, folder):
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise Refused(f"{path.name} is a link or a file, not a folder: hand in the folder itself.")
    files = _files(folder)
    handed_in, notes = _notebooks(
        [f for f in files if f.suffix == ".ipynb" and f.parent == folder], notebooks
    )
    stamp = folder / "timestamp.txt"
    timestamp = _read(stamp)[:100].decode("utf-8", "replace").strip() if stamp in files else ""
    others = _others(folder, files, ignored, notes)
    digest = sha256()
    for name, path in others.items():
        digest.update(f"{name}\0".encode(errors="surrogateescape") + sha256(_read(path, MOST_BYTES)).digest())
    return Submission(student, handed_in, timestamp, notes, others, digest.hexdigest() if others else "")


def _notebooks(found: list[Path], names: Sequence[str]) -> tuple[dict[str, bytes], list[str]]:
    """The content of the assignment's notebooks among those ``found``, and notes."""
    paths = {path.stem: path for path in found if path.stem in names}
    notes = []
    if not paths:
        if len(names) > 1 or len(found) != 1:
            what = f"are {len(found)} notebooks, none" if found else "is no notebook"
            named = " or ".join(f"{name}.ipynb" for name in names)
            raise Refused(f"there {what} named {named}: hand in the notebook under that name.")
        paths = {names[0]: found[0]}
        notes.append(f"{found[0].name!r} was graded as {names[0]}.ipynb.")
    elif missing := [f"{name}.ipynb" for name in names if name not in paths]:
        notes.append(f"{', '.join(missing)} was not handed in.")
    contents = {}
    for name, path in sorted(paths.items()):
        contents[name] = _read(path)
        if len(contents[name]) > LARGEST:
            large = f"{path.name!r} is larger than {LARGEST >> 20} MB"
            raise Refused(f"{large}: clear its outputs and save it again.")
    return contents, notes


def _others(folder: Path, files: list[Path], ignored: Sequence[str], notes: list[str]) -> dict[str, Path]:
    """The other files that come along, by name; those that are too large are noted."""
    sizes = {
        name.as_posix(): path.lstat().st_size
        for path in files
        if is_other(name := path.relative_to(folder), ignored)
    }
    kept, left = within_limits(sizes)
    if left:
        which = ", ".join(map(repr, left[:3])) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        notes.append(f"other files may have {MOST_BYTES >> 20} MB together: without {which}.")
    return {name: folder / name for name in sorted(kept)}


def timestamp(submission: Submission, now: datetime) -> tuple[datetime | None, str]:
    """When it was handed in, in UTC, or None; and what is wrong with its time, in words.

    A time that is invalid, or in the future, is ignored.
    """
    if not submission.timestamp:
        return None, ""
    try:
        if not re.fullmatch(STAMP, submission.timestamp):
            raise ValueError
        with warnings.catch_warnings(action="ignore"):  # of time zones that dateutil does not know
            stamp = parse_utc(submission.timestamp)
    except (ValueError, OverflowError):
        return None, f"timestamp.txt is not a valid time ({submission.timestamp[:40]!r}): it was ignored."
    if stamp > now.replace(tzinfo=None) + timedelta(days=1):
        return None, f"timestamp.txt is in the future ({submission.timestamp[:40]}): it was ignored."
    return stamp, ""


def _files(folder: Path) -> list[Path]:
    """Every file below ``folder``; no file is opened, and no link is followed."""
    found: list[Path] = []
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        if depth > DEEPEST:
            raise Refused(f"folders are nested more than {DEEPEST} deep: hand in the notebook only.")
        with os.scandir(here) as entries:
            for entry in entries:
                info = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(info.st_mode):
                    waiting.append((Path(entry.path), depth + 1))
                elif stat.S_ISLNK(info.st_mode) or info.st_nlink > 1:
                    raise Refused(f"{entry.name!r} is a link: hand in the file itself.")
                elif stat.S_ISREG(info.st_mode):
                    found.append(Path(entry.path))
                else:
                    raise Refused(f"{entry.name!r} is not a regular file: hand in the notebook only.")
                if len(found) + len(waiting) > MOST_FILES:
                    raise Refused(f"there are more than {MOST_FILES:,} files: hand in the notebook only.")
    return found


def _read(path: Path, most: int = LARGEST) -> bytes:
    """The content of a regular file, one byte beyond the limit at most.

    The file is checked again when it is open: it may have been replaced since.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise Refused(f"{path.name!r} is not a regular file: hand in the notebook only.")
        return stream.read(most + 1)
