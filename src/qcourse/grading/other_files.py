"""The files beside a notebook: data, modules, pictures. They go into the place where it runs.

A file of the course replaces a student's of the same name, as in nbgrader. What a student hands in cannot
stand in for an installed library: the folder of the notebook is the last where Python looks for a module.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

MOST_BYTES = 64 * 2**20  # of a student's files together, and of the course's for one assignment
# The grader's, for no notebook; the last is a receipt of an earlier version.
BOOKKEEPING = {"timestamp.txt", "timestamp.txt.original", "submission_secret.txt", ".qcourse.json"}


def is_other(path: PurePath, ignored: Iterable[str]) -> bool:
    """Whether ``path``, below a submission's folder, is a file that goes along with its notebooks.

    ``ignored`` are nbgrader's patterns, `CourseDirectory.ignore`, of files and folders.
    """
    patterns = [*ignored, "*.ipynb"]
    return str(path) not in BOOKKEEPING and not any(
        fnmatchcase(part, pattern) for part in path.parts for pattern in patterns
    )


def within_limits(sizes: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The names of the files that may come along, the smallest first, and those that are left out."""
    kept, total = [], 0
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    for name in order:
        total += sizes[name]
        if total > MOST_BYTES:
            break
        kept.append(name)
    return kept, order[len(kept) :]


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` below ``folder``, for a notebook to change; nothing has run there yet."""
    for name, content in files.items():
        path = folder / name
        for parent in reversed(path.relative_to(folder).parents[:-1]):
            (folder / parent).mkdir(exist_ok=True)
            (folder / parent).chmod(0o777)
        path.write_bytes(content)
        path.chmod(0o666)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The other files in ``folder``, where nbgrader has put those of the student and those of the course."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {name.as_posix(): path for path in paths if is_other(name := path.relative_to(folder), ())}
    kept, _ = within_limits({name: path.stat().st_size for name, path in names.items()})
    return {name: names[name].read_bytes() for name in kept}
