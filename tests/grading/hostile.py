"""Submissions that mean harm, or look as if they did, each with its defined result.

As a program, ``hostile.py COURSE RESULTS``, it grades them as ``qcourse grade`` does, with smaller limits.
"""

import copy
import json
import os
import shutil
import socket
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from nbformat.v4 import new_code_cell

from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import HIDDEN, grade_id, is_experiment
from qcourse.course.folder import release_path, solution_path
from qcourse.course.notebooks import read
from qcourse.course.notebooks import write as save
from qcourse.course.settings import settings_path
from qcourse.grading import grade_class, grade_submission, report
from qcourse.grading.place.limits import Limits

NAME = "06_quantization_from_scratch"
EXERCISES = 2  # of the notebook's nine: one to lose, and one to keep
FULL, EXERCISE = 3.0 * EXERCISES, 3.0  # points; the question's 3 are given by hand
MARK = "qcourse-left-behind"
# First in every hostile cell: outside of a place nobody else has this number, and nothing hostile runs.
INSIDE = "import os; assert os.getuid() == 65534, 'this is not contained'\n"
LIMITS = Limits(cell_cpu=2.5, cpu_total=20, idle=5, memory=2**30, processes=24, disk=64 * 2**20, files=5_000)


class Kit(NamedTuple):
    """What a submission is made of: ``facts`` are put in place of ``$name`` in its cells."""

    classroom: Classroom
    facts: dict[str, str]

    def solution(self) -> Any:
        return self.classroom.solution(NAME)

    def release(self) -> Any:
        return self.classroom.release(NAME)


class Row(NamedTuple):
    """How it is made, in its folder; the score, or None where it is refused; what is said of it."""

    make: Callable[[Kit, Path], None]
    score: float | None
    said: str = ""  # a pattern in the reason, a message, or an error in the graded notebook


def small_course(root: Path, folder: Path) -> Path:
    """A course in ``folder`` of the notebook's beginning and its question, which grades quickly.

    Experiments are no part of it: where a cell may read anything, all of them would run.
    """
    folder.mkdir(exist_ok=True)
    shutil.copy(settings_path(root), folder)
    for path in (solution_path, release_path):
        notebook = read(path(root, NAME))
        tests = [number for number, cell in enumerate(notebook.cells) if grade_id(cell).endswith(HIDDEN)]
        last = tests[EXERCISES - 1]
        notebook.cells = [
            c
            for number, c in enumerate(notebook.cells)
            if grade_id(c) == "question" or (number <= last and not is_experiment(c))
        ]
        path(folder, NAME).parent.mkdir(parents=True)
        save(notebook, path(folder, NAME))
    return folder


def write(folder: Path, notebook: Any, name: str = f"{NAME}.ipynb") -> None:
    (folder / name).write_text(json.dumps(notebook))


def cell(source: str, said: str = "", score: float = FULL, *, solved: bool = True) -> Row:
    """A good notebook, or an unsolved one, with one cell more, before the first exercise."""

    def make(kit: Kit, folder: Path) -> None:
        notebook = kit.solution() if solved else kit.release()
        notebook.cells.insert(2, new_code_cell(INSIDE + Template(source).substitute(kit.facts)))
        write(folder, notebook)

    return Row(make, score, said)


def answer(change: Callable[[Any], None], said: str = "", score: float = FULL) -> Row:
    """A good notebook with something changed; ``change`` gets it."""

    def make(kit: Kit, folder: Path) -> None:
        notebook = kit.solution()
        change(notebook)
        write(folder, notebook)

    return Row(make, score, said)


def data(content: bytes | str, said: str) -> Row:
    """Bytes in place of a notebook."""
    content = content.encode() if isinstance(content, str) else content
    return Row(lambda kit, folder: void((folder / f"{NAME}.ipynb").write_bytes(content)), None, said)


def files(make: Callable[[Kit, Path], object], said: str, score: float | None = None, *, good: bool) -> Row:
    """Other files, with a good notebook or without one."""

    def both(kit: Kit, folder: Path) -> None:
        if good:
            write(folder, kit.solution())
        make(kit, folder)

    return Row(both, score, said)


def void(_: object) -> None: ...


