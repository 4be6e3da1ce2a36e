"""The course's own answers, for cells that show something while a student's is open; and who has passed.

They lie in ``qcourse/solved``, packed (`qcourse.authoring.pack` makes the files), so that nobody reads a
solution by accident. As an answer they are refused (`borrowing`), and a place where a submission is graded
does not have them.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

FOLDER = Path(__file__).parents[1] / "solved"
_passed: dict[str, Any] = {}  # the answer that has passed its exercise's last check, by the exercise's number


def unpack(content: bytes) -> dict[str, Any]:
    """``names``: the number of an exercise by its answer's name; ``source``: Python that defines them."""
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    return found


@cache
def exercises() -> dict[str, str]:
    """The number of the exercise, such as "6.2", for each name of an answer; empty where files are masked."""
    return {name: number for found in _files().values() for name, number in found["names"].items()}


@cache
def _files() -> dict[str, dict[str, Any]]:
    return {path.stem: unpack(path.read_bytes()) for path in FOLDER.glob("*.bin")}


@cache
def answers(lesson: str) -> dict[str, Any]:
    """The answers of a lesson, such as "06", by name, and what they import; of an unknown one, none."""
    scope: dict[str, Any] = {"__name__": f"the course's {lesson}"}
    if found := _files().get(lesson):
        exec(compile(found["source"], scope["__name__"], "exec"), scope)
    return scope


class Missing:
    """The course's answer ``name`` where there is none: a call goes to the notebook's own ``scope``.

    As an answer, or called by one, it is refused as the course's answer is (`borrowing`).
    """

    def __init__(self, name: str, scope: dict[str, Any]) -> None:
        self.name = self.__name__ = name
        self._scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the notebook's own answer gives."""
        own = self._scope.get(self.name, self)
        if own is self:
            raise NameError(f"name '{self.name}' is not defined")
        return own(*args, **kwargs)


def answer(name: str) -> Any:
    """The course's answer of that name."""
    if not exercises():
        return Missing(name, {})
    return answers(_lesson(exercises()[name]))[name]


def functions(number: str) -> Iterator[FunctionType]:
    """Every function that the course's answers to the lesson of exercise ``number`` consist of."""
    lesson = _lesson(number)
    for value in answers(lesson).values():
        inside = vars(value).values() if isinstance(value, type) else [value]
        yield from (
            f for f in inside if isinstance(f, FunctionType) and f.__module__ == f"the course's {lesson}"
        )


def _lesson(number: str) -> str:
    return number.partition(".")[0].zfill(2)


def has_passed(number: str, answer: Any) -> bool:
    """Whether ``answer`` itself passed the last check of the exercise that ran."""
    return number in _passed and _passed[number] is answer


def remember(number: str, answer: Callable[..., Any]) -> None:
    """``answer`` has passed."""
    _passed[number] = answer


def forget(number: str) -> None:
    """A check of the exercise begins."""
    _passed.pop(number, None)
