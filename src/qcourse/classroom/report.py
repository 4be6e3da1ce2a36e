"""``qcourse report``: one page on a class, complete in itself, with its pictures and tables beside it."""

import hmac
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from qcourse.classroom.exercises import of_all
from qcourse.classroom.feedback_parts import row
from qcourse.classroom.likeness import MOST_SHARING, Likeness
from qcourse.classroom.outcomes import Outcome, discriminate, share
from qcourse.classroom.pages import template
from qcourse.classroom.report_pictures import Picture, exercises_picture, points_picture, times_picture
from qcourse.classroom.results import Class, Entry
from qcourse.classroom.tables import to_csv
from qcourse.course.cells import by_grade_id, is_untouched
from qcourse.errors import UserError
from qcourse.files import replace
from qcourse.grading.trust.secret import course_secret
from qcourse.terminal import counted

MOST_CAUSES, MOST_PAIRS = 20, 20  # on the page; the tables have all


def run(root: Path, assignment: str, out: Path, *, names: bool) -> int:
    """Write the report into the folder ``out``.

    Raises:
        UserError: there is no such assignment, nothing of it is graded, or a file cannot be written.
    """
    report = Report(Class(root, assignment), names=names)
    files = report.files()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            replace(out / name, content)
    except OSError as error:
        raise UserError(f"{error.filename or out} cannot be written ({error.strerror}).") from None
    who = "with names" if names else "without names: --names shows them"
    print(f"{out / 'report.html'}, {counted(len(report.graded), 'student')}, {who}.")
    return 0


