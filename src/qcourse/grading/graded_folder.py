"""The files of a graded submission in ``autograded/``: notebooks, and what nbgrader leaves beside them."""

import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from qcourse.files import SUFFIX, replace

MODE = 0o444  # as nbgrader leaves graded files


def write(folder: Path, notebooks: Mapping[str, bytes], others: Mapping[str, bytes]) -> None:
    """Leave exactly these files in ``folder``, the notebooks last: each of them completely or not at all.

    Raises:
        OSError: something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f".*{SUFFIX}"):  # a killed run's: no other is running
        leftover.unlink()
    names = {f"{name}.ipynb": content for name, content in notebooks.items()}
    _remove_others(folder, {*names, *others})
    for name, content in others.items():
        _put(folder / name, content)
    for name, content in names.items():
        replace(folder / name, content, mode=MODE)


def update(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Bring single files up to date; those that are None are removed. OSError where that cannot be."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != content:
            _put(path, content)


def digests(folder: Path, notebooks: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of the graded notebooks as they lie there, by name; OSError where one is missing."""
    return {name: sha256((folder / f"{name}.ipynb").read_bytes()).hexdigest() for name in notebooks}


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(MODE)


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what an earlier submission left: a file may also be where a folder was."""
    parents = {parent.as_posix() for name in names for parent in Path(name).parents}
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            if name not in parents:
                shutil.rmtree(path)
        elif name not in names:
            path.unlink()
