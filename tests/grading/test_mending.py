"""What students do to the cells of a notebook: nothing that is right is lost, and each repair is said."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.course.cells import by_grade_id, grade_id, handed_out, is_answer, is_locked, is_test, set_tests
from qcourse.course.names import bound
from qcourse.course.notebooks import read
from qcourse.errors import Refused
from qcourse.grading.mending import mend

NAME, OTHER = "06_quantization_from_scratch", "07_quantization_compare_minmax_percentile"


@pytest.fixture(scope="module")
def released(root):
    """06 as it was handed out, with hidden tests, as the gradebook has it."""
    notebook = read(root / "notebooks" / NAME / f"{NAME}.ipynb")
    tests = by_grade_id(read(root / "solutions" / NAME / f"{NAME}.ipynb"))
    for cell in notebook.cells:
        if is_locked(cell):
            set_tests(cell, tests[grade_id(cell)].source)
    return notebook


@pytest.fixture
def solved(root):
    """06 as a student hands it in who has solved it."""
    notebook = read(root / "notebooks" / NAME / f"{NAME}.ipynb")
    answers = by_grade_id(read(root / "solutions" / NAME / f"{NAME}.ipynb"))
    for cell in notebook.cells:
        if is_answer(cell):
            cell.source = answers[grade_id(cell)].source if cell.cell_type == "code" else "Because."
    return notebook


def at(notebook, name):
    return next(i for i, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def mended(notebook, released):
    """The notes; each graded cell is there once, as handed out, and stands behind what it needs."""
    notes = mend(notebook, released)
    ids = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    assert sorted(ids) == sorted(by_grade_id(released))
    defined = set()
    for cell in notebook.cells:
        original = by_grade_id(released).get(grade_id(cell))
        assert cell.metadata.get("nbgrader") == (original and original.metadata.nbgrader)
        assert set(cell.metadata) <= {"nbgrader", "deletable", "editable", "tags"}
        ours = original.metadata.get("tags", []) if original else ["experiment"]
        assert cell.metadata.get("tags", ours) == ours
        if is_test(cell):
            assert cell.source == original.source
            exercise, _, kind = grade_id(cell).rpartition("-")
            assert exercise in defined
            assert kind == "check" or f"{exercise}-check" in defined
            defined.add(grade_id(cell))
        elif cell.cell_type == "code":
            assert not grade_id(cell) or "NotImplementedError" not in cell.source
            defined |= bound(cell.source)
    return notes


def answers_of(notebook):
    return [cell for cell in notebook.cells if is_answer(cell) and cell.cell_type == "code"]


def in_one_cell(place):
    def change(notebook):
        cells = answers_of(notebook)
        notebook.cells = [cell for cell in notebook.cells if cell not in cells]
        one = new_code_cell("\n\n".join(cell.source for cell in cells))
        notebook.cells.insert(len(notebook.cells) if place is None else place, one)

    return change


def without_metadata(which=lambda name: True):
    def change(notebook):
        for cell in notebook.cells:
            if which(grade_id(cell)):
                cell.metadata = {}

    return change


def plain_definition(place, *gone):
    """The answer to 6.1 in a cell of the student's own, and cells ``gone``."""

    def change(notebook):
        own = new_code_cell(notebook.cells[at(notebook, "clamp")].source)
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in gone]
        notebook.cells.insert(place, own)

    return change


def merged(*names, into):
    def change(notebook):
        text = "\n\n".join(notebook.cells[at(notebook, name)].source for name in names)
        notebook.cells[at(notebook, into)].source = text
        notebook.cells = [c for c in notebook.cells if grade_id(c) not in names or grade_id(c) == into]

    return change


def answer_in_the_check(notebook):
    stub, check = at(notebook, "clamp"), at(notebook, "clamp-check")
    notebook.cells[check].source = notebook.cells[stub].source + "\n" + notebook.cells[check].source
    notebook.cells[stub].source = "def clamp(*args):\n    raise KeyError"


def retyped(kind, *names):
    def change(notebook):
        for name in names:
            old = notebook.cells[at(notebook, name)]
            new = new_markdown_cell(old.source, metadata=old.metadata)
            new.cell_type = kind
            notebook.cells[at(notebook, name)] = new

    return change


