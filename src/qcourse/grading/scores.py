"""The rows of one assignment in nbgrader's gradebook, as ``nbgrader autograde`` would write them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties

from qcourse.errors import UserError
from qcourse.grading.grade_submission import cell_key
from qcourse.grading.submission import Submission
from qcourse.grading.timestamps import judged


@dataclass
class Change:
    """What a result changed in the gradebook: scores of cells before and after, and what lateness takes."""

    cells: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    before: float = 0.0
    penalty: float = 0.0


class Scores:
    """The submissions of ``assignment``; ``entries`` are its notebooks. The caller commits.

    ``late`` has the plugin of ``c.AssignLatePenalties``, ready to be asked.
    """

    def __init__(
        self, book: Gradebook, assignment: str, entries: list[Any], late: AssignLatePenalties, now: datetime
    ) -> None:
        self._book, self._session = book, book.db()
        self._assignment, self._late, self._now = assignment, late, now
        self._keys = {  # of cells in results: a query for each would take longer
            cell.id: cell_key(entry.name if len(entries) > 1 else "", cell.name)
            for entry in entries
            for cell in (*entry.grade_cells, *entry.solution_cells, *entry.task_cells)
        }
        self._tasks = {cell.id for entry in entries for cell in entry.task_cells}

    def enter_refused(self, submission: Submission) -> bool:
        """Enter a submission without scores; return whether it has some from before, which stay."""
        try:
            entry = self._book.find_submission(self._assignment, submission.student)
            if any(grade.auto_score is not None for book in entry.notebooks for grade in book.grades):
                return True
        except MissingEntry:
            pass
        self._enter(submission)
        return False

    def _enter(self, submission: Submission) -> Any:
        student, stamp = submission.student, judged(submission.timestamp, self._now)[0]
        self._book.update_or_create_student(student)
        with self._session.no_autoflush:  # nbgrader builds a submission from parts that are not yet joined
            return self._book.update_or_create_submission(self._assignment, student, timestamp=stamp)

    def _known(self, submission: Submission) -> Any:
        """A submission that has been graded, at its time, which may have changed."""
        entry = self._book.find_submission(self._assignment, submission.student)
        entry.timestamp = judged(submission.timestamp, self._now)[0]
        return entry

    def write(self, submission: Submission, result: dict[str, Any]) -> Change:
        """Of a result that is known, only what lateness takes off may have changed."""
        known = "notebooks" not in result
        entry = self._known(submission) if known else self._enter(submission)
        change = Change()
        for notebook in entry.notebooks:
            before = notebook.late_submission_penalty or 0.0
            graded = known or any(grade.auto_score is not None for grade in notebook.grades)
            if not known:
                change.cells.update(self._write_notebook(notebook, submission, result))
            penalty = None
            if entry.total_seconds_late > 0 and notebook.name in submission.notebooks:
                self._session.flush()
                self._session.refresh(notebook)  # its score is a sum that the database makes
                penalty = _penalty(self._late, submission.student, notebook, entry.total_seconds_late)
            notebook.late_submission_penalty = penalty
            change.penalty += penalty or 0.0
            change.before += before if graded else penalty or 0.0
        return change

    def _write_notebook(
        self, notebook: Any, submission: Submission, result: dict[str, Any]
    ) -> dict[str, tuple[float, float | None]]:
        """What nbgrader writes: the score of a task is left to humans, unless its notebook is missing.

        Return the scores that have changed, before and after.
        """
        changed = {}
        for grade in notebook.grades:
            if grade.cell_id not in self._tasks or notebook.name not in submission.notebooks:
                key = self._keys[grade.cell_id]
                score, before = result["cells"][key]["score"], grade.auto_score
                if before is not None and before != score:
                    changed[key] = (before, score)
                grade.auto_score = score
                grade.needs_manual_grade = grade.manual_score is not None or score is None
        for comment in notebook.comments:
            is_stub = self._keys[comment.cell_id] in result["unanswered"]
            comment.auto_comment = "No response." if is_stub else None
        return changed


def _penalty(late: AssignLatePenalties, student: str, notebook: Any, seconds: float) -> float | None:
    """What nbgrader's plugin takes off a notebook that is so many seconds late, at most the score.

    Raises:
        UserError: the plugin fails.
    """
    plugin = late.plugin_inst
    try:
        found = plugin.late_submission_penalty(student, notebook.score, seconds)
        return None if found is None else min(max(float(found), 0.0), notebook.score)
    except Exception as error:  # it is the instructor's own code
        what = f"the late-penalty plugin {type(plugin).__name__} failed"
        raise UserError(f"{what} ({type(error).__name__}: {error}).") from None
