"""The gradebook in PostgreSQL, by nbgrader's own ``db_url``: a real server, reached by a socket file."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from made_up import CLASS, NAME, files, hand_in, no_kernels
from nbgrader.api import Gradebook

from qcourse.authoring.demo_class import Classroom
from qcourse.authoring.nbgrader_command import empty_gradebook
from qcourse.grading import grade_class

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]
SERVERS = [*map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))), os.environ["PATH"]]


@pytest.fixture(scope="module")
def url():
    """A server of its own, gone afterwards."""
    path = os.pathsep.join(SERVERS)
    initdb, pg_ctl = (shutil.which(name, path=path) for name in ("initdb", "pg_ctl"))
    if not initdb or not pg_ctl:
        pytest.skip("PostgreSQL is not installed: nothing was tried with it.")
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # it refuses to run as root
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder, data = Path(name), f"{name}/data"
        shutil.chown(folder, user)
        mine = {"user": user, "cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([initdb, "-D", data, "-U", "grader", "--auth=trust", "--no-sync"], **mine)
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([pg_ctl, "-D", data, "-w", "-l", f"{name}/log", "-o", settings, "start"], **mine)
        try:
            yield f"postgresql+psycopg2://grader@/postgres?host={folder}"
        finally:
            subprocess.run([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"], **mine)


def points(url):
    with Gradebook(url, "qcourse") as book:
        found = {
            s.student_id: {g.auto_score for g in s.notebooks[0].grades}
            for s in book.assignment_submissions(NAME)
        }
        book.engine.dispose()
    return found


def test_a_class_is_graded_into_postgresql(url, root, tmp_path):
    room = Classroom(root, tmp_path / "course", [NAME])
    with (room.folder / "nbgrader_config.py").open("a") as settings:
        settings.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    room.nbgrader("generate_assignment", NAME)
    for student in CLASS:
        hand_in(room.folder, student, 1)
    log: list[str] = []
    with no_kernels(log):
        grade_class.grade(grade_class.Options(NAME, room.folder))
        hand_in(room.folder, "ben", 2, "2025-12-01 10:00:00 UTC")
        grade_class.grade(grade_class.Options(NAME, room.folder))
    assert log == [*CLASS, "ben"]
    assert points(url) == {"ada": {1}, "ben": {2}, "chloe": {1}}
    assert files(room.folder) == {"ada": 1, "ben": 2, "chloe": 1}
    assert (room.folder / "gradebook.db").read_bytes() == empty_gradebook()  # and nothing is in it
