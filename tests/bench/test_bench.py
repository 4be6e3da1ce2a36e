"""What `make bench` runs can be imported; its figures are nobody's test."""

import ast
from pathlib import Path

import bench
import bench_desk
import bench_grading
import bench_start
import pytest

SCRIPTS = ("LOAD_OURS", "LOAD_TORCHVISION", "TRAIN_OURS", "TRAIN_LOADER")


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_measured_script_imports_is_there(name):
    all_imports_are_there(getattr(bench, name))


@pytest.mark.parametrize("script", [bench_start.COLD, bench_start.CHECK])
def test_what_starts_a_notebook_is_there(script):
    all_imports_are_there(script)


def all_imports_are_there(script):
    tree = ast.parse(script)
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports
    exec("\n".join(line for line in imports if "torchvision" not in line), {})


def test_the_measured_flow_is_there():
    assert (Path(bench.__file__).parent / "ptq_flow.py").exists()


def test_a_promise_that_is_broken_is_told():
    kept = {
        "report_1000_mb": 300.0,
        "report_growth": 1.0,
        "feedback_cpu_ratio_vs_nbgrader": 0.1,
        "other": 9e9,
    }
    assert bench_desk.broken(kept) == []
    for name, value in {
        "report_1000_mb": 1001.0,
        "report_growth": 1.4,
        "feedback_cpu_ratio_vs_nbgrader": 0.6,
    }.items():
        assert [name in line for line in bench_desk.broken(kept | {name: value})] == [True]


@pytest.mark.slow
def test_the_measured_class_hands_in(root, tmp_path):
    name = "06_quantization_from_scratch"
    room = bench_grading._class_of(3, root, tmp_path / "course", name, stock=False)
    assert len(list((room.folder / "submitted").glob(f"*/{name}/{name}.ipynb"))) == 3
