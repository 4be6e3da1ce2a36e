"""How fast a class is graded: `qcourse grade` against stock nbgrader, on 24 submissions of notebook 08,
and on classes of a course of NumPy.
"""

import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy_course
import psutil

from qcourse.authoring.demo import STUDENTS
from qcourse.authoring.demo_class import Classroom
from qcourse.course.folder import assignments
from qcourse.course.notebooks import to_bytes
from qcourse.course.settings import nbgrader_settings
from qcourse.grading import grade_class, grade_submission
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.gradebook import Writer
from qcourse.grading.kernels import provisioner
from qcourse.grading.place.limits import Limits

PAIRS = 3
NBGRADER = [sys.executable, "-m", "nbgrader"]
QCOURSE = [sys.executable, "-m", "qcourse.cli"]
CLASS, FEW = 24, 6  # stock nbgrader takes minutes for 24: its throughput is measured on a part of them
READY = "import torch\nfrom qcourse.data import load_digits28\ndata = load_digits28()"


def measure(root: Path, name: str) -> dict[str, float]:
    """Every figure of the grading engine."""
    with tempfile.TemporaryDirectory() as scratch:
        room = _class_of(CLASS, root, Path(scratch) / "class", name, stock=False)
        stock = _class_of(FEW, root, Path(scratch) / "stock", name, stock=True)
        figures = {}
        rates = []
        for pair in range(PAIRS):
            slow = _seconds(lambda: _typed(stock.folder, *NBGRADER, "autograde", name, "--force"))
            fast = _seconds(lambda: _typed(room.folder, *QCOURSE, "grade", name, "--force"))
            rates.append((CLASS / fast, FEW / slow))
            print(
                f"pair {pair + 1}: {CLASS / fast:.2f} submissions a second, stock {FEW / slow:.3f}",
                flush=True,
            )
        figures["grading_ratio_vs_stock"] = statistics.median(ours / theirs for ours, theirs in rates)
        figures["submissions_per_second"] = statistics.median(ours for ours, _ in rates)
        figures["stock_submissions_per_second"] = statistics.median(theirs for _, theirs in rates)
        large = _class_of(2 * CLASS, root, Path(scratch) / "large", name, stock=False)
        figures |= _numpy(Path(scratch)) | _again(root, Path(scratch) / "again", assignments(root)[0])
        return figures | _scaling(large, name) | _writer(room, name) | _one(room, name)


def _typed(folder: Path, *command: str) -> None:
    """Run a command as one types it, start included."""
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _class_of(count: int, root: Path, folder: Path, name: str, *, stock: bool) -> Classroom:
    room = Classroom(root, folder, stock=stock)
    for number in range(count):
        room.hand_in(f"student{number:02}", name, STUDENTS[number % len(STUDENTS)].notebook(room, name))
    room.nbgrader("generate_assignment", name, "--force")
    return room


def _seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _grade(room: Classroom, name: str, **options) -> None:
    results = grade_class.grade(grade_class.Options(name, room.folder, force=True, **options))
    assert all(result["status"] == "graded" for result in results)


def _scaling(room: Classroom, name: str) -> dict[str, float]:
    """Two workers against one, in pairs, where the warm process is there; its class is large."""
    _grade(room, name)
    times = [[_seconds(lambda n=n: _grade(room, name, workers=n)) for n in (1, 2)] for _ in range(PAIRS)]
    return {
        "scaling_2_workers": statistics.median(alone / both for alone, both in times),
        "warm_submissions_per_second": statistics.median(2 * CLASS / both for _, both in times),
        "warm_process_mb": _held() / 2**20,
    }


def _held() -> int:
    """The bytes of memory of all processes below this one, shared ones in parts."""
    return sum(p.memory_full_info().pss for p in psutil.Process().children(recursive=True))


