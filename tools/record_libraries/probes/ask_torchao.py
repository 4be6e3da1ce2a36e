"""torchao's primitives, with the arguments that its configurations give them, and its MX formats."""

import probe
import torch
from torchao.prototype.mx_formats.mx_tensor import MXTensor, ScaleCalculationMode
from torchao.quantization.quant_primitives import (
    MappingType,
    _choose_qparams_affine_tinygemm,
    _choose_scale_float8,
    _quantize_affine_float8,
    _quantize_affine_tinygemm,
    choose_qparams_affine,
    quantize_affine,
)

PRIMITIVES = "torchao/quantization/quant_primitives.py choose_qparams_affine, quantize_affine"
EPS32 = torch.finfo(torch.float32).eps


def affine(mapping, low, high, eps=None, rows=False, zero_dtype=torch.int32):
    def ask(x):
        x = torch.from_numpy(probe.matrix(x) if rows else x.reshape(1, -1))
        block = [1, x.shape[1]]
        scale, zero = choose_qparams_affine(
            x, mapping, block, torch.int8, low, high, eps=eps, zero_point_dtype=zero_dtype
        )
        codes = quantize_affine(x, block, scale, zero, torch.int16, low, high)
        return codes, scale, zero

    return ask


SYMMETRIC, ASYMMETRIC = MappingType.SYMMETRIC, MappingType.ASYMMETRIC
for name, ask in (
    ("int8 weight-only symmetric, per row", affine(SYMMETRIC, -128, 127, EPS32, rows=True)),
    ("int8 dynamic activations symmetric", affine(SYMMETRIC, -127, 127, 1e-5)),
    ("intx int8 symmetric", affine(SYMMETRIC, -128, 127)),
    ("intx int4 symmetric", affine(SYMMETRIC, -8, 7)),
    ("intx int4 no clipping error", affine(MappingType.SYMMETRIC_NO_CLIPPING_ERR, -8, 7)),
    ("intx int2 symmetric", affine(SYMMETRIC, -2, 1)),
    ("int8 asymmetric", affine(ASYMMETRIC, -128, 127)),
):
    probe.scheme(f"torchao choose_qparams_affine {name}", PRIMITIVES)(ask)


@probe.scheme(
    "torchao tinygemm uint4",
    "torchao/quantization/quant_primitives.py _choose_qparams_affine_tinygemm",
    zero_is="the value of code 8",
)
def tinygemm(x):
    x = torch.from_numpy(x.reshape(1, -1))
    block = [1, x.shape[1]]
    scale, zero = _choose_qparams_affine_tinygemm(x, ASYMMETRIC, block, torch.int32, 0, 15, eps=1e-6)
    return _quantize_affine_tinygemm(x, block, scale, zero, torch.int32, 0, 15), scale, zero


def float8(dtype):
    def ask(x):
        x = torch.from_numpy(x.reshape(1, -1))
        scale = _choose_scale_float8(x, [1, x.shape[1]], dtype, hp_value_lb=1e-12)
        return _quantize_affine_float8(x, scale, dtype).view(torch.uint8), scale, 0

    return ask


FLOAT8 = "torchao/quantization/quant_primitives.py _choose_scale_float8, _quantize_affine_float8"
probe.scheme("torchao float8_e4m3fn", FLOAT8, codes_are="bits")(float8(torch.float8_e4m3fn))
probe.scheme("torchao float8_e5m2", FLOAT8, codes_are="bits")(float8(torch.float8_e5m2))


def mx(dtype, mode):
    def ask(x):
        made = MXTensor.to_mx(torch.from_numpy(probe.block(x)).reshape(1, 32), dtype, 32, mode)
        raw = made.qdata.view(torch.uint8).ravel()
        codes = torch.stack([raw & 15, raw >> 4], 1).ravel() if dtype == torch.float4_e2m1fn_x2 else raw
        return codes, made.scale.float(), 0

    return ask


MX = "torchao/prototype/mx_formats/mx_tensor.py to_mx"
for name, mode in (("floor", ScaleCalculationMode.FLOOR), ("rceil", ScaleCalculationMode.RCEIL)):
    probe.scheme(f"torchao MXFP8 e4m3, {name}", MX, codes_are="bits")(mx(torch.float8_e4m3fn, mode))
    probe.scheme(f"torchao MXFP4 e2m1, {name}", MX, codes_are="bits")(mx(torch.float4_e2m1fn_x2, mode))

probe.main("torchao", "torch")
