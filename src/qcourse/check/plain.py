"""Whether a value is numbers, in whatever container."""

from typing import Any

import numpy as np

from qcourse.check.kinds import is_tensor


def is_plain(value: Any) -> bool:
    """Whether it is numbers, in whatever container."""
    if type(value) is dict:
        return all(map(is_plain, value.values()))
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, int | float | np.generic | np.ndarray) or is_tensor(value)
