"""The handwritten digits: real MNIST where it can be had, scikit-learn's real digits elsewhere.

Both sets are read from flat files: MNIST's own idx files are a header of 8 or 16 bytes, then plain
uint8, which is already what a memory map wants. Nothing is decoded, nothing is copied.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import socket
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from platformdirs import user_cache_dir

from qcourse.errors import UserError

SOURCES = ("auto", "mnist", "digits")
# name: (shape, header bytes, md5 of the whole file). MNIST's are those of the published files.
MNIST_FILES = {
    "train-images-idx3-ubyte": ((60_000, 28, 28), 16, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": ((60_000,), 8, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": ((10_000, 28, 28), 16, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": ((10_000,), 8, "27ae3e4e09519cfbb04c329615203637"),
}
DIGITS_FILES = {  # our own flat copies, without a header
    "train-images": ((1_400, 28, 28), 0, "fa8f88dea7e2db34480c39b11fb7b048"),
    "train-labels": ((1_400,), 0, "fab0fcb182b7342e9a47fe077f614114"),
    "test-images": ((397, 28, 28), 0, "6babc934c889701e0d459c4cd0cfa7ab"),
    "test-labels": ((397,), 0, "c4d45eaa8b26309604ea211376537e68"),
}
DIGITS_TRAIN = 1_400  # of 1,797


class Digits(NamedTuple):
    """Images uint8 ``[n, 28, 28]`` (0 is background) and labels uint8 ``[n]``, read-only."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    name: str


def load_digits28(source: str = "auto") -> Digits:
    """Load the first of: MNIST on disk, MNIST by download, scikit-learn's digits scaled to 28x28.

    On disk means ``$QCOURSE_DATA/MNIST/raw`` or the user cache. ``QCOURSE_OFFLINE=1`` forbids the
    download. ``source`` is ``"auto"``, ``"mnist"`` (fail where it cannot be had) or ``"digits"``;
    ``$QCOURSE_SOURCE`` sets what ``"auto"`` means. One line says what was loaded, and why.

    Raises:
        UserError: ``source`` is unknown, or MNIST was asked for and cannot be had.
    """
    if source == "auto":
        source = os.environ.get("QCOURSE_SOURCE") or "auto"
    if source not in SOURCES:
        raise UserError(f"the data source {source!r} is unknown: say one of {', '.join(SOURCES)}.")
    digits, notice = _kept.get(source) or _load(source)
    print(notice)
    return digits


def keep_loaded() -> None:
    """Load what "auto" means here once, for this process and its forks."""
    source = os.environ.get("QCOURSE_SOURCE") or "auto"
    _kept[source] = _load(source)


_kept: dict[str, tuple[Digits, str]] = {}


def _load(source: str) -> tuple[Digits, str]:
    """The data, and a line that says what it is."""
    if source == "digits":
        return _offline_digits("as asked")
    digits, reason = _mnist_on_disk()
    if digits is None:
        digits, why_not = _mnist_by_download()
        reason = "; ".join(filter(None, [reason, why_not]))
    if digits is not None:
        return digits, f"Data: {digits.name}."
    if source == "mnist":
        raise UserError(f"MNIST cannot be loaded: {reason}. Set QCOURSE_DATA to a folder that "
                        "holds MNIST/raw, or connect to the internet once.")  # fmt: skip
    return _offline_digits(reason)


