"""What ``nbgrader export`` writes, as CSV that a comma or a quote in a name cannot break."""

import csv
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from qcourse.classroom.tables import harmless

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class QuotedCsv(ExportPlugin):
    """nbgrader's own columns and rows; a cell that a spreadsheet would compute is made harmless."""

    def export(self, gradebook: Gradebook) -> None:
        """Write every student's points in every assignment, or in those that were chosen."""
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(COLUMNS)
            for assignment in gradebook.assignments:
                if assignment.name in (self.assignment or [assignment.name]):
                    for student in gradebook.students:
                        if student.id in (list(map(str, self.student)) or [student.id]):
                            found = _row(gradebook, assignment, student)
                            rows.writerow(harmless("" if v is None else str(v)) for v in found)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> tuple[Any, ...]:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
        score, late, time = submission.score, submission.late_submission_penalty, submission.timestamp
    except MissingEntry:
        score, late, time = 0.0, 0.0, None
    who = student.id, student.last_name, student.first_name, student.email
    return (
        assignment.name,
        assignment.duedate,
        time,
        *who,
        score,
        late,
        max(0.0, score - late),
        assignment.max_score,
    )
