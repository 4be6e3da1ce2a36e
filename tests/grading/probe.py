"""A harmless probe: what untrusted code could try to get out, tried in one contained kernel.

Each escape is the body of a function: it returns what it reached, or raises where it is refused. Nothing
is damaged where one succeeds: files are opened and not written to, and a process is there to be killed.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from textwrap import indent
from typing import Any

import psutil
from jupyter_core.utils import run_sync

import qcourse
from qcourse.files import cache_folder
from qcourse.grading.kernels import provisioner
from qcourse.grading.kernels.client import ContainedKernelManager
from qcourse.grading.place.limits import SYSTEM_PROCESS_FACTOR, Limits

ROOT = Path(__file__).parents[2]
REFUSED = "refused: "
CREDENTIAL = "QCOURSE_PROBE_CREDENTIAL"
SMALL_DISK = "/qcourse-small-disk"
HELPERS = """
import ctypes, glob, mmap, os, signal, socket, sys
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def call(function, *arguments):
    result = getattr(libc, function)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def in_child(function, *arguments):  # some calls want a process of one thread
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if call(function, *arguments) >= 0 else 1)
        except OSError as error:
            os._exit(error.errno)
    if code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise OSError(code, os.strerror(code))
    return function

def create(folder):
    path = Path(folder) / ".qcourse-probe"
    path.write_text("")
    path.unlink()
    return path

def statuses():
    return {p: Path(f"/proc/{p}/status").read_text() for p in os.listdir("/proc") if p.isdigit()}

def refuse(reached):
    if not reached:
        raise PermissionError("nothing")
    return reached
