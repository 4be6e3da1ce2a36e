"""Call a student's function so that its prints, warnings and variables do not disturb the check."""

import contextlib
import inspect
import io
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any


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


def is_stub(error: BaseException) -> bool:
    """Whether it is the exception of an exercise that is not written, not torch's or the student's own."""
    return isinstance(error, NotImplementedError) and str(error).startswith("Exercise ")


def students_line(error: BaseException) -> str:
    """The last line of a notebook cell that the error passed through, as ``line 3: x.fit()``, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "ipykernel" in f.filename or f.filename.startswith("<")]
    return f"line {own[-1].lineno}: {own[-1].line}" if own and own[-1].line else ""


def first_line(error: BaseException) -> str:
    """``ValueError: what is wrong``, on one line: torch's messages may have fifty."""
    line = (str(error).splitlines() or [""])[0][:300]
    if line.startswith("Could not run "):  # what follows tells of backends and of building torch
        line = line.split(". ")[0]
    return f"{type(error).__name__}: {line}"


def why_raised(error: BaseException) -> str:
    """The likely cause of an error of torch's whose words do not tell it, or ""."""
    line = first_line(error)
    if "Could not run 'quantized::" in line or "expected scalar type QUInt8" in line:
        return "floats reach an int8 layer: its input must pass the model's quant first"
    if (
        "'QuantizedCPU' backend" in line
        or "promoteTypes with quantized" in line
        or "expected scalar type Float but found QUInt8" in line
    ):
        return "a quantized tensor reaches an operation on floats: call .dequantize() first"
    return ""
