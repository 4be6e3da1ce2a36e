"""Every source of the digits, and every way in which one can be broken."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from qcourse import data, download_mnist, offline_digits
from qcourse.errors import UserError


def fake_mnist(folder, spoil=""):
    """Files of MNIST's sizes, whose checksums are those in ``FAKE``."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, (shape, header, _) in data.MNIST_FILES.items():
        content = bytes(header + int(np.prod(shape)))
        if spoil == "half" and "t10k-images" in name:
            content = content[: len(content) // 2]
        if spoil == "flipped" and "t10k-images" in name:
            content = content[:-1] + b"\1"
        (raw / name).write_bytes(content)


@pytest.fixture
def made_up_torchvision(no_data, tmp_path, monkeypatch):
    """Puts a package named torchvision, made of two texts, before the real one; the download is allowed."""

    def make(init: str = "", datasets: str = "") -> None:
        package = tmp_path / "made_up" / "torchvision"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(init)
        (package / "datasets.py").write_text(datasets)
        monkeypatch.setenv("PYTHONPATH", str(package.parent))
        monkeypatch.delenv("QCOURSE_OFFLINE")

    return make


def downloads(folder) -> str:
    """A ``datasets.py`` whose download copies ``folder``."""
    return f"""
import shutil
def MNIST(root, download):
    shutil.copytree({str(folder)!r}, root, dirs_exist_ok=True)
"""


@pytest.fixture
def small_mnist(monkeypatch):
    """A stand-in for MNIST: zeros, a hundredth of its size, with right checksums."""
    files = {}
    for name, (shape, header, _) in data.MNIST_FILES.items():
        shape = (shape[0] // 100, *shape[1:])
        files[name] = (shape, header, hashlib.md5(bytes(header + int(np.prod(shape)))).hexdigest())
    monkeypatch.setattr(data, "MNIST_FILES", files)


def test_real_mnist_where_it_is_on_disk(root):
    folder = os.environ.get("QCOURSE_DATA")
    if not folder:
        pytest.skip("QCOURSE_DATA does not name a folder with MNIST")
    digits = data.load_digits28("mnist")
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.test_images.dtype == np.uint8
    assert digits.train_labels[:5].tolist() == [5, 0, 4, 1, 9]  # LeCun's first five
    assert isinstance(digits.train_images, np.memmap)


def test_offline_digits_are_made_once_and_mapped_next_time(no_data, capsys):
    first = data.load_digits28()
    second = data.load_digits28()
    assert "in place of MNIST (QCOURSE_OFFLINE forbids the download)" in capsys.readouterr().out
    assert isinstance(second.train_images, np.memmap)
    for a, b in zip(first[:4], second[:4], strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.train_images.shape == (1_400, 28, 28)
    assert len(first.test_labels) == 397
    assert set(first.test_labels) == set(range(10))
    assert first.train_images.max() == 255


def test_digits_are_not_changed_by_who_uses_them(no_data):
    for digits in (data.load_digits28(), data.load_digits28()):
        with pytest.raises(ValueError, match="read-only"):
            digits.train_images[0, 0, 0] = 1


def test_upscaling_keeps_corners_constants_and_symmetry():
    image = np.zeros((2, 8, 8), dtype=np.int64)
    image[0] = 16
    image[1, 0, 0] = 16
    big = offline_digits.upscale(image)
    assert np.all(big[0] == 255)
    assert big[1, 0, 0] == 255
    assert np.array_equal(big[1], big[1].T)
    assert np.array_equal(offline_digits.upscale(image[:, ::-1]), big[:, ::-1])


@pytest.mark.parametrize(("spoil", "word"), [("half", "incomplete"), ("flipped", "damaged")])
def test_a_damaged_file_is_found_and_never_used(
    no_data, small_mnist, tmp_path, monkeypatch, capsys, spoil, word
):
    fake_mnist(tmp_path / "given", spoil)
    monkeypatch.setenv("QCOURSE_DATA", str(tmp_path / "given"))
    digits = data.load_digits28()
    said = capsys.readouterr().out
    assert "scikit-learn" in digits.name
    assert "t10k-images-idx3-ubyte" in said
    assert word in said
    assert len(said.splitlines()) == 1


def test_a_whole_folder_is_used(no_data, small_mnist, tmp_path, monkeypatch):
    fake_mnist(tmp_path / "given")
    monkeypatch.setenv("QCOURSE_DATA", str(tmp_path / "given"))
    assert data.load_digits28("mnist").train_images.shape == (600, 28, 28)


def test_a_damaged_cache_is_fetched_again(no_data, small_mnist, made_up_torchvision, tmp_path, monkeypatch):
    fake_mnist(no_data, "half")
    fake_mnist(tmp_path / "mirror")
    made_up_torchvision(datasets=downloads(tmp_path / "mirror"))
    assert data.load_digits28().name.startswith("MNIST")
    monkeypatch.setenv("QCOURSE_OFFLINE", "1")
    assert data.load_digits28().name.startswith("MNIST")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("raise OSError(28, 'No space left on device')", "No space left on device"),
        (
            "raise RuntimeError('Error downloading x:\\nTried a, got:\\n<403>\\nTried b, got:\\n<407>\\n')",
            "the download failed (Error downloading x: Tried a, got: <403>; Tried b, got: <407>)",
        ),
        ("raise TimeoutError('timed out')", "the download failed (timed out)"),
        ("print('Downloading …'); import os; os.abort()", "torchvision ended its process, code -6"),
        ("pass", "t10k-images-idx3-ubyte is incomplete"),
    ],
)
def test_a_failed_download_leaves_nothing_and_falls_back(
    no_data, small_mnist, made_up_torchvision, tmp_path, capsys, fault, reason
):
    fake_mnist(tmp_path / "mirror", "half")
    made_up_torchvision(datasets=downloads(tmp_path / "mirror") + f"    {fault}\n")
    assert data.load_digits28().name.startswith("scikit-learn")
    assert reason in capsys.readouterr().out
    assert sorted(path.name for path in no_data.iterdir()) == ["MNIST", "digits28"]
    assert not (no_data / "MNIST" / "raw").exists()
    with pytest.raises(UserError, match="QCOURSE_DATA"):
        data.load_digits28("mnist")


class Answers(BaseHTTPRequestHandler):
    """A proxy that wants a password; to who asks it directly, a login page."""

    def do_CONNECT(self):  # https through a proxy
        self.send_error(407)

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Log in</html>")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    ("mirror", "proxy", "reason"),
    [
        ("https://mnist.invalid/", True, "407 Proxy Authentication Required"),
        ("http://{host}/", False, "not that file (a login page of your network?)"),
        ("https://{host}/", False, "[SSL: "),
    ],
)
def test_a_network_that_gives_no_mnist_is_named_in_full(tmp_path, monkeypatch, capsys, mirror, proxy, reason):
    """By the real torchvision; the second mirror's cause is told, too."""
    monkeypatch.setattr("urllib.request._opener", None)  # it keeps the proxies of the first call
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        for name in ("http_proxy", "https_proxy", "no_proxy"):
            monkeypatch.delenv(name.upper(), raising=False)
            monkeypatch.setenv(name, f"http://{host}" if proxy and name != "no_proxy" else "")
        mirrors = [mirror.format(host=host), "http://127.0.0.1:1/"]
        monkeypatch.setattr(download_mnist.import_datasets().MNIST, "mirrors", mirrors)
        monkeypatch.setattr(sys, "argv", ["download_mnist", str(tmp_path)])
        try:
            with pytest.raises(SystemExit):
                download_mnist.main()
        finally:
            socket.setdefaulttimeout(None)
            server.shutdown()
    [said] = capsys.readouterr().out.splitlines()
    first, second = said.removeprefix("Error downloading train-images-idx3-ubyte.gz: ").split("; ")
    assert first.startswith(f"Tried {mirrors[0]}, got: ")
    assert reason in first
    assert second.startswith(f"Tried {mirrors[1]}, got: ")


