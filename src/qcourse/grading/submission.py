"""Intake, first half: from the folder ``submitted/`` to the bytes of one notebook.

Stock nbgrader follows links and reads whatever it finds. Here a submission is one notebook, a regular file of
reasonable size; other files are left behind, so that a ``numpy.py`` beside it does nothing.
"""

import os
import re
import stat
import warnings
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from nbgrader.utils import parse_utc

from qcourse.errors import Refused

LARGEST = 20 * 2**20  # bytes of a notebook; the course's own have less than 2 MB, pictures included
MOST_FILES, DEEPEST = 1_000, 10
# dateutil reads "10" as the tenth of this month, and opens a file that is named like a time zone.
STAMP = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)? ?([A-Za-z0-9+-][A-Za-z0-9_:+/-]*)?"


class Submission(NamedTuple):
    """One student's notebook as it was handed in; ``timestamp`` is nbgrader's text, or empty."""

    student: str
    content: bytes
    timestamp: str
    notes: list[str]

    @property
    def digest(self) -> str:
        """The SHA-256 of what decides the grade, in hexadecimal."""
        return sha256(self.content + b"\0" + self.timestamp.encode()).hexdigest()


def students(submitted: Path, assignment: str) -> list[str]:
    """The names of those who have handed in ``assignment``, sorted."""
    return sorted(p.name for p in submitted.glob("*") if os.path.lexists(p / assignment))


def take(submitted: Path, student: str, assignment: str, notebook: str) -> Submission:
    """Read one submission.

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
    found = [f for f in files if f.suffix == ".ipynb" and f.parent == folder]
    wanted, notes = folder / f"{notebook}.ipynb", []
    if wanted not in found:
        if len(found) != 1:
            what = f"are {len(found)} notebooks, none" if found else "is no notebook"
            raise Refused(f"there {what} named {wanted.name}: hand in the notebook under that name.")
        wanted = found[0]
        notes.append(f"{wanted.name!r} was graded as {notebook}.ipynb.")
    stamp = folder / "timestamp.txt"
    timestamp = _read(stamp)[:100].decode("utf-8", "replace").strip() if stamp in files else ""
    content = _read(wanted)
    if len(content) > LARGEST:
        large = f"{wanted.name!r} is larger than {LARGEST >> 20} MB"
        raise Refused(f"{large}: clear its outputs and save it again.")
    return Submission(student, content, timestamp, notes)


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


def _read(path: Path) -> bytes:
    """The content of a regular file, one byte beyond the limit at most.

    The file is checked again when it is open: it may have been replaced since.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise Refused(f"{path.name!r} is not a regular file: hand in the notebook only.")
        return stream.read(LARGEST + 1)
