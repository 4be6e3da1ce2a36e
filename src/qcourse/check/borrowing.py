"""An answer must be the student's own: whether it calls, or is, a finished function of qcourse.

While an answer runs, the *code objects* of the finished functions are replaced by one that raises. Replacing
their names would not be enough: an answer may hold a finished function under an alias, in a
``functools.partial`` or in a list, and each of these still leads to the same function object, whose code is
looked up at every call. A module that the student imported anew or reloaded has function objects of its own;
`finished` finds those as well.
"""

import contextlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from qcourse.check import solved

try:
    from qcourse import quantization
except ImportError:  # a place where answers of 06 are graded has no finished ones
    quantization = ModuleType("qcourse.quantization")


class Borrowed(Exception):
    """The answer calls a finished function of qcourse instead of doing the work itself."""


def _functions(names: dict[str, Any]) -> list[Any]:
    return [value for value in names.values() if isinstance(value, FunctionType)]


FINISHED = _functions(vars(quantization))  # before a student's code can change anything
# What libraries compute, in which answers of 06 stand. By name: to look at thousands of loaded modules at
# every call took longer than the checks, and in a fork copied the memory that holds them.
CONVENTIONS = {
    f"qcourse.conventions.{path.stem}".removesuffix(".__init__")
    for path in Path(__file__).parents[1].glob("conventions/*.py")
}


def finished(number: str) -> list[Any]:
    """What exercise ``number`` asks the student to write and qcourse or torch contains, not to be called."""
    functions: list[Any] = [*solved.functions(number), solved.answer, solved.Missing.__call__]
    if "qcourse.checked" in sys.modules:  # what it gives depends on the place, and on what has passed
        functions += [vars(sys.modules["qcourse.checked"])["__getattr__"]]
    # By name: who has not imported torch.ao cannot call what is in it.
    if number == "7.4" and (observers := sys.modules.get("torch.ao.quantization.observer")):
        functions += [observers.MovingAverageMinMaxObserver.forward]
    if number == "8.1":
        from qcourse.models import QuantizedVerySimpleNet

        functions += [QuantizedVerySimpleNet.__init__, QuantizedVerySimpleNet.forward]
    if number == "8.4":
        from qcourse.measure import size_kb

        functions += [size_kb]
    if not number.startswith("6."):
        return functions
    # A reload makes new functions, a new import another module.
    imported = sys.modules.get(quantization.__name__, quantization)
    functions += FINISHED + _functions(vars(quantization)) + _functions(vars(imported))
    for name in CONVENTIONS & sys.modules.keys():
        functions += [f for f in _functions(vars(sys.modules[name])) if f.__module__ == name]
    return list(dict.fromkeys(functions))


@contextlib.contextmanager
def borrowing_refused(number: str, answer: Any) -> Iterator[None]:
    """Inside, the finished functions raise `Borrowed`, under whatever name they were imported.

    It is raised at once where ``answer`` is one of them, or a partial of one.
    """

    def refuse(*args: object, **kwargs: object) -> None:
        from qcourse.check.borrowing import Borrowed  # this code runs with another module's globals

        raise Borrowed

    functions = finished(number)
    codes = [f.__code__ for f in functions]
    own = getattr(getattr(answer, "func", answer), "__code__", None)
    if own and own.co_filename in {code.co_filename for code in codes}:
        raise Borrowed
    try:
        for f, code in zip(functions, codes, strict=True):
            free = code.co_freevars  # ``super()`` needs its cell: the code must keep as many
            f.__code__ = refuse.__code__.replace(co_freevars=free) if free else refuse.__code__
        yield
    finally:
        for f, code in zip(functions, codes, strict=True):
            f.__code__ = code


def finished_copies(names: Iterable[str]) -> dict[str, Any]:
    """Correct versions of earlier exercises of 06, by name: copies that `borrowing_refused` leaves alone."""
    return {name: getattr(_COPY, name) for name in names}


def _second_copy(module: ModuleType) -> ModuleType:
    """``module`` executed once more, under no name in ``sys.modules``: function objects of its own."""
    spec = module.__spec__
    if spec is None or spec.loader is None:
        return module
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


_COPY = _second_copy(quantization)  # made before a student's code can change anything
