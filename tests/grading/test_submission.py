"""A submission as it lies in ``submitted/``: what is read of it, and what is refused."""

import os
from datetime import UTC, datetime

import dask.utils
import distributed  # noqa: F401  (its settings)
import pytest
from nbformat.v4 import new_notebook
from nbgrader.coursedir import CourseDirectory

from qcourse.errors import Refused
from qcourse.grading import submission
from qcourse.grading.cluster import DASK
from qcourse.grading.other_files import MOST_BYTES
from qcourse.grading.submission import Submission, students, take
from qcourse.grading.timestamps import Stamp, judged

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)  # the clock of these tests
NONE = new_notebook()


# Taken from submitted/


@pytest.fixture
def folder(tmp_path):
    """The folder that Ada has handed in for the assignment ``a``, with its notebook."""
    folder = tmp_path / "submitted" / "ada" / "a"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").write_bytes(b"text")
    return folder


def taken(folder):
    return take(folder.parent.parent, folder.parent.name, folder.name, {"a": NONE})


def refused(folder):
    with pytest.raises(Refused) as caught:
        taken(folder)
    return str(caught.value)


def test_a_submission_is_a_notebook_and_its_time(folder):
    (folder / "timestamp.txt").write_text("2025-12-01 10:00:00.0 UTC\n")
    (folder / "submission_secret.txt").write_text("secret")
    got = taken(folder)
    assert got == Submission("ada", {"a": b"text"}, Stamp("2025-12-01 10:00:00.0 UTC"), [], secret=b"secret")
    files = {"timestamp.txt": b"2025-12-01 10:00:00.0 UTC", "submission_secret.txt": b"secret"}
    assert got.bookkeeping(NOW) == files
    (folder / "timestamp.txt").write_text("soon")
    assert taken(folder).bookkeeping(NOW) == files | {"timestamp.txt": b""}
    (folder / "timestamp.txt").unlink()
    (folder / "submission_secret.txt").unlink()
    assert taken(folder).bookkeeping(NOW) == {"timestamp.txt": None, "submission_secret.txt": None}


def test_other_files_come_along_unless_the_course_ignores_them(folder):
    for name in ("data/x.csv", "help.py", "kept/__pycache__/help.pyc", "b.ipynb", ".qcourse.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    got = take(folder.parent.parent, "ada", "a", {"a": NONE}, ["__pycache__", "*.py"])
    assert got.read_files() == {"data/x.csv": b"data/x.csv"}
    assert set(taken(folder).files) == {"data/x.csv", "help.py", "kept/__pycache__/help.pyc"}


def test_other_files_have_a_limit_and_the_largest_are_left_out(folder):
    for name, size in (("a.bin", 40), ("b.bin", 30), ("c.bin", 30)):
        (folder / name).touch()
        os.truncate(folder / name, size * 2**20)  # holes
    got = taken(folder)
    assert list(got.files) == ["b.bin", "c.bin"]
    assert got.notes == ["other files may have 64 MB together: without 'a.bin'."]


def test_of_several_notebooks_each_is_taken_and_a_missing_one_is_said(folder):
    (folder / "b.ipynb").write_bytes(b"b")
    got = take(folder.parent.parent, "ada", "a", {"a": NONE, "b": NONE, "c": NONE})
    assert got.notebooks == {"a": b"text", "b": b"b"}
    assert got.notes == ["c.ipynb was not handed in."]
    with pytest.raises(Refused, match=r"are 2 notebooks, none named c\.ipynb or d\.ipynb"):
        take(folder.parent.parent, "ada", "a", {"c": NONE, "d": NONE})
    (folder / "b.ipynb").unlink()
    with pytest.raises(Refused, match=r"there is one notebook, not named c\.ipynb or d\.ipynb"):
        take(folder.parent.parent, "ada", "a", {"c": NONE, "d": NONE})


def test_its_digest_follows_content_alone(folder):
    first = taken(folder)
    os.utime(folder / "a.ipynb", (0, 0))
    (folder / "timestamp.txt").write_text("2025-12-01 10:00:00 UTC")  # decides what is taken off, no more
    assert taken(folder).digest == first.digest
    (folder / "a.ipynb").write_bytes(b"text2")
    second = taken(folder)
    (folder / "other.txt").write_text("x")
    third = taken(folder)
    (folder / "other.txt").write_text("y")
    assert len({first.digest, second.digest, third.digest, taken(folder).digest}) == 4


@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
@pytest.mark.parametrize("name", ["a.ipynb", "data.txt", "timestamp.txt"])
def test_a_link_is_refused_whatever_it_is(folder, tmp_path, make, name):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / name).unlink(missing_ok=True)
    getattr(folder / name, make)(secret)
    assert refused(folder) == f"'{name}' is a link: hand in the file itself."


