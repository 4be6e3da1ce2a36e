"""The database behind nbgrader's gradebook: one run writes it at a time, one submission is a transaction."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from qcourse.errors import UserError, first_line

PATIENCE = 120  # seconds to wait for a database that somebody else has locked


def open_gradebook(url: str, course_id: str) -> Gradebook:
    """nbgrader's gradebook, whose lock is waited for; UserError where it cannot be read."""
    wait = f"{'&' if '?' in url else '?'}timeout={PATIENCE}" if url.startswith("sqlite") else ""
    try:
        return Gradebook(url + wait, course_id)
    except SQLAlchemyError as error:
        raise UserError(f"the gradebook cannot be read ({what_it_says(error)}).") from None


def one_transaction(session: Any) -> Callable[[], None]:
    """Let nbgrader's methods, which commit after every step, only flush; return the real commit.

    So one submission is one transaction.
    """
    commit: Callable[[], None] = session.commit
    session.commit = session.flush
    return commit


def what_it_says(error: Exception) -> str:
    """What the database says, without the statement; nbgrader repeats some errors as its own."""
    return first_line(getattr(error, "orig", error))


def is_locked(reason: str) -> bool:
    """Whether the database says that another has locked it: SQLite, PostgreSQL or MySQL."""
    return bool(re.search(r"\bis locked|deadlock|lock (wait )?timeout|obtain lock", reason, re.IGNORECASE))


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Inside, no other run grades the course at ``root``.

    Raises:
        UserError: one does.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        raise UserError("qcourse grade does not run on Windows: use Linux there (WSL 2).") from None
    path = root / ".qcourse-grade.lock"
    try:
        lock = path.open("a")
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"another qcourse grade is running on {root}: wait until it has ended.") from None
        yield
