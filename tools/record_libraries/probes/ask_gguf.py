"""The block formats of llama.cpp, as its Python package writes them: a scale in float16 for 32 values."""

import gguf
import numpy as np
import probe
from gguf import GGMLQuantizationType as Kind


def half(raw):
    return raw.copy().view(np.float16).astype(np.float32)


def nibbles(raw):
    return np.concatenate([raw & 15, raw >> 4])


SOURCE = "gguf/quants.py class {}.quantize_blocks"


@probe.scheme("gguf Q8_0", SOURCE.format("Q8_0"))
def q8_0(x):
    raw = gguf.quantize(probe.block(x), Kind.Q8_0).ravel()
    return raw[2:].view(np.int8), half(raw[:2]), 0


@probe.scheme("gguf Q4_0", SOURCE.format("Q4_0"))
def q4_0(x):
    raw = gguf.quantize(probe.block(x), Kind.Q4_0).ravel()
    return nibbles(raw[2:]), half(raw[:2]), 8


@probe.scheme("gguf Q4_1", SOURCE.format("Q4_1"), zero_is="the block's minimum")
def q4_1(x):
    raw = gguf.quantize(probe.block(x), Kind.Q4_1).ravel()
    return nibbles(raw[4:]), half(raw[:2]), half(raw[2:4])


def fifth(raw):
    return np.unpackbits(raw, bitorder="little")


@probe.scheme("gguf Q5_0", SOURCE.format("Q5_0"))
def q5_0(x):
    raw = gguf.quantize(probe.block(x), Kind.Q5_0).ravel()
    return nibbles(raw[6:]) + 16 * fifth(raw[2:6]), half(raw[:2]), 16


@probe.scheme("gguf Q5_1", SOURCE.format("Q5_1"), zero_is="the block's minimum")
def q5_1(x):
    raw = gguf.quantize(probe.block(x), Kind.Q5_1).ravel()
    return nibbles(raw[8:]) + 16 * fifth(raw[4:8]), half(raw[:2]), half(raw[2:4])


probe.main("gguf")
