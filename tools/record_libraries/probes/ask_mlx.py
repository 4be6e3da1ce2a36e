"""MLX: groups of 32 or 64 along the last axis, with a scale and a bias."""

import mlx.core as mx
import numpy as np
import probe


def quantize(bits, size):
    def ask(x):
        packed, scale, bias = mx.quantize(
            mx.array(probe.block(x, size).reshape(1, size)), group_size=size, bits=bits
        )
        words = np.array(packed).ravel()
        codes = (words[:, None] >> np.arange(0, 32, bits, dtype=np.uint32)) & np.uint32(2**bits - 1)
        return codes.ravel().astype(np.int16), np.array(scale), np.array(bias)

    return ask


for bits in (8, 4, 2):
    probe.scheme(
        f"mlx quantize {bits} bits, groups of 32", "mlx/backend/cpu/quantized.cpp", zero_is="a bias"
    )(quantize(bits, 32))

probe.main("mlx")