def cache_folder() -> Path:
    """Where downloads are kept: ``$QCOURSE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("QCOURSE_CACHE") or user_cache_dir("qcourse", appauthor=False))


def declare_missing_operators() -> None:
    """Let ``import torchvision`` work where its compiled operators do not fit this torch.

    A CUDA build of torchvision beside a CPU build of torch stops with "operator torchvision::nms
    does not exist". The data sets use none of these operators: declaring them is enough.
    """
    import torch

    package = importlib.util.find_spec("torchvision")
    for compiled in Path(package.origin).parent.glob("_C.*") if package and package.origin else ():
        with contextlib.suppress(OSError):  # where it does load, the operators are there
            torch.ops.load_library(compiled)
    if not hasattr(torch.ops.torchvision, "nms"):
        library = torch.library.Library("torchvision", "FRAGMENT")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _schemas.append(library)  # they live as long as this object


_schemas: list[object] = []


def _mnist_on_disk() -> tuple[Digits | None, str]:
    """Look in the two folders; the string says what is wrong with the first one named."""
    reasons = []
    if given := os.environ.get("QCOURSE_DATA"):
        digits, why_not = _read_folder(Path(given) / "MNIST" / "raw", MNIST_FILES, "MNIST")
        if digits is not None:
            return digits, ""
        reasons.append(f"QCOURSE_DATA: {why_not}")
    folder = cache_folder() / "MNIST" / "raw"
    if folder.exists():
        digits, why_not = _read_folder(folder, MNIST_FILES, "MNIST")
        if digits is not None:
            return digits, ""
        reasons.append(f"cache: {why_not}")
    return None, "; ".join(reasons)


def _read_folder(folder: Path, files: dict, name: str) -> tuple[Digits | None, str]:
    arrays = []
    for file, (shape, header, md5) in files.items():
        path = folder / file
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "md5").hexdigest()
        except OSError as error:
            return None, f"{path} cannot be read ({error.strerror})"
        if digest != md5:
            size, wanted = path.stat().st_size, header + int(np.prod(shape))
            what = "damaged" if size == wanted else f"incomplete ({size:,} of {wanted:,} bytes)"
            return None, f"{path} is {what}"
        arrays.append(np.memmap(path, dtype=np.uint8, mode="r", offset=header, shape=shape))
    a, b, c, d = arrays
    return Digits(a, b, c, d, _name(name, *arrays)), ""


def _name(source: str, *arrays: np.ndarray) -> str:
    return f"{source}, {len(arrays[1]):,} training and {len(arrays[3]):,} test images"


def _mnist_by_download() -> tuple[Digits | None, str]:
    """Download beside the cache, check, and only then move it in: no half-written file is ever used."""
    if os.environ.get("QCOURSE_OFFLINE"):
        return None, "QCOURSE_OFFLINE forbids the download"
    final = cache_folder() / "MNIST" / "raw"
    timeout = socket.getdefaulttimeout()
    try:
        declare_missing_operators()
        from torchvision.datasets import MNIST

        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
            socket.setdefaulttimeout(10)  # seconds; a dead network must not hang the notebook
            MNIST(scratch, download=True)
            raw = Path(scratch) / "MNIST" / "raw"
            digits, why_not = _read_folder(raw, MNIST_FILES, "MNIST")
            if digits is None:
                return None, why_not
            if final.exists():
                shutil.rmtree(final)  # found damaged above
            raw.rename(final)
    except OSError as error:  # no network, no space left, a cache that cannot be written
        return None, f"the download failed ({error.strerror or error})"
    except Exception as error:  # torchvision reports a failed mirror as RuntimeError
        return None, f"the download failed ({str(error).splitlines()[0] if str(error) else error!r})"
    finally:
        socket.setdefaulttimeout(timeout)
    return _read_folder(final, MNIST_FILES, "MNIST")


def _offline_digits(reason: str) -> tuple[Digits, str]:
    """Scikit-learn's 1,797 handwritten digits (UCI, Alpaydin and Kaynak 1998), 8x8, scaled to 28x28."""
    folder = cache_folder() / "digits28"
    digits, _ = _read_folder(folder, DIGITS_FILES, "scikit-learn digits")
    if digits is None:
        digits = _make_digits()
        with contextlib.suppress(OSError):  # a read-only or full disk: made anew next time
            _write_folder(folder, digits)
    return digits, f"Data: {digits.name}, scaled to 28x28, in place of MNIST ({reason})."


def _make_digits() -> Digits:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing SciPy is not the reader's concern
        from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    shuffle = np.arange(len(labels)) * 1_000 % len(labels)  # fixed; every writer lands in both parts
    images = _upscale(small[shuffle].reshape(-1, 8, 8).astype(np.int64))
    labels = labels[shuffle].astype(np.uint8)
    images.flags.writeable = labels.flags.writeable = False
    train, test = slice(None, DIGITS_TRAIN), slice(DIGITS_TRAIN, None)
    arrays = images[train], labels[train], images[test], labels[test]
    return Digits(*arrays, _name("scikit-learn digits", *arrays))


def _write_folder(folder: Path, digits: Digits) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for file, array in zip(DIGITS_FILES, digits[:4], strict=True):
            array.tofile(Path(scratch) / file)
            os.replace(Path(scratch) / file, folder / file)  # whole, or not at all


def _upscale(images: np.ndarray) -> np.ndarray:
    """Bilinear, ``[n, 8, 8]`` values 0 to 16 -> uint8 ``[n, 28, 28]``, in integers: equal on every CPU."""
    centre = np.arange(28) * 4 + 2 - 7  # of output pixel i in input coordinates, times 14
    left = np.clip(centre // 14, 0, 6)
    share = np.clip(centre - 14 * left, 0, 14)
    weights = np.zeros((28, 8), dtype=np.int64)
    weights[np.arange(28), left] = 14 - share
    weights[np.arange(28), left + 1] = share
    big = weights @ images @ weights.T  # times 14 * 14
    return ((big * 255 + 16 * 98) // (16 * 196)).astype(np.uint8)
