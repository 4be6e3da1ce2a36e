"""Values in one short line, as a failed check shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qcourse.check.kinds import is_model, is_tensor

WHOLE = 12  # elements that are shown one by one; of more, the first and the range


def short(value: Any, limit: int = 100) -> str:
    """``value`` in one short line: arrays by dtype, shape, elements and range, models by their layers."""
    if is_tensor(value):
        value = value.detach().dequantize() if value.is_quantized else value.detach()
        return f"tensor {short(value.cpu().numpy(), limit)}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {list(value.shape)}: {_elements(value)}"
    if isinstance(value, list) and any(isinstance(v, np.ndarray) or is_tensor(v) for v in value):
        return "[" + "; ".join(short(v, limit) for v in value[:4]) + "; …" * (len(value) > 4) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(short(item, limit) for item in value) + ")"
    if isinstance(value, float | np.floating):
        return f"{type(value).__name__} {_number(value)}"
    text = _layers(value) if is_model(value) else (repr(_first(value, [limit])).splitlines() or [""])[0]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def call(name: str, parameters: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """A call with its arguments named, or, where ``name`` is empty, the arguments alone."""
    names = [*parameters, *[""] * len(args)]
    words = [f"{n}={short(a, 60)}" if n else short(a, 60) for n, a in zip(names, args)]
    words += [f"{n}={short(a, 40)}" for n, a in kwargs.items()]
    return f"{name}({', '.join(words)})" if name else ", ".join(words)


def numbers(value: Any) -> str:
    """``value`` by its numbers alone, as in the message of a hidden test: no text that an answer made."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return f"a dict of {len(value)}: {numbers(list(value.values()))}"
    if isinstance(value, list | tuple | set):
        items = ", ".join(numbers(item) for item in list(value)[:8]) + ", …" * (len(value) > 8)
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if value is None or isinstance(value, bool | int | float | np.generic | np.ndarray):
        return short(value)
    return short(value) if is_tensor(value) else "an object of another kind"


def _elements(values: np.ndarray) -> str:
    """All elements in their rows, or of many the first and the range: an outlier is seen there."""
    if values.size <= WHOLE:
        return _nested(values)
    flat = values.ravel()
    first = "[" * values.ndim + ", ".join(map(_number, flat[:5])) + ", …" + "]" * values.ndim
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        return first
    return f"{first}, from {_number(flat.min())} to {_number(flat.max())}"


def _nested(values: np.ndarray) -> str:
    if values.ndim == 0:
        return _number(values[()])
    return "[" + ", ".join(map(_nested, values)) + "]" if values.ndim > 1 else _row(values)


def _row(values: np.ndarray) -> str:
    return "[" + ", ".join(map(_number, values)) + "]"


def _layers(model: Any) -> str:
    """``Sequential of Linear 4→3, ReLU``."""
    layers = [
        type(m).__name__ + (f" {m.in_features}→{m.out_features}" if hasattr(m, "out_features") else "")
        for m in model.children()
    ]
    return type(model).__name__ + (f" of {', '.join(layers)}" if layers else "")


def _first(value: Any, left: list[int]) -> Any:
    """A list or dict without what its line has no room for: an answer's may have a million parts."""
    left[0] -= 10 if isinstance(value, np.ndarray) else 1
    if type(value) is list:
        return [_first(v, left) for v in value if left[0] > 0]
    return {k: _first(v, left) for k, v in value.items() if left[0] > 0} if type(value) is dict else value


def _number(x: object) -> str:
    return f"{x:.6g}" if isinstance(x, float | np.floating) else str(x)
