"""The secret of a course, from which inputs of hidden tests follow."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from qcourse.errors import UserError
from qcourse.grading.receipt import FOLDER


def course_secret(root: Path) -> str:
    """The secret of the course at ``root``, as 64 hexadecimal digits; made where there is none.

    Raises:
        UserError: it can be neither read nor made, or it is none.
    """
    path = root / FOLDER / ".secret"  # beside it are folders of students, whose names begin with no dot
    old = path.with_name("secret")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if old.is_file() and not path.exists():
            with suppress(FileNotFoundError):  # another process was faster
                old.rename(path)
        if not path.exists():
            _make(path)
        found = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise UserError(f"{path} can be neither read nor made ({error.strerror}).") from None
    if not re.fullmatch("[0-9a-f]{64}", found):
        raise UserError(f"{path} is damaged: bring it back, or remove it, and hidden tests get other inputs.")
    return found


def _make(path: Path) -> None:
    """Write it to a file of its own, and give that its name, unless another process was faster."""
    scratch = path.with_name(f".secret-{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex())
    try:
        os.link(scratch, path)
    except FileExistsError:
        return
    finally:
        scratch.unlink()