def test_a_link_to_a_folder_is_refused(folder, tmp_path):
    (folder / "sub").symlink_to(tmp_path)
    assert "'sub' is a link" in refused(folder)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_link_in_place_of_the_folder_is_refused(folder, tmp_path, level):
    link = folder if level == "assignment" else folder.parent
    moved = link.rename(tmp_path / "elsewhere")
    link.symlink_to(moved)
    assert refused(folder) == f"{link.name} is a link or a file, not a folder: hand in the folder itself."


def test_a_file_in_place_of_the_folder_is_refused(folder):
    (folder / "a.ipynb").unlink()
    folder.rmdir()
    folder.write_text("x")
    assert "is a link or a file, not a folder" in refused(folder)


def test_a_fifo_is_refused_and_not_opened(folder):
    (folder / "a.ipynb").unlink()
    os.mkfifo(folder / "a.ipynb")
    assert refused(folder) == "'a.ipynb' is not a regular file: hand in the notebook only."


def test_a_notebook_that_becomes_a_fifo_after_it_was_looked_at_is_refused(folder, monkeypatch):
    files = submission._files

    def then_exchanged(where):
        found = files(where)
        (folder / "a.ipynb").unlink()
        os.mkfifo(folder / "a.ipynb")
        return found

    monkeypatch.setattr(submission, "_files", then_exchanged)
    with pytest.raises(OSError, match="not a regular file"):
        taken(folder)


def test_deep_folders_are_refused(folder):
    (folder / "/".join("d" * 11)).mkdir(parents=True)
    assert refused(folder) == "folders are nested more than 10 deep: hand in the notebook only."


def test_many_files_are_refused(folder):
    for number in range(1_000):
        (folder / f"{number}").touch()
    assert refused(folder) == "there are more than 1,000 files: hand in the notebook only."


def test_a_large_notebook_is_refused_and_not_read(folder):
    os.truncate(folder / "a.ipynb", 300 * 2**20)  # a hole: no disk is used
    assert refused(folder) == "'a.ipynb' is larger than 20 MB: clear its outputs and save it again."


def test_a_notebook_of_just_the_limit_is_read(folder):
    os.truncate(folder / "a.ipynb", submission.LARGEST)
    assert len(taken(folder).notebooks["a"]) == submission.LARGEST


@pytest.mark.parametrize("content", [b"x" * 10_000, b"\xff\xfe\x00", b""])
def test_no_timestamp_is_a_reason_to_refuse(folder, content):
    (folder / "timestamp.txt").write_bytes(content)
    stamp, note = judged(taken(folder).timestamp, NOW)
    assert stamp is None
    assert ("is not a valid time" in note) == bool(content)


def test_a_folder_whose_name_is_no_text_is_refused(folder):
    other = folder.parent.with_name(os.fsdecode(b"\xff"))
    folder.parent.rename(other)
    assert (
        refused(other / "a")
        == "the name of the folder '\\udcff' has a sign that cannot be printed: rename it."
    )


def test_who_has_handed_in(folder, tmp_path):
    submitted = tmp_path / "submitted"
    (submitted / "ben" / "b").mkdir(parents=True)
    (submitted / "chloe").mkdir()
    (submitted / "chloe" / "a").symlink_to("nowhere")  # found, and refused later
    (submitted / "notes.txt").touch()
    for name in (".ipynb_checkpoints", "__MACOSX"):  # no students
        (submitted / name / "a").mkdir(parents=True)
    assert students(CourseDirectory(root=str(tmp_path)), "a") == ["ada", "chloe"]
    assert students(CourseDirectory(root=str(tmp_path), student_id_exclude="ben,ada"), "a") == ["chloe"]
    assert students(CourseDirectory(root=str(tmp_path / "none")), "a") == []


def test_dask_gives_no_advice_on_the_largest_submission():
    name = "distributed.admin.large-graph-warning-threshold"
    usual, ours = dask.config.get(name), dask.utils.parse_bytes(DASK[name])
    assert dask.utils.parse_bytes(usual) < submission.LARGEST < ours
    assert ours > submission.LARGEST + 2 * MOST_BYTES
