"""A real JupyterLab, and what a person does in it.

What is still to come is waited for with `wait_for`. Each look of `expect` at what is not there yet describes
the whole page, in case it was the last look, and a notebook's page has 30,000 nodes.
"""

import contextlib
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import urllib3
from playwright.sync_api import Locator, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 60  # for one thing to happen, on a loaded machine; a test waits as long only where it fails
FLAGS = [
    "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
OPTIONS = [
    "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0", "--IdentityProvider.token=",
    # No look at the network for news, versions and extensions.
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
]  # fmt: skip


@contextlib.contextmanager
def running_lab(folder: Path, home: Path, *options: str, **environment: str) -> Iterator[str]:
    """``jupyter lab`` started in ``folder``, with settings of its own in ``home``; gives its address."""
    own = {"HOME": home, "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_DATA_DIR": home / "data"}
    own |= {"JUPYTER_RUNTIME_DIR": home / "run", "JUPYTERLAB_SETTINGS_DIR": home / "settings"}
    own |= {"JUPYTERLAB_WORKSPACES_DIR": home / "workspaces"}
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *OPTIONS, *options],
        cwd=folder, env=os.environ | {k: str(v) for k, v in own.items()} | environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    log: list[str] = []
    addresses: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, log, addresses), daemon=True)
    reader.start()
    try:
        yield _answering(addresses, log)
    finally:
        _end(process)
        reader.join()
        assert process.stdout
        process.stdout.close()


def _read(process: subprocess.Popen, log: list[str], addresses: queue.Queue) -> None:
    assert process.stdout
    for line in process.stdout:
        log.append(line)
        if found := re.search(r" (http://127\.0\.0\.1:\d+)/lab", line):
            addresses.put(found[1])


def _answering(addresses: queue.Queue, log: list[str]) -> str:
    """The server's address, as soon as it answers: it tells it a moment before it listens there."""
    retries = urllib3.Retry(SECONDS, backoff_factor=0.1, backoff_max=1)
    try:
        address = addresses.get(timeout=SECONDS)
        with urllib3.PoolManager() as pool:
            pool.request("GET", f"{address}/api", retries=retries)
    except (queue.Empty, urllib3.exceptions.MaxRetryError):
        raise RuntimeError("JupyterLab did not start:\n" + "".join(log)) from None
    return address


def _end(process: subprocess.Popen) -> None:
    """End the server, and the kernels where it does not do so itself."""
    started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(started, timeout=5)
    for child in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def open_notebook(page: Page, lab: str, path: str) -> None:
    """Open the notebook, and wait until its kernel is ready."""
    page.goto(f"{lab}/lab/tree/{path}")
    page.locator(".jp-StatusBar-TextItem", has_text="| Idle").wait_for()


def follow(page: Page, link: Locator) -> None:
    """Click the link of a notebook, and wait until it is open with a kernel of its own."""
    with page.expect_response(lambda r: r.request.method == "POST" and "/api/sessions" in r.url):
        link.click()
    page.locator(".jp-StatusBar-TextItem", has_text="| Idle").wait_for()


def choose(page: Page, *words: str) -> None:
    """Choose from the menus, as in ``choose(page, "Run", "Run All Cells")``."""
    page.get_by_role("menuitem", name=words[0], exact=True).click()
    for word in words[1:]:
        page.locator(".lm-Menu-item").get_by_text(word, exact=True).click()


def code_cell(page: Page, text: str) -> Locator:
    """The first code cell that holds ``text``."""
    return page.locator(".jp-CodeCell", has_text=text).first


def run(cell: Locator) -> None:
    """Select the cell and run it, as with the mouse and Ctrl+Enter."""
    cell.locator(".jp-InputArea-prompt").click()
    cell.page.keyboard.press("Control+Enter")


def replace_line(cell: Locator, line: str, text: str) -> None:
    """Type ``text``, of one line or more, in the place of the line that holds ``line``."""
    cell.locator(".cm-line", has_text=line).click()
    for keys in ("Home", "Shift+End"):
        cell.page.keyboard.press(keys)
    cell.page.keyboard.insert_text(text)  # at once: each key costs the page a layout
