"""Windows, as far as Linux can tell: what Unix alone has is hidden."""

import os
import subprocess
import sys

import pytest

HIDDEN = """
import os, sys
import distributed, nbgrader.api  # libraries have code of their own for Windows
sys.modules |= dict.fromkeys(["fcntl", "resource", "termios"])
for name in ("getuid", "pidfd_open", "setgroups", "setsid", "ST_RDONLY"):
    delattr(os, name)
from qcourse import cli
"""


def run(root, code: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", HIDDEN + code]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def refused(root) -> subprocess.CompletedProcess:
    """A process that loads the settings, as JupyterLab does for Validate, and asks for what does not run."""
    return run(
        root,
        """
from qcourse.course.settings import nbgrader_settings
from pathlib import Path
settings = nbgrader_settings(Path())
print(settings.Execute.timeout, settings.Autograde.autograde_preprocessors[-1])
print("grade", cli.main(["grade", "06"]))
del os.fork
print("verify", cli.main(["verify"]))
""",
    )


def test_settings_load_and_grade_refuses_in_a_sentence(refused):
    assert refused.stdout.startswith("300 "), refused.stderr
    said = "qcourse: qcourse grade does not run on Windows: use Linux there (WSL 2)."
    assert refused.stderr.splitlines()[0] == said
    assert "grade 2\n" in refused.stdout


def test_authors_commands_refuse_in_a_sentence(refused):
    said = "qcourse: authors' commands do not run on Windows: use Linux there (WSL 2)."
    assert refused.stderr.splitlines()[1:] == [said]
    assert "verify 2\n" in refused.stdout


@pytest.mark.slow
def test_check_runs(root):
    notebook = next((root / "notebooks").glob("06*/*.ipynb"))
    done = run(root, f"sys.exit(cli.main(['check', {str(notebook)!r}]))")
    assert "0 of 27, 3 by hand" in done.stdout, done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
