"""A class of which most mean harm, graded in one run with good ones: each gets what it deserves."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import hostile
import nbformat
import probe
import psutil
import pytest
from hostile import FULL, GOOD, MARK, NAME, ROWS

from qcourse.authoring.demo_class import Classroom
from qcourse.grading.place import bubblewrap

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]
CREDENTIAL = "a-fake-credential-of-the-grader"


@pytest.fixture(scope="module")
def contained(tmp_path_factory):
    """Before any hostile code runs: the harmless probe."""
    if shutil.which("bwrap", path=bubblewrap.PATH) is None:
        pytest.skip("bubblewrap is not installed: no hostile code was run.")
    broken = probe.failures(tmp_path_factory.mktemp("probe"))
    assert not broken, f"containment is broken here, and no hostile code was run: {broken}"


def test_containment_holds_or_nothing_hostile_runs(contained): ...


class Graded:
    """The class after the run, and what it was before."""

    def __init__(self, folder: Path) -> None:
        self.root, self.course = folder, folder / "course"
        for name in ("home", "cache", "scratch", "runtime", "root"):
            (folder / name).mkdir()
        root = hostile.small_course(probe.ROOT, folder / "root")
        classroom = Classroom(root, self.course, [NAME])
        classroom.generate()
        for private in (folder / "home" / ".netrc", folder / "private", folder / "gradebook.db"):
            private.write_text(CREDENTIAL)
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(folder / "s"))
            unix.listen()
            facts = {"course": self.course, "home": folder / "home", "private": folder / "private"}
            facts |= {"socket": folder / "s", "port": tcp.getsockname()[1]}
            hostile.hand_in(hostile.Kit(classroom, {name: str(value) for name, value in facts.items()}))
            self.before, self.mounts = tree(folder), probe.mounts()
            self.told = self._grade()
            self.called = [name for name, s in (("tcp", tcp), ("unix", unix)) if called(s)]
        self.results = {r["student"]: r for r in json.loads((folder / "results.json").read_text())}

    def _grade(self) -> str:
        places = {"TMPDIR": "scratch", "JUPYTER_RUNTIME_DIR": "runtime", "QCOURSE_CACHE": "cache"}
        environment = os.environ | {name: str(self.root / place) for name, place in places.items()}
        environment |= {"HOME": str(self.root / "home"), "FAKE_TOKEN": CREDENTIAL}
        command = [sys.executable, hostile.__file__, str(self.course), str(self.root / "results.json")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr[-5000:]
        return done.stdout + done.stderr

    def notebook(self, student: str) -> str:
        """The text of the graded notebook."""
        path = self.course / "autograded" / student / NAME / f"{NAME}.ipynb"
        return path.read_text() if path.exists() else ""


@pytest.fixture(scope="module")
def graded(contained, tmp_path_factory):
    return Graded(tmp_path_factory.mktemp("class"))


def tree(folder: Path) -> dict[str, str]:
    """What each file below ``folder`` holds; links are not followed, large files go by size and time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info, name = path.lstat(), str(path.relative_to(folder))
        if path.is_file() and not path.is_symlink() and info.st_size < 2**25:
            found[name] = sha256(path.read_bytes()).hexdigest()
        elif not path.is_dir() or path.is_symlink():
            found[name] = f"{info.st_mode} {info.st_size} {info.st_mtime_ns}"
    return found


def called(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_every_good_one_has_full_marks(graded):
    assert {graded.results[student]["score"] for student in GOOD} == {FULL}


@pytest.mark.parametrize("student", ROWS)
def test_each_hostile_one_has_its_defined_result(graded, student):
    row, result = ROWS[student], graded.results[student]
    assert result["status"] == ("failed" if row.score is None else "graded"), result["reason"]
    assert result["score"] == (row.score or 0)
    said = result["reason"] + graded.notebook(student)
    assert re.search(row.said, said)
    assert "the grader failed" not in said


def test_every_submission_has_one_result(graded):
    assert sorted(graded.results) == sorted([*GOOD, *ROWS])
    assert "Traceback" not in graded.told


def test_nothing_is_left_behind(graded):
    assert probe.mounts() == graded.mounts
    for place in ("scratch", "runtime"):
        assert [p for p in (graded.root / place).rglob("*") if not p.is_dir()] == []
    marks, left = (MARK, str(graded.root)), []
    for process in psutil.process_iter(["cmdline", "environ"]):
        text = f"{process.info['cmdline']} {process.info['environ']}"
        left += [process] if any(mark in text for mark in marks) else []
    assert left == []


def test_nothing_outside_was_touched(graded):
    after, ours = (
        tree(graded.root),
        ("course/autograded/", "course/gradebook.db", "course/.qcourse-grade", "cache"),
    )
    changed = {n for n in after.keys() | graded.before.keys() if after.get(n) != graded.before.get(n)}
    times = {  # which formgrader could not read: put aside
        f"course/submitted/{student}/{NAME}/timestamp.txt{end}"
        for student in ("crafted-zone", "from-the-future", "no-time")
        for end in ("", ".original")
    }
    assert {n for n in changed if not n.startswith(ours)} == {"results.json", *times}
    assert graded.called == []
    for folder in ("/", "/usr", "/etc", str(Path.home())):
        assert MARK not in os.listdir(folder)


def test_no_credential_and_no_private_file_came_out(graded):
    for student in graded.results:
        assert CREDENTIAL not in graded.notebook(student)
        assert not graded.notebook(student) or len(graded.notebook(student)) < 20 * 2**20
    kept, given = (
        {
            p.relative_to(graded.course / step).as_posix()
            for p in (graded.course / step).rglob("*")
            if p.is_file()
        }
        for step in ("autograded", "submitted")
    )
    assert {name for name in kept - given if not name.endswith((f"/{NAME}.ipynb", "/timestamp.txt"))} == set()


def test_the_gradebook_is_sound(graded):
    with sqlite3.connect(graded.course / "gradebook.db") as book:
        assert book.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert book.execute("pragma foreign_key_check").fetchall() == []
        rows = book.execute(
            "select s.student_id, count(distinct s.id), sum(g.auto_score) from submitted_assignment s "
            "join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id "
            "group by s.student_id"
        ).fetchall()
    book.close()
    found = {student: score for student, count, score in rows if count == 1 and score is not None}
    assert found == {s: r["score"] for s, r in graded.results.items() if r["status"] == "graded"}


def test_what_was_graded_is_a_notebook(graded):
    for path in (graded.course / "autograded").rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
