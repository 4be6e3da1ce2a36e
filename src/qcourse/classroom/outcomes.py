"""What became of each exercise in a class: who solved it, who did not begin, why it failed, what it tells."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from qcourse.classroom.exercises import Exercise
from qcourse.classroom.feedback_parts import Row
from qcourse.classroom.results import Score

NO_CAUSE = ("", "not written yet", "no answer")


@dataclass
class Outcome:
    """An exercise in a class; lists and dicts are of students who were graded, by id."""

    exercise: Exercise
    visible: list[bool] = field(default_factory=list)  # whether each passed
    hidden: list[bool] = field(default_factory=list)
    not_begun: list[str] = field(default_factory=list)
    points: dict[str, float] = field(default_factory=dict)  # of those whose points are known
    waiting: int = 0  # answers that are still to be graded by hand
    causes: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    discrimination: float | None = None

    @property
    def name(self) -> str:
        """Number and title."""
        return self.exercise.name

    def add(self, student: str, row: Row, *, begun: bool) -> None:
        """Take the row of a student."""
        for score, passed in ((row.visible, self.visible), (row.hidden, self.hidden)):
            if score:
                passed.append(_is_full(score))
        if not begun:
            self.not_begun.append(student)
        if row.state == "waiting":
            self.waiting += 1
        else:
            self.points[student] = sum(score.score or 0.0 for score in row.scores)
        if begun and row.state == "failed" and row.cause not in NO_CAUSE:
            self.causes[row.cause].append(student)


def _is_full(score: Score) -> bool:
    return score.score is not None and score.score >= score.most


def share(passed: Sequence[bool]) -> float | None:
    """The share that passed; None where there is nobody."""
    return sum(passed) / len(passed) if passed else None


def discriminate(outcomes: Sequence[Outcome]) -> None:
    """Set each exercise's corrected item-total correlation.

    That is Pearson's correlation of its points with the points of all other exercises together, over the
    students who were graded. It is None with fewer than three of them, or where all have the same points.
    """
    totals: defaultdict[str, float] = defaultdict(float)
    for outcome in outcomes:
        for student, points in outcome.points.items():
            totals[student] += points
    for outcome in outcomes:
        own = list(outcome.points.values())
        rest = [totals[student] - points for student, points in outcome.points.items()]
        if len(own) > 2 and len(set(own)) > 1 and len(set(rest)) > 1:
            outcome.discrimination = statistics.correlation(own, rest)
