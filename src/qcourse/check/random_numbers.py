"""The random numbers of Python, NumPy and, where it is loaded, torch."""

import contextlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Inside, random numbers may be drawn, and change none that are drawn afterwards."""
    torch: Any = sys.modules.get("torch")
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the generator that answers may share
    of_torch = torch and torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        if of_torch is not None:
            torch.set_rng_state(of_torch)


def seed(number: int) -> None:
    """Begin the random numbers anew."""
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(number)  # torch.manual_seed looks for graphics cards, each time
