"""The walls around untrusted code: each escape fails, each limit holds, and nothing is left behind."""

import asyncio
import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import probe
import psutil
import pytest
from hostile import INSIDE
from nbformat.v4 import new_code_cell, new_notebook

import qcourse
from qcourse.authoring.forks import in_forks
from qcourse.errors import UserError
from qcourse.grading.execute import ContainedExecute
from qcourse.grading.kernels import provisioner
from qcourse.grading.kernels.huge_pages import use_huge_pages
from qcourse.grading.place import bubblewrap
from qcourse.grading.place import place as places
from qcourse.grading.place.bubblewrap import Sandbox
from qcourse.grading.place.limits import Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("containment"),
    pytest.mark.skipif(
        shutil.which("bwrap", path=bubblewrap.PATH) is None, reason="bubblewrap is not installed"
    ),
]
SMALL = Limits(
    cell_cpu=1, cpu_total=8, idle=4, memory=512 * 2**20, processes=16, disk=32 * 2**20, output=2**20
)
MARK = "qcourse-left-by-a-kernel"


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    return probe.run(tmp_path_factory.mktemp("course"))


@pytest.mark.parametrize("name", probe.ESCAPES)
def test_there_is_no_way_to(tried, name):
    assert tried[0][name].startswith(probe.REFUSED)


def test_nothing_of_the_grader_was_touched(tried):
    assert tried[1] == []


def test_the_probe_can_tell_a_wall_from_none(tmp_path, monkeypatch):
    """The same escapes, where there is no containment: most succeed, so that a failure means something."""
    monkeypatch.setenv("QCOURSE_ISOLATION", "none")
    open_ways = ["tcp to a listener of the grader", "an abstract socket of the grader"]
    open_ways += ["a socket file of the grader", "the solutions", "the gradebook", "another submission"]
    open_ways += ["the tests of the course", "temporary files of the grader", "the warm process"]
    open_ways += ["a process of the grader"]
    if os.access(Path(places.__file__).parent, os.W_OK):  # it may be installed by somebody else
        open_ways += ["write to the package"]
    came, seen = probe.run(tmp_path, open_ways)
    assert [name for name, said in came.items() if not said.startswith("reached:")] == []
    assert len(seen) == 4  # three messages, and the process


def run(*sources: str, limits: Limits = SMALL, files: dict[str, bytes] | None = None) -> list[str]:
    """The outputs of cells in a contained notebook beside ``files``, each with its error."""
    cells = [new_code_cell(INSIDE + source, id=f"c{i}") for i, source in enumerate(sources)]
    notebook = new_notebook(cells=cells)
    ContainedExecute(limits, files=files or {}).preprocess(notebook, {})
    return [
        "".join(f"{o.ename}: {o.evalue}" if "ename" in o else o.text for o in cell.outputs if _counts(o))
        for cell in notebook.cells
    ]


def _counts(output) -> bool:
    """Not a warning: from Python 3.12 on os.fork() warns in a kernel, which has threads."""
    return output.get("name") != "stderr"


