"""What a value is, without importing torch: where it is not loaded, nothing is torch's."""

import sys
from typing import Any

import numpy as np


def is_tensor(value: object) -> bool:
    """Whether ``value`` is a torch.Tensor."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_model(value: object) -> bool:
    """Whether ``value`` is a torch.nn.Module."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def is_plain(value: Any) -> bool:
    """Whether it is numbers, in whatever container."""
    if type(value) is dict:
        return all(map(is_plain, value.values()))
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, int | float | np.generic | np.ndarray) or is_tensor(value)