"""
NETWORK = {
    "tcp to a listener of the grader": "return socket.create_connection(('127.0.0.1', facts['tcp']), 2)",
    "tcp to the world": "return socket.create_connection(('192.0.2.1', 80), 2)",
    "udp to the grader": """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.settimeout(1)
            out.connect(('127.0.0.1', facts['udp']))
            out.send(b'probe')
            out.send(b'the first came back as refused, or nobody was there')
            return out.recv(1)""",
    "an abstract socket of the grader": """
        with socket.socket(socket.AF_UNIX) as out:
            return out.connect(chr(0) + facts['abstract'])""",
    "a socket file of the grader": """
        with socket.socket(socket.AF_UNIX) as out:
            return out.connect(facts['socket'])""",
    "an interface besides loopback": "return refuse([n for _, n in socket.if_nameindex() if n != 'lo'])",
}
READS = {
    "the passwords": "return open('/etc/passwd').read()",
    "files in the home folder": """
        return refuse([e.path for e in os.scandir(facts['home']) if not e.is_dir(follow_symlinks=False)])""",
    "the solutions": "return open(facts['solutions']).read()",
    "the gradebook": "return open(facts['gradebook'], 'rb').read()",
    "another submission": "return open(facts['submission']).read()",
    "the folder of the course": "return os.listdir(facts['course'])",
    "the tests of the course": "return os.listdir(facts['tests'])",
    "temporary files of the grader": "return os.listdir(facts['temporary'])",
    "another kernel's files": "return Path('/tmp/home/neighbour').read_text()",
    "another kernel's shared memory": "return Path('/dev/shm/neighbour').read_text()",
    "a credential in the environment": """
        environments = [Path(p).read_bytes().decode() for p in glob.glob('/proc/[0-9]*/environ')]
        return refuse([e for e in [*environments, repr(os.environ)] if facts['credential'] in e])""",
    "descriptors of the grader": """
        links = {os.readlink(p) for p in glob.glob('/proc/self/fd/*') if os.path.lexists(p)}
        mine = ('/tmp', '/dev/null', '/proc/')  # /proc/: the folder that glob reads
        files = {link for link in links if link.startswith('/') and not link.startswith(mine)}
        return refuse(files | (links & set(facts['descriptors'])))""",
    "disks": "return refuse([p for p in glob.glob('/dev/*') if os.lstat(p).st_mode & 0o170000 == 0o060000])",
    "the kernel's settings": "return os.listdir('/sys')",
    "kernel memory": "return os.open('/proc/kcore', os.O_RDONLY)",
    "keys of the session": "return call('syscall', facts['keyctl'], 6, -3, 0, 0)",
}
WRITES = {
    f"write to {what}": f"return create({folder})"
    for what, folder in {
        "the root": "'/'",
        "programs": "'/usr'",
        "settings": "'/etc'",
        "devices": "'/dev'",
        "Python": "sys.prefix",
        "the package": "facts['package']",
        "the data": "facts['data']",
        "the cache": "facts['cache']",
        "the home folder": "facts['home']",
    }.items()
} | {
    "write to the system's settings": """
        reached = []
        for folder, folders, files in os.walk('/proc'):
            if folder == '/proc':
                folders[:] = [name for name in folders if not name.isdigit()]
            for path in (os.path.join(folder, name) for name in files):
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    reached.append(path)
                except OSError:
                    pass
        return refuse(reached)""",
    "replace the kernel's sockets": "os.symlink('/tmp', '/sockets/new'); return 'a link'",
    "mount": "return call('mount', b'none', b'/tmp/home', b'tmpfs', 0, None)",
    "mount the root writable": "return call('mount', None, b'/', None, 4096 | 32, None)",
    "unmount": "return call('umount2', b'/proc', 2)",
    "another root": "os.mkdir('/tmp/root'); return os.chroot('/tmp/root')",
}
RIGHTS = {
    "processes of others": """
        commands = [Path(f'/proc/{p}/cmdline').read_text() for p in statuses()]
        return refuse([command for command in commands if 'time.sleep(600)' in command])""",
    "a process of the grader": "return os.kill(facts['victim'], signal.SIGKILL)",
    "the warm process": "return os.kill(facts['forkserver'], 0)",
    "a new user namespace": "return in_child('unshare', 0x10000000)",
    "a new mount namespace": "return in_child('unshare', 0x00020000)",
    "a debugger on the grader": "return call('ptrace', 16, facts['victim'], 0, 0)",
    "a first process with more rights": """
        return refuse([n for n in ('user', 'mnt', 'net', 'pid')
                       if os.readlink(f'/proc/1/ns/{n}') != os.readlink(f'/proc/self/ns/{n}')])""",
    "capabilities": """
        lines = [line for status in statuses().values() for line in status.splitlines()]
        return refuse([line for line in lines if line.startswith(('CapEff', 'CapPrm', 'CapInh', 'CapAmb'))
                       and int(line.split()[1], 16)])""",
    "new rights by a program": """
        return refuse([p for p, status in statuses().items() if 'NoNewPrivs:\\t1' not in status])""",
    "another user": "return os.setuid(0)",
    "more of a limit": """
        import resource
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        return resource.setrlimit(resource.RLIMIT_DATA, (2 * hard, 2 * hard))""",
    "more processes than the limit": """
        children = []
        try:  # as many as the limit, and a few; each only waits
            for _ in range(facts['processes'] + 8):
                children.append(os.fork() or signal.pause())
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        return len(children)""",
    "a debugger on the first process": "return call('ptrace', 16, 1, 0, 0)",
    "memory of the first process": "return os.open('/proc/1/mem', os.O_RDWR)",
    "memory of nobody": "return os.memfd_create('probe')",
    "System V memory": "return call('shmget', 0, 4096, 0o1600)",
    "an earlier turn on the processor": "return os.nice(-5)",
}
ESCAPES = NETWORK | READS | WRITES | RIGHTS


class Kernel:
    """A contained kernel that answers."""

    def __init__(self, limits: Limits) -> None:
        self.manager = ContainedKernelManager()
        run_sync(self.manager.start_kernel)(limits=limits)
        self.place: Any = self.manager.provisioner.place  # type: ignore[union-attr]
        self._client: Any = self.manager.client()
        self._client.start_channels()
        run_sync(self._client.wait_for_ready)(timeout=60)

    def ask(self, code: str) -> str:
        """What ``code`` prints, or how it fails."""
        said: list[str] = []

        def hear(message: dict) -> None:
            content = message["content"]
            said.append(content.get("text") or f"{content['ename']}: {content['evalue']}")

        def listen(message: dict) -> None:
            if message["content"].get("name") == "stderr":
                return  # a warning: from Python 3.12 on os.fork() warns in a kernel, which has threads
            if message["msg_type"] in ("stream", "error"):
                hear(message)

        run_sync(self._client.execute_interactive)(code, output_hook=listen, timeout=60)
        return "".join(said).strip()

    def close(self) -> None:
        self._client.stop_channels()
        run_sync(self.manager.shutdown_kernel)(now=True)


@contextmanager
def kernel(limits: Limits | None = None) -> Iterator[Kernel]:
    """A contained kernel, gone afterwards."""
    started = Kernel(limits or Limits())
    try:
        yield started
    finally:
        started.close()


def escape(body: str) -> str:
    """The cell that tries one escape."""
    lines = "\n".join(line.removeprefix("        ") for line in body.strip("\n").splitlines())
    return (
        f"def attempt():\n{indent(lines, '    ')}\n"
        "try:\n    print('reached:', attempt())\n"
        f"except (OSError, ValueError) as error:\n    print('{REFUSED}' + type(error).__name__, error)"
    )


def run(folder: Path, names: Iterable[str] = ESCAPES) -> tuple[dict[str, str], list[str]]:
    """Try the escapes ``names``; return what came of each, and what the grader saw of it.

    ``folder`` is empty: a course, with something to read, is put there.
    """
    with ExitStack() as stack:
        facts, seen = _bait(folder, stack)
        neighbour = stack.enter_context(kernel())
        neighbour.ask("for p in ('/tmp/home', '/dev/shm'): open(p + '/neighbour', 'w').write('mine')")
        facts |= _own_descriptors()
        limits = Limits(processes=12)
        facts["processes"] = SYSTEM_PROCESS_FACTOR * limits.processes
        prisoner = stack.enter_context(kernel(limits))
        prisoner.ask(f"{HELPERS}\nfacts = {facts!r}")
        came = {name: prisoner.ask(escape(body)) for name, body in ESCAPES.items() if name in names}
        alive = "neighbour lives" in neighbour.ask("print('neighbour lives')")
        return came, seen() + ([] if alive else ["the neighbour's kernel has ended"])


def failures(folder: Path) -> list[str]:
    """Every escape that did not fail, in words."""
    came, seen = run(folder)
    return [f"{name}: {said}" for name, said in came.items() if not said.startswith(REFUSED)] + seen


def _bait(folder: Path, stack: ExitStack) -> tuple[dict[str, Any], Callable[[], list[str]]]:
    """Things of ours to reach for, and a function that tells which were touched."""
    stack.enter_context(_environment({CREDENTIAL: "open sesame"}))
    while provisioner._warm:  # a new warm process could inherit the credential
        provisioner._warm.pop().close()
    facts: dict[str, Any] = {"credential": "open sesame", "home": str(Path.home()), "course": str(folder)}
    for name in ("solutions", "gradebook", "submission"):
        (folder / name).write_text("private")
        facts[name] = str(folder / name)
    listeners = {}
    for name, family, kind, address in (
        ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0qcourse-probe-{os.getpid()}"),
        ("socket", socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "s")),
    ):
        listener = listeners[name] = stack.enter_context(socket.socket(family, kind))
        listener.bind(address)
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        named = listener.getsockname()
        facts[name] = named[1] if family == socket.AF_INET else str(folder / "s")
    facts["abstract"] = f"qcourse-probe-{os.getpid()}"
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    stack.callback(victim.wait)
    stack.callback(victim.kill)
    facts |= {
        "victim": victim.pid,
        "forkserver": provisioner.forkserver()._process.pid,
        "package": str(Path(qcourse.__file__).parent),
        "data": str(Path(os.environ.get("QCOURSE_DATA", "/data")) / "MNIST"),
        "cache": str(cache_folder()),
        "tests": str(Path(__file__).parent),
        "temporary": str(folder.parent),
        "keyctl": {"x86_64": 250, "aarch64": 219}.get(os.uname().machine, 0),
    }

    def seen() -> list[str]:
        touched = [f"a message came to {name}" for name, listener in listeners.items() if _called(listener)]
        return touched + (["a process of the grader was killed"] if victim.poll() is not None else [])

    return facts, seen


def _own_descriptors() -> dict[str, list[str]]:
    """Pipes and sockets of this process and of the warm one, by name; the standard three may be shared."""
    named = set()
    for process in (psutil.Process(), psutil.Process(provisioner.forkserver()._process.pid)):
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
            if int(descriptor.name) > 2 and os.path.lexists(descriptor):
                named.add(os.readlink(descriptor))
    return {"descriptors": sorted(n for n in named if n.startswith(("pipe:", "socket:")))}


def mounts() -> list[str]:
    """What is mounted here, without the disks that test_faults fills, maybe at the same time."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if not line.split()[4].endswith(SMALL_DISK)]


def _called(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_DGRAM:
            return bool(listener.recv(1))
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    os.environ |= variables
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    print(json.dumps(run(folder), indent=1))
