"""Whose a delivered file is: from the names that Moodle and Canvas give, or from folders with students' ids.

Moodle: ``First Last_123456_assignsubmission_file/x.ipynb``, or ``…_file_x.ipynb`` without folders; the number
is the participant's in this one assignment (mod/assign/classes/downloader.php in github.com/moodle/moodle).
Canvas: ``lastfirst_LATE_123_456_x-1.ipynb``; 123 is the user's ID, 456 the file's, -1 says that it is the
second of that name; all of a name's signs but letters and digits are dropped, so nothing may be left of it.
Where names are hidden, ``LATE_anon_a1B2c_456_x.ipynb`` (lib/content_zipper.rb in
github.com/instructure/canvas-lms).
"""

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

MOODLE = re.compile(
    r"(?P<name>.+)_(?P<id>[0-9]{1,20})_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)", re.DOTALL
)
CANVAS = re.compile(
    r"(?P<name>.*?)_(?P<late>LATE_)?(?P<id>[0-9]{1,20})_(?P<order>[0-9]{1,20})_(?P<file>.+)", re.DOTALL
)
TYPED = re.compile(r".*_[0-9]{1,20}_(text|link)\.html", re.DOTALL)
ANONYMOUS = re.compile(r"(LATE_)?anon_[A-Za-z0-9]+_.+", re.DOTALL)
AGAIN = re.compile(r"-(\d+)(?=(\.\w+)*$)")


class Owner(NamedTuple):
    """The student as the platform names them; ``number`` is Canvas's ID or Moodle's for this assignment."""

    platform: str
    name: str
    number: str = ""


class Part(NamedTuple):
    """What a path says: whose file it is, under which name it was handed in, and in which order."""

    owner: Owner
    file: PurePosixPath
    late: bool = False
    order: int = 0
    reason: str = ""


def canvas_folders(paths: Iterable[PurePosixPath]) -> set[PurePosixPath]:
    """The folders whose notebooks all have names of Canvas's: in a student's, a name may look like one."""
    notebooks = [path for path in paths if ".ipynb" in path.name.lower()]
    others = {p.parent for p in notebooks if not (CANVAS.fullmatch(p.name) or ANONYMOUS.fullmatch(p.name))}
    return {path.parent for path in notebooks} - others


def part_of(path: PurePosixPath, assignment: str, outer: int, canvas: Container[PurePosixPath]) -> Part:
    """Read a path of which the first ``outer`` folders hold the whole class, those of ``canvas`` Canvas's."""
    parts = path.parts[outer:]
    for depth, text in enumerate(parts):
        if found := MOODLE.fullmatch(text):
            rest = ([found["file"]] if found["file"] else []) + list(parts[depth + 1 :])
            name = "" if found["name"].lower().startswith("participant") else found["name"]
            owner = Owner("moodle", name, found["id"])
            reason = "" if found["kind"] == "file" and rest else "it is a text typed into Moodle, not a file"
            return Part(owner, PurePosixPath(*rest), reason=reason)
        if "_assignsubmission_" in text:
            return Part(Owner("moodle", ""), path, reason="Moodle names no student: it is a group's")
    by_name = len(parts) == 1 or path.parent in canvas
    if by_name and ANONYMOUS.fullmatch(path.name):
        hidden = "Canvas has hidden the student's name: turn off anonymous grading and download again"
        return Part(Owner("canvas", ""), path, reason=hidden)
    if by_name and TYPED.fullmatch(path.name):
        return Part(Owner("canvas", ""), path, reason="it is a text typed into Canvas, not a file")
    if by_name and (found := CANVAS.fullmatch(path.name)):
        owner = Owner("canvas", found["name"], found["id"])
        return Part(owner, PurePosixPath(found["file"]), bool(found["late"]), int(found["order"]))
    if len(parts) < 2:
        why = "its name is not one that Moodle or Canvas gives, and it is not in a student's folder"
        zipped = "it is a zip file in another: unpack that first"
        is_zip = path.suffix.lower() == ".zip"
        return Part(Owner("folder", ""), path, reason=zipped if is_zip else why)
    inside = parts[2:] if parts[1] == assignment and len(parts) > 2 else parts[1:]
    return Part(Owner("folder", parts[0]), PurePosixPath(*inside))


def without_counts(names: Collection[str], own: Collection[str]) -> dict[str, str]:
    """The names of a student's files in Canvas, each with the one that the student gave it.

    A number stays where a name of the assignment's ``own`` files ends in it, or where several files have one
    and none is the first of that name: then it was not Canvas that counted.
    """
    first = {name: AGAIN.sub("", name) for name in names}
    counted = Counter(first.values())
    begins = tuple(f"{name}." for name in own)  # as x-1.ipynb.txt does, which a browser makes of x-1.ipynb
    return {
        name: name
        if name in own or name.startswith(begins) or (counted[cut] > 1 and not {cut} & {*own, *first})
        else cut
        for name, cut in first.items()
    }


def outer_folders(paths: Sequence[PurePosixPath], assignment: str) -> int:
    """How many folders hold everything, and so are no student's: as where an archive was unpacked.

    A folder with files in it, or with the assignment, is a student's.
    """
    outer = 0
    while True:
        tops = {path.parts[outer] for path in paths}
        if len(tops) != 1 or any(len(path.parts) < outer + 3 for path in paths):
            break
        inner = {path.parts[outer + 1] for path in paths}
        if assignment in inner or any(map(MOODLE.fullmatch, tops)):
            break
        outer += 1
    canvas = canvas_folders(paths)
    flat = [len(path.parts) == outer + 2 and path.parent in canvas for path in paths]
    return outer + (bool(paths) and all(flat) and len({p.parts[outer] for p in paths}) == 1)