def _numpy(scratch: Path) -> dict[str, float]:
    """Classes of `numpy_course` against stock nbgrader, start included: time and CPU time, in pairs."""
    figures = {}
    for count in (3, 12):
        folder = scratch / f"numpy{count}"
        numpy_course.make(folder, count)
        subprocess.run(
            [*NBGRADER, "generate_assignment", numpy_course.NAME],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        ours = [*QCOURSE, "grade", numpy_course.NAME, "--force"]
        stock = [*NBGRADER, "autograde", numpy_course.NAME, "--force"]
        pairs = [(_cost(stock, folder), _cost(ours, folder)) for _ in range(PAIRS)]
        for which, kind in enumerate(("ratio", "cpu_ratio")):
            times = statistics.median(slow[which] / fast[which] for slow, fast in pairs)
            figures[f"numpy_{count}_{kind}_vs_stock"] = times
    return figures


def _again(root: Path, folder: Path, name: str) -> dict[str, float]:
    """The CPU time of grading one student again, start included."""
    room = _class_of(1, root, folder, name, stock=False)
    command = [*QCOURSE, "grade", name, "--student", "student00", "--force"]
    return {"one_again_cpu_seconds": statistics.median(_cost(command, room.folder)[1] for _ in range(PAIRS))}


def memory(students: int) -> float:
    """The most memory (MB) that the grading process has while it grades so many of `numpy_course`."""
    with tempfile.TemporaryDirectory() as scratch:
        numpy_course.make(Path(scratch) / "course", students, picture=200_000)
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        where = {"cwd": Path(scratch) / "course", **silent}
        subprocess.run([*NBGRADER, "generate_assignment", numpy_course.NAME], check=True, **where)
        ours = [*QCOURSE, "grade", numpy_course.NAME]
        most = 0
        with psutil.Popen(ours, **where) as process:
            status = Path(f"/proc/{process.pid}/status")
            while process.poll() is None:
                if found := re.search(r"VmHWM:\s*(\d+)", status.read_text()):
                    most = int(found[1])
                time.sleep(0.2)
            assert process.returncode == 0
    return most / 1024


def _cost(command: list[str], folder: Path) -> tuple[float, float]:
    """The wall time and the CPU time of a command with all that it starts, in seconds.

    Looked at 20 times a second: nobody waits for the kernels, so their parents are not charged for them.
    """
    used: dict[tuple[int, float], float] = {}
    started = time.perf_counter()
    with psutil.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    spent = one.cpu_times()
                    used[one.pid, one.create_time()] = spent.user + spent.system
            time.sleep(0.05)
        assert process.returncode == 0
    return time.perf_counter() - started, sum(used.values())


def _writer(room: Classroom, name: str) -> dict[str, float]:
    """Results that are there already, written again and again."""
    writer = Writer(nbgrader_settings(room.folder), name)
    submission = writer.take("student00")
    result = writer.done(submission)
    graded = (room.folder / "autograded" / "student00" / name / f"{name}.ipynb").read_bytes()
    result |= {"notebooks": {name: graded}, "unanswered": []}
    count = 200

    def write() -> None:
        for number in range(count):
            writer.record(submission._replace(student=f"new{number:03}"), result)

    return {"writer_per_second": count / _seconds(write)}


def _one(room: Classroom, name: str) -> dict[str, float]:
    """What one submission costs beside its own cells."""
    writer = Writer(nbgrader_settings(room.folder), name)
    submission = writer.take("student00")
    released = {name: to_bytes(notebook) for name, notebook in writer.release.notebooks.items()}
    grade_submission.ContainedExecute = Timed
    over, ready = [], []
    provisioner.forkserver(provisioner.USUAL | {"torch"})
    for _ in range(5):
        Timed.cells = 0.0
        over.append(
            _seconds(lambda: grade_submission.grade(submission.notebooks, released, {}, "auto")) - Timed.cells
        )
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(READY)])
        ready.append(_seconds(lambda nb=notebook: ContainedExecute().preprocess(nb, {})))
    return {
        "overhead_seconds": statistics.median(over),
        "kernel_ready_seconds": statistics.median(ready),
        "limit_memory_mb": Limits().memory / 2**20,
    }


class Timed(ContainedExecute):
    """Adds up the time that cells take."""

    cells = 0.0

    async def async_execute_cell(self, *args, **kwargs):
        started = time.perf_counter()
        try:
            return await super().async_execute_cell(*args, **kwargs)
        finally:
            Timed.cells += time.perf_counter() - started


if __name__ == "__main__":  # make bench CLASSES="100 1000": the memory that classes so large take
    for size in map(int, sys.argv[1:]):
        print(f"{size} hand-ins: the grading process has at most {memory(size):.0f} MB", flush=True)
