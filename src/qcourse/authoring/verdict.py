"""What the graded cells say of one answer, and whether that is just."""

from typing import NamedTuple

from qcourse.authoring.answers import Answer
from qcourse.course.cells import CHECK, HIDDEN


class Refusal(NamedTuple):
    """Why a graded cell failed: its message, and the line of the cell that refused (0: none did)."""

    message: str
    line: int


class Verdict(NamedTuple):
    """What the graded cells said of one answer: ``failed`` holds, by grade id, those that refused it."""

    answer: Answer
    failed: dict[str, Refusal]

    @property
    def earns(self) -> bool:
        """Whether the answer keeps a point of its own exercise."""
        return not {self.answer.grade_id + CHECK, self.answer.grade_id + HIDDEN} <= self.failed.keys()

    @property
    def named(self) -> bool:
        """Whether the cause that is expected is told."""
        return bool(self.answer.cause) and not self.defect

    @property
    def defect(self) -> str:
        """Why the checks judged wrongly, or an empty string."""
        own = {self.answer.grade_id + CHECK, self.answer.grade_id + HIDDEN}
        messages = [refusal.message for refusal in self.failed.values()]
        if others := self.failed.keys() - own:
            return f"fails in {', '.join(sorted(others))}, which is not its exercise"
        if self.answer.right and messages:
            return f"right, but refused: {messages[0]}"
        if not self.answer.right and not messages:
            return "wrong, but accepted"
        return "" if self.answer.right else self._wrong_words(messages)

    def _wrong_words(self, messages: list[str]) -> str:
        """Why the student is told too little of a wrong answer, or something else than what is wrong."""
        words = self.answer.cause.split(" / ") if self.answer.cause else []
        told = [message.partition("likely cause:")[2] for message in messages]
        told = [cause.partition("\n")[0] for cause in told if cause]
        if words and not any(word in text for text in told or messages[:1] for word in words):
            return f"the cause {self.answer.cause!r} is not named: {messages[0]}"
        if unexpected := [cause for cause in told if not any(word in cause for word in words)]:
            return f"told a cause that is not expected of it:{unexpected[0]}"
        return ""


def counts(verdicts: list[Verdict]) -> str:
    """How many right answers were kept, wrong ones caught, and causes named, each of how many."""
    right = [v for v in verdicts if v.answer.right]
    wrong = [v for v in verdicts if not v.answer.right]
    kept = sum(not v.failed for v in right)
    caught = sum(bool(v.failed) for v in wrong)
    named = sum(v.named for v in wrong)
    pairs = ((kept, len(right)), (caught, len(wrong)), (named, len(wrong)))
    return "".join(f"{got:>9} of {most:<2}" for got, most in pairs)