class Report:
    """What there is to say of a class.

    Raises:
        UserError: nothing is graded, or a student version is missing or has no exercise.
    """

    def __init__(self, known: Class, *, names: bool) -> None:
        self._known = known
        self._named = names
        self._secret = course_secret(Path(known.course.root))
        self.graded = [entry for entry in known.entries.values() if entry.graded]
        if not self.graded:
            run = f"qcourse grade {shlex.quote(known.assignment)}"
            raise UserError(f"nothing of {known.assignment} is graded: run {run}.")
        given = {name: known.handed_out(name) for name in known.notebooks}
        self._outcomes = [(name, Outcome(one)) for name, one in of_all(given)]
        if not self._outcomes:
            raise UserError(f"the student version of {known.assignment} has no exercise: build it again.")
        likeness = Likeness(given.values())
        for entry in self.graded:
            self._take(entry, likeness)
        discriminate(self.outcomes)
        self._pairs = likeness.pairs()

    @property
    def outcomes(self) -> list[Outcome]:
        """Of each exercise."""
        return [outcome for _, outcome in self._outcomes]

    def _take(self, entry: Entry, likeness: Likeness) -> None:
        """Read one hand-in; nothing of it is kept but counts."""
        for name in self._known.notebooks:
            notebook = self._known.graded_notebook(entry.student, name)
            cells = {} if notebook is None else by_grade_id(notebook)
            for book, outcome in self._outcomes:
                if book == name:
                    answer = cells.get(outcome.exercise.answer)
                    begun = notebook is not None and (answer is None or not is_untouched(answer))
                    outcome.add(entry.student, row(entry, name, outcome.exercise, cells), begun=begun)
            if notebook is not None:
                likeness.add(entry.student, notebook)

    def who(self, student: str) -> str:
        """A student's name and id, or the pseudonym, which is the same each time."""
        if not self._named:
            return (
                f"student {hmac.new(self._secret.encode(), os.fsencode(student), 'sha256').hexdigest()[:6]}"
            )
        known = self._known.entries.get(student)
        return student if known is None or known.name == student else f"{known.name} ({student})"

    def reason(self, entry: Entry) -> str:
        """Why a hand-in was refused; without names, without what it quotes: names of files."""
        return entry.refused if self._named else re.sub(r"'[^']*'", "'…'", entry.refused)

    def files(self) -> dict[str, bytes]:
        """The page, its pictures and its tables, by name."""
        pictures = list(self._pictures())
        page = template("report.html").render(
            title=self._known.assignment, report=self, pictures={p.name: p for p in pictures}, share=share,
            waiting=sorted(map(self.who, self._known.waiting)), due=self._known.due,
            causes=self.causes()[:MOST_CAUSES], pairs=self.alike()[:MOST_PAIRS], most_sharing=MOST_SHARING,
        )  # fmt: skip
        tables = {"students.csv": self._students(), "exercises.csv": self._exercises()}
        tables |= {"causes.csv": self._cause_table(), "alike.csv": self._alike()}
        return {p.name: p.png for p in pictures} | tables | {"report.html": page.encode(errors="replace")}

    def _pictures(self) -> Iterator[Picture]:
        most = max(entry.most for entry in self.graded)
        yield points_picture([entry.points for entry in self.graded], most)
        yield exercises_picture(self.outcomes, len(self.graded))
        times = [self.hours(entry) for entry in self.graded]
        if known := [hours for hours in times if hours is not None]:
            yield times_picture(known)

    def hours(self, entry: Entry) -> float | None:
        """When a hand-in came, in hours after the due date; None where one of the times is not known."""
        due, came = self._known.due, entry.handed_in
        return (came - due).total_seconds() / 3600 if due and came else None

    @property
    def entries(self) -> list[Entry]:
        """The students of the gradebook, in the order of what they are called here: ids would tell more."""
        return sorted(self._known.entries.values(), key=lambda entry: self.who(entry.student))

    @property
    def missing(self) -> list[Entry]:
        """Those who have handed in nothing."""
        waiting = set(self._known.waiting)
        return [e for e in self.entries if not (e.submitted or e.refused or e.student in waiting)]

    @property
    def refused(self) -> list[Entry]:
        """Those whose last hand-in could not be graded."""
        return [entry for entry in self.entries if entry.refused]

    @property
    def late(self) -> list[Entry]:
        """Those who handed in after their due date."""
        return [entry for entry in self.entries if entry.late > 0]

    def causes(self) -> list[tuple[str, str, list[str]]]:
        """Exercise, cause and students, the most frequent first."""
        found = [
            (outcome.name, cause, sorted(map(self.who, students)))
            for outcome in self.outcomes
            for cause, students in outcome.causes.items()
        ]
        return sorted(found, key=lambda one: (-len(one[2]), one[0], one[1]))

    def alike(self) -> list[tuple[str, str, int, float]]:
        """Two students, how many runs both wrote, and the share of the shorter hand-in."""
        found = []
        for pair in self._pairs:
            one, other = sorted(map(self.who, (pair.one, pair.other)))
            found.append((one, other, pair.shared, round(pair.share, 3)))
        return found

    def _students(self) -> bytes:
        header = ["student", "points", "of", "by hand", "penalty", "hours late", "state"]
        lists = (("missing", self.missing), ("refused", self.refused))
        states = {entry.student: state for state, entries in lists for entry in entries}
        rows = [
            [
                self.who(e.student), *([e.points, e.most, e.by_hand] if e.graded else [None] * 3), e.penalty,
                round(e.late / 3600, 2), states.get(e.student, "graded" if e.graded else "waiting"),
                *(outcome.points.get(e.student) for outcome in self.outcomes),
            ]
            for e in self.entries
        ]  # fmt: skip
        return to_csv([*header, *(outcome.name for outcome in self.outcomes)], rows)

    def _exercises(self) -> bytes:
        header = ["exercise", "visible", "hidden", "not begun", "discrimination", "to be graded by hand"]
        rows = (
            [o.name, share(o.visible), share(o.hidden), len(o.not_begun), o.discrimination, o.waiting]
            for o in self.outcomes
        )
        return to_csv(header, rows)

    def _cause_table(self) -> bytes:
        rows = ([name, cause, len(s), ", ".join(s)] for name, cause, s in self.causes())
        return to_csv(["exercise", "cause", "students", "who"], rows)

    def _alike(self) -> bytes:
        return to_csv(["one", "other", "runs shared", "share of the shorter"], self.alike())
