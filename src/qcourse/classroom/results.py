"""What is known of a class after grading: the gradebook's points and comments, and why hand-ins were refused.

Everything is read in a few queries: nbgrader's own objects ask the database once for each cell and student.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory

from qcourse.course.notebooks import NotebookNode, from_graded, read
from qcourse.course.settings import course_settings
from qcourse.errors import UserError
from qcourse.grading import receipt
from qcourse.grading.database import open_gradebook
from qcourse.grading.release import find_assignment
from qcourse.grading.submission import is_included, students


@dataclass
class Score:
    """The points of a cell; ``score`` is None until somebody has graded it by hand."""

    score: float | None
    most: float


@dataclass
class Entry:
    """A student of the class, and the submission to the assignment if there is one.

    ``scores`` and ``comments`` are by notebook and grade id; ``refused`` is why a hand-in was not graded.
    """

    student: str
    first_name: str
    last_name: str
    submitted: bool = False
    handed_in: datetime | None = None  # in UTC
    late: float = 0.0  # seconds
    penalty: float = 0.0
    refused: str = ""
    looked_at: bool = False  # by `qcourse grade`, which did not refuse it
    scores: dict[tuple[str, str], Score] = field(default_factory=dict)
    comments: dict[tuple[str, str], str] = field(default_factory=dict)
    extra: float = 0.0  # points that were given beyond

    @property
    def name(self) -> str:
        """The name, or the id of a student whose name is not known."""
        return f"{self.first_name} {self.last_name}".strip() or self.student

    @property
    def graded(self) -> bool:
        """Whether it was graded, even if all points are still to be given by hand; a refused one was not."""
        return self.has_points or self.looked_at

    @property
    def has_points(self) -> bool:
        """Whether there are points already."""
        return any(score.score is not None for score in self.scores.values())

    @property
    def points(self) -> float:
        """The sum, before a penalty."""
        return sum(score.score or 0 for score in self.scores.values()) + self.extra

    @property
    def by_hand(self) -> float:
        """The points that are still to be given by hand."""
        return sum(score.most for score in self.scores.values() if score.score is None)

    @property
    def most(self) -> float:
        """The points that could be earned so far: without those still to be given by hand."""
        return sum(score.most for score in self.scores.values() if score.score is not None)


class Class:
    """Every student of the gradebook, with the submission to ``assignment``, which a prefix may name.

    Raises:
        UserError: there is no such course or assignment, or the gradebook cannot be read.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        config = course_settings(root)
        self.config, self.course = config, CourseDirectory(config=config)
        with open_gradebook(self.course.db_url, self.course.course_id) as gradebook:
            self.assignment, notebooks = find_assignment(gradebook, assignment)
            self.notebooks: list[str] = [notebook.name for notebook in notebooks]
            self.due: datetime | None = gradebook.find_assignment(self.assignment).duedate
            cells = [c for book in notebooks for c in (*book.grade_cells, *book.task_cells)]
            self.most: float = sum(cell.max_score for cell in cells)
            entries = self._read(gradebook.db, notebooks)
        self.entries = {name: entries[name] for name in entries if is_included(self.course, name)}
        self.waiting: list[str] = []
        for student in students(self.course, self.assignment):
            refused = receipt.refusal(Path(self.course.root), student, self.assignment)
            if refused and student not in self.entries:  # the gradebook cannot, or must not, hold them
                self.entries[student] = Entry(student, "", "", submitted=True, refused=refused)
            elif student not in self.entries or not (self.entries[student].graded or refused):
                self.waiting.append(student)

    def folder(self, name: str, student: str) -> Path:
        """The folder ``submitted``, ``autograded`` or ``feedback`` of a student."""
        step = getattr(self.course, f"{name}_directory")
        return Path(self.course.format_path(step, student, self.assignment))

    def released(self, notebook: str) -> NotebookNode | None:
        """A notebook as it was handed out, if it is there."""
        release = self.course.format_path(self.course.release_directory, ".", self.assignment)
        path = Path(release) / f"{notebook}.ipynb"
        return read(path) if path.exists() else None

    def handed_out(self, notebook: str) -> NotebookNode:
        """The same; UserError where it is missing."""
        found = self.released(notebook)
        if found is None:
            what = f"the student version of {notebook} is missing"
            raise UserError(f"{what}: run nbgrader generate_assignment.")
        return found

    def graded_notebook(self, student: str, name: str) -> NotebookNode | None:
        """A notebook with its results, if there is one; UserError where it cannot be read."""
        path = self.folder("autograded", student) / f"{name}.ipynb"
        try:
            return from_graded(path.read_bytes()) if path.is_file() else None
        except (OSError, ValueError) as error:
            raise UserError(f"{path} cannot be read ({error}): grade it again with --force.") from None

    def _read(self, session: Any, notebooks: list[Any]) -> dict[str, Entry]:
        rows = session.query(Student.id, Student.first_name, Student.last_name).order_by(Student.id)
        entries = {student: Entry(student, first or "", last or "") for student, first, last in rows}
        submissions = session.query(SubmittedAssignment).join(Assignment)
        for row in submissions.filter(Assignment.name == self.assignment):
            entry = entries[row.student_id]
            entry.submitted, entry.handed_in, entry.late = True, row.timestamp, row.total_seconds_late
            one = Path(self.course.root), entry.student, self.assignment
            entry.refused = receipt.refusal(*one)
            entry.looked_at = not entry.refused and receipt.path_of(*one).exists()
        for student, penalty in self._rows(session, SubmittedNotebook.late_submission_penalty):
            entries[student].penalty += penalty or 0.0
        most = {c.id: c.max_score for book in notebooks for c in (*book.grade_cells, *book.task_cells)}
        answers = [(c, book) for book in notebooks for c in (*book.solution_cells, *book.task_cells)]
        cells = {c.id: (book.name, c.name) for book in notebooks for c in book.grade_cells}
        cells |= {c.id: (book.name, c.name) for c, book in answers}
        scores = Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit
        for student, cell, auto, manual, extra in self._rows(session, *scores, table=Grade):
            score = auto if manual is None else manual
            entries[student].scores[cells[cell]] = Score(score, most[cell])
            entries[student].extra += (extra or 0.0) if score is not None else 0.0
        written = Comment.cell_id, Comment.manual_comment
        for student, cell, text in self._rows(session, *written, table=Comment):
            if text:
                entries[student].comments[cells[cell]] = text
        return entries

    def _rows(self, session: Any, *columns: Any, table: Any = None) -> Iterator[Any]:
        """The student and ``columns`` of each submitted notebook, or of each row of ``table`` for it."""
        query = session.query(SubmittedAssignment.student_id, *columns).select_from(SubmittedNotebook)
        if table is not None:
            query = query.join(table, table.notebook_id == SubmittedNotebook.id)
        query = query.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        yield from query.join(Assignment).filter(Assignment.name == self.assignment)
