"""Every solution notebook, executed again: by nbval, which compares outputs, and by stock nbgrader."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from qcourse.authoring import verify
from qcourse.course.folder import assignments, solution_path
from qcourse.course.notebooks import read

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)
pytestmark = pytest.mark.slow
each_notebook = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"nbval {name}")) for name in NAMES]
)
PLUGINS = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "nbval_record"]
NBVAL = ["--nbval", "--nbval-kernel-name", "python3"]
NBVAL += ["--nbval-sanitize-with", "tests/lessons/nbval_sanitize.cfg"]
TIMES = re.compile(r" *≈\s*[\d.,]+ (times|ms|µs|μs|s)")  # and ratios of them
PROGRESS = re.compile(r"(?: …|: done\.)(?=\n|$)")  # nbval does not follow updates of a display


@cache
def nbval(name: str, source: str) -> tuple[int, str, list[str]]:
    """nbval on a solution with the data of ``source``: its exit code, its report, and what cells printed."""
    with TemporaryDirectory() as folder:
        record = Path(folder) / "printed.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "", *PLUGINS, *NBVAL]
        environment = {**os.environ, "QCOURSE_SOURCE": source, "NBVAL_RECORD": str(record)}
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ["PYTHONPATH"]])
        if source == "auto":  # that one starts cold, as a student does
            environment.pop("JUPYTER_PATH", None)
        environment.pop("PYTEST_ADDOPTS", None)  # those of the test that runs are not meant
        done = subprocess.run(
            [*command, str(solution_path(ROOT, name))],
            cwd=ROOT, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        printed = json.loads(record.read_text(encoding="utf-8")) if record.exists() else []
    return done.returncode, done.stdout[-8000:] + done.stderr[-2000:], printed


@each_notebook
@pytest.mark.parametrize("source", ["auto", "digits"])
def test_nbval(name, source):
    code, report, _ = nbval(name, source)
    assert code == 0, report


@each_notebook
def test_what_a_notebook_prints_is_compared(name):
    cells = [c for c in read(solution_path(ROOT, name)).cells if c.cell_type == "code" and c.outputs]
    ignored = [c for c in cells if "nbval-ignore-output" in c.metadata.get("tags", [])]
    assert len(cells) > 20
    assert not ignored


@each_notebook
def test_stock_nbgrader_grades_rightly(name, stock_graded):
    """The gate `verify.grades_are_right`, a notebook at a time."""
    assert list(verify.wrong_grades(stock_graded(name))) == []


@each_notebook
def test_two_runs_print_the_same(name, stock_graded):
    """Figures marked as measured too, times aside: nbval's run is the one, stock nbgrader's the other."""
    solved = read(stock_graded(name).folder / "autograded" / "solved" / name / f"{name}.ipynb")
    outputs = [output for cell in solved.cells for output in cell.get("outputs", [])]
    printed = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs]
    texts = ["\n".join(texts) for texts in (printed, nbval(name, "digits")[2])]
    first, second = (PROGRESS.sub("", TIMES.sub(" ≈ time", text)) for text in texts)
    assert len(first) > 1000
    assert first.split() == second.split()
