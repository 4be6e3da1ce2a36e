"""What a reply need not hold: the referee has sent it."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from qcourse.check.kinds import is_model, is_tensor
from qcourse.grading.trust.encode import Node


def known_nodes(arguments: list[Any]) -> tuple[dict[int, Node], dict[int, Node]]:
    """The nodes of what the referee has sent, by `id`; and those of them that have no state."""
    known: dict[int, Node] = {}
    static: dict[int, Node] = {}
    for position, argument in enumerate(arguments):
        for path, part in _parts(argument):
            known[id(part)] = ["argument", position, path]
            if is_tensor(part) and not part.is_quantized:
                known[-part.data_ptr()] = known[id(part)]  # so that others that share its memory are seen
        for path, module in argument.named_modules() if is_model(argument) else ():
            static[id(type(module))] = ["kind", position, path]
            for name, value in vars(module).items():
                if callable(value) or type(value).__name__ == "QConfig":
                    static[id(value)] = ["argument", position, f"{path}.{name}".strip(".")]
    return known | static, static


def _parts(argument: Any) -> Iterator[tuple[str, Any]]:
    """An argument whose identity counts, and the parts of a model, by their paths."""
    if is_model(argument):
        yield from argument.named_modules()
        yield from argument.named_parameters()
        yield from argument.named_buffers()
    elif is_tensor(argument) or isinstance(argument, list | dict | np.ndarray):
        yield "", argument


def shared(value: Any, arguments: Iterable[Any]) -> int | None:
    """The position of the argument whose memory an array uses; None where it has memory of its own."""
    if type(value) is not np.ndarray:
        return None
    for position, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray) and value is not argument and np.shares_memory(value, argument):
            return position
    return None
