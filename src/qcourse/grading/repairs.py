"""What was repaired in a submission, in words."""

from collections.abc import Sequence

MOST_NAMES = 3  # in one sentence

MISSING = "{} was missing; restored as handed out."
ELSEWHERE = "{} was missing; what it defines stands in another cell, which counts."
MOVED = "{} was moved; put back in the handed-out order."
CHANGED = "{} was changed; replaced by what was handed out."
EARLIER = "{} is of an earlier version; replaced by what was handed out."
HELD_MORE = "{} was changed; replaced by what was handed out; the text beside it is a cell of its own."
METADATA = "{} was given other grading metadata; what was handed out counts."
RECOGNISED = "{} had lost the grading metadata; recognised by content."
UNKNOWN = "a cell with the unknown grade id {} is not graded."
REMOVED = "a second {} was removed."
ORDINARY = "a second {} counts as an ordinary cell."


class Repairs:
    """One sentence for each kind of repair, with the names of the cells."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, sentence: str, name: str) -> None:
        """``sentence`` has {} where names stand."""
        self._names.setdefault(sentence, []).append(repr(name[:60]))

    def sentences(self) -> list[str]:
        """All of them, each with the first of its names and the number of the others."""
        return [_with_names(sentence, names) for sentence, names in self._names.items()]


def _with_names(sentence: str, names: list[str]) -> str:
    if len(names) > 1:
        sentence = sentence.replace("{} was ", "{} were ")
    return sentence.replace("{}", first_few(names))


def first_few(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
