"""Files: written completely or not at all, read with care; the folder of those that are downloaded."""

import errno
import os
import secrets
import stat
from pathlib import Path

from platformdirs import user_cache_dir

SUFFIX = ".new"  # of a file that is being written; one that is left behind belongs to a killed process


def replace(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write ``content`` to ``path`` in one step, so that nobody ever sees half of it.

    The file's rights are ``mode`` less what the user's umask takes away, as for any new file.

    Raises:
        OSError: the file, which ``filename`` names, cannot be written; what was there stays.
    """
    scratch = path.parent / f".{path.name}.{secrets.token_hex(8)}{SUFFIX}"
    try:
        try:
            with open(scratch, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
                stream.write(content)
            os.replace(scratch, path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def read_regular(path: Path, most: int) -> bytes:
    """The first ``most`` bytes of a file that somebody else may have put there.

    Raises:
        OSError: it is no regular file, but a link (a hard one, too), a pipe or a device, or cannot be read.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    with open(path, "rb", opener=opener) as stream:
        info = os.fstat(stream.fileno())
        if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return stream.read(most)


def read_below(folder: Path, name: str, most: int) -> bytes:
    """As `read_regular`, of a file in a folder ``STUDENT/ASSIGNMENT``; OSError where that is a link."""
    if is_linked(folder):
        raise OSError(errno.ELOOP, "reached by a link", str(folder))
    return read_regular(folder / name, most)


def is_linked(folder: Path) -> bool:
    """Whether a student's folder ``STUDENT/ASSIGNMENT``, or the one above it, is a link."""
    return folder.is_symlink() or folder.parent.is_symlink()


def cache_folder() -> Path:
    """Where downloads are kept: ``$QCOURSE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("QCOURSE_CACHE") or user_cache_dir("qcourse", appauthor=False))
