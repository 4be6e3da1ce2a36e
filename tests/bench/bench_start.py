"""What notebooks cost to start, in seconds of CPU time; and against an earlier commit, pair by pair.

CPU time is that of a process and all that it started (user and system), which other work on the machine
disturbs less than wall time. Both sides run in turn in this Python environment; PYTHONPATH says whose code.
"""

import contextlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from cost import cost

from qcourse.course.folder import assignments, release_path, solution_path
from qcourse.course.notebooks import read

PAIRS = 3
COLD = """
import sys; from pathlib import Path
from qcourse.authoring.build import execute; from qcourse.course.notebooks import read
path = Path(sys.argv[1]); execute(read(path), path.parent)
"""
CHECK = "import sys; from qcourse.cli import main; sys.exit(main(['check', sys.argv[1]]))"


def measure(root: Path, against: str = "") -> dict[str, float]:
    """Medians of the course in ``root``; with a commit also those of it, and the ratios of the medians."""
    figures = {}
    with earlier(root, against) as other:
        for name, measured in costs(assignments(root)).items():
            taken = [[measured(side) for side in filter(None, (other, root))] for _ in range(PAIRS)]
            *before, now = map(statistics.median, zip(*taken, strict=True))
            figures[f"{name}_cpu_seconds"] = now
            if before:
                figures |= {f"{name}_cpu_before": before[0], f"{name}_ratio": now / before[0]}
            print(f"{name:14}", " ".join(f"{value:6.2f}" for value in (now, *before)), flush=True)
    return figures


def costs(names: list[str]) -> dict[str, Callable[[Path], float]]:
    """What is measured, by name: each takes the folder of a course."""
    cold = {f"cold_{name[:2]}": _solved(COLD, name) for name in names}
    return {"first_cell_06": _first_cell(names[0]), "check_06": _solved(CHECK, names[0])} | cold


@contextlib.contextmanager
def earlier(root: Path, commit: str) -> Iterator[Path | None]:
    """The repository as of ``commit``, in a folder of its own; without one, nothing."""
    if not commit:
        yield None
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "course"
        git = ["git", "-C", str(root), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
        try:
            yield folder
        finally:
            subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def _first_cell(name: str) -> Callable[[Path], float]:
    """The cells of notebook ``name`` down to the one that imports NumPy, as one script."""

    def first_cell(root: Path) -> float:
        sources = [cell.source for cell in read(release_path(root, name)).cells if cell.cell_type == "code"]
        imports = next(i for i, source in enumerate(sources) if "import numpy" in source)
        return cpu(root, "-c", "\n".join(sources[: imports + 1]))

    return first_cell


def _solved(script: str, name: str) -> Callable[[Path], float]:
    """``script`` on the solution of notebook ``name``: all of it runs, from a new kernel to its last cell."""
    return lambda root: cpu(root, "-c", script, str(solution_path(root, name)))


def cpu(root: Path, *arguments: str) -> float:
    """Seconds of CPU that Python and what it starts take with the package of ``root``."""
    return cost([sys.executable, *arguments], root, PYTHONPATH=str(root / "src"))[0]
