"""Intake, first half: from the folder ``submitted/`` to the bytes of notebooks.

Stock nbgrader follows links and reads whatever it finds. Here a submission is notebooks and other files, all
of them regular files of reasonable size.
"""

import contextlib
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from nbgrader.coursedir import CourseDirectory

from qcourse.course.notebooks import NotebookNode
from qcourse.errors import Refused
from qcourse.files import read_regular
from qcourse.grading.intake import LARGEST
from qcourse.grading.notebook_choice import choose
from qcourse.grading.other_files import MOST_BYTES, is_other, within_limits
from qcourse.grading.repairs import first_few
from qcourse.grading.timestamps import NAME as STAMP
from qcourse.grading.timestamps import Stamp, kept, read_stamp

MOST_FILES, DEEPEST = 1_000, 10
SECRET, MOST_SECRET = "submission_secret.txt", 1_000  # bytes; nbgrader writes 128


class Submission(NamedTuple):
    """What one student handed in: notebooks by name, and ``files``, the paths of the others by their names.

    ``files_digest`` says what the other files held; ``secret`` is what nbgrader needs to release feedback.
    """

    student: str
    notebooks: dict[str, bytes]
    timestamp: Stamp | None
    notes: list[str]
    files: dict[str, Path] = {}  # noqa: RUF012  (a default of a tuple's field; nothing changes it)
    files_digest: str = ""
    secret: bytes = b""

    @property
    def digest(self) -> str:
        """The SHA-256 of what decides the points, in hexadecimal; the time decides only what is taken off."""
        digest = sha256(self.files_digest.encode())
        for name, content in self.notebooks.items():
            digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def bookkeeping(self, now: datetime) -> dict[str, bytes | None]:
        """The files that nbgrader needs later, by name, or None; a time that is none is left empty."""
        stamp = None if self.timestamp is None else kept(self.timestamp, now).encode()
        return {STAMP: stamp, SECRET: self.secret or None}

    def read_files(self) -> dict[str, bytes]:
        """The content of the other files by name; without one that is gone."""
        found = {}
        for name, path in self.files.items():
            with contextlib.suppress(OSError):
                found[name] = read_regular(path, MOST_BYTES)
        return found


def students(course: CourseDirectory, assignment: str) -> list[str]:
    """The names of those who have handed in ``assignment``, sorted: as in nbgrader, no hidden folder."""
    submitted = Path(course.root) / course.submitted_directory
    found = [p.name for p in submitted.glob("*") if os.path.lexists(p / assignment)]
    known = [name for name in found if not name.startswith(".") and name != "__MACOSX"]
    return sorted(name for name in known if is_included(course, name))


def is_included(course: CourseDirectory, student: str) -> bool:
    """Whether nbgrader's settings do not leave a student out."""
    excluded = course.student_id_exclude.split(",")
    return student not in excluded and fnmatchcase(student, course.student_id)


def take(
    submitted: Path,
    student: str,
    assignment: str,
    released: Mapping[str, NotebookNode],
    ignored: Sequence[str] = (),
) -> Submission:
    """Read one submission of the notebooks ``released``; ``ignored`` are patterns of other files.

    Raises:
        Refused: it has no notebook, or something that no submission needs.
    """
    folder = submitted / student / assignment
    if not student.isprintable():  # a gradebook cannot hold it either
        raise Refused(f"the name of the folder {student!r} has a sign that cannot be printed: rename it.")
    for path in (submitted / student, folder):
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise Refused(f"{path.name} is a link or a file, not a folder: hand in the folder itself.")
    files = _files(folder)
    chosen = choose(folder, files, released, _notebook)
    notes = list(chosen.notes)
    inside = [path for path in files if path.is_relative_to(chosen.folder)]
    others = _others(chosen.folder, inside, ignored, notes)
    digest = sha256()
    for name, path in others.items():
        content = sha256(read_regular(path, MOST_BYTES)).digest()
        digest.update(f"{name}\0".encode(errors="surrogateescape") + content)
    secret = read_regular(folder / SECRET, MOST_SECRET) if folder / SECRET in files else b""
    known = digest.hexdigest() if others else ""
    return Submission(student, chosen.contents, read_stamp(folder), notes, others, known, secret)


def _notebook(path: Path) -> bytes:
    content = read_regular(path, LARGEST + 1)
    if len(content) > LARGEST:
        large = f"{path.name!r} is larger than {LARGEST >> 20} MB"
        raise Refused(f"{large}: clear its outputs and save it again.")
    return content


def _others(folder: Path, files: list[Path], ignored: Sequence[str], notes: list[str]) -> dict[str, Path]:
    """The other files that come along, by name; those that are too large are noted."""
    sizes = {
        name.as_posix(): path.lstat().st_size
        for path in files
        if is_other(name := path.relative_to(folder), ignored)
    }
    inside, left = within_limits(sizes)
    if left:
        which = first_few([*map(repr, left)])
        notes.append(f"other files may have {MOST_BYTES >> 20} MB together: without {which}.")
    return {name: folder / name for name in sorted(inside)}


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
