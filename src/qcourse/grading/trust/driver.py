"""The place's side: it keeps the answers, builds what the referee sends, calls, and says what came.

All of it is a claim of the place: a student's code can change each of these functions. The referee sends
pickles, which may hold anything; what goes back is data.
"""

import contextlib
import pickle
import socket
from io import BytesIO
from typing import Any

import cloudpickle  # noqa: F401 - what the pickles of functions need
import msgpack

from qcourse.check import calling, switches
from qcourse.check.here import Here
from qcourse.check.kinds import is_plain
from qcourse.grading.trust.encode import LONGEST, Encoder, Node, TooLarge, names, text
from qcourse.grading.trust.known import known_nodes, shared
from qcourse.grading.trust.line import MOST, Ended, Line

Names = dict[str, Any]


class Driver:
    """Answers the calls of a referee; ``names`` are the notebook's."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kept: list[tuple[Names, Any]] = []  # the answers, each with the names as they were
        self._current, self._check = -1, 0
        self._defaults = contextlib.ExitStack()
        self._objects: list[object] = []  # that do not cross, by number
        self._numbers: dict[int, int] = {}  # of these, by id
        self._last: tuple[Any, Node] | None = None

    def keep(self, answer: str) -> None:
        """Keep an answer with the names of the notebook, which later cells may bind anew."""
        missing = NameError(f"name '{answer}' is not defined")
        self._kept.append((dict(self._names), self._names.get(answer, missing)))

    def serve(self, descriptor: int) -> None:
        """Answer calls until the referee is gone."""
        line = Line(socket.socket(fileno=descriptor))
        with self._defaults:
            while True:
                line.send(self._answer(line, bytes(line.receive())))

    def _answer(self, line: Line, frame: bytes) -> bytes:
        request = _Reader(frame, self, line)
        number, index, check = request.load()
        if check != self._check:
            self._begin(index, check)
        answer = request.answer = self._kept[index][1]
        with calling.quiet():
            function, arguments, options, given, exercise = request.load()
        try:
            found = self._call(answer, function, arguments, options, given, exercise)
            reply = msgpack.packb([number, *found], unicode_errors="replace")
            kind = "returned" if len(reply) <= MOST else "large"
        except TooLarge:
            kind = "large"
        except Exception:  # of an object that is hostile to whoever looks at it
            kind = "strange"
        return reply if kind == "returned" else msgpack.packb([number, kind, None, [], False, []])

    def _begin(self, index: int, check: int) -> None:
        """A check of answer ``index`` begins: switches at their defaults, and names as at its test.

        What a call binds stays for the answer's other checks.
        """
        self._defaults.close()
        if self._current >= 0:
            self._kept[self._current] = dict(self._names), self._kept[self._current][1]
        self._names.clear()
        self._names.update(self._kept[index][0])
        self._current, self._check, self._last = index, check, None
        self._defaults.enter_context(switches.at_defaults())

    def _call(
        self, answer: Any, function: Any, arguments: list[Any], options: Names, given: Names, exercise: str
    ) -> list[Node]:
        known, static = known_nodes(arguments)
        before = [Encoder(static, self.number).node(argument) for argument in arguments]
        here, value, error = Here(exercise, answer), None, None
        try:
            if isinstance(answer, NameError):
                raise answer
            value = here.call(answer if function is None else function, arguments, options, given)
        except Ended:
            raise
        except BaseException as raised:  # a student may raise KeyboardInterrupt, too
            error = raised
        stale = function is None and self._has_changed_the_last()
        encoder = Encoder(known, self.number)
        if error is not None:
            result: Node = [names(error), text(error), here.students_line(error)[:LONGEST]]
        elif (position := shared(value, arguments)) is not None:
            result = ["shared", position, encoder.node(value)]
        else:
            result = encoder.node(value)
        if function is None and error is None and is_plain(value):
            self._last = value, Encoder({}, self.number).node(value)
        after = [Encoder(static, self.number).node(argument) for argument in arguments]
        changed = [[i, node] for i, node in enumerate(after) if before[i] != node]
        kind = "returned" if error is None else "raised"
        return [kind, result, sorted(here.changed & switches.NAMES), stale, changed]

    def _has_changed_the_last(self) -> bool:
        """Whether what the call before returned is not what it was then."""
        last, self._last = self._last, None
        return last is not None and Encoder({}, self.number).node(last[0]) != last[1]

    def number(self, value: object) -> int:
        """The number of what does not cross."""
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return self._numbers[id(value)]

    def object(self, number: int) -> object:
        """What has that number."""
        return self._objects[number]


class _Reader(pickle.Unpickler):
    """Reads a request, in which some objects have only names."""

    answer: Any = None

    def __init__(self, frame: bytes, driver: Driver, line: Line) -> None:
        super().__init__(BytesIO(frame))
        self._driver, self._line = driver, line

    def find_class(self, module: str, name: str) -> Any:
        """As pickle, and the place's own function for `requests.named`."""
        known = (module, name) == ("qcourse.grading.trust.requests", "named")
        return self._named if known else super().find_class(module, name)

    def _named(self, kind: str, number: int) -> Any:
        if kind == "exercise":
            return _Exercise(self)
        if kind == "object":
            return self._driver.object(number)
        return _Callback(number, self._line, self._driver)


class _Exercise:
    """What a function of a check finds under ``ex``."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    @property
    def answer(self) -> Any:
        """The student's answer."""
        return self._reader.answer


class _Callback:
    """A function of the referee's side: its arguments go there as data, its result comes back."""

    def __init__(self, number: int, line: Line, driver: Driver) -> None:
        self._number, self._line, self._driver = number, line, driver

    def __deepcopy__(self, memo: object) -> "_Callback":
        """The same: a copy of a model asks as the model does."""
        return self

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Ask the referee."""
        encoder = Encoder({}, self._driver.number)
        node = encoder.node((arguments, options))
        self._line.send(msgpack.packb([self._number, "callback", node, [], False, []]))
        value, error = pickle.loads(self._line.receive())
        if error is not None:
            raise error
        return value
