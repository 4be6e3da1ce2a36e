"""A course folder: which assignments it has, and where their files lie."""

from pathlib import Path


def assignments(root: Path) -> list[str]:
    """The names of the course's assignments, in order."""
    return sorted(path.parent.name for path in (root / "solutions").glob("*/*.py"))


def text_path(root: Path, name: str) -> Path:
    """The text of the lesson that one edits."""
    return solution_path(root, name).with_suffix(".py")


def solution_path(root: Path, name: str) -> Path:
    """The executed solution notebook of assignment ``name``."""
    return root / "solutions" / name / f"{name}.ipynb"


def release_path(root: Path, name: str) -> Path:
    """The student version of assignment ``name``."""
    return root / "notebooks" / name / f"{name}.ipynb"


def answers_folder(root: Path, name: str) -> Path:
    """The right and wrong answers that the checks of ``name`` are held against."""
    return root / "solutions" / name / "answers"