def moved(name, place):
    def change(notebook):
        cell = notebook.cells.pop(at(notebook, name))
        notebook.cells.insert(len(notebook.cells) if place is None else place, cell)

    return change


def doubled(name, text=""):
    def change(notebook):
        second = copy.deepcopy(notebook.cells[at(notebook, name)])
        second.source = text or second.source
        notebook.cells.insert(at(notebook, name) + 1, second)

    return change


def edited(name, text):
    def change(notebook):
        notebook.cells[at(notebook, name)].source = text

    return change


LOST = "had lost the grading metadata; recognised by content."


def test_a_test_that_the_course_has_changed_since_was_not_changed_by_the_student(released, solved):
    corrected = copy.deepcopy(released)
    cell = by_grade_id(corrected)["clamp-check"]
    set_tests(cell, f"{cell.source}\n# corrected")
    cell.metadata["handed_out"] += "\n# corrected"
    by_grade_id(solved)["clamp-hidden"].source += "\npass"
    earlier, changed = mend(solved, corrected)
    assert earlier == "'clamp-check' is of an earlier version; replaced by what was handed out."
    assert changed.startswith("'clamp-hidden' was changed; replaced by what was handed out")
    assert by_grade_id(solved)["clamp-check"].source == cell.source


REPLACED = "was changed; replaced by what was handed out"
ELSEWHERE = "what it defines stands in another cell, which counts."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda notebook: None, []),
        (without_metadata(), [f"'clamp-hidden' and 25 more {LOST}"]),
        (without_metadata(lambda name: "clamp" in name), [f"'clamp', 'clamp-check', 'clamp-hidden' {LOST}"]),
        (plain_definition(3, "clamp", "clamp-check"), [LOST, "'clamp-check' was missing; restored"]),
        (plain_definition(0, "clamp", "clamp-check", "clamp-hidden"), [LOST, "'clamp-hidden' were missing"]),
        (plain_definition(9, "clamp"), [f"'clamp' {LOST}"]),
        (in_one_cell(2), [LOST, ELSEWHERE]),
        (in_one_cell(None), [LOST, "15 more were moved", ELSEWHERE]),
        (merged("clamp", "clamp-check", into="clamp-check"), [LOST, f"'clamp-check' {REPLACED}; the text"]),
        (merged("clamp", "clamp-check", into="clamp"), ["'clamp-check' was missing; restored"]),
        (merged("clamp-check", "clamp-hidden", into="clamp-check"), [LOST, "'clamp-check' was changed"]),
        (answer_in_the_check, [f"'clamp-check' {REPLACED}; the text beside it is a cell of its own."]),
        (edited("clamp-check", "pass"), [f"'clamp-check' {REPLACED}."]),
        (edited("clamp-hidden", "pass"), [f"'clamp-hidden' {REPLACED}."]),
        (edited("clamp-hidden", ""), [f"'clamp-hidden' {REPLACED}."]),
        (retyped("markdown", "clamp-check"), ["'clamp-check' was a markdown cell; restored as a code cell."]),
        (retyped("raw", "clamp-check", "sqnr_db-check"), ["'clamp-check', 'sqnr_db-check' were a raw cell"]),
        (moved("clamp-check", 2), ["'clamp-check' was moved; put back in the handed-out order."]),
        (moved("clamp-check", None), ["'clamp-check' was moved; put back in the handed-out order."]),
        (moved("clamp", None), ["'clamp-check', 'clamp-hidden' were moved"]),
        (doubled("clamp-check"), ["a second 'clamp-check' was removed."]),
        (doubled("clamp-check", "mine = 1"), ["a second 'clamp-check' counts as an ordinary cell."]),
        (doubled("clamp", "x = 1"), ["a second 'clamp' counts as an ordinary cell."]),
    ],
)  # fmt: skip
def test_a_right_answer_stays_before_its_tests_and_what_was_done_is_said(solved, released, change, said):
    change(solved)
    notes = mended(solved, released)
    assert len(notes) == len(said)
    assert all(words in note for words, note in zip(said, sorted(notes, key=lambda n: order(n, said))))


def order(note, said):
    """The place of the words that are in the note."""
    return next((i for i, words in enumerate(said) if words in note), len(said))


