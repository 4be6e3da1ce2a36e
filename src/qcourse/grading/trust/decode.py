"""The referee's side of the codec: data of a place, of which nothing is believed, become values.

Type, shape and dtype are looked at before anything is made of them. No class and no code of the place's is
used; what it calls ``other`` becomes an `Other`, which does nothing.
"""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from qcourse.check.kinds import is_model, is_tensor
from qcourse.grading.trust.bounds import fields, shape_of, whole
from qcourse.grading.trust.encode import ARRAYS, Node
from qcourse.grading.trust.line import Rubbish
from qcourse.grading.trust.other import OtherClass, Text

MOST_AGAIN = 64 * 2**20  # bytes of what a reply names again; each is there once, but a check may join them
TORCH = ("tensor", "quantized", "module", "packed", "torch", "qconfig")  # tags that need it


class Decoder:
    """Decodes the nodes of one reply.

    ``arguments`` are those of the call, which a reply may name; ``elsewhere`` makes the value for an object
    that stays in the place. ``asked`` are the functions that the student is to write: no class that has one
    of them is built here.
    """

    def __init__(
        self, arguments: Sequence[Any], elsewhere: Callable[[int, str], Any], asked: Sequence[Any] = ()
    ) -> None:
        self.arguments = arguments
        self.elsewhere = elsewhere
        self.asked = asked
        self.seen: list[Any] = []  # tensors and modules, in the order in which they come
        self._again = 0

    def value(self, node: Node) -> Any:
        """What a node stands for.

        Raises:
            Rubbish: no reply has such a node.
        """
        if type(node) is str:
            return Text(node)
        if node is None or type(node) in (bool, int, float):
            return node
        if type(node) is not list or not node or type(node[0]) is not str:
            raise Rubbish("a part without a tag")
        if node[0] in TORCH:
            from qcourse.grading.trust import decode_torch

            return decode_torch.value(self, node)
        read = getattr(self, f"_read_{node[0]}", None)
        if read is None:
            raise Rubbish("a tag that no part has")
        return read(node)

    def whole(self, node: Node) -> Any:
        """`value`, of a node that is no part of another: its models can be used."""
        found = self.value(node)
        if models := [part for part in self.seen if is_model(part)]:
            from qcourse.grading.trust import sound

            sound.check(reversed(models))  # the last of a chain first: how deep it is shows there
        return found

    def _read_list(self, node: Node) -> list[Any]:
        (items,) = fields(node, list)
        return [self.value(item) for item in items]

    def _read_tuple(self, node: Node) -> tuple[Any, ...]:
        (items,) = fields(node, list)
        return tuple([self.value(item) for item in items])

    def _read_dict(self, node: Node) -> dict[Any, Any]:
        (pairs,) = fields(node, list)
        found = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2:
                raise Rubbish("a dict that is none")
            key, value = self.value(pair[0]), self.value(pair[1])
            try:
                found[key] = value
            except TypeError:
                raise Rubbish("a key that cannot be one") from None
        return found

    def _read_array(self, node: Node) -> np.ndarray:
        kind, shape, data = fields(node, str, list, bytes)
        if kind not in ARRAYS:
            raise Rubbish("a dtype that does not cross")
        dtype = np.dtype(kind)
        size = shape_of(shape, dtype.itemsize, data)
        return np.frombuffer(bytearray(whole(data) if kind == "|b1" else data), dtype).reshape(size)

    def _read_scalar(self, node: Node) -> Any:
        array = self._read_array(node)
        if array.shape:
            raise Rubbish("a scalar with dimensions")
        return array[()]

    def _read_shared(self, node: Node) -> np.ndarray:
        """An array in the memory of an argument."""
        position, inner = fields(node, int, list)
        array, argument = self.value(inner), self.argument(position)
        if not isinstance(argument, np.ndarray) or not isinstance(array, np.ndarray):
            raise Rubbish("memory of what has none")
        view = argument[...] if argument.shape == array.shape else argument.reshape(-1)[: array.size]
        same = view.size == array.size and view.tobytes() == array.tobytes() and view.dtype == array.dtype
        return view.reshape(array.shape) if same else array

    def _read_error(self, node: Node) -> BaseException:
        names, text = fields(node, list, str)
        return error(names, text)

    def _read_argument(self, node: Node) -> Any:
        position, path = fields(node, int, str)
        found = self.argument(position)
        for part in path.split(".") if path else ():
            found = _part(found, part)
        return self.again(found)

    def _read_kind(self, node: Node) -> type:
        """The class of a model that was sent, or of a part of it."""
        return type(self._read_argument(node))

    def _read_seen(self, node: Node) -> Any:
        (place,) = fields(node, int)
        if not 0 <= place < len(self.seen):
            raise Rubbish("a part that has not come yet")
        return self.again(self.seen[place])

    def again(self, value: Any) -> Any:
        """``value``, which this reply names once more."""
        self._again += value.nbytes if isinstance(value, np.ndarray) or is_tensor(value) else 0
        if self._again > MOST_AGAIN:
            raise Rubbish("the same array too often")
        return value

    def argument(self, position: int) -> Any:
        """The argument of the call at ``position``."""
        if not 0 <= position < len(self.arguments):
            raise Rubbish("an argument that was not sent")
        return self.arguments[position]

    def _read_other(self, node: Node) -> Any:
        number, kind = fields(node, int, str)
        return self.elsewhere(number, kind)

    def _read_class(self, node: Node) -> Any:
        (name,) = fields(node, str)
        from qcourse.grading.trust import classes

        return classes.find(name) or OtherClass


def _part(found: Any, name: str) -> Any:
    """A parameter, a buffer, a child or another attribute of a module."""
    attributes = vars(found) if is_model(found) else {}
    if name in attributes and not name.startswith("_"):  # what torch keeps of a module is no part
        return attributes[name]
    for kind in ("_parameters", "_buffers", "_modules"):
        if name in attributes.get(kind, {}):
            return attributes[kind][name]
    raise Rubbish("a part that was not sent")


def error(names: Sequence[Any], text: str) -> BaseException:
    """An error of the first of these classes that is Python's own, with the ``text`` of the place."""
    known = [getattr(builtins, name, None) for name in names if type(name) is str]
    kinds = [k for k in known if isinstance(k, type) and issubclass(k, BaseException)]
    kind: Any = next((k for k in kinds if not issubclass(k, BaseExceptionGroup)), Exception)
    if not issubclass(kind, Exception | SystemExit):  # nothing here is to end by it
        kind = type(kind.__name__, (Exception,), {})
    found: BaseException = kind.__new__(kind)
    found.args = (text,)
    return found
