"""What a reply may hold: its parts are looked at before anything is made of them."""

from collections.abc import Sequence
from math import prod
from typing import Any

import msgpack

from qcourse.grading.trust.encode import DEPTH, DIMENSIONS, LONGEST, MOST_NODES, Node
from qcourse.grading.trust.line import MOST, Rubbish

MOST_DEPTH = 3 * DEPTH  # of lists: a container is a list in a list
MOST_PARTS = 4 * MOST_NODES  # of lists
LEAVES = (type(None), bool, int, float, str, bytes)


def unpack(frame: bytes | bytearray) -> Any:
    """The lists, strings, numbers and bytes of a frame.

    Raises:
        Rubbish: it holds anything else, or too much of them.
    """
    count = 0

    def counted(part: list[Any]) -> list[Any]:  # while it is read: a byte of a frame can become a list of 56
        nonlocal count
        count += 1 + len(part)
        if count > MOST_PARTS:
            raise Rubbish("a reply that has too many parts")
        return part

    try:
        found = msgpack.unpackb(
            frame, raw=False, use_list=True, list_hook=counted, max_array_len=MOST_NODES,
            max_str_len=4 * LONGEST, max_bin_len=MOST, max_map_len=0, max_ext_len=0,
        )  # fmt: skip
    except (ValueError, UnicodeDecodeError, msgpack.UnpackException, RecursionError) as error:
        raise Rubbish(f"not the data of a reply ({type(error).__name__})") from None
    _measure(found)
    return found


def _measure(found: Any) -> None:
    """Refuse what is nested deeper than `Encoder` nests, and other kinds of data."""
    level = [found]
    for _ in range(MOST_DEPTH):
        if any(type(part) is not list and type(part) not in LEAVES for part in level):
            raise Rubbish("a kind of data that no reply has")
        level = [inner for part in level if type(part) is list for inner in part]
    if level:
        raise Rubbish("a reply that is nested too deeply")


def fields(node: Node, *kinds: type | tuple[type, ...]) -> Sequence[Any]:
    """The parts of a node behind its tag, which must be of ``kinds``."""
    parts = node[1:]
    if len(parts) != len(kinds) or not all(
        type(p) in (k if isinstance(k, tuple) else (k,)) for p, k in zip(parts, kinds)
    ):
        raise Rubbish("a reply of another form")
    return parts


def shape_of(shape: list[Any], itemsize: int, data: bytes) -> tuple[int, ...]:
    """A shape that ``data`` fill exactly."""
    if len(shape) > DIMENSIONS or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise Rubbish("a shape that is none")
    if prod(shape) * itemsize != len(data):
        raise Rubbish("an array whose shape is not that of its data")
    if prod(n for n in shape if n) > MOST:  # NumPy and torch count an empty array's steps, too
        raise Rubbish("a shape that is none")
    return tuple(shape)


def whole(flags: bytes) -> bytes:
    """The bytes of bools, which are 0 or 1: any other would be true here and false there."""
    if flags.translate(None, b"\0\1"):
        raise Rubbish("a bool that is none")
    return flags
