"""The one writer: nbgrader's gradebook and the folder ``autograded/``, one submission at a time.

A submission is one transaction; then its files are replaced one by one, the receipt of what was graded last.
Killed at any point, the next run finds either the complete result or none, and grades again.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from qcourse.errors import UserError
from qcourse.files import SUFFIX, replace
from qcourse.grading import receipt
from qcourse.grading.release import find_assignment, read_release
from qcourse.grading.submission import Submission, timestamp

PATIENCE = 120  # seconds to wait for a database that somebody else has locked


class Writer:
    """The gradebook and the graded folder of one assignment, which a unique prefix of its name can name.

    Raises:
        UserError: nbgrader does not know the assignment, or it has not been generated.
    """

    def __init__(self, root: Path, config: Config, assignment: str) -> None:
        config.CourseDirectory.root = str(root)
        self.course = CourseDirectory(config=config)
        self._penalties = AssignLatePenalties(config=config)
        self._penalties.init_plugin()
        self._gradebook = _open(self.course.db_url, self.course.course_id)
        self._session = self._gradebook.db()
        self._commit = _one_transaction(self._session)
        self.assignment, entry = find_assignment(self._gradebook, assignment)
        self.notebook: str = entry.name
        self.source = read_release(self.course, self.assignment, entry)
        graded = [*entry.grade_cells, *entry.solution_cells, *entry.task_cells]
        self._grade_ids = {cell.id: cell.name for cell in graded}  # a query for each would take longer
        self._grader = receipt.grader_digest(self.source, root / "nbgrader_config.py")

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()
        self._gradebook.engine.dispose()

    @property
    def submitted(self) -> Path:
        """The folder of all submissions."""
        folder: str = self.course.submitted_directory
        return Path(self.course.root) / folder

    def done(self, submission: Submission) -> dict[str, Any] | None:
        """The result of exactly this submission to exactly this assignment, if there is a complete one."""
        folder = self._folder(submission.student)
        found = receipt.read(folder)
        if found is None or found.of != self._digest(submission):
            return None
        try:
            self._gradebook.find_submission(self.assignment, submission.student)
        except MissingEntry:  # the gradebook may have been made anew since
            return None
        return found.result if (folder / f"{self.notebook}.ipynb").exists() else None

    def record(
        self, submission: Submission, result: dict[str, Any], unanswered: list[str], notebook: bytes
    ) -> None:
        """Write the grades, then the files; a locked database is waited for.

        Raises:
            UserError: the gradebook or the folder cannot be written; what was there stays.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._write_grades(submission, result, unanswered)
                break
            except (SQLAlchemyError, InvalidEntry) as error:
                self._session.rollback()
                reason = _reason(error)
                if "lock" not in reason or time.monotonic() > deadline:
                    raise UserError(f"the gradebook cannot be written ({reason}).") from None
                time.sleep(0.2)
        try:
            self._write_files(submission, result, notebook)
        except OSError as error:
            where = error.filename or self._folder(submission.student)
            raise UserError(f"{where} cannot be written ({error.strerror}).") from None

    def _write_files(self, submission: Submission, result: dict[str, Any], notebook: bytes) -> None:
        folder = self._folder(submission.student)
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(f".*{SUFFIX}"):  # a killed run's: no other is running
            leftover.unlink()
        stamp = folder / "timestamp.txt"
        if submission.timestamp:
            replace(stamp, submission.timestamp.encode(), mode=0o444)  # as nbgrader leaves graded files
        else:
            stamp.unlink(missing_ok=True)
        replace(folder / f"{self.notebook}.ipynb", notebook, mode=0o444)
        receipt.Receipt(self._digest(submission), result).write(folder)

    def _write_grades(self, submission: Submission, result: dict[str, Any], unanswered: list[str]) -> None:
        book, student = self._gradebook, submission.student
        book.update_or_create_student(student)
        stamp = timestamp(submission, datetime.now(UTC))[0]
        with self._session.no_autoflush:  # nbgrader builds a submission from parts that are not yet joined
            entry = book.update_or_create_submission(self.assignment, student, timestamp=stamp)
        notebook = next(n for n in entry.notebooks if n.name == self.notebook)
        for grade in notebook.grades:
            score = result["cells"][self._grade_ids[grade.cell_id]]["score"]
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if self._grade_ids[comment.cell_id] in unanswered else None
        notebook.late_submission_penalty = None
        if stamp and entry.total_seconds_late > 0:
            notebook.late_submission_penalty = self._penalty(student, notebook, entry.total_seconds_late)
        self._commit()

    def _penalty(self, student: str, notebook: Any, seconds_late: float) -> float | None:
        """What nbgrader's plugin takes for lateness, at most the score."""
        self._session.flush()
        self._session.refresh(notebook)  # its score is a sum that the database makes
        penalty = self._penalties.plugin_inst.late_submission_penalty(student, notebook.score, seconds_late)
        return None if penalty is None else min(max(penalty, 0), notebook.score)

    def _folder(self, student: str) -> Path:
        return Path(self.course.format_path(self.course.autograded_directory, student, self.assignment))

    def _digest(self, submission: Submission) -> str:
        return sha256((submission.digest + self._grader).encode()).hexdigest()


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Inside, no other run grades the course at ``root``.

    Raises:
        UserError: one does.
    """
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


def _open(url: str, course_id: str) -> Gradebook:
    wait = f"{'&' if '?' in url else '?'}timeout={PATIENCE}" if url.startswith("sqlite") else ""
    try:
        return Gradebook(url + wait, course_id)
    except SQLAlchemyError as error:
        raise UserError(f"the gradebook cannot be read ({_reason(error)}).") from None


def _one_transaction(session: Any) -> Callable[[], None]:
    """Let nbgrader's methods, which commit after every step, only flush; return the real commit.

    So one submission is one transaction.
    """
    commit: Callable[[], None] = session.commit
    session.commit = session.flush
    return commit


def _reason(error: Exception) -> str:
    """What the database says, without the statement; nbgrader repeats some errors as its own."""
    return str(getattr(error, "orig", error)).splitlines()[0]
