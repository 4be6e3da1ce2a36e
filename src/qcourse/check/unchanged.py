"""Whether a call changed its arguments, bit for bit, and if so, the likely cause."""

import copy
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from qcourse.check.kinds import is_model, is_tensor


def copies(values: Sequence[Any]) -> list[Any]:
    """Deep copies, so that a change in place is visible."""
    return [deepcopy(value) for value in values]


def deepcopy(value: Any) -> Any:
    """As `copy.deepcopy`; a model takes half the time: each layer has a dozen empty dicts of hooks."""
    modules = value.modules() if is_model(value) else ()
    empty = [v for m in modules for v in vars(m).values() if type(v) is OrderedDict and not v]
    return copy.deepcopy(value, {id(each): OrderedDict() for each in empty})


def changed_arguments(before: list[Any], after: list[Any]) -> list[int]:
    """The positions of the arguments that were changed."""
    return [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if not unchanged(a, b)]


def why_changed(before: Any, after: Any) -> str:
    """The likely cause of a change in place, for the student."""
    if not is_model(before):
        return "done in place: build new values, or copy first"
    was, now = _modes(before), _modes(after)
    if len(was) == len(now) and was != now:
        return "eval() and train() act on the model itself: call them on a copy (copy.deepcopy)"
    was, now = _learning(before), _learning(after)
    if len(was) == len(now) and was != now:
        return "requires_grad of its parameters is switched: use torch.no_grad() in a with statement"
    was, now = _configured(before), _configured(after)
    if len(was) == len(now) and was != now:
        return "a qconfig is left on the caller's model, or taken off it: set it on a copy (copy.deepcopy)"
    return "done on the caller's model itself: work on a copy (copy.deepcopy; copy.copy shares the layers)"


def unchanged(a: Any, b: Any) -> bool:
    """Whether two values of the same origin are still equal, bit for bit; NaN equals NaN."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, int | float | complex | str | bytes | np.generic):
        return bool(a == b or a != a)
    if is_model(a):
        modes = _modes(a) == _modes(b)
        kinds = [type(m) for m in a.modules()] == [type(m) for m in b.modules()]
        marks = _learning(a) == _learning(b) and _configured(a) == _configured(b)
        return modes and kinds and marks and unchanged(dict(a.state_dict()), dict(b.state_dict()))
    if is_tensor(a):
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


def _modes(model: Any) -> list[bool]:
    """Which modules are in train mode; those of int8 have none, and convert leaves some of them in either."""
    return [m.training for m in model.modules() if ".quantized." not in f"{type(m).__module__}."]


def _learning(model: Any) -> list[bool]:
    return [parameter.requires_grad for parameter in model.parameters()]


def _configured(model: Any) -> list[bool]:
    return [getattr(module, "qconfig", None) is not None for module in model.modules()]
