"""What a platform delivers, as a list of files: no zip file or folder is read before its sizes are known."""

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from qcourse.errors import Refused, UserError
from qcourse.files import read_regular

MOST_FILES = 50_000  # in one delivery
MOST_BYTES = 8 * 2**30  # in one delivery, unpacked
MOST_OF_ONE = 64 * 2**20  # bytes of a file
MOST_PARTS = 20  # folders above a file
MOST_OF_NAME = 200  # bytes: file systems take 255
NEVER = ("__MACOSX", "Thumbs.db", "desktop.ini")


class File(NamedTuple):
    """A file of a delivery; ``reason`` says why it cannot be taken, if so."""

    path: PurePosixPath
    size: int
    time: datetime | None  # UTC
    read: Callable[[], bytes]
    reason: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether systems and JupyterLab leave such files behind."""
        return any(part.startswith(".") and part != ".." for part in self.path.parts)


def files_of(delivery: Path) -> list[File]:
    """The files in a zip file or folder, without those that systems leave behind under known names.

    Raises:
        UserError: it cannot be read, is empty, or is larger than any class's.
    """
    try:
        if delivery.is_dir():
            found = list(_in_folder(delivery))
        elif zipfile.is_zipfile(delivery):
            found = list(_in_zip(delivery))
        else:
            what = "is neither a folder nor a zip file" if delivery.exists() else "does not exist"
            raise UserError(f"{delivery} {what}.")
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UserError(f"{delivery} cannot be read ({error}).") from None
    total = sum(file.size for file in found)
    if len(found) > MOST_FILES or total > MOST_BYTES:
        what = f"{len(found):,} files of {total / 2**30:.1f} GB"
        raise UserError(f"{delivery} holds {what}, more than {MOST_FILES:,} or {MOST_BYTES >> 30} GB.")
    kept = [file for file in found if not set(NEVER) & set(file.path.parts)]
    if not kept:
        raise UserError(f"{delivery} holds no file: download it again.")
    return kept


def _in_zip(delivery: Path) -> Iterator[File]:
    archive = zipfile.ZipFile(delivery)  # it is closed with the last of the files
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        path = PurePosixPath(_name(entry))
        mode, reason = entry.external_attr >> 16, _reason(path, entry.file_size)
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            reason = "it is a link, or no regular file"
        elif entry.flag_bits & 1:
            reason = "it is encrypted"
        yield File(path, entry.file_size, _local(entry), partial(_unpack, archive, entry), reason)


def _name(entry: zipfile.ZipInfo) -> str:
    """Its name; Python takes one that is not marked as UTF-8 for DOS's letters."""
    if not entry.flag_bits & 0x800:
        try:
            return entry.filename.encode("cp437").decode()
        except UnicodeError:
            pass
    return entry.filename


def _local(entry: zipfile.ZipInfo) -> datetime | None:
    """The time of an entry, which is in the zone of who packed it: taken for this machine's."""
    if entry.date_time[0] <= 1980:  # where no time is known
        return None
    try:
        return datetime(*entry.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content, of which no more is unpacked than the entry says that there is."""
    try:
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Refused(f"it cannot be unpacked ({error})") from None
    if len(content) != entry.file_size:
        raise Refused("it is not as large as the zip file says")
    return content


def _in_folder(delivery: Path) -> Iterator[File]:
    unread: list[OSError] = []
    for folder, _, names in os.walk(delivery, onerror=unread.append):  # follows no links
        for name in names:
            path = Path(folder, name)
            try:
                info = path.lstat()
            except OSError as error:
                unread.append(error)
                continue
            inside = PurePosixPath(path.relative_to(delivery).as_posix())
            reason = _reason(inside, info.st_size)
            if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
                reason = "it is a link, or no regular file"
            time, read = datetime.fromtimestamp(info.st_mtime, UTC), partial(read_regular, path, MOST_OF_ONE)
            yield File(inside, info.st_size, time, read, reason)
    for one in unread:
        inside = PurePosixPath(os.path.relpath(os.fsdecode(one.filename), delivery))
        yield File(inside, 0, None, bytes, f"it cannot be read ({one.strerror})")


def _reason(path: PurePosixPath, size: int) -> str:
    text = str(path)
    if path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text[:2]:
        return "its path leads out of the folder"
    if (
        not text.isprintable()
        or len(path.parts) > MOST_PARTS
        or any(len(os.fsencode(part)) > MOST_OF_NAME for part in path.parts)
    ):
        return "its name is too long, or cannot be printed"
    if size > MOST_OF_ONE:
        return f"it is larger than {MOST_OF_ONE >> 20} MB"
    return ""
