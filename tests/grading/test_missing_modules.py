"""A module that is missing where grading runs: the rest of the cell runs, and the error is shown."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from qcourse.grading.kernels.missing_modules import WithoutMissingModules


@pytest.fixture
def shell(monkeypatch):
    """A shell that transforms cells; `shown` has the errors that it shows."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # IPython warns of one that is not this
    shell = InteractiveShell()
    shell.ast_transformers.append(WithoutMissingModules())
    shell.shown = []
    monkeypatch.setattr(shell, "showtraceback", lambda *_: shell.shown.append("an error"))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell


@pytest.mark.parametrize(
    "first",
    [
        "import not_there",
        "import not_there as sns\nsns.set_theme()\nsns.colours[0].use()",
        "from not_there.colab import drive\ndrive.mount('/content/drive')",
        "from not_there import *",
        "import os.not_there",
        "%load_ext not_there",
        "import json, not_there",
        "import not_there.inner as inner",
    ],
)
def test_what_follows_a_missing_module_runs(shell, first):
    result = shell.run_cell(f"{first}\nimport math as m\nm.pi > 3")
    assert result.result is True
    assert shell.shown


def test_other_errors_end_the_cell_as_ever(shell):
    for source in (
        "1 / 0",
        "unknown.call()",
        "import math\nmath.unknown()",
        "raise ImportError",
        "from math import x",
    ):
        result = shell.run_cell(f"{source}\nreached = 1")
        assert not result.success
        assert "reached" not in shell.user_ns


def test_a_module_that_a_cell_makes_is_imported_as_ever(shell, tmp_path):
    (tmp_path / "of_mine.py").write_text("value = 5")
    result = shell.run_cell(f"import sys\nsys.path.append({str(tmp_path)!r})\nimport of_mine\nof_mine.value")
    shell.run_cell("seen = of_mine.value")
    assert result.success
    assert not shell.shown
    assert shell.user_ns["seen"] == 5


def test_a_student_who_asks_for_a_module_decides(shell):
    shell.run_cell(
        "try:\n    import not_there\nexcept ImportError:\n    not_there = None\nseen = not_there is None"
    )
    assert shell.user_ns["seen"]
    assert not shell.shown
