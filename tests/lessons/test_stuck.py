"""Whoever is stuck in one exercise loses nothing else: no other check, no table, no picture, no figure."""

import re
from functools import cache
from pathlib import Path

import nbclient
import pytest

from qcourse.course import cells
from qcourse.course.folder import assignments, release_path, solution_path
from qcourse.course.notebooks import NotebookNode, read

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)
pytestmark = pytest.mark.slow
TIMES = re.compile(r" *≈\s*[\d.,]+ (times|ms|µs|μs|s)")  # and ratios of them
STAND_IN = re.compile(r"Exercise \d\.\d has not passed its check yet, so this cell used .*\.\n")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """On the small data set."""
    monkeypatch.setenv("QCOURSE_SOURCE", "digits")


def run(notebook: NotebookNode) -> None:
    """Every cell, as JupyterLab's "Run all" does: an error ends it, but for cells with a tag."""
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()


def exercises(name: str) -> list[str]:
    return [cells.grade_id(c) for c in read(release_path(ROOT, name)).cells if stub(c)]


def stub(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and cells.is_answer(cell)


def solved_but(name: str, opened: str) -> NotebookNode:
    """The student's notebook with the solutions written in, that of the exercise ``opened`` aside."""
    notebook, solved = read(release_path(ROOT, name)), read(solution_path(ROOT, name))
    for cell, solution in zip(notebook.cells, solved.cells, strict=True):
        if (stub(cell) or cells.is_challenge(cell)) and cells.grade_id(cell) != opened:
            cell.source = solution.source
    return notebook


def errors(notebook: NotebookNode) -> dict[str, str]:
    """What cells raised, by their grade id or their first line."""
    return {
        cells.grade_id(cell) or cell.source: output.evalue
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }


def figures(notebook: NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def said(notebook: NotebookNode) -> str:
    return "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"nbval {name}")) for name in NAMES]
)
def test_run_all_on_the_untouched_notebook_shows_the_open_exercises_and_no_other_error(name, stock_graded):
    """As nbgrader has run it, without the hidden tests, which a student does not have."""
    notebook = stock_graded(name, "unsolved")
    notebook.cells = [cell for cell in notebook.cells if not cells.is_hidden(cell)]
    found = errors(notebook)
    assert list(found) == [exercise + cells.CHECK for exercise in exercises(name)]
    assert all("not written yet" in text and "\n" not in text for text in found.values())
    assert figures(notebook) == figures(read(solution_path(ROOT, name)))
    shown = [c for c in notebook.cells if f"{cells.grade_id(c)}" in found]
    assert all(len(cell.outputs) == 1 for cell in shown)  # one line
    assert all("raises-exception" in cell.metadata.tags for cell in shown)  # so "Run all" goes on


@cache
def one_open(exercise: str) -> tuple[str, NotebookNode]:
    """The name of its notebook, and this as it was run with all solved but ``exercise``."""
    name = next(name for name in NAMES if exercise in exercises(name))
    notebook = solved_but(name, exercise)
    run(notebook)
    return name, notebook


def printed(cell: NotebookNode) -> list[str]:
    """The words, times aside: columns are as wide as what was measured."""
    texts = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", [])]
    return TIMES.sub(" ≈ time", STAND_IN.sub("", "".join(texts))).split()


# One of each notebook that others build on; `python tests/lessons/test_stuck.py` tries all of them.
each_notebook = pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(exercise, marks=pytest.mark.xdist_group(f"nbval {name}"))
        for exercise, name in zip(["clamp", "mse_optimal_range", "calibrate", "low_bit_qconfig"], NAMES)
    ],
)


@each_notebook
def test_with_one_exercise_open_all_else_is_there(exercise):
    check_one(exercise)


def check_one(exercise: str) -> None:
    name, notebook = one_open(exercise)
    assert list(errors(notebook)) == [exercise + cells.CHECK]
    assert figures(notebook) == figures(read(solution_path(ROOT, name)))
    assert said(notebook).count("visible check passed") == len(exercises(name)) - 1
    assert "not passed its check yet" in said(notebook)


@each_notebook
def test_two_runs_print_the_same(exercise, stock_graded):
    """Figures marked as measured too, times aside; stock nbgrader's run, of all solved, is the other one."""
    name, notebook = one_open(exercise)
    compared = [
        (printed(first), printed(second))
        for first, second in zip(notebook.cells, stock_graded(name, "solved").cells, strict=True)
        if cells.exercise(first) != exercise and not cells.is_hidden(first)
    ]
    for first, second in compared:
        assert first == second
    assert sum(len(first) for first, _ in compared) > 200


if __name__ == "__main__":
    for name in NAMES:
        for exercise in exercises(name):
            print(name, exercise, flush=True)
            check_one(exercise)
