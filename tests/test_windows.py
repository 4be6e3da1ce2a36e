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


def test_settings_load_and_grade_refuses_in_a_sentence(root):
    """JupyterLab reads the settings there, for Validate."""
    done = run(
        root,
        """
from qcourse.course.settings import nbgrader_settings
from pathlib import Path
settings = nbgrader_settings(Path())
print(settings.Execute.timeout, settings.Autograde.autograde_preprocessors[-1])
sys.exit(cli.main(["grade", "06"]))
""",
    )
    assert done.stdout.startswith("300 "), done.stderr
    assert done.stderr == "qcourse: qcourse grade does not run on Windows: use Linux there (WSL 2).\n"
    assert done.returncode == 2


def test_authors_commands_refuse_in_a_sentence(root):
    done = run(root, "del os.fork; sys.exit(cli.main(['verify']))")
    assert done.stderr == "qcourse: authors' commands do not run on Windows: use Linux there (WSL 2).\n"
    assert done.returncode == 2


@pytest.mark.slow
def test_check_runs(root):
    notebook = next((root / "notebooks").glob("06*/*.ipynb"))
    done = run(root, f"sys.exit(cli.main(['check', {str(notebook)!r}]))")
    assert "0 of 27, 3 by hand" in done.stdout, done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
