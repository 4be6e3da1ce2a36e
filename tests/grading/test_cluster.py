"""Workers that die, a scheduler that dies, a cluster that exists; equal grades, as by stock nbgrader."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress

import psutil
import pytest
from made_up import CLASS, NAME, files, hand_in, on_a_worker, points
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.authoring.answers import read_answers
from qcourse.authoring.demo_class import STOCK, Classroom
from qcourse.course.cells import is_experiment
from qcourse.course.folder import answers_folder
from qcourse.course.notebooks import read
from qcourse.grading import grade_class, grade_submission, workers

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]


def grade(folder, **options):
    return grade_class.grade(grade_class.Options(NAME, folder, isolation="none", **options))


@contextmanager
def cluster(folder, workers):
    """A Dask scheduler and workers, each a process of its own; yields the scheduler's address and process."""
    address = folder / "scheduler.json"
    known = ["--scheduler-file", str(address), "--no-dashboard"]
    path = os.pathsep.join([os.path.dirname(__file__), os.environ["PYTHONPATH"]])
    here = {"PYTHONPATH": path, "DASK_LOGGING__DISTRIBUTED": "critical"}
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", *known],
        *[["worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder), *known]] * workers,
    ]
    started = []
    with (folder / "cluster.log").open("w") as log:
        for command in commands:
            command = [sys.executable, "-m", "dask", *command]
            started.append(
                subprocess.Popen(command, env=os.environ | here, stdout=log, stderr=log, cwd=folder)
            )
            while not address.exists():
                assert started[0].poll() is None
                time.sleep(0.1)
    try:
        yield json.loads(address.read_text())["address"], started[0]
    finally:
        for process in started:
            process.kill()
            process.wait()


# Workers and schedulers that die


@pytest.fixture
def no_kernels(monkeypatch):
    monkeypatch.setattr(grade_submission, "grade", on_a_worker)


def test_who_kills_three_workers_is_failed_and_the_others_are_graded(course, no_kernels, tmp_path):
    hand_in(course, "ada", f"once {tmp_path / 'marker'}")
    hand_in(course, "ben", "kill")
    ada, ben, chloe = grade(course, workers=1)  # no other worker holds anything for it
    assert (ben["status"], ben["reason"]) == ("failed", "3 workers died while grading it.")
    assert ada["status"] == chloe["status"] == "graded"
    assert points(course) == files(course) == {"ada": 1, "chloe": 1}


INTERRUPTED = """
import os, signal
from qcourse.grading.workers import LocalWorkers

def interrupt():
    os.kill(os.getpid(), signal.SIGINT)

os.register_at_fork(after_in_parent=interrupt)
local = LocalWorkers(1)
try:
    local.start(len, "ada", {})
except KeyboardInterrupt:
    print("interrupted", len(local._busy))
finally:
    local.close()
"""


def test_an_interrupt_while_a_worker_is_forked_is_not_lost():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("interrupted 1\n", "")


def interrupted():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as nbclient leaves it
    signal.raise_signal(signal.SIGINT)
    return {"graded": True}


def test_a_worker_is_not_interrupted():
    with closing(workers.LocalWorkers(1)) as local:
        local.start(interrupted, "ada")
        assert local.next_result() == ("ada", {"graded": True})


def test_a_scheduler_that_dies_ends_the_run_in_one_sentence_and_the_next_resumes(
    course, no_kernels, tmp_path, monkeypatch, capfd
):
    record = grade_class.Writer.record
    with cluster(tmp_path, 1) as (address, scheduler):

        def recorded(*arguments):
            change = record(*arguments)
            scheduler.send_signal(signal.SIGKILL)
            scheduler.wait()
            return change

        monkeypatch.setattr(grade_class.Writer, "record", recorded)
        assert cli.main(["grade", NAME, "--course", str(course), "--scheduler", address]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert (
        line == "qcourse: the Dask scheduler is gone: start it and grade again; what has been graded is kept."
    )
    before = points(course)
    assert before == files(course)
    assert 1 <= len(before) < len(CLASS)
    again = []

    def recorded_again(writer, submission, result):
        again.extend([submission.student] * ("notebooks" in result))  # else it is known
        return record(writer, submission, result)

    monkeypatch.setattr(grade_class.Writer, "record", recorded_again)
    grade(course, workers=1)
    assert sorted([*before, *again]) == list(CLASS)
    assert points(course) == files(course) == dict.fromkeys(CLASS, 1)


# Equal grades


@pytest.fixture(scope="module")
def graded(whole, root, tmp_path_factory):
    """A class that has handed in notebooks, graded by one worker on an idle machine; and the results."""
    room = Classroom(root, shutil.copytree(whole, tmp_path_factory.mktemp("class") / "course"))
    for student, notebook in ordinary(room, read_answers(answers_folder(root, NAME))).items():
        room.hand_in(student, NAME, notebook)
    (room.folder / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2025-12-01 10:00:00.5 UTC")
    return room.folder, grade(room.folder, workers=1)


def ordinary(room, bank):
    """Notebooks that stock nbgrader can grade: solved, untouched, and with wrong answers.

    Only the last has experiments, which take stock nbgrader seconds: `test_notebooks` has it run the others'.
    """
    notebooks = {"ada": room.solution(NAME), "ben": room.release(NAME), "chloe": room.solution(NAME)}
    for notebook in (notebooks["ada"], notebooks["ben"]):
        notebook.cells = [cell for cell in notebook.cells if not is_experiment(cell)]
    wrong = {answer.grade_id: answer.source for answer in bank if not answer.right}
    for cell in notebooks["chloe"].cells[::2]:
        if (grade_id := cell.metadata.get("nbgrader", {}).get("grade_id")) in wrong:
            cell.source = wrong[grade_id]
    return notebooks


@pytest.fixture
def again(graded, tmp_path):
    """The same class, not yet graded."""
    folder = shutil.copytree(graded[0], tmp_path / "course")
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        for student in CLASS:
            book.remove_submission(NAME, student)
    shutil.rmtree(folder / "autograded")
    return folder


def untimed(results):
    return [result | {"seconds": 0} for result in results]


@contextmanager
def held_up():
    """Inside, what this process has started computes half of the time only, as on a busy machine."""
    over = threading.Event()

    def hold_up():
        while not over.wait(0.2):
            started = psutil.Process().children(recursive=True)
            for change, seconds in ((psutil.Process.suspend, 0.2), (psutil.Process.resume, 0)):
                for process in started:
                    with suppress(psutil.Error):  # it has ended
                        change(process)
                over.wait(seconds)

    thread = threading.Thread(target=hold_up)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_four_workers_on_a_busy_machine_give_equal_grades_though_one_is_killed(graded, again, monkeypatch):
    fork, record, forked = workers._fork, grade_class.Writer.record, []

    def known():
        forked.append(fork())
        return forked[-1]

    def recorded(self, *arguments):
        change = record(self, *arguments)
        if len(forked) == len(CLASS):  # after the first result
            forked[-1].process.kill()
            forked.append("killed")
        return change

    monkeypatch.setattr(workers, "_fork", known)
    monkeypatch.setattr(grade_class.Writer, "record", recorded)
    with held_up():
        results = grade(again, workers=4)
    assert "killed" in forked
    assert untimed(results) == untimed(graded[1])


def test_a_cluster_of_two_workers_gives_equal_grades(graded, again, tmp_path):
    with cluster(tmp_path, 2) as (address, _):
        results = grade(again, scheduler=address)
    assert untimed(results) == untimed(graded[1])


def test_stock_nbgrader_gives_equal_grades_comments_and_notebooks(graded, again, root):
    with (again / "nbgrader_config.py").open("a") as settings:
        settings.write(STOCK)
    room = Classroom(root, again, stock=True)
    room.nbgrader("autograde", NAME)
    for student in CLASS:
        assert in_gradebook(again, student) == in_gradebook(graded[0], student)
        assert in_notebook(again, student) == in_notebook(graded[0], student)


def in_gradebook(folder, student):
    """All that the gradebook has about a submission."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "qcourse") as book:
        submission = book.find_submission(NAME, student)
        (notebook,) = submission.notebooks
        grades = [{k: v for k, v in g.to_dict().items() if k != "id"} for g in notebook.grades]
        comments = [{k: v for k, v in c.to_dict().items() if k != "id"} for c in notebook.comments]
        whole = {k: v for k, v in submission.to_dict().items() if k != "id"}
        parts = {k: v for k, v in notebook.to_dict().items() if k != "id"}
        key = {"key": lambda row: row["name"]}
        return whole, parts, sorted(grades, **key), sorted(comments, **key)


def in_notebook(folder, student):
    """The graded notebook, without what was shown in cells that nothing is graded on."""
    notebook = read(folder / "autograded" / student / NAME / f"{NAME}.ipynb")
    cells = []
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader")
        outputs = [o.get("ename", o.output_type) for o in cell.get("outputs", [])] if meta else []
        outputs = [kind for kind, _ in itertools.groupby(outputs)]  # a line may come in two pieces
        cells.append((cell.cell_type, cell.source, meta, outputs))
    return notebook.metadata, cells
