"""Whatever breaks in mid-run: nothing is lost, nothing is graded twice, and one sentence says what it was.

Here the writer is fed with results that are made up, and no kernel runs; `test_cluster.py` has workers.
"""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_up import CLASS, NAME, POINTS, files, grade_and_be_killed, hand_in, made_up, no_kernels, points
from nbgrader.api import Gradebook
from probe import SMALL_DISK
from sqlalchemy.exc import OperationalError

import qcourse
from qcourse import cli
from qcourse.classroom import commands
from qcourse.course.notebooks import from_bytes
from qcourse.errors import UserError
from qcourse.grading import cluster, database, grade_class, gradebook, receipt
from qcourse.grading.kernels import provisioner
from qcourse.grading.kernels.forkserver import Forkserver

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.fixture
def log():
    """Who was graded in this test."""
    log = []
    with no_kernels(log):
        yield log


def grade(folder, **options):
    return grade_class.grade(grade_class.Options(NAME, folder, **options))


def command(folder, *more):
    return cli.main(["grade", NAME, "--course", str(folder), *more])


def said(capsys):
    """The one line on stderr."""
    (line,) = capsys.readouterr().err.splitlines()
    return line


def leftovers(folder):
    return list(folder.rglob(".*.new"))


# What is graded, and what is not graded again


def test_unchanged_submissions_are_not_graded_again(course, log):
    first = grade(course)
    hand_in(course, "ben", 2)
    assert [r["student"] for r in first] == list(CLASS)
    second = grade(course)
    assert log == [*CLASS, "ben"]
    assert second[::2] == [result | {"unchanged": True} for result in first[::2]]
    assert points(course) == files(course) == {"ada": 1, "ben": 2, "chloe": 1}


def test_what_decides_a_result_is_more_than_the_submission(course, log, tmp_path, monkeypatch):
    package = shutil.copytree(Path(qcourse.__file__).parent, tmp_path / "qcourse")
    monkeypatch.setattr(qcourse, "__file__", str(package / "__init__.py"))
    grade(course)
    grade(course)
    assert log == [*CLASS]
    with (package / "check" / "failure.py").open("a") as file:
        file.write("# a check that was corrected")
    grade(course)
    grade(course)
    assert log == 2 * [*CLASS]
    monkeypatch.setattr(receipt, "version", lambda library: f"another {library}")
    grade(course)
    assert log == 3 * [*CLASS]


def test_with_force_everything_is_graded_again_and_with_student_one(course, log):
    grade(course)
    grade(course, force=True)
    assert grade(course, force=True, student=("ben", "ben"))[0]["student"] == "ben"
    assert log == [*CLASS, *CLASS, "ben"]


def test_a_resubmission_with_an_older_time_is_graded_by_content(course, log):
    hand_in(course, "ada", 1, "2025-12-02 10:00:00 UTC")
    grade(course)
    hand_in(course, "ada", 3, "2025-12-01 10:00:00 UTC")
    grade(course)
    assert points(course)["ada"] == files(course)["ada"] == 3
    assert log.count("ada") == 2


def test_a_failed_regrade_keeps_the_old_grade_and_is_tried_again(course, log):
    grade(course)
    hand_in(course, "ben", "broken")
    for _ in range(2):
        assert command(course) == 1
        assert points(course) == files(course) == dict.fromkeys(CLASS, 1)
    assert log == [*CLASS, "ben", "ben"]


def test_a_gradebook_that_was_made_anew_is_filled_again(course, generated, log):
    grade(course)
    shutil.copy(generated / "gradebook.db", course)
    grade(course)
    assert points(course) == dict.fromkeys(CLASS, 1)
    assert log == [*CLASS, *CLASS]