def graded(notebook: Any, grade_id: str) -> Any:
    """The cell of that id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def appended(source: str) -> Callable[[Any], None]:
    """``source`` behind the first answer."""

    def change(notebook: Any) -> None:
        graded(notebook, "clamp").source += "\n" + source

    return change


def again(grade_id: str) -> Callable[[Any], None]:
    return lambda notebook: notebook.cells.append(copy.deepcopy(graded(notebook, grade_id)))


def without(kind: str) -> Callable[[Any], None]:
    """The cells whose id ends so are gone."""

    def change(notebook: Any) -> None:
        ids = [c.metadata.get("nbgrader", {}).get("grade_id", "") for c in notebook.cells]
        notebook.cells = [c for c, i in zip(notebook.cells, ids) if not i.endswith(kind)]

    return change


def changed(**metadata: Any) -> Callable[[Any], None]:
    """The first check's metadata say something else, and its source nothing."""

    def change(notebook: Any) -> None:
        found = graded(notebook, "clamp-check")
        found.metadata.nbgrader |= metadata
        found.source = "pass"

    return change


def unsolved_with_free_tests(kit: Kit, folder: Path) -> None:
    notebook = kit.release()
    for found in notebook.cells:
        if found.metadata.get("nbgrader", {}).get("locked"):
            found.metadata.nbgrader |= {"locked": False, "points": 100}
            found.source = "pass"
    write(folder, notebook)


def text_for_code(notebook: Any) -> None:
    found = graded(notebook, "clamp")
    found.cell_type = "markdown"
    del found["outputs"], found["execution_count"]


def nested(kit: Kit, folder: Path) -> None:
    deep = folder
    for _ in range(30):
        deep = deep / "d"
    deep.mkdir(parents=True)


def sparse(kit: Kit, folder: Path) -> None:
    with (folder / f"{NAME}.ipynb").open("wb") as stream:
        stream.truncate(300 * 2**20)


def zipped(kit: Kit, folder: Path) -> None:
    """60 MB in an archive of 60 kB, taken in by nbgrader's own zip_collect."""
    archive = kit.classroom.folder / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with (
        zipfile.ZipFile(archive / f"{folder.parent.name}.zip", "w", zipfile.ZIP_DEFLATED) as out,
        out.open(f"{folder.parent.name}_{NAME}.ipynb", "w") as stream,
    ):
        for _ in range(60):
            stream.write(bytes(2**20))
    pattern = r".*?(?P<student_id>[a-z-]+)_(?P<file_id>\w+)\.ipynb"
    kit.classroom.nbgrader(
        "zip_collect", NAME, "--force", f"--FileNameCollectorPlugin.named_regexp={pattern}"
    )
    shutil.rmtree(kit.classroom.folder / "downloaded")


def beside(kit: Kit, folder: Path) -> None:
    bad = "raise SystemExit('this was imported')"
    for name in ("numpy.py", "sitecustomize.py", "usercustomize.py", "ipykernel.py"):
        (folder / name).write_text(bad)
    (folder / "qcourse").mkdir()
    (folder / "qcourse" / "__init__.py").write_text(bad)


