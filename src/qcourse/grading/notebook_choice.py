"""Which notebook of a submission is graded, where its name or place is not as expected, or there are more.

The instructor guide has the rule: the one with the most answers; of equals the one that is named right, then
the newest. A note names what was not graded.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from qcourse.course.cells import by_grade_id, is_answer
from qcourse.course.notebooks import NotebookNode
from qcourse.errors import Refused
from qcourse.grading.intake import parse
from qcourse.grading.repairs import first_few

NOTEBOOK = re.compile(r".*\.ipynb(\.txt|\.json)?", re.IGNORECASE | re.DOTALL)  # as browsers save it
MOST = 20  # notebooks that are looked into
Read = Callable[[Path], bytes]


class Choice(NamedTuple):
    """The notebooks to grade, by name, the folder in which they lie, and notes."""

    contents: dict[str, bytes]
    folder: Path
    notes: list[str]


def choose(folder: Path, files: Sequence[Path], released: Mapping[str, NotebookNode], read: Read) -> Choice:
    """Choose among ``files`` of a submission's ``folder`` the notebooks that were ``released``.

    Raises:
        Refused: there is none, or nobody can tell which.
    """
    found = [path for path in files if is_notebook(path, folder)]
    where, notes = _place(folder, found, released)
    found = sorted(path for path in found if path.parent == where)
    named = {path.stem: path for path in found if path.suffix == ".ipynb" and path.stem in released}
    chosen = {name: (path, read(path)) for name, path in named.items()}
    if len(released) == 1 and len(found) > len(named):
        ((name, original),) = released.items()
        chosen = {name: _best(found, name, original, read)}
    if not chosen:
        there = first_few([repr(path.name) for path in files]) or "nothing"
        ask = f"hand in the notebook under that name (found: {there})."
        raise Refused(f"there {_what(found)} named {_names(released)}: {ask}")
    if missing := [f"{name}.ipynb" for name in released if name not in chosen]:
        notes.append(f"{', '.join(missing)} was not handed in.")
    graded = {path for path, _ in chosen.values()}
    notes += [f"{p.name!r} was graded as {n}.ipynb." for n, (p, _) in chosen.items() if named.get(n) != p]
    if left := [repr(path.name) for path in found if path not in graded]:
        notes.append(f"not graded: {first_few(left)}.")
        notes += [
            f"{path.name!r} is as it was handed out."
            for name, (path, content) in chosen.items()
            if answered(content, released[name]) == 0
        ]
    return Choice({name: content for name, (_, content) in sorted(chosen.items())}, where, notes)


def is_notebook(path: Path, folder: Path) -> bool:
    """Whether a file may be a student's notebook: no copy of JupyterLab's, and none of the files of macOS."""
    inside = path.relative_to(folder)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in inside.parts)
    return not hidden and NOTEBOOK.fullmatch(path.name) is not None


def answered(content: bytes, original: NotebookNode) -> int:
    """How many answers of ``original`` a notebook holds, not as they were handed out; -1 if it is none."""
    try:
        notebook = parse(content)
    except Refused:
        return -1
    stubs = {name: cell.source.strip() for name, cell in by_grade_id(original).items() if is_answer(cell)}
    cells = by_grade_id(notebook)
    if stubs.keys() & cells.keys():
        texts = {name: cells[name].source.strip() for name in stubs if name in cells}
        return sum(text not in ("", stubs[name]) for name, text in texts.items())
    seen = Counter(cell.source.strip() for cell in notebook.cells)  # it has lost its metadata, or is another
    ours = {cell.source.strip() for cell in original.cells} - {*stubs.values(), ""}
    return (Counter(stubs.values()) - seen).total() if ours & seen.keys() else 0


def _place(
    folder: Path, found: Sequence[Path], released: Mapping[str, NotebookNode]
) -> tuple[Path, list[str]]:
    """The folder whose notebooks count, and a note where it lies deeper: an archive unpacked into itself."""
    places = {path.parent for path in found}
    if folder in places or not places:
        return folder, []
    if len(places) > 1:
        places = {path.parent for path in found if path.stem in released} or places
    inside = sorted(place.relative_to(folder).as_posix() for place in places)
    if len(places) > 1:
        raise Refused(
            f"there is no notebook named {_names(released)} in the folder itself, but there are some in "
            f"{', '.join(map(repr, inside[:3]))}: hand in one."
        )
    return places.pop(), [f"the notebook lay in the folder {inside[0]!r}."]


def _best(found: Sequence[Path], name: str, original: NotebookNode, read: Read) -> tuple[Path, bytes]:
    """The notebook with the most answers, and its content."""
    if len(found) == 1:
        return found[0], read(found[0])
    right = next((path for path in found if path.name == f"{name}.ipynb"), None)
    if len(found) <= MOST:
        contents = {path: _read_or_empty(path, read) for path in found}
        counts = {path: answered(content, original) for path, content in contents.items()}
        best = max(found, key=lambda path: (counts[path], path == right, path.stat().st_mtime_ns, path.name))
        if counts[best] > 0:
            return best, contents[best]
    if right is None:
        raise Refused(f"there {_what(found)} named {name}.ipynb: hand in the notebook under that name.")
    return right, read(right)


def _read_or_empty(path: Path, read: Read) -> bytes:
    """The content of a notebook, or nothing where it is refused or cannot be read: another may be there."""
    try:
        return read(path)
    except (Refused, OSError):
        return b""


def _what(found: Sequence[Path]) -> str:
    many = f"are {len(found)} notebooks, none" if len(found) > 1 else "is one notebook, not"
    return many if found else "is no notebook"


def _names(released: Mapping[str, NotebookNode]) -> str:
    return " or ".join(f"{name}.ipynb" for name in released)
