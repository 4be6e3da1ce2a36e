"""Files: written completely or not at all, read with care; the folder of those that are downloaded."""

import errno
import os
import stat
import tempfile
from pathlib import Path

from platformdirs import user_cache_dir

SUFFIX = ".new"  # of a file that is being written; one that is left behind belongs to a killed process


def replace(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write ``content`` to ``path`` in one step, so that nobody ever sees half of it.

    Raises:
        OSError: the file, which ``filename`` names, cannot be written; what was there stays.
    """
    try:
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=SUFFIX)
        try:
            with open(descriptor, "wb") as stream:
                stream.write(content)
            os.chmod(scratch, mode)
            os.replace(scratch, path)
        except BaseException:
            os.unlink(scratch)
            raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def read_regular(path: Path, most: int) -> bytes:
    """The first ``most`` bytes of a file that somebody else may have put there.

    Raises:
        OSError: it is no regular file, but a link, a pipe or a device, or cannot be read.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    with open(path, "rb", opener=opener) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return stream.read(most)


def cache_folder() -> Path:
    """Where downloads are kept: ``$QCOURSE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("QCOURSE_CACHE") or user_cache_dir("qcourse", appauthor=False))