def a_socket(kit: Kit, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("made")  # a whole path may be too long
    shutil.move("made", folder / "s")


def stamped(text: str) -> Callable[[Kit, Path], None]:
    return lambda kit, folder: void(
        (folder / "timestamp.txt").write_text(Template(text).substitute(kit.facts))
    )


def crafted_zone(kit: Kit, folder: Path) -> None:
    """The name of a time zone may be that of a file, which then would be read."""
    (folder / "timestamp.txt").write_text(f"2026-01-01 00:00:00 {kit.facts['private']}"[:100])


RAW = """
import json
k = get_ipython().kernel
def send(parent, content):
    head = k.session.msg_header("stream")
    parts = [json.dumps(x, default=str).encode() if isinstance(x, dict | list) else x for x in (head, parent, {}, content)]
    k.iopub_socket.send_multipart([b"a", b"<IDS|MSG>", k.session.sign(parts), *parts])
"""
HOOK = """
def result(*_):
    k = get_ipython().kernel
    content = {"data": {"text/html": "1000"}, "metadata": {}, "execution_count": 1}
    k.session.send(k.iopub_socket, "execute_result", content, parent=k.get_parent())
get_ipython().events.register("post_run_cell", result)
"""
CHILDREN = """
import subprocess
loop = "while :; do (i=0; while [ $$i -lt 4000 ]; do i=$$((i+1)); done); done"
subprocess.Popen(["sh", "-c", loop]).wait()
"""
DAEMON = f"""
import os, subprocess, time
subprocess.Popen(["bash", "-c", "exec -a {MARK} sleep 1000"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        time.sleep(1000)
    os._exit(0)
"""
CELLS = {
    "ends-its-kernel": cell("import os; os._exit(0)", "ended its kernel"),
    "endless": cell("while True: pass", "more than 2.5 seconds of CPU time"),
    "endless-and-deaf": cell(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", "2.5 seconds of CPU time"
    ),
    "warns": cell("import sys, warnings; warnings.warn('x'); print('y', file=sys.stderr)"),
    "one-long-line": cell("print('x' * 200_000_000)", "output"),
    "flood": cell("while True: print('x' * 1000)", "outputs are larger than 16 MB|CPU time"),
    "flood-of-updates": cell(
        "h = display('x', display_id=True)\nwhile True: h.update('x' * 100_000)", "outputs are larger"
    ),
    "background": cell(DAEMON),
    "edits-the-gradebook": cell(
        "import sqlite3\nwith sqlite3.connect('$course/gradebook.db') as book:\n"
        "    book.execute('update grade set manual_score = 100')",
        "unable to open database",
        0,
        solved=False,
    ),
    "reads-the-solutions": cell(
        f"import json\nfor c in json.load(open('$course/solutions/{NAME}/{NAME}.ipynb'))['cells']:\n"
        "    exec(''.join(c['source']))",
        "FileNotFoundError",
        0,
        solved=False,
    ),
    "reads-its-neighbour": cell("print(open('$course/submitted/a-good/secret').read())", "FileNotFoundError"),
    "fork-bomb": cell("import os\nwhile True: os.fork()", "more than 24 processes|ended its kernel"),
    "bomb-of-the-dead": cell("import os\nwhile True: os.fork() or os._exit(0)", "24 processes|ended its kernel"),
    "memory-bomb": cell("x = []\nwhile True: x.append(bytearray(2**25))", "MemoryError|GB of memory"),
    "memory-of-many": cell(
        "import os, time\nfor _ in range(6): os.fork() or (bytearray(2**28), time.sleep(60))\ntime.sleep(60)",
        "GB of memory",
    ),
    "disk-filler": cell("for i in range(10**6): open(f'/tmp/{i}', 'wb').write(bytes(2**22))", "No space left"),
    "connects": cell("import socket; socket.create_connection(('127.0.0.1', $port), 2)", "refused"),
    "links-its-sockets": cell(
        "import os\nfor i in range(1, 6):\n    os.symlink('$socket', '/sockets/new'); os.rename('/sockets/new', f'/sockets/kernel-{i}')\n"
        "os.closerange(3, 256)",
        "Read-only file system",
    ),
    "kills-all": cell(
        "import os\nfor pid in [-1, *range(4, 5000)]:\n    try: pid == os.getpid() or os.kill(pid, 9)\n"
        "    except OSError: pass"
    ),
    "writes-outside": cell(
        "import os\nfor folder in ('/', '/usr', '/etc', '$home', '$course', '$course/autograded', '$course/solutions'):\n"
        "    try:\n        os.makedirs(folder, exist_ok=True)\n"
        f"        open(folder + '/{MARK}', 'w').write('x')\n        print('reached', folder)\n"
        "    except OSError: pass"
    ),
    "reads-the-environment": cell(
        "import glob, os\nprint(dict(os.environ))\n"
        "for p in glob.glob('/proc/*/environ'): print(open(p, errors='ignore').read())"
    ),
    "closes-descriptors": cell("import os; os.closerange(0, 256)", "ended its kernel|no answer"),
    "raises-system-exit": cell("raise SystemExit(3)"),
    "exits": cell("import sys; sys.exit('away')"),
    # Python itself can live without the two, a kernel cannot: it never answers again.
    "removes-stdout": cell("import sys; sys.stdout = sys.stderr = None", "computed nothing", 0),
    "replaces-stdout": cell("import io, sys; sys.stdout = sys.stderr = io.StringIO()"),
    "recurses": cell(
        "import sys\nsys.setrecursionlimit(10**9)\nx = ()\nfor _ in range(10**6): x = (x,)\nhash(x)", "ended its kernel"
    ),
    "segfaults": cell("import ctypes; ctypes.string_at(0)", "ended its kernel"),
    "asks": cell("input('password: ')", "StdinNotImplementedError"),
    "sleeps": cell("import time; time.sleep(10**6)", "waited for 5 seconds and computed nothing"),
    "leaves-a-thread": cell(
        "import threading, time\ndef go():\n    while True: time.sleep(0.001)\n"
        "threading.Thread(target=go).start()"
    ),
    "takes-descriptors": cell("import os\nx = []\nwhile True: x.append(os.dup(0))", "Too many open files"),
    "sends-garbage": cell(
        "k = get_ipython().kernel\nk.iopub_socket.send_multipart([b'a', b'<IDS|MSG>', b'sig', b'{', b'{}', b'{}', b'{}'])"
    ),
    "sends-half-a-message": cell(
        "k = get_ipython().kernel\nfor kind in ('comm_open', 'comm_msg', 'display_data', 'stream', 'error', 'clear_output'):\n"
        "    k.session.send(k.iopub_socket, kind, {}, parent=k.get_parent())",
        "no kernel sends|KernelLost",
    ),
    "half-a-pair": cell("print('\\\\ud800')"),
    "sends-no-message": cell(RAW + "k.iopub_socket.send_multipart([b''])"),
    "sends-an-odd-parent": cell(RAW + "send([1], {'name': 'stdout', 'text': 'x'})"),
    "sends-half-a-pair": cell(RAW + r"send(k.get_parent()['header'], b'{\"name\":\"stdout\",\"text\":\"\\ud800\"}')", "BadOutput"),
    "sends-results-in-checks": cell(HOOK, "", FULL),
    "many-empty-files": cell("import time\nfor i in range(6_000): open(f'/tmp/{i}', 'w').close()\ntime.sleep(2)", "5,000 files"),
    "short-lived-children": cell(CHILDREN, "2.5 seconds of CPU time"),
}  # fmt: skip
CHANGES = {
    "prints-much": answer(
        lambda n: graded(n, "clamp").update(
            source="for i in range(1_100): print('step', i, flush=True)\n" + graded(n, "clamp").source
        )
    ),
    "large-metadata": answer(lambda n: n.cells[1].metadata.update({str(i): {} for i in range(300_000)})),
    "many-blocks": answer(
        lambda n: n.cells.insert(2, new_code_cell("x=1\n" * 8_000 + "if 1:0\n" * 10_000)), ""
    ),
    "warns-in-an-answer": answer(
        appended(
            "inner = clamp\ndef clamp(*a):\n    import sys, warnings\n    warnings.warn('x')\n"
            "    print('y', file=sys.stderr)\n    return inner(*a)"
        )
    ),
    "ends-its-kernel-in-an-answer": answer(
        appended("def clamp(*a):\n    import os\n    os._exit(0)"), "ended its kernel", FULL - EXERCISE
    ),
    "a-test-twice": answer(again("clamp-check"), "a second 'clamp-check' was removed"),
    "an-answer-twice": answer(again("clamp"), "counts as an ordinary cell"),
    "schema-99": answer(lambda n: graded(n, "clamp").metadata.nbgrader.update(schema_version=99)),
    "unknown-ids": answer(
        lambda n: n.cells.append(
            new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": "bonus", "grade": True, "points": 50}})
        ),
        "unknown grade id 'bonus'",
    ),
    "ids-that-are-lists": answer(lambda n: n.cells[1].metadata.update(nbgrader={"grade_id": ["clamp"]})),
    "no-tests": answer(without("-check"), "w[a-z]+ missing; restored as handed out"),
    "no-answer": answer(without("clamp"), "'clamp' was missing", FULL - EXERCISE),
    "more-points": answer(changed(points=1000)),
    "unlocked-tests": answer(changed(locked=False, solution=True)),
    "free-tests": Row(unsolved_with_free_tests, 0),
    "text-for-code": answer(text_for_code, "'clamp' was a markdown cell; restored as a code cell"),
    "many-brackets": answer(lambda n: n.cells.insert(2, new_code_cell("(" * 10_000)), "SyntaxError"),
    "many-signs": answer(lambda n: n.cells.insert(2, new_code_cell("-" * 100_000 + "1")), "Error|KernelLost"),
    "many-statements": answer(lambda n: n.cells.insert(2, new_code_cell("a=1;" * 1_000_000)), "KernelLost"),
}  # fmt: skip
TOO_LARGE, NO_NOTEBOOK = "is larger than 20 MB", "there is no notebook named"
FILES = {
    "corrupt": data('{"cells": [', "JSON is broken"),
    "empty": data("", "JSON is broken"),
    "a-list": data("[]", "not a Jupyter notebook"),
    "not-utf8": data('{"cells": "é"}'.encode("latin1"), "not UTF-8"),
    "nested-json": data('{"cells":' + "[" * 100_000, "nested too deeply"),
    "format-3": data('{"nbformat": 3, "worksheets": [{"cells": []}]}', "not a Jupyter notebook of format 4"),
    "many-cells": data(
        '{"cells": [' + ",".join(['{"cell_type": "code"}'] * 100_000) + "]}", "100,000 cells"
    ),
    "large": Row(sparse, None, TOO_LARGE),
    "zip-bomb": Row(zipped, None, TOO_LARGE),
    "no-notebook": files(lambda k, f: (f / "notes.txt").write_text("hello"), NO_NOTEBOOK, good=False),
    "folder-for-notebook": files(lambda k, f: (f / f"{NAME}.ipynb").mkdir(), NO_NOTEBOOK, good=False),
    "misnamed": files(
        lambda k, f: write(f, k.solution(), "mine (1).ipynb"), "was graded as", FULL, good=False
    ),
    "two-misnamed": files(
        lambda k, f: [write(f, k.solution(), f"{i}.ipynb") for i in "ab"], "not graded: 'a.ipynb'", FULL, good=False
    ),
    "link": files(lambda k, f: (f / f"{NAME}.ipynb").symlink_to(k.facts["private"]), "is a link", good=False),
    "link-beside": files(lambda k, f: (f / "x").symlink_to(k.facts["private"]), "is a link", good=True),
    "link-to-a-folder": files(lambda k, f: (f / "x").symlink_to("/"), "is a link", good=True),
    "hard-link": files(lambda k, f: os.link(k.facts["private"], f / "x"), "is a link", good=True),
    "fifo": files(lambda k, f: os.mkfifo(f / "x"), "not a regular file", good=True),
    "fifo-for-notebook": files(
        lambda k, f: os.mkfifo(f / f"{NAME}.ipynb"), "not a regular file", good=False
    ),
    "socket-file": files(a_socket, "not a regular file", good=True),
    "deep": files(nested, "nested more than 10 deep", good=True),
    "many-files": files(
        lambda k, f: [(f / str(i)).touch() for i in range(1_100)], "more than 1,000 files", good=True
    ),
    "modules-beside": files(beside, "", FULL, good=True),
    "from-the-future": files(stamped("2999-01-01 00:00:00 UTC"), "is in the future", FULL, good=True),
    "no-time": files(stamped("yesterday"), "is not a valid time", FULL, good=True),
    "crafted-zone": files(crafted_zone, "is not a valid time", FULL, good=True),
}  # fmt: skip
ROWS = CELLS | CHANGES | FILES
GOOD = [f"{letter}-good" for letter in "acegikmoqs"]


def hand_in(kit: Kit) -> None:
    """The hostile and the good, side by side."""
    good = kit.solution()
    for student in GOOD:
        kit.classroom.hand_in(student, NAME, good)
    for student, row in ROWS.items():
        folder = kit.classroom.folder / "submitted" / student / NAME
        folder.mkdir(parents=True)
        row.make(kit, folder)


GRADE = grade_submission.grade


def _grade(*given: Any, **options: Any) -> dict[str, Any]:
    """In place of `grade_submission.grade`, on a worker."""
    return GRADE(*given, **options, limits=LIMITS)


if __name__ == "__main__":
    grade, grade_class.grade_submission.grade = _grade, _grade  # type: ignore[assignment]
    results = grade_class.grade(grade_class.Options(NAME, Path(sys.argv[1])), report.Table())
    Path(sys.argv[2]).write_text(json.dumps(results))
