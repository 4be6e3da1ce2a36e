"""The receipt beside a graded notebook says what decided the result: unchanged work is not graded again."""

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

NAME = ".qcourse.json"  # beside the graded notebook
DECIDES = ("numpy", "torch", "torchvision", "nbgrader", "ipykernel")  # libraries that a result may depend on


class Receipt(NamedTuple):
    """A result, and the digest of all that decided it."""

    of: str
    result: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Put it beside the graded notebook; OSError where that cannot be."""
        replace(folder / NAME, json.dumps(self._asdict(), indent=1).encode(), mode=0o444)


def read(folder: Path) -> Receipt | None:
    """The receipt in a student's graded folder, if there is a complete one."""
    try:
        return Receipt(**json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def grader_digest(release: Mapping[str, bytes], settings: Config) -> str:
    """The digest of all that decides a result besides the submission.

    That is: the ``release``, its notebooks with hidden tests and its other files, by name, nbgrader's
    ``settings``, the files of this
    package (those for authors decide nothing), and the versions of Python and of the libraries that
    students' code, the tests and the scores depend on.
    """
    digest = sha256()
    for name, content in release.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    package = Path(qcourse.__file__).parent
    digest.update(json.dumps(settings, sort_keys=True, default=_named).encode())
    for path in sorted(package.rglob("*.py")):
        if (inside := path.relative_to(package)).parts[0] != "authoring":
            digest.update(f"\0{inside}\0".encode() + path.read_bytes())
    versions = [platform.python_version(), *map(version, DECIDES)]
    digest.update("\0".join(versions).encode())
    return digest.hexdigest()


def _named(setting: Any) -> Any:
    """What JSON can hold of a setting: a plugin or a step is known by its name."""
    if isinstance(setting, LazyConfigValue):
        return setting.to_dict()
    return getattr(setting, "__qualname__", type(setting).__qualname__)