CPU = "seconds of CPU time"
SLEEP = "import mmap, os, time\nsleep = lambda: time.sleep(60)\n"
# what a cell does, and what is said of it
BEYOND = {
    "an endless loop": ("while True: pass", CPU),
    "one that ignores interrupts": (
        """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
        CPU,
    ),
    "a busy child": (
        """
if os.fork() == 0:
    while True: pass
os.wait()
""",
        CPU,
    ),
    "a busy daemon": (
        """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: pass
    os._exit(0)
sleep()
""",
        CPU,
    ),
    "sleep": ("sleep()", "computed nothing"),
    "private memory": ("x = bytearray(2**30)", "MemoryError"),
    "memory of many processes": (
        """
for _ in range(6):
    if os.fork() == 0:
        x = bytearray(150 * 2**20)
        sleep()
sleep()
""",
        "more than 0.5 GB of memory",
    ),
    "shared memory": (
        """
os.fork(), os.fork()  # four, each with its own
x = mmap.mmap(-1, 150 * 2**20)
for i in range(0, len(x), 4096): x[i] = 1
sleep()
""",
        "more than 0.5 GB of memory",
    ),
    "address space": ("mmap.mmap(-1, 8 * 2**30)", "Cannot allocate memory"),
    "processes": ("for _ in range(40): os.fork() or sleep()\nsleep()", "more than 16 processes"),
    "the dead": ("for _ in range(40): os.fork() or os._exit(0)\nsleep()", "more than 16 processes"),
    "a large file": ("open('/tmp/x', 'wb').write(bytes(40 * 2**20))", "too large|No space"),
    "many files": ("for i in range(8): open(f'/tmp/{i}', 'wb').write(bytes(8 * 2**20))", "No space"),
    "a large file in /dev/shm": ("open('/dev/shm/x', 'wb').write(bytes(2 * 2**20))", "No space"),
    "output": ("for _ in range(200): print('x' * 10_000, flush=True)", "outputs are larger than 1 MB"),
    "descriptors": ("x = [os.dup(0) for _ in range(1000)]", "Too many open files"),
}


def test_memory_that_forks_share_counts_once():
    outputs = run(SLEEP + "for _ in range(6): os.fork() or sleep()", "time.sleep(1); print('went on')")
    assert outputs == ["", "went on\n"]


@pytest.mark.parametrize("what", BEYOND)
def test_a_limit_holds(what):
    """It costs the cell that went beyond, and the next one runs."""
    source, said = BEYOND[what]
    outputs = run(SLEEP + source, "print('went on')")
    assert re.search(said, outputs[0])
    assert outputs[1] == "went on\n"


def test_the_limit_of_the_notebook_holds_where_each_cell_keeps_its_own():
    busy = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 0.5: pass"
    outputs = run(*[busy] * 6, "print('went on')", limits=SMALL._replace(cpu_total=1.5))
    assert any("the notebook's time was used up" in output for output in outputs)
    assert "went on\n" not in outputs


def test_one_message_may_be_as_large_as_the_limit_of_the_run():
    (output,) = run("print('x' * 20_000_000)", limits=SMALL._replace(output=2**25, idle=60))
    assert len(output) == 20_000_001


def test_the_warm_process_has_one_thread_and_so_can_fork():
    assert len(os.listdir(f"/proc/{provisioner.forkserver()._process.pid}/task")) == 1


@pytest.mark.skipif(
    [*map(int, re.findall(r"\d+", os.uname().release)[:2])] < [6, 1],
    reason="Linux collapses no pages on demand",
)
def test_what_is_forked_many_times_lies_in_huge_pages():
    def huge():
        return int(re.findall(r"AnonHugePages:\s*(\d+)", Path("/proc/self/smaps_rollup").read_text())[0])

    def collapsed():
        held, before = b"x" * 2**24, huge()
        use_huge_pages()
        return (huge() - before) * 1024 > len(held) / 2

    assert in_forks([collapsed]) == [True]


def test_torch_is_warm_where_a_cell_names_it_and_else_not_even_imported(monkeypatch):
    monkeypatch.setattr(provisioner, "_warm", [])  # that of other tests may have it
    look = "import sys; print('numpy' in sys.modules, 'tor' 'ch' in sys.modules)"
    named = "def later():\n    from qcourse import torch_ao"
    assert run(look) == ["True False\n"]
    (started,) = provisioner._warm
    assert run(look, named)[0] == "True True\n"  # the same process has learned it
    assert provisioner._warm == [started]
    started.close()


def test_no_debugger_is_imported_for_a_kernel_and_a_notebook_may_still_have_one():
    assert run("import sys; print('debugpy' in sys.modules); import debugpy") == ["False\n"]


LEAVE = f"""
import os, subprocess, time
for _ in range(3):
    subprocess.Popen(["bash", "-c", "exec -a {MARK} sleep 1000"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
open("/tmp/{MARK}", "w").write("x")
print(os.listdir("/tmp"))
"""


def namespace(pid: int) -> str:
    with contextlib.suppress(OSError):  # it has ended, or is somebody else's
        return os.readlink(f"/proc/{pid}/ns/pid")
    return ""


def everything_in(place) -> list[psutil.Process]:
    """The processes of its namespace, found from outside."""
    return [p for p in psutil.process_iter() if namespace(p.pid) == namespace(place.pid)]


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    """No process, no mount, no file, whether it was asked to end or was killed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    mounts = probe.mounts()
    with probe.kernel() as contained:
        assert MARK in contained.ask(LEAVE)
        inside = everything_in(contained.place)
        for found in (inside, contained.place.processes()):
            assert len(found) >= 7  # its keeper, itself, three programs, two of the daemon
    descriptors = len(os.listdir("/proc/self/fd"))
    with probe.kernel() as contained:
        contained.ask(LEAVE)
        inside += everything_in(contained.place)
        psutil.Process(contained.place.pid).kill()
    deadline = time.monotonic() + 5
    while any(p.is_running() for p in inside) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [p for p in inside if p.is_running()] == []
    assert probe.mounts() == mounts
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == []
    assert len(os.listdir("/proc/self/fd")) <= descriptors


INTERRUPTED = """
import os, signal
from qcourse.grading.place import bubblewrap
from qcourse.grading.place.limits import Limits

def then(pid):
    map_users(pid)
    print(pid, flush=True)
    os.killpg(0, signal.SIGINT)

signal.signal(signal.SIGINT, lambda *_: None)
map_users, bubblewrap._map_users = bubblewrap._map_users, then
bubblewrap.Sandbox(Limits()).close()
"""


def test_a_place_that_a_terminal_interrupts_while_it_is_made_does_not_stay():
    run = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(run, stdout=subprocess.PIPE, text=True, process_group=0, timeout=30)
    deadline = time.monotonic() + 5
    while not ended(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended(int(done.stdout))


def ended(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # that nobody waits for
    return True


def test_the_first_process_does_not_stay_where_nobody_listens():
    listens, says = os.pipe()
    os.close(listens)
    with open(says, "wb") as pipe:  # like the first of a namespace, it is not ended by SIGPIPE
        silent = {"stdout": pipe, "stderr": subprocess.DEVNULL}
        subprocess.run(bubblewrap.SLEEP, **silent, restore_signals=False, timeout=10)


def test_a_kill_of_everything_in_reach_reaches_nothing_else(tmp_path):
    with probe.kernel() as neighbour:
        outputs = run("import os; os.kill(-1, 9)", "print('went on')")
        assert outputs == ["", "went on\n"]
        assert neighbour.ask("print('here')") == "here"
        assert provisioner.forkserver().alive


def test_a_lost_warm_process_is_replaced(tmp_path):
    psutil.Process(provisioner.forkserver()._process.pid).kill()
    provisioner.forkserver()._process.wait()
    assert run("print(1)") == ["1\n"]


def test_an_unknown_isolation_is_named(monkeypatch):
    monkeypatch.setenv("QCOURSE_ISOLATION", "hope")
    with pytest.raises(UserError, match="'hope' is unknown"):
        places.make_place(Limits())


def test_without_bubblewrap_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(bubblewrap, "PATH", str(tmp_path))
    with pytest.raises(UserError, match="apt install bubblewrap"):
        Sandbox(Limits())


def test_where_bubblewrap_fails_it_says_why(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho no permission >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"does not work here \(no permission\)"):
        Sandbox(Limits())


def test_a_place_that_was_killed_from_outside_is_found_dead():
    with probe.kernel() as contained:
        psutil.Process(contained.place._bwrap.pid).kill()
        deadline = time.monotonic() + 5
        manager = contained.manager.provisioner
        while asyncio.run(manager.poll()) is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert asyncio.run(manager.poll()) == 1


def test_files_beside_a_notebook_are_there_and_stand_in_for_no_library():
    names = ["numpy.py", "sitecustomize.py", "sqlite3/__init__.py", "qcourse/check.py"]
    files = {"data/x.txt": b"x", "mine.py": b"n = 5"} | dict.fromkeys(names, b"import os; os._exit(1)")
    outputs = run(
        "import mine, numpy, sqlite3, qcourse.check as check\nprint(mine.n, numpy.abs(-1), check.__name__)",
        "with open('data/x.txt', 'a') as file: print('y', file=file)\nprint(open('data/x.txt').read())",
        "import os; os._exit(0)",
        "print(open('data/x.txt').read(), oct(os.stat('data').st_mode)[-3:])",
        files=files,
    )
    assert outputs[:2] == ["5 1 qcourse.check\n", "xy\n\n"]
    assert "the cell ended its kernel" in outputs[2]
    assert outputs[3] == "xy\n 777\n"  # in the next kernel, too, because the cell that wrote is run again


def test_what_one_notebook_writes_beside_itself_the_next_does_not_see():
    look = "import os; print(sorted({*os.listdir()} & {*'xy'}))"
    assert run("open('x', 'w').close()", look, files={"y": b""})[1] == "['x', 'y']\n"
    assert run(look, files={"y": b""}) == ["['y']\n"]


FAULTS = {
    "preload": ("def warm(*_, **__): raise OSError('cold')", "ended while it started:.*cold"),
    "forked_kernel": ("def _run(*_): raise OSError('no sockets')", "did not start:.*no sockets"),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """What a process says that grades with a copy of the package, which has one fault after the other."""
    folder = tmp_path_factory.mktemp("faulty")
    package = Path(qcourse.__file__).parent
    shutil.copytree(package, folder / "qcourse", ignore=shutil.ignore_patterns("__pycache__"))
    run = r"""
import sys
from pathlib import Path
from nbformat.v4 import new_code_cell, new_notebook
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from qcourse.errors import UserError
from qcourse.grading.execute import ContainedExecute
KernelProvisionerFactory._get_all_provisioners = lambda: []  # none is installed
for module, line in zip(sys.argv[2::2], sys.argv[3::2]):
    file = Path(sys.argv[1], f"qcourse/grading/kernels/{module}.py")
    right = file.read_text()
    file.write_text(f"{right}\n{line}\n")
    try:
        ContainedExecute().preprocess(new_notebook(cells=[new_code_cell("1")]), {})
    except (RuntimeError, UserError) as error:
        print(module, error)
    file.write_text(right)
"""
    faults = [word for module, (line, _) in FAULTS.items() for word in (module, line)]
    command = [sys.executable, "-c", run, folder, *faults]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("module", FAULTS)
def test_a_package_on_the_path_is_the_one_that_kernels_have_and_says_why_none_starts(faulty, module):
    """Each fault is in a copy, not in the package that is installed."""
    assert re.search(f"^{module} .*{FAULTS[module][1]}", faulty, re.DOTALL | re.MULTILINE)


def test_of_a_place_that_cannot_be_made_nothing_stays(monkeypatch):
    def fails(pid):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    me = psutil.Process()
    before = me.children(), me.num_fds()
    monkeypatch.setattr(bubblewrap, "_map_users", fails)
    with pytest.raises(UserError, match="bubblewrap does not work here"):
        Sandbox(SMALL)
    monkeypatch.undo()
    monkeypatch.setattr(os, "pidfd_open", fails)
    with pytest.raises(UserError, match="bubblewrap does not work here"):
        Sandbox(SMALL)
    assert (me.children(), me.num_fds()) == before


def test_a_place_that_dies_while_a_kernel_starts_is_waited_for_no_longer():
    place = Sandbox(SMALL)
    assert not place.sealed
    place.close()
    while place.root.exists():
        time.sleep(0.01)
    assert place.sealed
