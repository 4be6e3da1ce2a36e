"""A course folder: its assignments and exercises, how a command names them, and where their files are."""

import re
from collections.abc import Sequence
from pathlib import Path

from qcourse.errors import UserError


class Several(UserError):
    """A choice that means several assignments."""


def assignments(root: Path) -> list[str]:
    """The names of the course's assignments, in order.

    Raises:
        UserError: there is none, so ``root`` is not a course folder.
    """
    found = sorted(p.stem for p in (root / "solutions").glob("*/*.py") if p.stem == p.parent.name)
    if not found:
        raise UserError(f"{root.resolve()} is not a course folder: it has no solutions/NAME/NAME.py.")
    return found


def exercises(root: Path, name: str) -> list[str]:
    """The numbers of the exercises of ``name``, such as "6.7", in order: those that have hidden tests."""
    files = (re.match(r"ex_(\d+)_(\d+)_", path.name) for path in hidden_folder(root, name).glob("ex_*.py"))
    return [f"{a}.{b}" for a, b in sorted((int(found[1]), int(found[2])) for found in files if found)]


def number(name: str) -> str:
    """The number that the name of an assignment begins with, such as "06"."""
    return name.partition("_")[0]


def pick(root: Path, choices: Sequence[str] = ()) -> list[str]:
    """The assignments chosen by number ("06" or "6"), name or unique prefix; without a choice, all of them.

    Raises:
        UserError: a choice is unknown, empty or ambiguous, or ``root`` is not a course folder.
    """
    names = assignments(root)
    chosen = {find(names, choice) for choice in choices or names}
    return [name for name in names if name in chosen]


def pick_exercises(root: Path, choices: Sequence[str] = ()) -> dict[str, list[str]]:
    """The chosen exercises of each assignment; a choice is an exercise ("6.7"), or one that `pick` knows.

    Raises:
        UserError: as `pick`, or the course has no such exercise.
    """
    names = assignments(root)
    known = {name: exercises(root, name) for name in names}
    chosen: set[str] = set()
    for choice in choices or names:
        if exercise := re.fullmatch(r"0*(\d+\.\d+)", choice):
            chosen.add(exercise[1])
        else:
            of_it = known[name := find(names, choice)]
            if not of_it and choices:
                raise UserError(f"{name}: there are no exercises, because hidden/ has no tests.")
            chosen.update(of_it)
    if unknown := chosen.difference(*known.values()):
        last = ", ".join(f"{of_it[0]} to {of_it[-1]}" for of_it in known.values() if of_it)
        raise UserError(f"there is no exercise {min(unknown)}: the exercises are {last or 'missing'}.")
    picked = {name: [e for e in of_it if e in chosen] for name, of_it in known.items()}
    if not any(picked.values()):
        raise UserError(
            f"{', '.join(choices or names)}: there are no exercises, because hidden/ has no tests."
        )
    return {name: of_it for name, of_it in picked.items() if of_it}


def find(names: Sequence[str], choice: str) -> str:
    """The one of ``names`` that ``choice`` means: by number ("06" or "6"), name or unique prefix.

    Raises:
        UserError: it means none, or several.
    """
    if choice in names:
        return choice
    if choice.isdecimal():
        found = [n for n in names if number(n).isdecimal() and number(n).lstrip("0") == choice.lstrip("0")]
    else:
        found = [name for name in names if choice and name.startswith(choice)]
    if len(found) != 1:
        problem = "names several assignments" if found else "is not an assignment"
        kind = Several if found else UserError
        raise kind(f"{choice!r} {problem}: choose from {', '.join(found or names)}.")
    return found[0]


def text_path(root: Path, name: str) -> Path:
    """The text of the lesson, which one edits."""
    return solution_path(root, name).with_suffix(".py")


def closing_path(root: Path, name: str) -> Path:
    """The text of the last part of the lesson, which need not exist."""
    return solution_path(root, name).with_name(f"{name}_closing.py")


def solution_path(root: Path, name: str) -> Path:
    """The executed solution notebook of assignment ``name``."""
    return root / "solutions" / name / f"{name}.ipynb"


def front_page_path(root: Path) -> Path:
    """The page that a student opens first, which tells of all assignments; it need not exist."""
    return root / "notebooks" / "START_HERE.ipynb"


def release_path(root: Path, name: str) -> Path:
    """The student version of assignment ``name``."""
    return root / "notebooks" / name / f"{name}.ipynb"


def answers_folder(root: Path, name: str) -> Path:
    """The right and wrong answers that the checks of ``name`` must tell apart."""
    return root / "solutions" / name / "answers"


def hidden_folder(root: Path, name: str) -> Path:
    """The hidden tests of ``name``, one file per exercise."""
    return root / "solutions" / name / "hidden"
