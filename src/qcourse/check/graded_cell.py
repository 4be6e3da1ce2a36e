"""A graded cell has names of its own: what it concludes depends on the answer, and on nothing else there.

Such a cell looks like this::

    import qcourse.check

    @qcourse.check.exercise("6.1", clamp)
    def check_clamp(ex):
        got = ex.call(np.array([-5, 300]), 0, 255, case="one value below, one above")
        ex.equal("the result", got, np.array([0, 255]))

The function runs at once. It finds the modules of `MODULES` and Python's own builtins, not the notebook's
variables, so it needs no other cell, and no ``np = 3`` or ``def round(x)`` of the student's reaches it. The
answer keeps the notebook's variables. Nothing is bound there: not even the name of the function.
"""

import builtins
import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from qcourse.check import solved, switches
from qcourse.check.assertions import Exercise
from qcourse.jupyter import in_notebook

# The names under which a check finds modules: those that the notebooks import at their top.
MODULES = {
    "copy": "copy",
    "math": "math",
    "np": "numpy",
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "models": "qcourse.models",
    "torch_ao": "qcourse.torch_ao",
}
EARLY = {"copy", "math", "np"}
OF_IPYTHON = {"exit", "input", "open", "quit"}  # builtins that it replaces with its own
# Taken before a student's code can replace one; torch and the course's are imported where a check names them.
BUILTINS = dict(vars(builtins))
_found = {name: importlib.import_module(module) for name, module in MODULES.items() if name in EARLY}


def exercise(
    number: str,
    answer: Callable[..., Any],
    *,
    returns: Sequence[str] = (),
    given: Mapping[str, object] | Sequence[str] = (),
    hidden: bool = False,
    when_graded: str = "",
) -> Callable[[Callable[[Exercise], object]], None]:
    """Run the decorated function at once, as a check of exercise ``number``; `Exercise` has the arguments.

    ``when_graded`` names the rules that only hidden tests try; who passes the visible check reads it.

    Raises:
        CheckFailed: the answer is wrong.
    """

    def run(check: Callable[[Exercise], object]) -> None:
        assert isinstance(check, FunctionType)
        ex = Exercise(number, answer, returns=returns, given=given, hidden=hidden)
        own = FunctionType(check.__code__, _scope(check.__code__), check.__name__, None, check.__closure__)
        _bind_nothing(check)
        solved.forget(number)
        with _own_builtins(), switches.at_defaults():
            own(ex)
        with _own_builtins(), switches.at_defaults():  # random numbers start anew, as before the first call
            ex.again()
            ex.passed(when_graded)
        solved.remember(number, answer)

    return run


@contextlib.contextmanager
def _own_builtins() -> Iterator[None]:
    """Inside, Python's functions are its own for the modules of the checks, too."""
    here = vars(builtins)
    before = dict(here)
    here.update({n: v for n, v in BUILTINS.items() if n not in OF_IPYTHON and not n.startswith("_")})
    try:
        yield
    finally:
        here.update(before)


def _scope(code: CodeType) -> dict[str, Any]:
    used = sorted(MODULES.keys() & set(_names(code)))
    for name in used:
        if name not in _found:
            _found[name] = importlib.import_module(MODULES[name])
    return {"__builtins__": BUILTINS, "__name__": __name__, **{name: _found[name] for name in used}}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _bind_nothing(check: FunctionType) -> None:
    """When the cell has run, give the notebook back what the name of the function stood for."""
    if not in_notebook():
        return
    from IPython import get_ipython

    events: Any = get_ipython().events
    scope, name = check.__globals__, check.__name__
    before = {name: scope[name]} if name in scope else {}

    def restore(*_: object) -> None:
        events.unregister("post_run_cell", restore)
        scope.pop(name, None)
        scope.update(before)

    events.register("post_run_cell", restore)
