"""A receipt says what decided a result: what has not changed since is not done again.

Receipts lie in ``.qcourse-grade/`` in the course folder: what lies in ``autograded/``, nbgrader copies into
the student's feedback.
"""

import json
import platform
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from traitlets.config.loader import Config, LazyConfigValue

import qcourse
from qcourse.files import replace

FOLDER = ".qcourse-grade"
DECIDES = ("numpy", "torch", "torchvision", "nbgrader", "ipykernel")  # libraries that a result may depend on


class Receipt(NamedTuple):
    """A result; the digest of what decided it, points aside; those points; the graded notebooks' digests.

    ``result`` is what `grade_submission.grade` returned, without the notebooks.
    """

    of: str
    points: dict[str, float]
    notebooks: dict[str, str]
    result: dict[str, Any]

    def write(self, path: Path) -> None:
        """Write it; OSError where that cannot be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, json.dumps(self._asdict(), indent=1).encode())


def path_of(root: Path, student: str, assignment: str) -> Path:
    """Where the receipt of a submission lies."""
    return root / FOLDER / student / f"{assignment}.json"


def refusal_path(root: Path, student: str, assignment: str) -> Path:
    """Where it is kept why a submission was refused."""
    return root / FOLDER / student / f"{assignment}.refused.txt"


def refusal(root: Path, student: str, assignment: str) -> str:
    """Why the last submission was refused; empty where it was not."""
    try:
        return refusal_path(root, student, assignment).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def note_refusal(path: Path, reason: str) -> None:
    """Keep the reason, or remove the file where there is none; OSError where that cannot be."""
    if not reason:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, reason.encode(errors="backslashreplace"))


def read(path: Path) -> Receipt | None:
    """The receipt at ``path``, if there is a complete one."""
    try:
        return Receipt(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def grader_digest(release: Mapping[str, bytes], settings: Config) -> str:
    """The digest of all that decides a result besides the submission.

    That is: the ``release``, its notebooks with hidden tests and its other files, by name, nbgrader's
    ``settings``, the files of this package (those of ``authoring`` and ``classroom`` decide nothing), and the
    versions of Python and of the libraries that students' code, the tests and the scores depend on.
    """
    digest = sha256(json.dumps(settings, sort_keys=True, default=_named).encode())
    for name, content in release.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    package = Path(qcourse.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if (inside := path.relative_to(package)).parts[0] not in ("authoring", "classroom"):
            digest.update(f"\0{inside}\0".encode() + path.read_bytes())
    versions = [platform.python_version(), *map(version, DECIDES)]
    digest.update("\0".join(versions).encode())
    return digest.hexdigest()


def _named(value: Any) -> str:
    """A class or function by its name: its usual text holds an address."""
    if isinstance(value, LazyConfigValue):
        return str(value.to_dict())
    name = getattr(value, "__qualname__", "")
    return f"{value.__module__}.{name}" if name else repr(value)
