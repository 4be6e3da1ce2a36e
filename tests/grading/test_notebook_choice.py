"""Which notebook of a submission is graded, and what is said of the others and of where it lay."""

import errno
import os

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.course.notebooks import to_bytes
from qcourse.errors import Refused
from qcourse.files import read_regular
from qcourse.grading import submission
from qcourse.grading.notebook_choice import answered
from qcourse.grading.submission import take

HAND_IN = "hand in the notebook under that name."


def notebook(*answers, metadata=True):
    """A notebook of three exercises, of which the first are answered."""
    cells = [new_markdown_cell("# The lesson")]
    for number in range(3):
        source = answers[number] if number < len(answers) else "# YOUR CODE HERE"
        meta = {"solution": True, "grade": False, "grade_id": f"c{number}"}
        cells.append(new_code_cell(source, metadata={"nbgrader": meta} if metadata else {}))
    return new_notebook(cells=cells)


RELEASED = {"a": notebook()}
NONE, ONE, ALL = (to_bytes(notebook(*"xyz"[:n])) for n in (0, 1, 3))
BROKEN = ALL[:-20]


def in_short(value):
    """The names of the files; cells have random ids, and workers must agree on what a test is called."""
    return ", ".join(value) if isinstance(value, dict) else type(value).__name__


@pytest.fixture
def hand_in(tmp_path):
    """Hand in files, the newest last; return what is taken, or why it is refused."""

    def handed_in(files):
        for age, (name, content) in enumerate(files.items()):
            path = tmp_path / "submitted" / "ada" / "a" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (1e9 + age, 1e9 + age))
        try:
            return take(tmp_path / "submitted", "ada", "a", RELEASED)
        except Refused as error:
            return str(error)

    return handed_in


@pytest.mark.parametrize(
    ("files", "content", "notes"),
    [
        ({"a.ipynb": ONE}, ONE, []),
        ({"mine (1).ipynb": ONE}, ONE, ["'mine (1).ipynb' was graded as a.ipynb."]),
        (
            {"mine/a.ipynb": ALL, "__MACOSX/mine/a.ipynb": ALL},
            ALL,
            ["the notebook lay in the folder 'mine'."],
        ),
        # several: the most answers; of equals the one that is named right; then the newest
        (
            {"a.ipynb": NONE, "a (1).ipynb": ALL},
            ALL,
            ["'a (1).ipynb' was graded as a.ipynb.", "not graded: 'a.ipynb'."],
        ),
        ({"a.ipynb": ALL, "a-Copy1.ipynb": ONE}, ALL, ["not graded: 'a-Copy1.ipynb'."]),
        ({"a.ipynb": ALL, "a-1.ipynb": ALL}, ALL, ["not graded: 'a-1.ipynb'."]),
        (
            {"a.ipynb": BROKEN, "b.ipynb": ONE},
            ONE,
            ["'b.ipynb' was graded as a.ipynb.", "not graded: 'a.ipynb'."],
        ),
        (
            {"b.ipynb": ONE, "c.ipynb": ALL},
            ALL,
            ["'c.ipynb' was graded as a.ipynb.", "not graded: 'b.ipynb'."],
        ),
        (
            {"z.ipynb": ALL, "c.ipynb": ALL},
            ALL,
            ["'c.ipynb' was graded as a.ipynb.", "not graded: 'z.ipynb'."],
        ),
        (
            {"a.ipynb": NONE, "07.ipynb": to_bytes(new_notebook(cells=[new_code_cell("x")]))},
            NONE,
            ["not graded: '07.ipynb'.", "'a.ipynb' is as it was handed out."],
        ),
        (
            {"a.ipynb": NONE, "b.ipynb": b"{"},
            NONE,
            ["not graded: 'b.ipynb'.", "'a.ipynb' is as it was handed out."],
        ),
        # names as browsers and systems make them
        ({"a.IPYNB": ONE}, ONE, ["'a.IPYNB' was graded as a.ipynb."]),
        ({"a.ipynb.txt": ONE}, ONE, ["'a.ipynb.txt' was graded as a.ipynb."]),
        ({"a.ipynb.json": ONE}, ONE, ["'a.ipynb.json' was graded as a.ipynb."]),
        ({"x.ipynb": ONE, "._x.ipynb": b"Mac"}, ONE, ["'x.ipynb' was graded as a.ipynb."]),
        ({"x.ipynb": ONE, ".~x.ipynb": ALL}, ONE, ["'x.ipynb' was graded as a.ipynb."]),
        ({"a.ipynb": ONE, ".ipynb_checkpoints/a-checkpoint.ipynb": ALL, "__MACOSX/a.ipynb": ALL}, ONE, []),
        ({"a.ipynb": ONE, "more/b.ipynb": ALL}, ONE, []),
        # a folder too deep
        ({"a/a.ipynb": ONE, "__MACOSX/a/._a.ipynb": b"Mac"}, ONE, ["the notebook lay in the folder 'a'."]),
        ({"a/a.ipynb": ONE, "b/b.ipynb": ALL}, ONE, ["the notebook lay in the folder 'a'."]),
        (
            {"x/y/b.ipynb": ONE},
            ONE,
            ["the notebook lay in the folder 'x/y'.", "'b.ipynb' was graded as a.ipynb."],
        ),
    ],
    ids=in_short,
)
def test_one_is_graded_and_a_note_says_what_else_is_there(hand_in, files, content, notes):
    got = hand_in(files)
    assert got.notebooks == {"a": content}
    assert got.notes == notes


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"all.zip": b"x"}, f"there is no notebook named a.ipynb: {HAND_IN[:-1]} (found: 'all.zip')."),
        ({"._a.ipynb": b"Mac"}, f"there is no notebook named a.ipynb: {HAND_IN[:-1]} (found: '._a.ipynb')."),
        ({"b.ipynb": b"{", "c.ipynb": b""}, f"there are 2 notebooks, none named a.ipynb: {HAND_IN}"),
        ({"b.ipynb": NONE, "c.ipynb": NONE}, f"there are 2 notebooks, none named a.ipynb: {HAND_IN}"),
        (
            {"x/a.ipynb": ONE, "y/a.ipynb": ALL},
            "there is no notebook named a.ipynb in the folder itself, but there are some in 'x', 'y': "
            "hand in one.",
        ),
        ({f"{n}.ipynb": ALL for n in range(30)}, f"there are 30 notebooks, none named a.ipynb: {HAND_IN}"),
    ],
    ids=in_short,
)
def test_where_nobody_can_tell_none_is_graded(hand_in, files, reason):
    assert hand_in(files) == reason


