"""Vectors: Faiss 1.15.1, USearch 2.26.6, sentence-transformers 6.2.0; and TensorFlow 2.21.0's operators."""

from functools import partial
from typing import Any

import numpy as np

from qcourse.conventions.grid import (
    Conventions,
    Floats,
    Grid,
    away,
    by_offset,
    highest,
    lowest,
    nothing,
    rows,
    tensor,
)

ZERO, ONE = np.float32(0), np.float32(1)


def scalar_quantizer(x: Any, bits: int) -> Grid:
    """code = cut((x − min) / span · high), values are min + (code + 0.5) / high · span, the middle of each
    step; high is 255, or 15 for QT_4bit.

    faiss/impl/ScalarQuantizer.cpp, QT_8bit and QT_4bit: one range for each row of x, which holds one
    dimension of all vectors; what it stores are the minimum and the whole span.
    """
    v = rows(x)
    low = np.atleast_1d(lowest(v))
    span = np.atleast_1d(highest(v)) - low
    top = np.float32(2**bits - 1)

    def rule(x: Floats, span: Any, low: Any, out: Floats) -> None:
        np.subtract(x, low, out=out)
        np.divide(out, np.where(span == 0, ONE, span), out=out)
        np.trunc(np.multiply(np.clip(out, 0, 1, out=out), top, out=out), out=out)

    def decode(codes: Floats, span: Any, low: Any) -> Any:
        return low + (codes + np.float32(0.5)) / top * span

    return Grid(v, span, low, 0, int(top), rule, decode)


def quantize_embeddings(x: Any, low: int) -> Grid:
    """code = floor((x − min) / ((max − min) / 255)), one range for each row of ``x``; int8 is that minus 128.

    sentence_transformers/util/quantization.py. It rounds down: what it loses is up to a whole step.
    """
    v = rows(x)
    least = np.atleast_1d(lowest(v))
    scale = (np.atleast_1d(highest(v)) - least) / np.float32(255)

    def rule(x: Floats, scale: Any, least: Any, out: Floats) -> None:
        np.divide(np.subtract(x, least, out=out), np.where(scale == 0, ONE, scale), out=out)
        np.add(np.clip(np.floor(out, out=out), 0, 255, out=out), np.float32(low), out=out)

    def decode(codes: Floats, scale: Any, least: Any) -> Any:
        return by_offset(codes - np.float32(low), scale, least)

    return Grid(v, scale, least, low, low + 255, rule, decode)


def cast_to_i8(x: Any) -> Grid:
    """code = x / length · 127, cut toward zero, of a vector of Euclidean ``length``, which is not stored.

    usearch/include/usearch/index_plugins.hpp.
    """
    v = tensor(x)
    length = np.sqrt(np.sum(v.astype(np.float64) ** 2))

    def rule(x: Floats, scale: Any, zero: Any, out: Floats) -> None:
        values = x.astype(np.float64) * 127 / (length or 1)
        out[...] = np.trunc(values)

    return Grid(v, length / 127, 0, -127, 127, rule)


def quantize_v2_scaled(x: Any) -> Grid:
    """code = round(x · inverse), ties away from zero; inverse = 127 / max|x|, of a range of at least 0.01.

    tensorflow/core/kernels/quantize_op.cc, mode SCALED with narrow_range. The scale is the range that it
    returns, over 127.
    """
    v = tensor(x)
    least, most = np.minimum(lowest(v), ZERO), highest(v)
    wide = np.maximum(ONE, np.maximum(-least, most)) * np.float32(0.01)
    top = np.float32(127)
    inverse = top / np.maximum(np.maximum(-least, most), least + wide)
    return Grid(v, top / inverse / top, 0, -127, 127, away, used=(inverse, 0))


def quantize_and_dequantize_v2(x: Any) -> Grid:
    """code = round(x · inverse), half to even, with the smaller of −128 / min and 127 / max as the inverse.

    tensorflow/core/kernels/quantize_and_dequantize_op.h. It gives values back; the scale is max(|min| / 128,
    max / 127).
    """
    v = tensor(x)
    least, most = lowest(v), highest(v)
    scale = np.maximum(np.abs(least) / np.float32(128), np.abs(most) / np.float32(127))
    if not scale:
        return Grid(v, ZERO, 0, 0, 0, nothing)
    sides = ((np.float32(-128), least), (np.float32(127), most))
    inverses = [edge / side for edge, side in sides if edge * side > 0]

    def rule(x: Floats, inverse: Any, zero: Any, out: Floats) -> None:
        np.rint(np.multiply(x, inverse, out=out), out=out)

    return Grid(v, scale, 0, -128, 127, rule, used=(min(inverses), 0))


CONVENTIONS: Conventions = {
    "usearch i8": cast_to_i8,
    "faiss QT_8bit": partial(scalar_quantizer, bits=8),
    "faiss QT_4bit": partial(scalar_quantizer, bits=4),
    "sentence-transformers quantize_embeddings int8": partial(quantize_embeddings, low=-128),
    "sentence-transformers quantize_embeddings uint8": partial(quantize_embeddings, low=0),
    "tensorflow quantize_and_dequantize_v2": quantize_and_dequantize_v2,
    "tensorflow quantize qint8 SCALED": quantize_v2_scaled,
}
