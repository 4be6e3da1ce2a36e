"""Whether a value is torch's, without importing torch: where it is not loaded, nothing is."""

import sys
from typing import Any


def is_tensor(value: object) -> bool:
    """Whether ``value`` is a torch.Tensor."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_model(value: object) -> bool:
    """Whether ``value`` is a torch.nn.Module."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)
