"""The referee's side of the codec, for tensors."""

import math
from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.grading.trust import decode_module
from qcourse.grading.trust.bounds import fields, shape_of, whole
from qcourse.grading.trust.decode import Decoder
from qcourse.grading.trust.encode import Node
from qcourse.grading.trust.encode_torch import DTYPES
from qcourse.grading.trust.line import Rubbish

CODES = {
    "qint8": (torch.int8, -128, 127),
    "quint8": (torch.uint8, 0, 255),
    "qint32": (torch.int32, -(2**31), 2**31 - 1),
}
SCHEMES = (
    *("per_tensor_affine", "per_tensor_symmetric", "per_channel_affine", "per_channel_symmetric"),
    "per_channel_affine_float_qparams",
)
NAMED = {name: getattr(torch, name) for name in (*DTYPES, *SCHEMES)}


def value(decoder: Decoder, node: Node) -> Any:
    """What a node of `encode_torch` stands for."""
    read = {
        "tensor": _tensor, "quantized": _quantized, "module": decode_module.module, "packed": _packed,
        "torch": _named, "qconfig": _qconfig,
    }[node[0]]  # fmt: skip
    return read(decoder, node)


def _named(decoder: Decoder, node: Node) -> Any:
    (name,) = fields(node, str)
    if name not in NAMED:
        return decoder.elsewhere(-1, "")
    return NAMED[name]


def _qconfig(decoder: Decoder, node: Node) -> Any:
    activation, weight = (decoder.elsewhere(number, "callable") for number in fields(node, int, int))
    return torch_ao.QConfig(activation=activation, weight=weight)


def _tensor(decoder: Decoder, node: Node) -> torch.Tensor:
    name, shape, data, learns, kind, alias = fields(node, str, list, bytes, bool, str, (list, type(None)))
    if name not in DTYPES or name in CODES:
        raise Rubbish("a dtype that does not cross")
    found = _filled(NAMED[name], shape, data)
    if alias is not None:
        known = decoder.value(alias) if alias[:1] == ["argument"] else None
        if isinstance(known, torch.Tensor) and not known.is_quantized and known.numel() == found.numel():
            view = known.detach().reshape(found.shape)  # shares the memory where it can
            found = view if view.dtype == found.dtype and torch.equal(view, found) else found
    learns = learns and (found.is_floating_point() or found.is_complex())
    found = nn.Parameter(found, requires_grad=learns) if kind else found.requires_grad_(learns)
    decoder.seen.append(found)
    return found


def _filled(dtype: torch.dtype, shape: list[Any], data: bytes) -> torch.Tensor:
    size = shape_of(shape, dtype.itemsize, data)
    if not data:
        return torch.empty(size, dtype=dtype)
    data = whole(data) if dtype is torch.bool else data
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(size).clone()  # which torch can resize


def _quantized(decoder: Decoder, node: Node) -> torch.Tensor:
    name, shape, data, axis, scales, zeros = fields(node, str, list, bytes, int, list, list)
    if name not in CODES:
        raise Rubbish("a dtype that does not cross")
    dtype, low, high = CODES[name]
    codes = _filled(dtype, shape, data)
    if not all(type(s) is float and 0 < s < math.inf for s in scales):
        raise Rubbish("a scale that is none")
    if not all(type(z) is int and low <= z <= high for z in zeros):
        raise Rubbish("a zero point that is none")
    count = 1 if axis == -1 else codes.shape[axis] if 0 <= axis < codes.ndim else -1
    if len(scales) != count or len(zeros) != count:
        raise Rubbish("another number of scales than of channels")
    found: torch.Tensor
    if axis == -1:
        found = torch._make_per_tensor_quantized_tensor(codes, scales[0], zeros[0])
    else:
        each = torch.tensor(scales, dtype=torch.float64), torch.tensor(zeros, dtype=torch.int64)
        found = torch._make_per_channel_quantized_tensor(codes, *each, axis)
    decoder.seen.append(found)
    return found


def _packed(decoder: Decoder, node: Node) -> nn.Module:
    """The weight and bias of a layer of int8, which torch keeps packed."""
    fields(node, list, (list, type(None)))
    place = len(decoder.seen)
    decoder.seen.append(None)
    weight, bias = decoder.value(node[1]), decoder.value(node[2])
    if not _fits(weight, bias):
        raise Rubbish("a layer of int8 that is none")
    found: Any = torch_ao.LinearPackedParams(torch.qint8)
    try:
        found.set_weight_bias(weight, bias)
    except RuntimeError:
        raise Rubbish("a layer of int8 that is none") from None
    decoder.seen[place] = found
    return nn.Module.train(found, mode=False)


def _fits(weight: Any, bias: Any) -> bool:
    if not isinstance(weight, torch.Tensor) or weight.dtype != torch.qint8 or weight.ndim != 2:
        return False
    if weight.qscheme() == torch.per_channel_affine and weight.q_per_channel_axis() != 0:
        return False  # fbgemm would read as many scales as there are rows
    if bias is None:
        return True
    return isinstance(bias, torch.Tensor) and bias.dtype == torch.float32 and bias.shape == weight.shape[:1]