def test_files_beside_a_notebook_that_lies_too_deep_stay_beside_it(hand_in):
    got = hand_in({"a/a.ipynb": ONE, "a/data/x.csv": b"1", "__MACOSX/x": b""})
    assert got.read_files() == {"data/x.csv": b"1"}


def test_of_many_the_one_that_is_named_right_is_graded(hand_in):
    got = hand_in({"a.ipynb": ONE} | {f"{n}.ipynb": ALL for n in range(30)})
    assert got.notebooks == {"a": ONE}
    assert got.notes == ["not graded: '0.ipynb', '1.ipynb', '10.ipynb' and 27 more."]


def test_a_second_notebook_that_is_too_large_does_not_cost_the_first(hand_in, tmp_path):
    hand_in({"a.ipynb": ONE, "b.ipynb": b""})
    os.truncate(tmp_path / "submitted" / "ada" / "a" / "b.ipynb", 21 * 2**20)
    assert hand_in({"a.ipynb": ONE}).notes == ["not graded: 'b.ipynb'."]


def test_a_second_notebook_that_cannot_be_read_does_not_cost_the_first(hand_in, monkeypatch):
    def read(path, most):
        if path.name == "b.ipynb":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_regular(path, most)

    monkeypatch.setattr(submission, "read_regular", read)
    got = hand_in({"a.ipynb": ONE, "b.ipynb": ALL})
    assert (got.notebooks, got.notes) == ({"a": ONE}, ["not graded: 'b.ipynb'."])


def test_answers_are_counted_where_the_metadata_is_lost_too():
    assert answered(to_bytes(notebook("x", "y", metadata=False)), RELEASED["a"]) == 2
    assert answered(to_bytes(notebook("", "  ", "y")), RELEASED["a"]) == 1
    assert answered(to_bytes(new_notebook(cells=[new_code_cell("x")])), RELEASED["a"]) == 0
