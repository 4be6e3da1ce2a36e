"""``qcourse handout``: what students get, as a folder and a zip file, with the same bytes each time."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from qcourse.classroom import search
from qcourse.classroom.student_package import wheel_files, wheel_name
from qcourse.course.folder import assignments, front_page_path, pick, release_path
from qcourse.course.settings import nbgrader_settings
from qcourse.errors import UserError
from qcourse.files import replace

FOLDER = "qcourse-students"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold
COPIED = {"docs/student.md": "student.md", "constraints.txt": "constraints.txt", "LICENSE": "LICENSE"}
REQUIREMENTS = """\
# pip install -r requirements.txt, in this folder; constraints.txt has the versions that were tested.
--constraint constraints.txt
./{wheel}
"""
MAKEFILE = """\
PYTHON ?= python3

lab: .venv/.installed ## JupyterLab on the notebooks
	.venv/bin/jupyter lab notebooks

.venv/.installed: requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --requirement requirements.txt
	@touch $@
"""
SETTINGS = '''\
"""nbgrader's settings for the Validate button of JupyterLab."""

c = get_config()  # noqa: F821  (traitlets defines it)
'''


def run(root: Path, choices: Sequence[str], out: Path) -> int:
    """Make the hand-out of the chosen assignments, or of all, in the folder ``out``; say what it holds.

    Raises:
        UserError: something is missing or out of place, or a file would show a line of a solution or of a
            hidden test.
    """
    names = pick(root, choices)
    files = handout_files(root, names)
    if shown := list(search.found(root, files)):
        more = f" ({len(shown)} lines in all)" if len(shown) > 1 else ""
        raise UserError(f"nothing is handed out, because it would show a solution or test: {shown[0]}{more}")
    target = out / FOLDER
    kept = {target / path for path in files}
    strange = [p for p in target.rglob("*") if p.is_file() and p not in kept] if target.exists() else []
    if strange:
        raise UserError(f"{target} holds {strange[0].name!r}, which is not handed out: remove {target}.")
    try:
        for path, content in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            replace(target / path, content)
        replace(out / f"{FOLDER}.zip", zipped({f"{FOLDER}/{path}": c for path, c in files.items()}))
    except OSError as error:
        raise UserError(f"{error.filename or out} cannot be written ({error.strerror}).") from None
    print(f"{target} and {target}.zip: {', '.join(names)}, the package, and how to start.")
    print(f"No line of a solution or a hidden test is in its {len(files)} files or in the wheel's.")
    return 0


def handout_files(root: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Everything that students get, by path: notebooks, the package, the guide, what to install."""
    files = {f"notebooks/{name}/{name}.ipynb": _read(release_path(root, name)) for name in names}
    if names == assignments(root) and (page := front_page_path(root)).exists():
        files[f"notebooks/{page.name}"] = _read(page)
    files |= {target: _read(root / source) for source, target in COPIED.items()}
    environment = _read(root / "environment.yml").decode()
    files["environment.yml"] = re.sub(
        r"^(\s+- )-e \.$", rf"\1./{wheel_name()}", environment, flags=re.M
    ).encode()
    files["requirements.txt"] = REQUIREMENTS.format(wheel=wheel_name()).encode()
    files["Makefile"] = MAKEFILE.encode()
    files["nbgrader_config.py"] = _settings(root).encode()
    files[wheel_name()] = zipped(wheel_files())
    return dict(sorted(files.items()))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file whose bytes depend on the names and contents of ``files`` only."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, FIRST_DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def _settings(root: Path) -> str:
    """What the course's settings say of nbgrader's own Execute."""
    execute = nbgrader_settings(root).Execute
    return SETTINGS + "".join(f"c.Execute.{name} = {value!r}\n" for name, value in sorted(execute.items()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): it is part of the hand-out.") from None
