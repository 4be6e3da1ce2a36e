"""Call a student's function so that nothing it prints, warns of, changes or borrows disturbs the check."""

import builtins
import contextlib
import copy
import importlib.util
import inspect
import io
import math
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from qcourse import measure, models, quantization


class Borrowed(Exception):
    """The answer called the finished function instead of being one."""


# What an exercise asks the student to write, where qcourse has it too.
FINISHED: dict[str, list[Any]] = {
    "6": [f for f in vars(quantization).values() if isinstance(f, FunctionType)],
    "8.1": [models.QuantizedVerySimpleNet.__init__, models.QuantizedVerySimpleNet.forward],
    "8.4": [measure.size_kb],
}


MODULES = {"np": np, "torch": torch, "nn": nn, "math": math, "copy": copy}


def restore_names(scope: dict[str, Any]) -> None:
    """Give the cell its ``np`` and its builtins back where a variable of the notebook hides them.

    Only what cannot be meant is touched: ``max = 3`` hides a function behind a number. A helper of the
    student's that is called ``round`` stays.
    """
    functions = [n for n, value in vars(builtins).items() if callable(value) and not n.startswith("_")]
    hidden = [n for n in functions if n in scope and not callable(scope[n])]
    for name in hidden:
        del scope[name]
    lost = [n for n in MODULES if n in scope and not isinstance(scope[n], ModuleType)]
    replaced = [n for n in lost if not callable(scope[n])]
    scope.update({name: MODULES[name] for name in replaced})
    for name in hidden + replaced:
        print(f"A variable called {name!r} hides {name!r} itself; this cell goes on without the variable.")


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
        from qcourse.check.sandbox import Borrowed  # runs with the globals of another module

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


@contextlib.contextmanager
def names_given(function: Callable, given: Mapping[str, object]) -> Iterator[None]:
    """Inside, the student's own globals hold correct versions of earlier exercises."""
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    before = {name: scope[name] for name in given if name in scope}
    scope.update(given)
    try:
        yield
    finally:
        for name in given:
            scope.pop(name, None)
        scope.update(before)


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Inside, prints and warnings go into a buffer: nbgrader takes stderr for failure."""
    buffer = io.StringIO()
    with (
        contextlib.redirect_stdout(buffer),
        contextlib.redirect_stderr(buffer),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield buffer


def changed_arguments(before: list[Any], after: list[Any]) -> list[int]:
    """The positions at which an argument is no longer what it was."""
    return [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if not unchanged(a, b)]


def why_changed(before: Any, after: Any) -> str:
    """The likely cause of a change in place, for the student."""
    if not isinstance(before, nn.Module):
        return "done in place: build new values, or copy first"
    was, now = ([module.training for module in model.modules()] for model in (before, after))
    if len(was) == len(now) and was != now:
        return "eval() and train() act on the model itself: call them on a copy (copy.deepcopy)"
    if _learning(before) != _learning(after):
        return "requires_grad of its parameters is switched: use torch.no_grad() in a with statement"
    if len(was) == len(now) and _configured(before) != _configured(after):
        return "a qconfig is left on the caller's model, or taken off it: set it on a copy (copy.deepcopy)"
    return "done on the caller's model itself: work on a copy (copy.deepcopy)"


def unchanged(a: Any, b: Any) -> bool:
    """Whether two values of the same origin are still equal, bit for bit; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, int | float | complex | str | bytes | np.generic):
        return bool(a == b or a != a)
    if isinstance(a, nn.Module):
        modes = [m.training for m in a.modules()] == [m.training for m in b.modules()]
        kinds = [type(m) for m in a.modules()] == [type(m) for m in b.modules()]
        marks = _learning(a) == _learning(b) and _configured(a) == _configured(b)
        return modes and kinds and marks and unchanged(dict(a.state_dict()), dict(b.state_dict()))
    if isinstance(a, torch.Tensor):
        if a.is_quantized:
            return unchanged(a.int_repr(), b.int_repr())
        return unchanged(a.detach().numpy(), b.detach().numpy())
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(unchanged(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(unchanged, a, b))
    return True


def _learning(model: nn.Module) -> list[bool]:
    return [parameter.requires_grad for parameter in model.parameters()]


def _configured(model: nn.Module) -> list[bool]:
    return [getattr(module, "qconfig", None) is not None for module in model.modules()]


def students_line(error: BaseException) -> str:
    """The last line of a notebook cell that the error passed through: ``line 3: x.fit()``, or nothing."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "ipykernel" in f.filename or f.filename.startswith("<")]
    return f"line {own[-1].lineno}: {own[-1].line}" if own and own[-1].line else ""


def first_line(error: BaseException) -> str:
    """``ValueError: what is wrong``: torch's messages run to fifty lines."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:300]}"


def copies(values: tuple | list) -> list[Any]:
    """Deep copies, so that a change in place can be seen."""
    return [copy.deepcopy(value) for value in values]
