"""The gates of `make verify`, on the course itself."""

import ast

import pytest

from qcourse.authoring import verify
from qcourse.check.failure import CheckFailed
from qcourse.course.cells import by_grade_id
from qcourse.course.lesson import read_source


@pytest.mark.parametrize("gate", verify.GATES[1:-1], ids=lambda gate: gate.__name__)
def test_gate(gate, root):
    assert gate(root) == []


@pytest.mark.slow
@pytest.mark.parametrize("gate", [verify.GATES[0], verify.GATES[-1]], ids=lambda gate: gate.__name__)
def test_slow_gate(gate, root):
    assert gate(root) == []


def functions_of(source: str) -> dict[str, str]:
    """Each function and lambda in a cell, as code that binds it to the name ``answer``."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found[node.name] = f"{ast.unparse(node)}\nanswer = {node.name}"
        elif isinstance(node, ast.Lambda):
            found[ast.unparse(node)] = f"answer = {ast.unparse(node)}"
    return found


# 9.6 builds on 9.2 to 9.5: what its check puts in their place must not be copied into their cells.
def test_no_stand_in_of_the_last_check_is_an_answer(root):
    notebook = read_source(root, "09_quantization_aware_training")
    cells, scope = by_grade_id(notebook), {}
    exec(next(cell.source for cell in notebook.cells if cell.cell_type == "code"), scope)
    stand_ins = functions_of(cells["ptq_vs_qat-check"].source)
    assert len(stand_ins) >= 4
    exec("asked, per_row, observe = [], [], torch_ao.default_qconfig", scope)  # what they write to and read
    for exercise in ("prepare_for_qat", "train_qat", "convert_qat", "low_bit_qconfig"):
        for source in stand_ins.values():
            exec(f"{source}\n{exercise} = answer", scope)
            with pytest.raises(CheckFailed):  # or the stand-in passes
                exec(cells[f"{exercise}-check"].source, scope)