def test_a_manual_grade_is_kept_and_marked_for_review(course, log):
    grade(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        entry = book.find_submission_notebook(NAME, NAME, "ada").grades[0]
        entry.manual_score, name = 7, entry.name
        book.db.commit()
    hand_in(course, "ada", 2)
    grade(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        entry = book.find_grade(name, NAME, NAME, "ada")
        assert (entry.manual_score, entry.auto_score, entry.needs_manual_grade) == (7, 2, True)


def test_one_file_that_cannot_be_graded_stops_nobody_else(course, log, tmp_path, capsys):
    (course / "submitted" / "ben" / NAME / "link").symlink_to(tmp_path)
    (course / "submitted" / os.fsdecode(b"\xff") / NAME).mkdir(parents=True)
    assert command(course, "--json", str(tmp_path / "results.json")) == 1
    results = json.loads((tmp_path / "results.json").read_text())
    assert [r["status"] for r in results] == ["graded", "failed", "graded", "failed"]
    assert "'link' is a link: hand in the file itself." in capsys.readouterr().out


# Killed


@pytest.mark.parametrize("point", POINTS)
def test_a_writer_that_is_killed_loses_nothing_and_repeats_nothing(course, log, point):
    grade(course)
    for student in CLASS:
        hand_in(course, student, 2)
    start = multiprocessing.get_context("forkserver")
    process = start.Process(target=grade_and_be_killed, args=(course, point))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    committed = point in POINTS[2:]
    assert points(course) == {"ada": 2, "ben": 2 if committed else 1, "chloe": 1}
    assert files(course) == {"ada": 2, "ben": 2 if point == "between two files" else 1, "chloe": 1}
    del log[:]
    assert all(r["status"] == "graded" for r in grade(course))
    assert log == ["ben", "chloe"]  # what was whole is not done again
    assert points(course) == files(course) == dict.fromkeys(CLASS, 2)
    assert leftovers(course) == []
    grade(course)
    assert log == ["ben", "chloe"]


# Locked, full, broken


@contextmanager
def locked(folder):
    connection = sqlite3.connect(folder / "gradebook.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield connection
    finally:
        connection.close()


def test_a_locked_gradebook_is_waited_for(course, log):
    # 8 s for the 30 s and more that it may be: sqlite's own patience, with which nbgrader gives up, is 5 s.
    with locked(course) as connection:
        timer = threading.Timer(8, connection.rollback)
        timer.start()
        started = time.monotonic()
        results = grade(course)
        timer.join()
    assert time.monotonic() - started >= 7
    assert database.PATIENCE >= 60
    assert all(r["status"] == "graded" for r in results)
    assert points(course) == dict.fromkeys(CLASS, 1)


def test_a_gradebook_that_is_locked_during_the_run_is_waited_for(course, log, monkeypatch):
    held, write = [], gradebook.Writer._write_grades

    def lock_at_ben(self, submission, *arguments):
        if submission.student == "ben" and not held:
            connection = sqlite3.connect(course / "gradebook.db", check_same_thread=False)
            connection.execute("BEGIN IMMEDIATE")
            held.append(threading.Timer(1, connection.close))
            held[0].start()
        return write(self, submission, *arguments)

    monkeypatch.setattr(gradebook.Writer, "_write_grades", lock_at_ben)
    grade(course)
    held[0].join()
    assert points(course) == dict.fromkeys(CLASS, 1)


def test_a_gradebook_that_stays_locked_is_said_in_one_sentence(course, log, monkeypatch, capsys):
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    with locked(course):
        assert command(course) == 2
    assert said(capsys) == "qcourse: the gradebook cannot be read (database is locked)."
    assert grade(course)


@pytest.mark.parametrize(
    ("says", "waits"),
    [
        *(("database is locked", True), ("database table is locked", True), ("deadlock detected", True)),
        ("canceling statement due to lock timeout", True),
        ("Lock wait timeout exceeded; try restarting transaction", True),
        ("could not obtain lock on row in relation grade", True),
        *(("no such column: source_cell.locked", False), ("disk I/O error: block 5", False), ("", False)),
    ],
)
def test_only_a_lock_is_waited_for(monkeypatch, says, waits):
    def fails():
        raise OperationalError("SELECT", {}, Exception(says))

    class Waited(Exception):
        pass

    def sleep(seconds):
        raise Waited

    monkeypatch.setattr(time, "sleep", sleep)
    writer = SimpleNamespace(_session=SimpleNamespace(rollback=lambda: None))
    with pytest.raises(Waited if waits else UserError):
        gradebook.Writer._patiently(writer, fails)


@pytest.fixture
def small(course, tmp_path):
    """The course on a disk of its own that has little room left; a file to remove gives more."""
    disk = tmp_path / SMALL_DISK[1:]
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk that fills up is made with mount -t tmpfs, which only root may do")
    yield shutil.copytree(course, disk / "course")
    subprocess.run(["umount", "-l", disk], check=True)


def fill(folder, left):
    """Leave so many bytes on the disk; return the file that takes the rest."""
    filler = folder.parent / "filler"
    free = shutil.disk_usage(folder).free
    filler.write_bytes(b"\0" * (free - left))
    return filler


@pytest.mark.parametrize(("left", "what"), [(0, "the gradebook"), (24 * 1024, f"/ada/{NAME}/{NAME}.ipynb")])
def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_half_written(small, log, capsys, left, what):
    grade(small)
    for student in CLASS:
        hand_in(small, student, 2)
    filler = fill(small, left)
    assert command(small) == 2
    line = said(capsys)
    assert line.startswith("qcourse: ")
    assert f"{what} cannot be written (" in line
    assert "full" in line or "No space left on device" in line
    assert leftovers(small) == []
    assert files(small) == dict.fromkeys(CLASS, 1)
    filler.unlink()
    assert points(small) == dict.fromkeys(CLASS, 1) | ({"ada": 2} if left else {})
    grade(small)
    assert points(small) == files(small) == dict.fromkeys(CLASS, 2)


def test_a_gradebook_that_is_none_is_said_in_one_sentence(course, log, capsys):
    (course / "gradebook.db").write_bytes(b"text" * 4096)
    assert command(course) == 2
    assert said(capsys) == "qcourse: the gradebook cannot be read (file is not a database)."


def test_a_folder_that_cannot_be_written_is_said_and_the_grade_is_done_again(course, log, capsys):
    (course / "autograded").write_text("a file where a folder should be")
    assert command(course) == 2
    assert said(capsys).endswith("cannot be written (Not a directory).")
    (course / "autograded").unlink()
    assert command(course) == 0
    assert points(course) == files(course) == dict.fromkeys(CLASS, 1)


# Told wrongly


def test_a_second_run_says_that_a_first_one_is_running(course, log, capsys):
    with database.only_one(course):
        assert command(course) == 2
    assert said(capsys) == f"qcourse: another qcourse grade is running on {course}: wait until it has ended."
    assert log == []
    assert command(course) == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--student", "nobody"], "no submission of nobody in "),
        (["--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers at 'tcp://127.0.0.1:1'"),
        (["--scheduler", "nonsense://x"], "no Dask scheduler answers at 'nonsense://x'"),
        (["--scheduler", "127.0.0.1"], "no Dask scheduler answers at '127.0.0.1'"),
        (["--scheduler", "tcp://x:y"], "no Dask scheduler answers at 'tcp://x:y'"),
    ],
)
def test_what_cannot_be_started_is_said_in_one_sentence(course, capsys, monkeypatch, more, words):
    client = cluster.Client
    monkeypatch.setattr(cluster, "Client", lambda url, timeout: client(url, timeout=min(timeout, 1)))
    assert command(course, *more) == 2
    assert said(capsys).startswith(f"qcourse: {words}")


def test_a_warm_process_that_does_not_start_is_said_and_nothing_is_graded(course, capsys, monkeypatch):
    def dies(self, parts):
        begin(self, parts)
        self._process.kill()

    begin = Forkserver.begin
    monkeypatch.setattr(Forkserver, "begin", dies)
    monkeypatch.setattr(provisioner, "_warm", [])
    assert command(course) == 2
    assert said(capsys) == "qcourse: the warm process ended while it started."
    assert points(course) == {}


@pytest.mark.parametrize("given", ["05", ""])
def test_an_unknown_assignment_is_said_with_those_that_are_known(course, capsys, given):
    assert cli.main(["grade", given, "--course", str(course)]) == 2
    line = said(capsys)
    assert f"no assignment {given!r} with a notebook in the gradebook" in line
    assert f"(found: {NAME})" in line


@pytest.mark.parametrize("given", [NAME[:2], NAME[1], NAME[:9]])
def test_the_number_and_the_beginning_of_a_name_will_do(course, log, given):
    assert cli.main(["grade", given, "--course", str(course)]) == 0
    assert log == list(CLASS)


def test_a_beginning_that_several_names_share_is_not_taken(course, capsys):
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        book.add_assignment(f"{NAME[:3]}another")
    assert cli.main(["grade", NAME[:2], "--course", str(course)]) == 2
    several = f"{NAME[:2]!r} names several assignments: choose from {NAME[:3]}another, {NAME}."
    assert several in said(capsys)


def test_a_folder_that_is_no_course_is_said(tmp_path, capsys):
    assert command(tmp_path) == 2
    assert said(capsys).startswith(f"qcourse: {tmp_path} is not a course folder")


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_said(course, capsys, workers):
    with pytest.raises(SystemExit) as caught:
        command(course, "--workers", workers)
    assert caught.value.code == 2
    assert f"invalid number of processes {workers!r}: use 1 or more" in capsys.readouterr().err


def test_a_class_of_any_size_needs_the_memory_of_a_few(generated, tmp_path, monkeypatch):
    folder, most = shutil.copytree(generated, tmp_path / "course"), 2
    for number in range(30):
        hand_in(folder, f"student{number:02}", 1)
    alive = []  # one for each content of a notebook that somebody holds

    class Text(bytes):
        def __init__(self, _):
            alive.append(1)

        def __del__(self):
            alive.pop()

    def read(*arguments):
        submission = take(*arguments)
        return submission._replace(notebooks={NAME: Text(submission.notebooks[NAME])})

    class Workers:
        def __init__(self):
            self.busy = []

        def has_room(self):
            return len(self.busy) < most

        def start(self, task, submission, submitted, released, files, **options):
            self.busy.append((submission, from_bytes(released[NAME])))
            assert len(alive) <= most + 3  # the next one, and what was recorded last with its result

        def next_result(self):
            submission, source = self.busy.pop(0)
            result = made_up(submission.notebooks[NAME], source)
            return submission, result | {"notebooks": {NAME: Text(result["notebooks"][NAME])}}

    take = gradebook.take
    monkeypatch.setattr(gradebook, "take", read)
    monkeypatch.setattr(grade_class, "_workers", lambda *given, **named: nullcontext(Workers()))
    results = grade_class.grade(grade_class.Options(NAME, folder))
    assert len(results) == 30
    assert len({id(cell) for result in results for cell in result["cells"].values()}) == 1


def test_a_class_of_nobody_is_graded(generated, log, capsys):
    assert command(generated) == 0
    assert "No submissions were found." in capsys.readouterr().out


def test_results_that_cannot_be_written_are_said_before_anything_is_graded(course, log, capsys, tmp_path):
    for path in (tmp_path / "no" / "results.json", tmp_path):
        assert command(course, "--json", str(path)) == 2
        assert f"{path} cannot be written: " in said(capsys)
    assert log == []


def test_results_that_can_no_longer_be_written_are_said_and_the_grades_stay(
    course, log, capsys, tmp_path, monkeypatch
):
    monkeypatch.setattr(commands, "try_json", lambda path: None)
    assert command(course, "--json", str(tmp_path / "no" / "results.json")) == 2
    assert "results.json cannot be written (No such file or directory)." in said(capsys)
    assert points(course) == dict.fromkeys(CLASS, 1)


def test_the_writer_raises_what_the_user_can_mend(course):
    (course / "notebooks" / NAME / f"{NAME}.ipynb").unlink()
    with pytest.raises(UserError, match="run nbgrader generate_assignment"):
        grade(course)
