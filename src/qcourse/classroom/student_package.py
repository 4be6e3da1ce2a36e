"""The wheel that students install: what notebooks import and ``qcourse check`` needs, and no more.

That leaves out ``authoring``, ``classroom`` and, of ``grading``, all that contains, compares or writes
grades. The wheel is made of the installed package, by the format's own rules
(https://packaging.python.org/en/latest/specifications/binary-distribution-format/), so that no tool for
building needs a network.
"""

import ast
import re
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import metadata, packages_distributions, requires
from pathlib import Path

import qcourse

PACKAGE = Path(qcourse.__file__).parent
ROOMS = ("course", "grading", "classroom", "authoring")  # what notebooks import lies in none of them
ROOTS = ("qcourse.cli", "qcourse.grading.kernels.staying_kernel")  # `qcourse check`; what Validate starts
WHEEL = """\
Wheel-Version: 1.0
Generator: qcourse
Root-Is-Purelib: true
Tag: py3-none-any
"""
COMMANDS = """\
[console_scripts]
qcourse = qcourse.cli:main
"""


def student_files() -> dict[str, bytes]:
    """The modules that students get, by their paths in the wheel."""
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    top = {path for path in files if path.relative_to(PACKAGE).parts[0] not in ROOMS}
    waiting = [*map(_path, ROOTS), *(path for path in top if path.suffix == ".py")]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path is not None and path not in found:
            found.add(path)
            above = [folder / "__init__.py" for folder in path.parents if folder.is_relative_to(PACKAGE)]
            waiting += [*above, *map(_path, _imported(path.read_bytes()))]
    return {p.relative_to(PACKAGE.parent).as_posix(): p.read_bytes() for p in sorted(top | found)}


def wheel_name() -> str:
    """The name of the wheel's file."""
    return f"qcourse-{qcourse.__version__}-py3-none-any.whl"


def wheel_files() -> dict[str, bytes]:
    """All that the wheel holds, by path."""
    files, info = student_files(), f"qcourse-{qcourse.__version__}.dist-info"
    files[f"{info}/METADATA"] = _metadata(files).encode()
    files[f"{info}/WHEEL"] = WHEEL.encode()
    files[f"{info}/entry_points.txt"] = COMMANDS.encode()
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    return files


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


def _metadata(files: dict[str, bytes]) -> str:
    """The package's own requirements, without libraries that only modules left out import."""
    ours = _libraries(content for path, content in files.items() if path.endswith(".py"))
    left_out = _libraries(path.read_bytes() for path in PACKAGE.rglob("*.py")) - ours
    required = [line for line in _requirements() if _canonical(line) not in left_out]
    head = ["Metadata-Version: 2.1", "Name: qcourse", f"Version: {qcourse.__version__}", "License: MIT"]
    head += [f"Requires-Python: {metadata('qcourse')['Requires-Python']}"]
    return "\n".join([*head, *(f"Requires-Dist: {line}" for line in required), ""])


def _requirements() -> list[str]:
    """Those of the checkout: an editable installation may know older ones."""
    project = PACKAGE.parents[1] / "pyproject.toml"
    if project.exists():
        return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    return [line for line in requires("qcourse") or [] if "extra ==" not in line]


_distributions = cache(packages_distributions)  # it reads the files of everything that is installed


def _libraries(sources: Iterable[bytes]) -> set[str]:
    """The distributions that modules import from."""
    known = _distributions()
    names = {name.split(".")[0] for source in sources for name in _imported(source)}
    return {_canonical(library) for name in names for library in known.get(name, [])}


def _canonical(requirement: str) -> str:
    """The name of a library, as packages compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def _path(name: str) -> Path | None:
    """The file of a module of this package; None for what is none."""
    if name.split(".")[0] != PACKAGE.name:
        return None
    path = PACKAGE.parent.joinpath(*name.split("."))
    found = (path / "__init__.py", path.with_suffix(".py"))
    return next((candidate for candidate in found if candidate.exists()), None)


@cache
def _imported(source: bytes) -> list[str]:
    """Every module that a source imports, in functions too; also names that are no modules."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found
