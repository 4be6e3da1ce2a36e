"""What changes the arithmetic of a complete process: it stands at its defaults around a check.

A notebook may switch gradients off, or make float64 the default. That is the student's right, and no part of
an answer: the checks run, and call the answer, as in a fresh process, and give everything back afterwards.
"""

import contextlib
import locale
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from qcourse.check import random_numbers

LOCALES = locale.LC_COLLATE, locale.LC_MONETARY, locale.LC_NUMERIC, locale.LC_TIME  # Python starts with "C"
ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
PRINTING = {
    "edgeitems": 3, "threshold": 1000, "floatmode": "maxprec", "precision": 8, "suppress": False,
    "linewidth": 75, "nanstr": "nan", "infstr": "inf", "sign": "-", "formatter": None, "legacy": False,
}  # fmt: skip


NAMES = frozenset(
    (
        *("NumPy's error state", "NumPy's print options", "the working folder", "the locale", "gradients"),
        *("the default dtype", "the default device", "deterministic algorithms", "the engine"),
    )
)  # of all that a call can leave changed


class Switch(NamedTuple):
    """A setting of the process; without a ``default``, the one that is found."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]
    default: Any = None


@contextlib.contextmanager
def at_defaults() -> Iterator[None]:
    """Inside, every switch stands at its default, and random numbers start anew; then all is given back."""
    with (
        warnings.catch_warnings(),
        _matplotlib_kept(),
        _no_inference_mode(),
        _no_autocast(),
        random_numbers.kept(),
    ):
        warnings.simplefilter("ignore")
        before = [(switch, switch.read()) for switch in _switches()]
        try:
            for switch, value in before:
                if switch.default is not None and value != switch.default:
                    switch.write(switch.default)
            random_numbers.seed(0)
            yield
        finally:
            for switch, value in before:
                switch.write(value)


@contextlib.contextmanager
def given_back() -> Iterator[set[str]]:
    """Inside, a call may change switches; they are put back, and their names are in the set afterwards."""
    before = [(switch, switch.read()) for switch in _switches()]
    changed: set[str] = set()
    try:
        yield changed
    finally:
        for switch, value in before:
            if switch.read() != value:
                changed.add(switch.name)
                switch.write(value)


def _switches() -> list[Switch]:
    return [*_OF_NUMPY, *_OF_PYTHON, *_of_torch()]


def _folder() -> str:
    """The working folder, or an empty string where it has been removed."""
    with contextlib.suppress(OSError):
        return os.getcwd()
    return ""


def _change_folder(path: str) -> None:
    with contextlib.suppress(OSError):  # one that has been removed stays removed
        os.chdir(path)


def start_here() -> None:
    """This folder is the one where Python started: for a kernel, which a process elsewhere has forked."""
    _OF_PYTHON[0] = _OF_PYTHON[0]._replace(default=_folder() or None)


def _locales() -> list[str]:
    return [locale.setlocale(category) for category in LOCALES]


def _set_locales(names: list[str]) -> None:
    for category, name in zip(LOCALES, names):
        locale.setlocale(category, name)


_OF_NUMPY = [
    Switch("NumPy's error state", np.geterr, lambda state: np.seterr(**state), ERRORS),
    Switch("NumPy's print options", np.get_printoptions, lambda o: np.set_printoptions(**o), PRINTING),
]
_OF_PYTHON = [
    Switch("the working folder", _folder, _change_folder, _folder() or None),  # where Python started
    Switch("the locale", _locales, _set_locales, ["C"] * len(LOCALES)),
]


def _of_torch() -> list[Switch]:
    """Those of torch, where it is loaded."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "backends"):  # an import that failed halfway
        return []
    engines = torch.backends.quantized
    return [
        Switch("gradients", torch.is_grad_enabled, torch.set_grad_enabled, True),
        Switch("the default dtype", torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        Switch("the default device", _device, _set_device, torch.device("cpu")),
        Switch(
            "deterministic algorithms", torch.are_deterministic_algorithms_enabled, _set_algorithms, False
        ),
        Switch("the engine", lambda: engines.engine, lambda engine: setattr(engines, "engine", engine)),
    ]


def _device() -> Any:
    """As ``torch.get_default_device()``, which raises where the device does not exist here."""
    torch: Any = sys.modules["torch"]
    context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return torch.device("cpu") if context is None else context.device


def _set_device(device: Any) -> None:
    torch: Any = sys.modules["torch"]
    if _device() != device:
        torch.set_default_device(None if device.type == "cpu" else device)


def _set_algorithms(deterministic: bool) -> None:
    torch: Any = sys.modules["torch"]
    if torch.are_deterministic_algorithms_enabled() != deterministic:
        torch.use_deterministic_algorithms(
            deterministic, warn_only=torch.is_deterministic_algorithms_warn_only_enabled()
        )


@contextlib.contextmanager
def _matplotlib_kept() -> Iterator[None]:
    """Inside, matplotlib draws by its own defaults; then its settings and its backend are given back."""
    matplotlib: Any = sys.modules.get("matplotlib")
    if "matplotlib.pyplot" not in sys.modules:
        yield
        return
    backend = matplotlib.get_backend()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield
    if matplotlib.get_backend() != backend:
        matplotlib.use(backend)


@contextlib.contextmanager
def _no_inference_mode() -> Iterator[None]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.is_inference_mode_enabled():
        yield
    else:
        with torch.inference_mode(False):
            yield


@contextlib.contextmanager
def _no_autocast() -> Iterator[None]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.is_autocast_enabled("cpu"):
        yield
    else:
        with torch.autocast("cpu", enabled=False):
            yield
