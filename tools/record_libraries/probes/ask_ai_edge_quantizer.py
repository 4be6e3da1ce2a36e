"""ai-edge-quantizer, which makes LiteRT (TensorFlow Lite) models: per tensor, and blocks of 32."""

import numpy as np
import probe
from ai_edge_quantizer import qtyping
from ai_edge_quantizer.algorithms.uniform_quantize import uniform_quantize_tensor as uniform

SOURCE = (
    "ai_edge_quantizer/algorithms/uniform_quantize/uniform_quantize_tensor.py "
    "tensor_zp_scale_from_min_max, uniform_quantize"
)


def quantize(bits, symmetric, granularity=qtyping.QuantGranularity.TENSORWISE):
    def ask(x):
        x = x.reshape(1, -1)
        low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
        zero, scale = uniform.tensor_zp_scale_from_min_max(low, high, bits, symmetric, granularity)
        params = qtyping.UniformQuantParams(
            num_bits=bits, quantized_dimension=None, scale=scale, zero_point=zero, symmetric=symmetric
        )
        return uniform.uniform_quantize(x, params).astype(np.int16), scale, np.asarray(zero).astype(np.int16)

    return ask


for name, bits, symmetric in (
    ("int8 symmetric", 8, True),
    ("int8", 8, False),
    ("int4 symmetric", 4, True),
    ("int4", 4, False),
    ("int16 symmetric", 16, True),
):
    probe.scheme(f"ai-edge-quantizer {name}", SOURCE)(quantize(bits, symmetric))

BLOCKS = qtyping.QuantGranularity.BLOCKWISE_32
probe.scheme("ai-edge-quantizer int4 symmetric, blocks of 32: scale of the block", SOURCE)(
    quantize(4, True, BLOCKS)
)

probe.main("ai-edge-quantizer")
