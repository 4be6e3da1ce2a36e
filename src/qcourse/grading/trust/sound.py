"""Whether modules of a place fit together: where they do not, torch's kernels write behind an array's end."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.grading.trust.line import Rubbish

MOST_VISITS = 1000  # of modules, where a shared one counts each time; a prepared model of the course has 30
DEEPEST = 50
SWITCHES = "fake_quant_enabled", "observer_enabled"


def check(modules: Iterable[nn.Module]) -> None:
    """Refuse modules of which one holds itself, shares too much, or has parts that do not fit.

    Raises:
        Rubbish: a call, a state_dict or a repr would never end, or could write where it must not.
    """
    found = list(modules)
    visits: dict[int, int] = {}  # of a module and all below it, each time that they are reached
    for module in found:
        _count(module, visits, 0)
    parts = {id(part) for module in found for part in module._modules.values()}
    for module in found:
        if id(module) not in parts:
            _check_fake(module, None)


def _count(module: nn.Module, visits: dict[int, int], depth: int) -> int:
    if depth > DEEPEST or visits.get(id(module)) == 0:
        raise Rubbish("a model that holds itself, or is too deep")
    if id(module) not in visits:
        visits[id(module)] = 0  # until its parts are counted
        _check_layer(module)
        for name, part in module._modules.items():
            if part is not None:
                _check_fake(part, module._parameters.get("weight") if name == "weight_fake_quant" else None)
        parts = [part for part in module._modules.values() if part is not None]
        visits[id(module)] = 1 + sum(_count(part, visits, depth + 1) for part in parts)
    if visits[id(module)] > MOST_VISITS:
        raise Rubbish("a model of too many parts")
    return visits[id(module)]


def _check_layer(module: nn.Module) -> None:
    low, high = (getattr(module, name, None) for name in ("min_val", "max_val"))
    ends = [end for end in (low, high) if isinstance(end, torch.Tensor)]
    if len({(end.shape, end.dtype) for end in ends}) > 1 or not all(end.is_floating_point() for end in ends):
        raise Rubbish("an observer whose ends do not fit")
    scale, zero = (vars(module).get(name) for name in ("scale", "zero_point"))
    if "_packed_params" in module._modules and not _is_step(scale, zero):
        raise Rubbish("a layer of int8 without a scale or zero point")


def _is_step(scale: Any, zero: Any) -> bool:
    return type(scale) is float and 0 < scale < math.inf and type(zero) is int and abs(zero) < 2**31


def _check_fake(fake: nn.Module, weight: torch.Tensor | None) -> None:
    """Refuse a fake whose ranges are not as many as the channels of ``weight``, which passes through it."""
    if not isinstance(fake, torch_ao.FakeQuantize):
        return
    observer = fake._modules.get("activation_post_process")
    ranges = observer._buffers if observer else {}
    found = [fake._buffers.get(name) for name in ("scale", "zero_point", *SWITCHES)]
    fixed = ranges.get("zero_point")  # an observer of a fixed range has it in place of ends
    ends = ["scale", "scale"] if fixed is not None else ["min_val", "max_val"]
    parts = [p for p in (*found, *map(ranges.get, ends)) if isinstance(p, torch.Tensor)]
    if len(parts) != 6 or (fixed is not None and fixed.numel() != 1):
        raise Rubbish("a fake without a scale, a zero point or a range")
    scale, zero, *switches, low, high = parts
    per_channel, axis = vars(fake).get("is_per_channel"), vars(fake).get("ch_axis")
    axes = ((0, 1) if type(fake) is torch_ao.FakeQuantize else (0,)) if per_channel else (-1,)
    if type(per_channel) is not bool or type(axis) is not int or axis not in axes:
        raise Rubbish("a fake of another form")
    known = weight is not None and weight.ndim > max(axis, 0)
    channels = (weight.shape[axis] if known and weight is not None else 0) if per_channel else 1
    if scale.numel() != zero.numel() or scale.numel() not in (1, channels):
        raise Rubbish("a fake whose scale and zero point do not fit")
    untouched = per_channel and low.numel() == 0  # torch makes the ranges with the first weight
    if low.shape != high.shape or not (untouched or low.numel() == channels == scale.numel()):
        raise Rubbish("a fake whose range does not fit its scale")
    kinds = [part.dtype for part in (scale, low, high)]
    if kinds != [torch.float32] * 3 or zero.dtype not in (torch.int32, torch.int64, torch.float32):
        raise Rubbish("a fake of another form")
    if any(switch.numel() != 1 for switch in switches):
        raise Rubbish("a fake of another form")