def test_operators_that_torchvision_defines_are_not_declared_by_hand(
    no_data, small_mnist, made_up_torchvision, tmp_path
):
    """Version 0.29 registers them in C++ from ``_C_stable.so``, and aborts where they exist."""
    made_up_torchvision(
        """
import os, torch
if hasattr(torch.ops.torchvision, "nms"):
    os.abort()
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
""",
        downloads(tmp_path / "mirror"),
    )
    fake_mnist(tmp_path / "mirror")
    assert data.load_digits28().name.startswith("MNIST")


def test_a_missing_folder_and_a_cache_that_cannot_be_written(no_data, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("QCOURSE_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("QCOURSE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.delenv("QCOURSE_OFFLINE")
    assert data.load_digits28().name.startswith("scikit-learn")
    said = capsys.readouterr().out
    assert "nowhere" in said
    assert f"the cache {tmp_path / 'file' / 'cache'} cannot be written (Not a directory)" in said
    assert "download" not in said


def test_an_unknown_source_is_one_sentence():
    with pytest.raises(UserError, match="'cifar' is unknown: use one of auto, mnist, digits"):
        data.load_digits28("cifar")


def test_loading_from_disk_imports_neither_torch_nor_torchvision(no_data):
    code = (
        "import sys; from qcourse.data import load_digits28 as f; f('digits'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


@pytest.mark.parametrize("compiled", ["as installed", "left out"])
def test_torchvision_is_imported_with_or_without_its_operators(tmp_path, compiled):
    """A CUDA build beside a CPU build of torch cannot load them: here they are left out."""
    installed = Path(find_spec("torchvision").origin).parent
    (tmp_path / "torchvision").mkdir()
    for path in installed.iterdir():
        if compiled == "as installed" or not path.name.startswith("_C"):
            (tmp_path / "torchvision" / path.name).symlink_to(path)
    code = "from qcourse.download_mnist import import_datasets as f; print(f() is f(), f().__file__)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"True {tmp_path}")
