"""Which notebook ``qcourse check`` is to run."""

import os
import re
from pathlib import Path

from qcourse.errors import UserError

# What JupyterLab, VS Code, Windows, browsers and Google Drive name a copy.
COPY = re.compile(r"(?:-Copy\d+| copy(?: \d+)?| - Copy(?: \(\d+\))?| ?\(\d+\))$|^Copy of ", re.IGNORECASE)


def find_notebook(given: str, folder: Path) -> Path:
    """The notebook that ``given`` names: its path, its name, a beginning of it, or its number (06 or 6).

    Raises:
        UserError: there is no such notebook, or more than one.
    """
    said = given if len(given) <= 80 else f"{given[:80]}…"
    if given.endswith(".ipynb"):
        path = Path(given)
        if not os.path.isfile(path):  # Path.is_file() raises where a name is too long
            raise UserError(
                f"there is no notebook {said}: check the path or use a number, as in: qcourse check 06."
            )
        return path
    folders = ("notebooks/*", "notebooks", ".", "*")
    paths = sorted({p for where in folders for p in folder.glob(f"{where}/*.ipynb") if not _is_hidden(p)})
    found = [path for path in paths if path.stem == given] or [p for p in paths if _begins(p.stem, given)]
    found = [path for path in found if not COPY.search(path.stem)] or found
    found = [path for path in found if path.stem == path.parent.name] or found
    if not found:
        raise UserError(f"no notebook here is named {said}: run this in the course folder or pass a path.")
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        raise UserError(f"{said} names several notebooks ({names}): pass the path of one.")
    return found[0]


def _begins(name: str, given: str) -> bool:
    if given.isdecimal():
        number = re.match(r"\d+", name)
        return number is not None and number[0].lstrip("0") == given.lstrip("0")
    return bool(given) and name.startswith(given)


def _is_hidden(path: Path) -> bool:
    """Whether it is JupyterLab's checkpoint, or what macOS writes beside a file."""
    return path.name.startswith(".") or path.parent.name.startswith(".")
