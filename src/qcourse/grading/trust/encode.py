"""The place's side of the codec: a value becomes a node of plain data, which `decode` reads.

A node is None, a bool, an int, a float, a string, or a list that begins with a tag. What is none of the kinds
below crosses as ``other``, with a number by which the referee can name it again.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse.check.kinds import is_model, is_tensor

DEPTH = 24  # of containers; the course's deepest value has 6
DIMENSIONS = 32  # NumPy has 64; no array of the course has more than 5
MOST_BYTES = 8 * 2**20  # of all arrays in a value
MOST_NODES = 100_000
LONGEST = 1000  # of a string
ARRAYS = {"|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"}
KINDS = frozenset(  # of what does not cross: a message may name them
    (
        *("ndarray", "matrix", "memmap", "MaskedArray", "recarray", "str_", "bytes_", "void"),
        *("generator", "range", "map", "filter", "zip", "enumerate", "reversed", "set", "frozenset"),
        *("dict_items", "dict_keys", "dict_values", "bytes", "bytearray", "complex", "Fraction", "Decimal"),
    )
)
Node = Any


class TooLarge(Exception):
    """The value is larger than a reply may be."""


class Encoder:
    """Encodes the parts of one reply.

    ``known`` holds the nodes of objects that the referee knows, by `id`; ``keep`` takes any other object and
    returns its number.
    """

    def __init__(self, known: dict[int, Node], keep: Callable[[object], int]) -> None:
        self.known = known
        self.keep = keep
        self.seen: dict[int, int] = {}  # tensors and modules of this reply, by id: their place in it
        self.held: list[object] = []  # so that no other object gets one of these ids
        self._bytes, self._nodes = MOST_BYTES, MOST_NODES

    def node(self, value: Any, depth: int = 0) -> Node:
        """The node of ``value``.

        Raises:
            TooLarge: it is larger than a reply may be.
        """
        self._nodes -= 1
        if self._nodes < 0:
            raise TooLarge
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else self.other(value)
        if kind is str and len(value) <= LONGEST:
            return value
        if id(value) in self.known:
            return self.known[id(value)]
        if isinstance(value, np.generic):
            return self._numpy("scalar", np.asarray(value), value)
        if kind is np.ndarray:
            return self._numpy("array", value, value)
        if is_tensor(value) or is_model(value) or kind.__module__.split(".")[0] == "torch":
            from qcourse.grading.trust import encode_torch

            return encode_torch.node(self, value, depth)
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Node:
        if depth >= DEPTH:
            return self.other(value)
        if isinstance(value, list | tuple):
            items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
            return ["list" if isinstance(value, list) else "tuple", [self.node(v, depth + 1) for v in items]]
        if isinstance(value, dict):
            pairs = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in dict.items(value)]
            return ["dict", pairs]
        if isinstance(value, BaseException):
            return ["error", names(value), text(value)]
        if isinstance(value, type):
            return ["class", class_name(value)]
        return self.other(value)

    def other(self, value: object) -> Node:
        """The node of what does not cross."""
        kind = type(value).__name__
        known = "callable" if callable(value) else kind if kind in KINDS else ""
        return ["other", self.keep(value), known]

    def count(self, data: bytes) -> bytes:
        """``data``, taken from what is left of a reply's bytes."""
        self._bytes -= len(data)
        if self._bytes < 0:
            raise TooLarge
        return data

    def first(self, value: object) -> Node | None:
        """None where ``value`` comes for the first time in this reply, else the node that names it."""
        if id(value) in self.seen:
            return ["seen", self.seen[id(value)]]
        self.seen[id(value)] = len(self.seen)
        self.held.append(value)
        return None

    def _numpy(self, tag: str, array: np.ndarray, value: object) -> Node:
        native = array.dtype.newbyteorder("=")
        if native.str not in ARRAYS or array.ndim > DIMENSIONS:
            return self.other(value)
        return [tag, native.str, list(array.shape), self.count(array.astype(native).tobytes())]


def class_name(kind: type) -> str:
    """The name of a class, as ``torch.nn.modules.linear.Linear``."""
    return f"{kind.__module__}.{kind.__qualname__}"[:LONGEST]


def names(error: BaseException) -> list[str]:
    """The names of an error's class and of those that it is derived from."""
    return [kind.__name__[:LONGEST] for kind in type(error).__mro__[:20]]


def text(error: BaseException) -> str:
    """What an error says, shortened."""
    try:
        return str(error)[:LONGEST]
    except Exception:
        return ""
