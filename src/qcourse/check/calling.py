"""Call a student's function so that its prints, warnings and variables do not disturb the check."""

import builtins
import contextlib
import copy
import inspect
import io
import math
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

MODULES = {"np": np, "torch": torch, "nn": nn, "math": math, "copy": copy}


def restore_names(scope: dict[str, Any]) -> None:
    """Give the cell back its ``np`` and its builtins where a variable of the notebook hides them.

    Only what cannot be intended is touched: ``max = 3`` hides a function behind a number. A student's own
    function called ``round`` stays.
    """
    functions = [n for n, value in vars(builtins).items() if callable(value) and not n.startswith("_")]
    hidden = [n for n in functions if n in scope and not callable(scope[n])]
    for name in hidden:
        del scope[name]
    lost = [n for n in MODULES if n in scope and not isinstance(scope[n], ModuleType)]
    replaced = [n for n in lost if not callable(scope[n])]
    scope.update({name: MODULES[name] for name in replaced})
    for name in hidden + replaced:
        print(f"A variable named {name!r} hides {name!r} itself; this cell ignores the variable.")


@contextlib.contextmanager
def names_given(function: Callable[..., Any], given: Mapping[str, object]) -> Iterator[None]:
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
    """Inside, prints and warnings go into a buffer: nbgrader counts any output on stderr as failure."""
    buffer = io.StringIO()
    with (
        contextlib.redirect_stdout(buffer),
        contextlib.redirect_stderr(buffer),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield buffer


def students_line(error: BaseException) -> str:
    """The last line of a notebook cell that the error passed through, as ``line 3: x.fit()``, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "ipykernel" in f.filename or f.filename.startswith("<")]
    return f"line {own[-1].lineno}: {own[-1].line}" if own and own[-1].line else ""


def first_line(error: BaseException) -> str:
    """``ValueError: what is wrong``, on one line: torch's messages may have fifty."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:300]}"
