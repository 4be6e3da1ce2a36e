"""What stands for an object of the place that does not cross."""

from typing import Any

from qcourse.grading.trust.encode import KINDS


class Other:
    """What does not cross: object ``place_number`` of the place."""

    def __init__(self, number: int) -> None:
        self.place_number = number

    def __repr__(self) -> str:
        return "an object of another kind"


_OF_KIND = {kind: type(kind, (Other,), {}) for kind in KINDS - {"ndarray"}}
_OF_KIND["ndarray"] = type("ndarray of objects", (Other,), {})  # or of another dtype that does not cross


def other(number: int, kind: str) -> Other:
    """What stands for an object of that kind, whose name messages tell where it is one of `KINDS`."""
    return _OF_KIND.get(kind, Other)(number)


class OtherFunction(Other):
    """The same, where it can be called: ``place`` calls it there."""

    def __init__(self, number: int, place: Any) -> None:
        super().__init__(number)
        self.place = place

    def __call__(self, *args: Any) -> Any:
        """What it gives there: a claim of the place."""

        def call(*args: Any) -> Any:
            return self(*args)

        return self.place.call(call, args, {}, {})


class OtherClass:
    """In the place of a class that does not cross."""


class Text(str):
    """Text of the place: no message of a hidden test repeats it."""

    __slots__ = ()


Text.__name__ = "str"  # as messages of visible checks call it
