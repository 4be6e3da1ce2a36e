"""The place's side of the codec, for tensors and modules."""

import ctypes
from typing import Any

import torch
from torch import nn

from qcourse.grading.trust.encode import DEPTH, DIMENSIONS, Encoder, Node, class_name

INTERNAL = frozenset(vars(nn.Module()))  # of every module: its state is encoded apart
PACKED = "torch.ao.nn.quantized.modules.linear.LinearPackedParams"
OBSERVES = "_observer_forward_hook"
DTYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"),
    *("qint8", "quint8", "qint32"),
)


def node(encoder: Encoder, value: Any, depth: int) -> Node:
    """The node of something of torch's, or of a student's class of modules."""
    if type(value) in (torch.Tensor, nn.Parameter):
        return _tensor(encoder, value)
    if isinstance(value, nn.Module):
        return _module(encoder, value, depth)
    if isinstance(value, torch.dtype | torch.qscheme):
        return ["torch", str(value).removeprefix("torch.")]
    if isinstance(value, torch.Size):
        return ["tuple", [int(n) for n in value]]
    if isinstance(value, type):
        return ["class", class_name(value)]
    if class_name(type(value)) == "torch.ao.quantization.qconfig.QConfig":
        return ["qconfig", encoder.keep(value.activation), encoder.keep(value.weight)]
    return encoder.other(value)


def _tensor(encoder: Encoder, value: torch.Tensor) -> Node:
    value_ = value.detach().as_subclass(torch.Tensor)
    name = str(value_.dtype).removeprefix("torch.")
    strange = value_.layout != torch.strided or value_.device.type != "cpu" or value_.ndim > DIMENSIONS
    if strange or name not in DTYPES:
        return encoder.other(value)
    if again := encoder.first(value):
        return again
    if value_.is_quantized:
        return _quantized(encoder, value_)
    learns, kind = bool(value.requires_grad), "parameter" if isinstance(value, nn.Parameter) else ""
    shape = list(value_.shape)
    return ["tensor", name, shape, _bytes(encoder, value_), learns, kind, _alias(encoder, value)]


def _bytes(encoder: Encoder, value: torch.Tensor) -> bytes:
    flat = value.resolve_neg().contiguous()  # NumPy would make its storage one that cannot be resized
    return encoder.count(ctypes.string_at(flat.data_ptr(), flat.nbytes))


def reduced(value: torch.TypedStorage | torch.qscheme) -> tuple[Any, tuple[Any, ...]]:
    """How a request says what a tensor's storage holds, and a scheme, whose module pickle would look for."""
    if isinstance(value, torch.qscheme):
        return getattr, (torch, str(value).removeprefix("torch."))
    memory = value._untyped_storage
    return storage, (ctypes.string_at(memory.data_ptr(), memory.nbytes()), value.dtype)


def storage(data: bytes, dtype: torch.dtype) -> torch.TypedStorage:
    """A storage of these bytes."""
    found = torch.UntypedStorage(len(data))
    ctypes.memmove(found.data_ptr(), data, len(data))
    return torch.TypedStorage(wrap_storage=found, dtype=dtype, _internal=True)


def _alias(encoder: Encoder, value: torch.Tensor) -> Node:
    """The known tensor whose memory this one uses, or None."""
    return encoder.known.get(-value.data_ptr()) if value.numel() else None


def _quantized(encoder: Encoder, value: torch.Tensor) -> Node:
    scheme = str(value.qscheme()).removeprefix("torch.")
    if "channel" in scheme:
        axis = value.q_per_channel_axis()
        scales = [float(s) for s in value.q_per_channel_scales()]
        zeros = [int(z) for z in value.q_per_channel_zero_points()]
    else:
        axis, scales, zeros = -1, [value.q_scale()], [value.q_zero_point()]
    name = str(value.dtype).removeprefix("torch.")
    return ["quantized", name, list(value.shape), _bytes(encoder, value.int_repr()), axis, scales, zeros]


def _module(encoder: Encoder, value: nn.Module, depth: int) -> Node:
    if depth >= DEPTH:
        return encoder.other(value)
    if again := encoder.first(value):
        return again
    kind, deeper = type(value), depth + 1
    name = encoder.known.get(id(kind)) or class_name(kind)
    if class_name(kind) == PACKED:
        packed: Any = value
        weight, bias = packed._weight_bias()
        return ["packed", encoder.node(weight, deeper), encoder.node(bias)]
    parameters = [
        [key, encoder.node(p, deeper), encoder.node(None if p is None else p.grad, deeper)]
        for key, p in value._parameters.items()
    ]
    buffers = [[key, encoder.node(b, deeper)] for key, b in value._buffers.items()]
    children = [[key, encoder.node(m, deeper)] for key, m in value._modules.items()]
    others = [[key, encoder.node(v, deeper)] for key, v in vars(value).items() if key not in INTERNAL]
    hooks = [getattr(h, "__name__", "") == OBSERVES for h in value._forward_hooks.values()]
    state = [bool(value.training), parameters, buffers, children, others]
    return ["module", name, encoder.keep(value), *state, hooks, len(value._forward_pre_hooks)]
