"""The text of a cell as Python, within bounds: students write it, and it is read outside their limits."""

import ast
import contextlib
import warnings
from functools import lru_cache

LONGEST = 100_000  # characters of a cell that is analysed: a tree takes hundreds of times as much memory
MOST_MAGIC = 200_000  # lines with a magic times characters: for each, IPython reads the whole cell again
NOT_PYTHON = SyntaxError, ValueError, RuntimeError, MemoryError  # magics, or 500; null bytes; ((((((


@lru_cache(maxsize=32)
def python(source: str) -> str:
    """What IPython makes of a cell's magics and commands of a shell, for Python to read."""
    magics = sum(any(character in line for character in "%!?") for line in source.splitlines())
    if len(source) > LONGEST or not 0 < magics * len(source) <= MOST_MAGIC:
        return source
    with contextlib.suppress(*NOT_PYTHON):
        parse(source)
        return source  # what Python can read has none
    from IPython.core.inputtransformer2 import TransformerManager  # only now: it takes long to import

    with contextlib.suppress(*NOT_PYTHON), warnings.catch_warnings(action="ignore"):
        return str(TransformerManager().transform_cell(source))
    return source


def parse(source: str) -> ast.Module:
    """The tree of a cell; one of `NOT_PYTHON` is raised where it has none that can be analysed."""
    if len(source) > LONGEST:
        raise MemoryError
    with warnings.catch_warnings(action="ignore"):  # of the compiler, about the student's text
        return ast.parse(source)
