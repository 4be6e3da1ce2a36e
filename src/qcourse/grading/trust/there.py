"""An answer in a place: calls go there as pickles, and data come back.

`There` stands where a check expects an answer, and behind each object of the place that a check holds.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from types import FunctionType
from typing import Any

import numpy as np

from qcourse.check import borrowing, unchanged
from qcourse.check.here import Here
from qcourse.check.kinds import is_model, is_tensor
from qcourse.check.raised import NoResult
from qcourse.check.switches import NAMES
from qcourse.grading.trust import bounds, decode, requests
from qcourse.grading.trust.encode import Node, names, text
from qcourse.grading.trust.line import Line, Rubbish
from qcourse.grading.trust.other import OtherFunction, other

MOST_LATE = 20  # replies to earlier calls that may come before the one that is waited for
MOST_CALLBACKS = 20_000  # in one call: one an image is a right answer
OFTEN = None, RuntimeError("called too often")


class There(Here):
    """The answer number ``index`` that the driver at the other end of ``line`` has kept."""

    def __init__(self, line: Line, index: int, number: str, name: str) -> None:
        super().__init__(number, self)
        self.name, self._line_of_error = name, ""
        self._line, self._index, self._check = line, index, next(requests.numbers)
        self._asked = borrowing.finished(number)
        self._callbacks: dict[int, Callable[..., Any]] = {}
        self._before: list[Any] = []

    def __deepcopy__(self, memo: object) -> "There":
        """The same: a copy of what stays in the place asks there, too."""
        return self

    def begin(self) -> None:
        """The place begins anew with the next call."""
        self._check = next(requests.numbers)

    def copies(self, args: Sequence[Any]) -> list[Any]:
        """As in the base class; a model, which takes longest, is copied only when a call changes it."""
        self._before = [arg if is_model(arg) else unchanged.deepcopy(arg) for arg in args]
        return self._before

    def call(self, function: Any, args: Any, kwargs: Mapping[str, Any], given: Mapping[str, object]) -> Any:
        """As in the base class; functions of a check run in the place, modules that came from it here."""
        if function is not self and not isinstance(function, FunctionType):
            return function(*args, **kwargs)
        call = None if function is self else function, [*args], dict(kwargs), dict(given), self.number
        try:
            return self._read(self._ask(call), args)
        except Rubbish as error:
            raise NoResult(f"the kernel answered a call with {error}.") from None

    def callback(self, function: Callable[..., Any]) -> Any:
        """``function`` for the place to call: arguments come as data, and its result goes there."""
        found = requests.Callback(function)
        self._callbacks[found.number] = function
        return found

    def students_line(self, error: BaseException) -> str:
        """The line that the place has named."""
        return self._line_of_error

    def elsewhere(self, number: int, kind: str) -> Any:
        """What stands for object ``number`` of the place."""
        if kind == "module":
            from qcourse.grading.trust.stand_in import StandIn

            return StandIn(self, number)
        return OtherFunction(number, self) if kind == "callable" else other(number, kind)

    def _ask(self, call: tuple[Any, ...]) -> list[Any]:
        number, stream = next(requests.numbers), BytesIO()
        pickler = requests.Writer(stream)
        pickler.dump((number, self._index, self._check))
        pickler.dump(call)
        self._line.send(stream.getvalue())
        callbacks = late = 0
        while late <= MOST_LATE:
            try:
                reply = bounds.unpack(self._line.receive())
            except Rubbish as error:
                raise NoResult(f"the kernel answered a call with {error}.") from None
            if type(reply) is list and len(reply) == 6 and reply[0] == number:
                return reply
            if type(reply) is list and len(reply) == 6 and reply[1] == "callback":
                callbacks += 1
                called = self._called(reply[0], reply[2]) if callbacks <= MOST_CALLBACKS else OFTEN
                self._line.send(pickle.dumps(called))
            else:
                late += 1
        raise NoResult("the kernel did not answer a call.")

    def _called(self, number: Any, node: Node) -> tuple[Any, BaseException | None]:
        """What a callback gives for the arguments of the place, or its error."""
        try:
            function = self._callbacks[number]
            args, kwargs = decode.Decoder((), self.elsewhere).whole(node)
            named = type(kwargs) is dict and all(isinstance(name, str) for name in kwargs)
            if type(args) is not tuple or not named:
                raise Rubbish("arguments that are none")
        except (Rubbish, KeyError, TypeError, ValueError):
            return None, TypeError("no function of the check's is called so")
        try:
            return function(*args, **kwargs), None
        except Exception as error:  # the answer's to catch, as if the function ran there
            return None, decode.error(names(error), text(error))

    def _read(self, reply: list[Any], args: Sequence[Any]) -> Any:
        _, kind, result, changed, stale, after = reply
        self.changed = {name for name in _items(changed) if type(name) is str and name in NAMES}
        self.stale = stale is True
        decoder = decode.Decoder(args, self.elsewhere, self._asked)
        value = error = None
        if kind == "returned":
            value = decoder.whole(result)
        elif kind == "raised":
            error = self._error(result)
        elif kind in ("large", "strange"):
            error = NoResult(
                "your code returned something that cannot be read (too large, or holding itself)."
            )
        else:
            raise Rubbish("a reply of another kind")
        for entry in _items(after):
            if type(entry) is not list or len(entry) != 2 or type(entry[0]) is not int:
                raise Rubbish("an argument that was not sent")
            self._update(decode.Decoder(args, self.elsewhere, self._asked), *entry)
        if error is not None:
            raise error
        return value

    def _error(self, result: Any) -> BaseException:
        if type(result) is not list or [type(part) for part in result] != [list, str, str]:
            raise Rubbish("an error that is none")
        kinds, said, self._line_of_error = result
        return borrowing.Borrowed() if "Borrowed" in kinds else decode.error(kinds, said)

    def _update(self, decoder: decode.Decoder, position: int, node: Node) -> None:
        """Give an argument the state that it has in the place."""
        argument = decoder.argument(position)
        if is_model(argument):
            from qcourse.grading.trust import decode_module

            self._before[:] = [unchanged.deepcopy(b) if b is argument else b for b in self._before]
            decode_module.refill(decoder, argument, node)
            return
        value = decoder.whole(node)
        same_form = _form(value) == _form(argument)
        if isinstance(argument, np.ndarray) and isinstance(value, np.ndarray) and same_form:
            np.copyto(argument, value)
        elif isinstance(argument, list) and isinstance(value, list):
            argument[:] = value
        elif isinstance(argument, dict) and isinstance(value, dict):
            argument.clear()
            argument.update(value)
        elif is_tensor(argument) and is_tensor(value) and same_form:
            argument.detach().copy_(value.detach())
        else:
            raise NoResult("your code has made an argument into something else.")


def _form(value: Any) -> tuple[Any, ...]:
    """What an array or a tensor must keep where its content changes."""
    writes = value.flags.writeable if isinstance(value, np.ndarray) else True
    return getattr(value, "shape", None), getattr(value, "dtype", None), writes


def _items(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Rubbish("a reply of another form")
    return value
