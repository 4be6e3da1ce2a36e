"""The one writer: nbgrader's gradebook and the folder ``autograded/``, one submission at a time.

A submission is one transaction; then its files are replaced one by one, the receipt of what was graded last.
Killed at any point, the next run finds either the complete result or none, and grades again.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import InvalidEntry, MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from qcourse.errors import Refused, UserError
from qcourse.grading import graded_folder, receipt
from qcourse.grading.database import PATIENCE, is_locked, one_transaction, open_gradebook, what_it_says
from qcourse.grading.grade_submission import score_again
from qcourse.grading.registered import out_of_date
from qcourse.grading.release import find_assignment, read_release
from qcourse.grading.scores import Change, Scores
from qcourse.grading.settings_followed import steps
from qcourse.grading.submission import Submission, students, take
from qcourse.grading.timestamps import Stamp, judged, read_stamp, set_right
from qcourse.grading.trust.secret import course_secret

Written = TypeVar("Written")


class Writer:
    """The gradebook and the graded folder of one assignment, which a unique prefix of its name can name.

    ``names`` are those of students, where they are known; ``notice`` says what the course has newer than the
    gradebook, if anything.

    Raises:
        UserError: nbgrader does not know the assignment, or it has not been generated.
    """

    def __init__(self, config: Config, assignment: str) -> None:
        self.course = CourseDirectory(config=config)
        self._autograde, penalties, settings = steps(self.course, config)
        settings.ContainedExecute.secret = course_secret(Path(self.course.root))
        self._now = datetime.now(UTC)
        self._gradebook = open_gradebook(self.course.db_url, self.course.course_id)
        self._session = self._gradebook.db()
        self._commit = one_transaction(self._session)
        found = self._session.query(Student.id, Student.first_name, Student.last_name)
        self.names = {student: f"{first or ''} {last or ''}".strip() for student, first, last in found}
        self.assignment, entries = find_assignment(self._gradebook, assignment)
        self.release = read_release(self._autograde, self.assignment, entries, settings)
        self.notice = out_of_date(self.course, config, self.assignment, entries)
        self._scores = Scores(self._gradebook, self.assignment, entries, penalties, self._now)
        self._grader = receipt.grader_digest(self.release.contents, self.release.settings)

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()

    @property
    def submitted(self) -> Path:
        """The folder of all submissions."""
        folder: str = self.course.submitted_directory
        return Path(self.course.root) / folder

    def students(self) -> list[str]:
        """Those who have handed in, without those whom nbgrader's settings leave out."""
        return students(self.course, self.assignment)

    def take(self, student: str) -> Submission:
        """Read the submission of a student; Refused where it cannot be graded."""
        if not self._may_enter(student):
            raise Refused("the gradebook has no such student (Autograde.create_student is False).")
        return take(self.submitted, student, self.assignment, self.release.notebooks, self.course.ignore)

    def _may_enter(self, student: str) -> bool:
        return self._autograde.create_student or student in {s.id for s in self._gradebook.students}

    def stamp(self, student: str) -> Stamp | None:
        """The time of a submission that cannot be read otherwise."""
        return read_stamp(self.submitted / student / self.assignment)

    def time_note(self, submission: Submission) -> str:
        """What is wrong with the time of a submission, in words."""
        return judged(submission.timestamp, self._now)[1]

    def set_time_right(self, student: str) -> None:
        """See `timestamps.set_right`."""
        set_right(self.submitted / student / self.assignment, self._now)

    def done(self, submission: Submission) -> dict[str, Any] | None:
        """The result of exactly this submission to exactly this assignment, if there is a complete one.

        Where only points have changed since, it is scored again, and brings its notebooks to be recorded.
        """
        folder = self._folder(submission.student)
        found = receipt.read(self._receipt(submission.student))
        if found is None or found.of != self._digest(submission):
            return None
        try:
            self._gradebook.find_submission(self.assignment, submission.student)
            if graded_folder.digests(folder, submission.notebooks) != found.notebooks:
                return None
        except (MissingEntry, OSError):  # made anew, or removed, since
            return None
        if found.points == self.release.points_of_cells:
            return found.result
        graded = {name: (folder / f"{name}.ipynb").read_bytes() for name in found.notebooks}
        return score_again(found.result, graded, self.release.notebooks)

    def record(self, submission: Submission, result: dict[str, Any]) -> Change:
        """Write the grades and, of a new result, the files; a locked database is waited for.

        Return what it changed. A new result has ``notebooks`` and ``unanswered``.

        Raises:
            UserError: the gradebook or the folder cannot be written; what was there stays.
        """
        change = self._patiently(lambda: self._write_grades(submission, result))
        self._note_refusal(submission.student, "")
        folder = self._folder(submission.student)
        try:
            if "notebooks" in result:
                self._write_files(folder, submission, result)
            else:
                graded_folder.update(folder, submission.bookkeeping(self._now))
        except OSError as error:
            raise UserError(f"{error.filename or folder} cannot be written ({error.strerror}).") from None
        return change

    def refuse(self, submission: Submission, reason: str) -> bool:
        """Enter a submission that cannot be graded as nbgrader does: without scores, to be graded by hand.

        Return whether it has scores from before: they stay.
        """
        self._note_refusal(submission.student, reason)
        if not submission.student.isprintable() or not self._may_enter(submission.student):
            return False  # no gradebook can hold the name, or this one is not to
        return self._patiently(lambda: self._write_refusal(submission))

    def _patiently(self, write: Callable[[], Written]) -> Written:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return write()
            except (SQLAlchemyError, InvalidEntry) as error:
                self._session.rollback()
                reason = what_it_says(error)
                if not is_locked(reason) or time.monotonic() > deadline:
                    raise UserError(f"the gradebook cannot be written ({reason}).") from None
                time.sleep(0.2)

    def _write_files(self, folder: Path, submission: Submission, result: dict[str, Any]) -> None:
        """The receipt comes last."""
        notebooks = result["notebooks"]
        known = {name: text for name, text in submission.bookkeeping(self._now).items() if text is not None}
        graded_folder.write(folder, notebooks, submission.read_files() | self.release.files | known)
        written = graded_folder.digests(folder, notebooks)
        kept = {name: value for name, value in result.items() if name not in ("notebooks", "unanswered")}
        made = receipt.Receipt(self._digest(submission), self.release.points_of_cells, written, kept)
        made.write(self._receipt(submission.student))

    def _write_grades(self, submission: Submission, result: dict[str, Any]) -> Change:
        change = self._scores.write(submission, result)
        self._commit()
        return change

    def _write_refusal(self, submission: Submission) -> bool:
        stays = self._scores.enter_refused(submission)
        self._commit()
        return stays

    def _folder(self, student: str) -> Path:
        return Path(self.course.format_path(self.course.autograded_directory, student, self.assignment))

    def _receipt(self, student: str) -> Path:
        return receipt.path_of(Path(self.course.root), student, self.assignment)

    def _note_refusal(self, student: str, reason: str) -> None:
        path = receipt.refusal_path(Path(self.course.root), student, self.assignment)
        try:
            receipt.note_refusal(path, reason)
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror}).") from None

    def _digest(self, submission: Submission) -> str:
        return sha256((submission.digest + self._grader).encode()).hexdigest()