def test_cells_come_back_behind_the_imports_and_the_text_before_them(solved, released):
    solved.cells = [cell for cell in solved.cells if not grade_id(cell).startswith("clamp")]
    mend(solved, released)
    assert texts(solved)[:12] == texts(released)[:12]


def test_a_test_comes_back_behind_all_that_its_answer_may_need(solved, released):
    plain_definition(0, "clamp", "clamp-check", "clamp-hidden")(solved)
    heading = next(i for i, cell in enumerate(solved.cells) if cell.source.startswith("## Exercise 6.1"))
    solved.cells.insert(heading + 1, new_code_cell("helper = 1"))
    mend(solved, released)
    assert grade_id(solved.cells[0]) == "clamp"
    assert [grade_id(cell) for cell in solved.cells[heading : heading + 4]] == [
        "",
        "",
        "clamp-check",
        "clamp-hidden",
    ]


def test_tests_whose_answers_stand_at_the_end_keep_their_order(solved, released):
    in_one_cell(None)(solved)
    mend(solved, released)
    tests = [grade_id(cell) for cell in solved.cells if is_test(cell)]
    assert tests == [grade_id(cell) for cell in released.cells if is_test(cell)]


def test_what_stands_in_a_changed_check_runs_in_its_place(solved, released):
    answer = solved.cells[at(solved, "clamp")].source
    answer_in_the_check(solved)
    mend(solved, released)
    assert solved.cells[at(solved, "clamp-check") - 1].source == answer
    assert solved.cells[at(solved, "clamp-check") - 2].source.endswith("raise KeyError")


def test_a_question_is_found_by_its_place_and_keeps_its_pictures(solved, released):
    place = at(solved, "question")
    picture = {"a.png": {"image/png": ""}}
    solved.cells[place] = new_markdown_cell("In my words.", attachments=picture)
    mend(solved, released)
    assert solved.cells[place].source == "In my words."
    assert grade_id(solved.cells[place]) == "question"
    assert solved.cells[place].attachments == picture


def test_a_copy_of_the_stub_above_the_answer_does_not_hide_it(solved, released):
    stub, written = (copy.deepcopy(notebook.cells[at(notebook, "clamp")]) for notebook in (released, solved))
    solved.cells.insert(at(solved, "clamp"), stub)
    mend(solved, released)
    assert solved.cells[at(solved, "clamp")].source == written.source


def test_a_stub_comes_back_where_nothing_defines_its_name(solved, released):
    solved.cells.pop(at(solved, "clamp"))
    notes = mend(solved, released)
    assert notes == ["'clamp' was missing; restored as handed out."]
    assert "NotImplementedError" in solved.cells[at(solved, "clamp-check") - 1].source


@pytest.mark.parametrize("strip", [True, False])
def test_the_notebook_of_another_assignment_is_one_sentence(root, released, strip):
    other = read(root / "notebooks" / OTHER / f"{OTHER}.ipynb")
    if strip:
        without_metadata()(other)
    with pytest.raises(Refused, match=r"^this is notebook 07, not 06: hand in notebook 06\.$"):
        mend(other, released)


def test_unknown_cells_beside_known_ones_refuse_nothing(solved, released):
    for number in range(99):
        meta = {"nbgrader": {"grade_id": f"other-{number}", "solution": True}}
        solved.cells.append(new_code_cell("x", metadata=meta))
    notes = mended(solved, released)
    assert notes == [
        "a cell with the unknown grade id 'other-0', 'other-1', 'other-2' and 96 more is not graded."
    ]


def test_a_notebook_without_any_test_and_heading_is_another_only_by_its_grade_ids(released):
    unknown = new_code_cell("x", metadata={"nbgrader": {"grade_id": "other", "solution": True}})
    with pytest.raises(Refused, match="the notebook of another assignment"):
        mend(new_notebook(cells=[unknown]), released)
    assert mend(new_notebook(cells=[new_code_cell("x")]), released)


def test_the_text_with_hidden_tests_is_graded_and_the_other_forgotten(solved, released):
    hidden = released.cells[at(released, "clamp-hidden")]
    assert hidden.source != handed_out(hidden)
    mend(solved, released)
    assert solved.cells[at(solved, "clamp-hidden")].source == hidden.source
    assert "handed_out" not in solved.cells[at(solved, "clamp-hidden")].metadata
