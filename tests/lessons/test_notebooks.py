"""Every solution notebook, executed again: by nbval on MNIST, by stock nbgrader on the offline digits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbval.plugin import IPyNbFile, coalesce_streams

from qcourse.authoring import verify
from qcourse.course.folder import assignments, solution_path
from qcourse.course.notebooks import read

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)
pytestmark = pytest.mark.slow
each_notebook = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"nbval {name}")) for name in NAMES]
)
RULES = "tests/lessons/nbval_sanitize.cfg"


@each_notebook
def test_nbval(name):
    """On MNIST, in a kernel that starts cold, as a student's does."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--nbval", "--nbval-kernel-name", "python3", "--nbval-sanitize-with", RULES]
    environment = {**os.environ, "QCOURSE_SOURCE": "auto"}
    for other in ("JUPYTER_PATH", "PYTEST_ADDOPTS"):  # the kernels of other tests, and their options
        environment.pop(other, None)
    done = subprocess.run(
        [*command, str(solution_path(ROOT, name))], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@each_notebook
def test_outputs_on_digits_are_the_stored_ones(name, stock_graded, request):
    """By nbval's rules, of what stock nbgrader has run."""
    cells = [cell for cell in stock_graded(name, "solved").cells if cell.cell_type == "code"]
    notebook = IPyNbFile.from_parent(request.session, path=solution_path(ROOT, name))
    notebook.get_sanitize_files = lambda: [ROOT / RULES]
    notebook.setup_sanitize_files()
    for stored, cell in zip(notebook.collect(), cells, strict=True):
        assert stored.cell.id == cell.id
        same = stored.compare_outputs(coalesce_streams(cell.outputs), coalesce_streams(stored.cell.outputs))
        assert same, "\n".join([cell.source, *stored.comparison_traceback])


@each_notebook
def test_what_a_notebook_prints_is_compared(name):
    cells = [c for c in read(solution_path(ROOT, name)).cells if c.cell_type == "code" and c.outputs]
    ignored = [c for c in cells if "nbval-ignore-output" in c.metadata.get("tags", [])]
    assert len(cells) > 20
    assert not ignored


@each_notebook
def test_stock_nbgrader_grades_rightly(name, stock_classroom):
    """The gate `verify.grades_are_right`, a notebook at a time."""
    assert list(verify.wrong_grades(stock_classroom(name))) == []
