"""The one writer: nbgrader's gradebook and the folder ``autograded/``, one submission at a time.

A submission is one transaction, and its files are replaced one by one, each at once, the record of what
was graded last. Killed at any point, the next run finds either the whole result or none, and does it again.
"""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, InvalidEntry, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from qcourse import __version__
from qcourse.course.cells import by_grade_id, metadata
from qcourse.course.notebooks import NotebookNode, read, to_bytes
from qcourse.errors import UserError
from qcourse.files import SUFFIX, replace
from qcourse.grading.submission import Submission, timestamp

RECORD = ".qcourse.json"  # beside the graded notebook: what was graded, and the result
PATIENCE = 120  # seconds to wait for a database that somebody else has locked


class Writer:
    """The gradebook and the graded folder of one assignment, which the beginning of its name can name.

    Raises:
        UserError: nbgrader does not know the assignment, or it has not been generated.
    """

    def __init__(self, root: Path, config: Config, assignment: str) -> None:
        config.CourseDirectory.root = str(root)
        self.course = CourseDirectory(config=config)
        self.assignment = assignment
        self._penalties = AssignLatePenalties(config=config)
        self._penalties.init_plugin()
        url = self.course.db_url
        wait = f"{'&' if '?' in url else '?'}timeout={PATIENCE}" if url.startswith("sqlite") else ""
        try:
            self._gradebook = Gradebook(url + wait, self.course.course_id)
        except SQLAlchemyError as error:
            raise UserError(f"the gradebook cannot be read ({_reason(error)}).") from None
        # nbgrader's methods commit after every step; here one submission is one transaction.
        self._session = self._gradebook.db()
        self._commit = self._session.commit
        self._session.commit = self._session.flush
        self.notebook, self.source = self._read_source()
        self._key = sha256(to_bytes(self.source) + __version__.encode()).hexdigest()

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()
        self._gradebook.engine.dispose()

    @property
    def submitted(self) -> Path:
        """The folder of all submissions."""
        return Path(self.course.root) / self.course.submitted_directory

    def done(self, submission: Submission) -> dict[str, Any] | None:
        """The result of exactly this submission to exactly this assignment, if there is a whole one."""
        folder = self._folder(submission.student)
        try:
            record = json.loads((folder / RECORD).read_text())
            self._gradebook.find_submission(self.assignment, submission.student)
        except (OSError, ValueError, MissingEntry):  # the gradebook may have been made anew since
            return None
        whole = isinstance(record, dict) and record.get("of") == self._of(submission)
        return record["result"] if whole and (folder / f"{self.notebook}.ipynb").exists() else None

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
        files = {f"{self.notebook}.ipynb": notebook, RECORD: self._recorded(submission, result)}
        if submission.timestamp:
            files = {"timestamp.txt": submission.timestamp.encode()} | files
        else:
            (folder / "timestamp.txt").unlink(missing_ok=True)
        for leftover in folder.glob(f".*{SUFFIX}"):  # a killed run's; no other is running
            leftover.unlink()
        for name, content in files.items():
            replace(folder / name, content, mode=0o444)  # as nbgrader leaves graded files

    def _write_grades(self, submission: Submission, result: dict[str, Any], unanswered: list[str]) -> None:
        book, student = self._gradebook, submission.student
        book.update_or_create_student(student)
        stamp = timestamp(submission, datetime.now(UTC))[0]
        with self._session.no_autoflush:  # nbgrader builds a submission from parts that are not yet joined
            entry = book.update_or_create_submission(self.assignment, student, timestamp=stamp)
        notebook = next(n for n in entry.notebooks if n.name == self.notebook)
        cells = result["cells"]
        for grade in notebook.grades:
            score = cells[self._names[grade.cell_id]]["score"]
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if self._names[comment.cell_id] in unanswered else None
        notebook.late_submission_penalty = None
        if stamp and entry.total_seconds_late > 0:
            self._session.flush()
            self._session.refresh(notebook)
            plugin = self._penalties.plugin_inst
            penalty = plugin.late_submission_penalty(student, notebook.score, entry.total_seconds_late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
        self._commit()

    def _read_source(self) -> tuple[str, NotebookNode]:
        """The notebook as handed out, its locked cells as the gradebook holds them: with hidden tests."""
        known = sorted(a.name for a in self._gradebook.assignments)
        meant = [name for name in known if name.startswith(self.assignment)]
        if len(meant) == 1:
            self.assignment = meant[0]
        try:
            assignment: Assignment = self._gradebook.find_assignment(self.assignment)
            (entry,) = assignment.notebooks
        except (MissingEntry, ValueError):
            raise UserError(
                f"the gradebook knows no assignment {self.assignment!r} of one notebook (it knows: "
                f"{', '.join(known) or 'none'}): run nbgrader generate_assignment first."
            ) from None
        folder = self.course.format_path(self.course.release_directory, ".", self.assignment)
        try:
            notebook = read(Path(folder) / f"{entry.name}.ipynb")
        except OSError as error:
            raise UserError(f"{error.filename} cannot be read: run nbgrader generate_assignment.") from None
        graded = [*entry.grade_cells, *entry.solution_cells, *entry.task_cells]
        self._names = {cell.id: cell.name for cell in graded}  # a query for each would take longer
        cells = {cell.name: cell for cell in entry.source_cells}
        points = {cell.name: cell.max_score for cell in entry.grade_cells}
        for grade_id, cell in by_grade_id(notebook).items():
            if grade_id in cells:
                _as_in_gradebook(cell, cells[grade_id], points.get(grade_id))
        return entry.name, notebook

    def _folder(self, student: str) -> Path:
        return Path(self.course.format_path(self.course.autograded_directory, student, self.assignment))

    def _of(self, submission: Submission) -> str:
        return sha256((submission.digest + self._key).encode()).hexdigest()

    def _recorded(self, submission: Submission, result: dict[str, Any]) -> bytes:
        return json.dumps({"of": self._of(submission), "result": result}, indent=1).encode()


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


def _as_in_gradebook(cell: NotebookNode, stored: Any, points: float | None) -> None:
    metadata(cell)["checksum"] = stored.checksum
    if stored.locked:
        cell.source = stored.source
    if points is not None:
        metadata(cell)["points"] = points


def _reason(error: Exception) -> str:
    """What the database says, without the statement; nbgrader repeats some errors as its own."""
    return str(getattr(error, "orig", error)).splitlines()[0]
