"""The referee's side of the codec, for modules: those of an allow-list are built anew, and compute here."""

import re
from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.grading.trust import classes, sound
from qcourse.grading.trust.bounds import fields
from qcourse.grading.trust.decode import Decoder
from qcourse.grading.trust.encode import Node
from qcourse.grading.trust.line import Rubbish
from qcourse.grading.trust.other import Other
from qcourse.grading.trust.stand_in import StandIn

NAME = re.compile(r"[^.\s]{1,60}")
MOST_SEEN = 2000  # tensors and modules of a reply; a prepared model of the course has 90
INTERNAL = frozenset(vars(nn.Module()))
OF_STAND_IN = ("place", "place_number")
MOST_HOOKS = 100
HOOKS = "_forward_hooks", "_forward_pre_hooks"


def module(decoder: Decoder, node: Node) -> nn.Module:
    """What a node stands for: a module of its class, or a `StandIn`."""
    name, number, *_ = fields(node, (str, list), int, bool, list, list, list, list, list, int)
    if len(decoder.seen) >= MOST_SEEN:
        raise Rubbish("a model of too many parts")
    kind: Any = classes.find(name) if type(name) is str else _kind(decoder, name)
    if kind in (None, StandIn) or any(function in decoder.asked for function in vars(kind).values()):
        found: nn.Module = decoder.elsewhere(number, "module")
    elif not issubclass(kind, nn.Module):
        raise Rubbish("a module of a class of other objects")
    else:
        found = kind.__new__(kind)
        nn.Module.__init__(found)
    decoder.seen.append(found)
    _fill(decoder, found, node)
    return found


def _kind(decoder: Decoder, name: list[Any]) -> Any:
    kind = decoder.value(name) if name[:1] in (["kind"], ["argument"]) else None
    if not isinstance(kind, type):
        raise Rubbish("a class that is none")
    return kind


def refill(decoder: Decoder, module: nn.Module, node: Node) -> None:
    """Give a module that was sent the state that it has in the place; its parts stay the objects they are."""
    new = decoder.value(node)
    if type(new) not in (type(module), StandIn):
        raise Rubbish("a model that has become something else")
    _take_over(module, new)
    sound.check([module])


def _take_over(module: nn.Module, new: nn.Module) -> None:
    for name, part in new._parameters.items():
        old = module._parameters.get(name)
        if old is None or part is None or old.shape != part.shape or old.dtype != part.dtype:
            continue
        old.detach().copy_(part.detach())
        old.requires_grad_(part.requires_grad)
        old.grad, new._parameters[name] = part.grad, old
    for name, child in new._modules.items():
        old_child = module._modules.get(name)
        if child is not None and type(old_child) is type(child):
            _take_over(old_child, child)
            new._modules[name] = old_child
    kept = {n: v for n, v in vars(module).items() if n in HOOKS and len(v) == len(vars(new)[n])}
    vars(module).update(vars(new) | kept)
    for name in [name for name in vars(module) if name not in vars(new)]:
        del vars(module)[name]


def _fill(decoder: Decoder, module: nn.Module, node: Node) -> None:
    """Give ``module`` the state that a node tells of."""
    training, parameters, buffers, children, others, hooks, before = node[3:]
    module.training = training
    for parts, own, wanted in (
        (parameters, module._parameters, nn.Parameter),
        (buffers, module._buffers, torch.Tensor),
        (children, module._modules, nn.Module),
    ):
        found: dict[str, Any] = {}
        for key, inner, *grad in _entries(parts, 3 if wanted is nn.Parameter else 2):
            part = decoder.value(inner)
            if part is not None and not isinstance(part, wanted):
                raise Rubbish("a part of a module that is none")
            found[key] = part
            if grad:
                _set_gradient(part, decoder.value(grad[0]))
        own.clear()
        own.update(found)
    for key, inner in _entries(others, 2):
        value = decoder.value(inner)
        if key in INTERNAL:
            raise Rubbish("a part of a module that torch keeps")
        if key in OF_STAND_IN:
            continue
        vars(module)[key] = value if _is_state(module, key, value, inner) else Other(-1)
    _hook(module, hooks, before)


def _is_state(module: nn.Module, key: str, value: Any, node: Node) -> bool:
    """Whether an attribute may cross: a model with code of a student's would ask the place, not compute here.

    Nor does a text cross that a message could repeat.
    """
    if hasattr(nn.Module, key) or callable(getattr(type(module), key, None)):
        return False
    sent = type(node) is list and node[0] == "argument"
    own = key.startswith("__") or callable(value) or isinstance(value, str | list | tuple | dict)
    return sent or isinstance(module, StandIn) or not own or isinstance(value, torch_ao.QConfig)


def _entries(parts: list[Any], length: int) -> list[list[Any]]:
    for entry in parts:
        if type(entry) is not list or len(entry) != length or type(entry[0]) is not str:
            raise Rubbish("a part of a module without a name")
        if not NAME.fullmatch(entry[0]):
            raise Rubbish("a name that no part has")
    return parts


def _set_gradient(parameter: Any, gradient: Any) -> None:
    if parameter is None:
        return
    fits = isinstance(gradient, torch.Tensor) and gradient.shape == parameter.shape
    parameter.grad = gradient.detach() if fits and gradient.dtype == parameter.dtype else None


def _hook(module: nn.Module, after: list[Any], before: int) -> None:
    """Give ``module`` as many hooks; torch's own that observe do so, any other does nothing."""
    if len(after) > MOST_HOOKS or not 0 <= before <= MOST_HOOKS:
        raise Rubbish("too many hooks")
    if (len(module._forward_hooks), len(module._forward_pre_hooks)) == (len(after), before):
        return
    module._forward_hooks.clear()
    module._forward_pre_hooks.clear()
    for observes in after:
        hook = torch_ao.observer_forward_hook if observes is True else _nothing
        module.register_forward_hook(hook)
    for _ in range(before):
        module.register_forward_pre_hook(_nothing)


def _nothing(*_: object) -> None:
    """In the place of a student's hook."""
