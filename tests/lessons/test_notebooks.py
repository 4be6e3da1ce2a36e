"""Every solution notebook, executed again: nbval compares what it prints with what is stored."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qcourse.authoring.build import execute
from qcourse.course.folder import assignments, solution_path
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import read

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("source", ["auto", "digits"])
@pytest.mark.parametrize("name", NAMES)
def test_nbval(name, source):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "", "--nbval"]
    command += ["--nbval-kernel-name", "python3", "--nbval-sanitize-with", "tests/lessons/nbval_sanitize.cfg"]
    command += ["-p", "no:xdist", str(solution_path(ROOT, name))]
    environment = {**os.environ, "QCOURSE_SOURCE": source}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_notebook_prints_is_compared(name):
    cells = [c for c in read(solution_path(ROOT, name)).cells if c.cell_type == "code" and c.outputs]
    ignored = [c for c in cells if "nbval-ignore-output" in c.metadata.get("tags", [])]
    assert len(cells) > 20
    assert not ignored


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_print_the_same(name, tmp_path):
    texts = []
    for _ in range(2):
        notebook = read_source(ROOT, name)
        execute(notebook, tmp_path)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        texts.append("".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs))
    without_times = [re.sub(r" *≈\s*[\d.,]+ (ms|µs|μs|s)", " ≈ time", text) for text in texts]
    assert without_times[0].split() == without_times[1].split()
