"""Kernels for tests that are not about a cold start: forks of one process, which has imported torch.

A cold kernel imports for three seconds of CPU time and more before a notebook's own work.
``tests/conftest.py`` starts the warm process, which imports when it is asked first, and ends with pytest.
`$JUPYTER_PATH` gives Jupyter these kernels, by a kernelspec whose command asks for a fork and stays for as
long as it lives.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = "QCOURSE_TEST_KERNELS"  # the variable that names the folder of the socket and the kernelspec

BEFORE_IMPORTS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel itself sets it
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger, which ipykernel imports, would warn on stderr
}


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Start the warm process, for this process and those that it starts."""
    with tempfile.TemporaryDirectory(prefix="kernels") as folder:
        spec = Path(folder) / "kernels" / "python3"
        spec.mkdir(parents=True)
        command = [sys.executable, "-IS", __file__, "ask", f"{folder}/socket", "{connection_file}"]
        kernel = {"argv": command, "display_name": "Python 3", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(f"{folder}/socket")
        listener.listen(64)
        descriptor = listener.fileno()
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", str(descriptor)],
            pass_fds=[descriptor], env=os.environ | BEFORE_IMPORTS, stdin=subprocess.PIPE,
        )  # fmt: skip
        listener.close()
        os.environ |= {FOLDER: folder, "JUPYTER_PATH": folder}
        try:
            yield
        finally:
            del os.environ[FOLDER], os.environ["JUPYTER_PATH"]
            assert server.stdin
            server.stdin.close()
            server.wait()


def ask(address: str, connection_file: str, *options: str) -> None:
    """Be a kernel, to who started this process: it ends when the fork does, and the fork when it ends."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # sent before a request to shut down
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(address)
        request = [["-f", connection_file, *options], os.getcwd(), dict(os.environ)]
        socket.send_fds(server, [json.dumps(request).encode()], [1, 2])
        server.recv(1)


def serve(descriptor: int) -> None:
    """Fork a kernel for each who asks, until stdin ends."""
    import selectors
    import signal

    with socket.socket(fileno=descriptor) as listener, selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while not any(key.fileobj is sys.stdin for key, _ in selector.select()):
            client, _ = listener.accept()
            _warm()
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
            if os.fork() == 0:
                selector.close()
                listener.close()
                _become_kernel(client)
            client.close()


def _warm() -> None:
    """What every notebook imports, once."""
    import gc
    import importlib

    from qcourse.grading.kernels import preload

    for modules in preload.PARTS.values():
        for name in modules:
            importlib.import_module(name)
    gc.freeze()  # a collection in a fork would touch, and so copy, everything that is loaded


def _become_kernel(client: socket.socket) -> None:
    import random
    import signal
    import threading

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    request, outputs, _, _ = socket.recv_fds(client, 2**20, 2)
    arguments, folder, environment = json.loads(request)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for number, output in enumerate(outputs, start=1):
        os.dup2(output, number)
        os.close(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path.remove(os.path.dirname(__file__))
    random.seed()  # as different from other kernels as one that has just started
    np.random.seed()  # noqa: NPY002
    threading.Thread(target=lambda: os._exit(len(client.recv(1))), daemon=True).start()
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
    os._exit(0)


if __name__ == "__main__":
    _, what, *given = sys.argv
    if what == "serve":
        serve(int(given[0]))
    else:
        ask(*given)
