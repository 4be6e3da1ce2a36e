"""nbgrader autograde with this course's settings: what a student did to cells costs nothing there either."""

import shutil

import pytest
from made_up import NAME
from nbformat.v4 import new_code_cell, new_markdown_cell

from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import grade_id, is_test
from qcourse.course.notebooks import read
from qcourse.errors import UserError

pytestmark = pytest.mark.slow
OTHER = "07_quantization_compare_minmax_percentile"
TAGS = ["skip-execution", "raises-exception"]


def small(notebook):
    """The notebook without the experiments, which would take their time."""
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) or "import" in cell.source]
    return notebook


def mistreat(notebook):
    """Everything at once: `exit`, tags, and each of the first exercises' cells treated in another way."""
    cells = {grade_id(cell): cell for cell in notebook.cells}
    for cell in notebook.cells:
        cell.metadata["tags"] = TAGS
    gone = [cells["clamp-check"], cells["asymmetric_quantization"], cells["asymmetric_quantization-hidden"]]
    notebook.cells = [new_code_cell("exit()"), *(cell for cell in notebook.cells if cell not in gone)]
    notebook.cells.insert(1, new_code_cell(cells["asymmetric_quantization"].source))
    check = cells["asymmetric_dequantize-check"]
    text = new_markdown_cell(check.source, metadata=check.metadata)
    notebook.cells[notebook.cells.index(check)] = text
    merged = cells["symmetric_quantization-check"]
    merged.source = cells["symmetric_quantization"].source + "\n\n" + merged.source
    notebook.cells.remove(cells["symmetric_quantization"])
    cells["symmetric_dequantize-check"].metadata["nbgrader"] |= {"points": 99, "schema_version": 99}
    cells["quantization_error-hidden"].source = ""


@pytest.fixture(scope="module")
def graded(root, whole, tmp_path_factory):
    room = Classroom(root, shutil.copytree(whole, tmp_path_factory.mktemp("autograde") / "course"), [NAME])
    notebook = small(room.solution(NAME))
    mistreat(notebook)
    room.hand_in("ada", NAME, notebook)
    room.nbgrader("autograde", NAME, "--student", "ada")
    return room


def test_right_answers_keep_their_points(graded):
    scores = {scored.grade_id: scored for scored in graded.scores("ada", NAME)}
    assert sum(scored.score for scored in scores.values()) == 27
    assert {scored.score == scored.max_score for name, scored in scores.items() if name != "question"} == {
        True
    }


def test_the_notebook_of_another_assignment_is_refused(graded):
    graded.hand_in("ben", NAME, graded.release(OTHER))
    with pytest.raises(UserError):
        graded.nbgrader("autograde", NAME, "--student", "ben")
    assert "this is notebook 07, not 06" in (graded.folder / "nbgrader.log").read_text()
    assert sum(scored.score for scored in graded.scores("ben", NAME)) == 0
    assert not (graded.folder / "autograded" / "ben" / NAME / f"{NAME}.ipynb").exists()


def test_metadata_and_tags_are_those_handed_out(graded):
    notebook = read(graded.folder / "autograded" / "ada" / NAME / f"{NAME}.ipynb")
    released = {grade_id(cell): cell for cell in graded.release(NAME).cells}
    handed_out = [cell.metadata.get("tags", []) for cell in released.values()]
    assert all(cell.metadata.get("tags", []) in handed_out for cell in notebook.cells)
    for cell in filter(is_test, notebook.cells):
        kept = {key: value for key, value in cell.metadata.nbgrader.items() if key != "checksum"}
        assert kept.items() <= released[grade_id(cell)].metadata.nbgrader.items()
