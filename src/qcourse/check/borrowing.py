"""An answer must be its own: whether it calls, or is a copy of, what qcourse has finished already."""

import contextlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

from qcourse import measure, models, quantization


class Borrowed(Exception):
    """The answer called the finished function instead of being one."""


# What an exercise asks the student to write, where qcourse has it too.
FINISHED: dict[str, list[Any]] = {
    "6": [f for f in vars(quantization).values() if isinstance(f, FunctionType)],
    "8.1": [models.QuantizedVerySimpleNet.__init__, models.QuantizedVerySimpleNet.forward],
    "8.4": [measure.size_kb],
}


def finished(number: str) -> list[Any]:
    """The functions of qcourse that an answer to exercise ``number`` may not call."""
    functions = FINISHED.get(number, []) + FINISHED.get(number.split(".")[0], [])
    if number.startswith("6."):  # reloaded or imported anew, the module holds functions of its own
        loaded = vars(sys.modules.get(quantization.__name__, quantization)) | vars(quantization)
        functions = functions + [f for f in loaded.values() if isinstance(f, FunctionType)]
    return list({id(f): f for f in functions}.values())


def refuse_copied_code(number: str, answer: Any) -> None:
    """Raise `Borrowed` where the answer's own code is that of a finished function."""
    code = getattr(getattr(answer, "func", answer), "__code__", None)
    if code and code.co_filename in {f.__code__.co_filename for f in finished(number)}:
        raise Borrowed


@contextlib.contextmanager
def borrowing_refused(number: str) -> Iterator[None]:
    """Inside, the finished functions raise `Borrowed`, under whatever name they were imported."""

    def refuse(*args: object, **kwargs: object) -> None:
        from qcourse.check.borrowing import Borrowed  # runs with the globals of another module

        raise Borrowed

    functions = finished(number)
    codes = [f.__code__ for f in functions]
    try:
        for f in functions:
            free = f.__code__.co_freevars  # ``super()`` needs its cell: the code must keep as many
            f.__code__ = refuse.__code__.replace(co_freevars=free)
        yield
    finally:
        for f, code in zip(functions, codes, strict=True):
            f.__code__ = code


def finished_copies(names: Iterable[str]) -> dict[str, Any]:
    """Correct versions of earlier exercises of 06, by name: copies that `borrowing_refused` leaves alone."""
    return {name: _copies[name] for name in names}


def _copied_functions() -> dict[str, Any]:
    spec = importlib.util.find_spec("qcourse.quantization")
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return vars(module)


_copies = _copied_functions()
