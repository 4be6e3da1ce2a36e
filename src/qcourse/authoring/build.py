"""Text -> executed solution -> student version: ``qcourse build``.

``solutions/NAME/NAME.py`` (jupytext's percent format) is what one edits. ``NAME.ipynb`` beside it is
made from it and executed; nbgrader makes ``notebooks/NAME/NAME.ipynb`` from that. What is built
already is left alone, unless ``--force``.
"""

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from qcourse import files
from qcourse.authoring import front_page, pack
from qcourse.course.cells import exercise, is_experiment, metadata
from qcourse.course.folder import front_page_path, pick, release_path, solution_path
from qcourse.course.lesson import place, read_source, read_text
from qcourse.course.notebooks import NotebookNode, read, write
from qcourse.course.settings import QUIET, nbgrader_settings, settings_path
from qcourse.errors import UserError
from qcourse.grading.local_runner import LocalKernelManager

CELL_TIMEOUT = 300  # seconds


def same_cells(a: NotebookNode, b: NotebookNode) -> bool:
    """Whether two notebooks are equal but for outputs and execution counts."""

    def content(notebook: NotebookNode) -> list[tuple[Any, ...]]:
        return [(c.cell_type, c.source, metadata(c), is_experiment(c)) for c in notebook.cells]

    return content(a) == content(b)


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run every cell in a fresh kernel that starts in ``folder``; outputs go into ``notebook``."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_manager_class=LocalKernelManager,
        record_timing=False,
        coalesce_streams=True,  # else a line may be stored in two pieces
        shutdown_kernel="immediate",  # nothing is left to do, and a polite end takes a tenth of a second
        extra_arguments=[QUIET],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        problem = " ".join(f"{error.ename}: {error.evalue}".split())
        raise UserError(f"{_failed(notebook, folder, error)} fails: fix it there. {problem}") from None


def _failed(notebook: NotebookNode, folder: Path, error: CellExecutionError) -> str:
    """Where the failing line of a cell stands in the text, or in the hidden tests."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cell = next(c for c in code if any(o.output_type == "error" for o in c.outputs))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    inside = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", plain) or ["1"]
    line = cell.source.split("\n")[int(inside[-1]) - 1]
    for path in sorted(folder.rglob("*.py")):
        before, found, _ = read_text(path).partition(cell.source)
        if found:
            return f"{path}:{before.count(chr(10)) + int(inside[-1])}: {line.strip()!r}"
        if path.parent.name == "hidden" and path.stem.endswith(f"_{exercise(cell)}"):
            return f"{place(path, line)}: {line.strip()!r}"
    return f"{folder.name}: {line.strip()!r}"


def build_solution(root: Path, name: str, force: bool = False) -> bool:
    """Make and execute ``NAME.ipynb`` where it is missing or differs from its text; True where made."""
    source = read_source(root, name)
    target = solution_path(root, name)
    if not force and target.exists() and _holds(target, source):
        return False
    execute(source, target.parent)
    write(source, target)
    return True


def _holds(path: Path, notebook: NotebookNode) -> bool:
    try:
        return same_cells(notebook, read(path))
    except UserError:  # a merge left both sides in it
        return False


def build_release(root: Path, name: str, target: Path) -> None:
    """Let nbgrader make the student version of ``name`` in ``target/NAME``."""
    from nbgrader.apps import NbGraderAPI  # its import takes as long as a notebook

    from qcourse.authoring.nbgrader_command import empty_gradebook

    settings_path(root)  # without it nbgrader would make something else
    config = nbgrader_settings(root)
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "gradebook.db").write_bytes(empty_gradebook())
        config.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
        config.CourseDirectory.release_directory = f"{scratch}/release"
        result = NbGraderAPI(config=config).generate_assignment(name, force=True)
        if not result["success"]:
            lines = f"{result['log']}\n{result.get('error') or ''}".strip().splitlines()
            raise UserError(f"nbgrader cannot make the student version of {name}: {lines[-1].strip()}")
        shutil.copytree(Path(scratch) / "release" / name, target / name, dirs_exist_ok=True)


def release_is_current(root: Path, name: str) -> bool:
    """Whether the committed folder of the student version holds what nbgrader makes, and nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        build_release(root, name, Path(scratch))
        return _content(release_path(root, name).parent) == _content(Path(scratch) / name)


def _content(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(folder): path.read_bytes() for path in files}


def run(root: Path, choices: Sequence[str] = (), force: bool = False) -> int:
    """Build the chosen assignments, and say what was done: ``qcourse build``."""
    for name in pick(root, choices):
        if not pack.is_current(root, name):
            files.replace(pack.target(root, name), pack.packed(root, name))
        made = build_solution(root, name, force)
        print(f"{name}: {'executed' if made else 'solution is up to date'}", flush=True)
        if made or not release_is_current(root, name):
            build_release(root, name, root / "notebooks")
            print(f"{name}: student version made", flush=True)
    if not front_page.is_current(root):
        files.replace(front_page_path(root), front_page.front_page(root))
    return 0
