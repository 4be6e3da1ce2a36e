"""The course's own answers, for cells that show something while a student's is open; and who has passed.

They lie in ``qcourse/solved``, packed (`qcourse.authoring.pack` makes the files), so that nobody reads a
solution by accident. As an answer they are refused (`borrowing`), and a place where a submission is graded
does not have them.
"""

import json
import zlib
from collections.abc import Callable
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


def answers(lesson: str) -> dict[str, Any]:
    """The answers of a lesson, such as "06", by name, and what they import; of an unknown one, none."""
    return _unpacked(lesson)[0]


@cache
def _unpacked(lesson: str) -> tuple[dict[str, Any], list[FunctionType]]:
    """`answers`, and `functions`: both at once, as each execution makes functions of its own."""
    module = f"the course's {lesson}"
    scope: dict[str, Any] = {"__name__": module}
    if found := _files().get(lesson):
        exec(compile(found["source"], module, "exec"), scope)
    values = list(scope.values())
    values += [inside for value in values if isinstance(value, type) for inside in vars(value).values()]
    return scope, [f for f in values if isinstance(f, FunctionType) and f.__module__ == module]


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


def functions(number: str) -> list[FunctionType]:
    """Every function that the course's answers to the lesson of exercise ``number`` consist of."""
    return _unpacked(_lesson(number))[1]


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
