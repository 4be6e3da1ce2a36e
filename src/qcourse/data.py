"""The handwritten digits: real MNIST where it can be loaded, scikit-learn's real digits elsewhere.

Both sets are read from flat files: MNIST's own idx files are a header of 8 or 16 bytes, then plain
uint8, which is already what a memory map wants. Nothing is decoded, nothing is copied.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from qcourse import files, offline_digits
from qcourse.errors import UserError
from qcourse.files import cache_folder

SOURCES = ("auto", "mnist", "digits")
File = tuple[tuple[int, ...], int, str]  # shape, bytes of the header, md5 of the complete file
MNIST_FILES: dict[str, File] = {  # as published
    "train-images-idx3-ubyte": ((60_000, 28, 28), 16, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": ((60_000,), 8, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": ((10_000, 28, 28), 16, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": ((10_000,), 8, "27ae3e4e09519cfbb04c329615203637"),
}
DIGITS_FILES: dict[str, File] = {  # our own flat copies, without a header
    "train-images": ((1_400, 28, 28), 0, "fa8f88dea7e2db34480c39b11fb7b048"),
    "train-labels": ((1_400,), 0, "fab0fcb182b7342e9a47fe077f614114"),
    "test-images": ((397, 28, 28), 0, "6babc934c889701e0d459c4cd0cfa7ab"),
    "test-labels": ((397,), 0, "c4d45eaa8b26309604ea211376537e68"),
}


class Digits(NamedTuple):
    """Images uint8 ``[n, 28, 28]`` (0 is background) and labels uint8 ``[n]``, read-only."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    name: str


_kept: dict[str, tuple[Digits, str]] = {}  # per source, see keep_loaded


class Unavailable(Exception):
    """A set of digits could not be loaded from one place; the text is the reason, shown in parentheses."""


def load_digits28(source: str = "auto") -> Digits:
    """Load the first of: MNIST on disk, MNIST by download, scikit-learn's digits scaled to 28x28.

    On disk means ``$QCOURSE_DATA/MNIST/raw`` or the user cache. ``QCOURSE_OFFLINE=1`` forbids the
    download. ``source`` is ``"auto"``, ``"mnist"`` (fail if it cannot be loaded) or ``"digits"``;
    ``$QCOURSE_SOURCE`` sets what ``"auto"`` means. One line says what was loaded, and why.

    Raises:
        UserError: ``source`` is unknown, or MNIST was asked for and could not be loaded.
    """
    if source == "auto":
        source = os.environ.get("QCOURSE_SOURCE") or "auto"
    if source not in SOURCES:
        raise UserError(f"the data source {source!r} is unknown: use one of {', '.join(SOURCES)}.")
    digits, notice = _kept.get(source) or _load(source)
    print(notice)
    return digits


def keep_loaded() -> None:
    """Load what "auto" means here once, for this process and its forks."""
    source = os.environ.get("QCOURSE_SOURCE") or "auto"
    _kept[source] = _load(source)


def _load(source: str) -> tuple[Digits, str]:
    """The data, and a line that says what it is."""
    if source == "digits":
        return _offline_digits("as asked")
    reasons = []
    for get in (mnist_on_disk, _mnist_by_download):
        try:
            digits = get()
        except Unavailable as error:
            reasons.append(str(error))
        else:
            return digits, f"Data: {digits.name}."
    reason = "; ".join(filter(None, reasons))
    if source == "mnist":
        raise UserError(f"MNIST cannot be loaded: {reason}. Set QCOURSE_DATA to a folder that "
                        "holds MNIST/raw, or connect to the internet once.")  # fmt: skip
    return _offline_digits(reason)


def mnist_on_disk() -> Digits:
    """Look in the two folders. Raises Unavailable: what is wrong with each that is named or exists."""
    cached = cache_folder() / "MNIST" / "raw"
    folders = {"cache": cached} if cached.exists() else {}
    if given := os.environ.get("QCOURSE_DATA"):
        folders = {"QCOURSE_DATA": Path(given) / "MNIST" / "raw"} | folders
    reasons = []
    for name, folder in folders.items():
        try:
            return _read_folder(folder, MNIST_FILES, "MNIST")
        except Unavailable as error:
            reasons.append(f"{name}: {error}")
    raise Unavailable("; ".join(reasons))


def _read_folder(folder: Path, expected: dict[str, File], name: str) -> Digits:
    """Map the four files of a set. Raises Unavailable: one is missing, incomplete or damaged."""
    arrays = []
    for file, (shape, header, md5) in expected.items():
        path = folder / file
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "md5").hexdigest()
        except OSError as error:
            raise Unavailable(f"{path} cannot be read ({error.strerror})") from None
        if digest != md5:
            size, wanted = path.stat().st_size, header + int(np.prod(shape))
            what = "damaged" if size == wanted else f"incomplete ({size:,} of {wanted:,} bytes)"
            raise Unavailable(f"{path} is {what}")
        arrays.append(np.memmap(path, dtype=np.uint8, mode="r", offset=header, shape=shape))
    return _digits(name, *arrays)


def _digits(source: str, *arrays: np.ndarray) -> Digits:
    a, b, c, d = arrays
    return Digits(a, b, c, d, f"{source}, {len(b):,} training and {len(d):,} test images")


def _mnist_by_download() -> Digits:
    """Download beside the cache, check, and only then move it in: no half-written file is ever used."""
    if os.environ.get("QCOURSE_OFFLINE"):
        raise Unavailable("QCOURSE_OFFLINE forbids the download")
    final = cache_folder() / "MNIST" / "raw"
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
            _download(scratch)
            raw = Path(scratch) / "MNIST" / "raw"
            _read_folder(raw, MNIST_FILES, "MNIST")
            if final.exists():
                shutil.rmtree(final)  # found damaged above
            raw.rename(final)
    except OSError as error:
        why = error.strerror or error
        raise Unavailable(f"the cache {cache_folder()} cannot be written ({why})") from None
    return _read_folder(final, MNIST_FILES, "MNIST")


def _download(folder: str) -> None:
    """Let torchvision download into ``folder``, in a process of its own. Raises Unavailable."""
    command = [sys.executable, "-X", "utf8", "-m", "qcourse.download_mnist", folder]
    try:  # its progress bar goes to stderr, which the notebook shows
        done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"the download failed ({error})") from None
    if done.returncode:
        said = done.stdout.splitlines() if done.returncode == 1 else []
        why = said[-1] if said else f"torchvision ended its process, code {done.returncode}"
        raise Unavailable(f"the download failed ({why})")


def _offline_digits(reason: str) -> tuple[Digits, str]:
    """Scikit-learn's digits, from the cache or made anew."""
    folder = cache_folder() / "digits28"
    try:
        digits = _read_folder(folder, DIGITS_FILES, "scikit-learn digits")
    except Unavailable:
        digits = _digits("scikit-learn digits", *offline_digits.make())
        with contextlib.suppress(OSError):  # a read-only or full disk: made anew next time
            _write_folder(folder, digits)
    return digits, f"Data: {digits.name}, scaled to 28x28, in place of MNIST ({reason})."


def _write_folder(folder: Path, digits: Digits) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file, array in zip(DIGITS_FILES, digits[:4], strict=True):
        files.replace(folder / file, array.tobytes())
