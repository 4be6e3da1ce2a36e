"""The one writer: nbgrader's gradebook and the folder ``autograded/``, one submission at a time.

A submission is one transaction; then its files are replaced one by one, the receipt of what was graded last.
Killed at any point, the next run finds either the complete result or none, and grades again.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.api import InvalidEntry, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from qcourse.errors import Refused, UserError
from qcourse.files import SUFFIX, replace
from qcourse.grading import receipt
from qcourse.grading.database import PATIENCE, one_transaction, open_gradebook, what_it_says
from qcourse.grading.grade_submission import cell_key
from qcourse.grading.release import find_assignment, read_release
from qcourse.grading.settings_followed import steps
from qcourse.grading.submission import Submission, students, take, timestamp


class Writer:
    """The gradebook and the graded folder of one assignment, which a unique prefix of its name can name.

    Raises:
        UserError: nbgrader does not know the assignment, or it has not been generated.
    """

    def __init__(self, config: Config, assignment: str) -> None:
        self.course = CourseDirectory(config=config)
        self._autograde, self._penalties, settings = steps(self.course, config)
        self._gradebook = open_gradebook(self.course.db_url, self.course.course_id)
        self._session = self._gradebook.db()
        self._commit = one_transaction(self._session)
        self.assignment, entries = find_assignment(self._gradebook, assignment)
        self.release = read_release(self._autograde, self.assignment, entries, settings)
        self._keys = {  # of cells in results: a query for each would take longer
            cell.id: cell_key(entry.name if len(entries) > 1 else "", cell.name)
            for entry in entries
            for cell in (*entry.grade_cells, *entry.solution_cells, *entry.task_cells)
        }
        self._tasks = {cell.id for entry in entries for cell in entry.task_cells}
        self._grader = receipt.grader_digest(self.release.contents, config)

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()
        self._gradebook.engine.dispose()

    @property
    def submitted(self) -> Path:
        """The folder of all submissions."""
        folder: str = self.course.submitted_directory
        return Path(self.course.root) / folder

    def students(self) -> list[str]:
        """Those who have handed in, without those whom nbgrader's settings leave out."""
        course, found = self.course, students(self.submitted, self.assignment)
        excluded = course.student_id_exclude.split(",")
        return [s for s in found if s not in excluded and fnmatchcase(s, course.student_id)]

    def take(self, student: str) -> Submission:
        """Read the submission of a student; Refused where it cannot be graded."""
        known = self._autograde.create_student or student in {s.id for s in self._gradebook.students}
        if not known:
            raise Refused("the gradebook has no such student (Autograde.create_student is False).")
        names = list(self.release.notebooks)
        return take(self.submitted, student, self.assignment, names, self.course.ignore)

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
        complete = all((folder / f"{name}.ipynb").exists() for name in submission.notebooks)
        return found.result if complete else None

    def record(
        self,
        submission: Submission,
        result: dict[str, Any],
        unanswered: list[str],
        notebooks: dict[str, bytes],
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
                reason = what_it_says(error)
                if "lock" not in reason or time.monotonic() > deadline:
                    raise UserError(f"the gradebook cannot be written ({reason}).") from None
                time.sleep(0.2)
        try:
            self._write_files(submission, result, notebooks)
        except OSError as error:
            where = error.filename or self._folder(submission.student)
            raise UserError(f"{where} cannot be written ({error.strerror}).") from None

    def _write_files(
        self, submission: Submission, result: dict[str, Any], notebooks: dict[str, bytes]
    ) -> None:
        folder = self._folder(submission.student)
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(f".*{SUFFIX}"):  # a killed run's: no other is running
            leftover.unlink()
        stamp = folder / "timestamp.txt"
        if submission.timestamp:
            replace(stamp, submission.timestamp.encode(), mode=0o444)  # as nbgrader leaves graded files
        else:
            stamp.unlink(missing_ok=True)
        files = submission.read_files() | self.release.files
        for name, content in (files | {f"{n}.ipynb": c for n, c in notebooks.items()}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            replace(folder / name, content, mode=0o444)
        receipt.Receipt(self._digest(submission), result).write(folder)

    def _write_grades(self, submission: Submission, result: dict[str, Any], unanswered: list[str]) -> None:
        book, student = self._gradebook, submission.student
        book.update_or_create_student(student)
        stamp = timestamp(submission, datetime.now(UTC))[0]
        with self._session.no_autoflush:  # nbgrader builds a submission from parts that are not yet joined
            entry = book.update_or_create_submission(self.assignment, student, timestamp=stamp)
        for notebook in entry.notebooks:
            self._write_notebook(notebook, submission, result, unanswered)
            if stamp and entry.total_seconds_late > 0 and notebook.name in submission.notebooks:
                notebook.late_submission_penalty = self._penalty(student, notebook, entry.total_seconds_late)
        self._commit()

    def _write_notebook(
        self, notebook: Any, submission: Submission, result: dict[str, Any], unanswered: list[str]
    ) -> None:
        """What nbgrader writes: the score of a task is left to humans, unless its notebook is missing."""
        for grade in notebook.grades:
            if grade.cell_id not in self._tasks or notebook.name not in submission.notebooks:
                score = result["cells"][self._keys[grade.cell_id]]["score"]
                grade.auto_score = score
                grade.needs_manual_grade = grade.manual_score is not None or score is None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if self._keys[comment.cell_id] in unanswered else None
        notebook.late_submission_penalty = None

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
