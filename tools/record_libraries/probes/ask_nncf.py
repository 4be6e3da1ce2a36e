"""nncf's weight compression on its NumPy backend; OpenVINO models store the scale in float16 afterwards."""

import numpy as np
import probe
from nncf import CompressWeightsMode
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
from nncf.quantization.algorithms.weight_compression.weight_lowering import do_integer_quantization
from nncf.tensor import Tensor

SOURCE = "nncf/quantization/algorithms/weight_compression/weight_lowering.py do_integer_quantization"


def compress(mode):
    def ask(x):
        made = do_integer_quantization(
            Tensor(x.reshape(1, -1)), WeightCompressionConfig(mode), reduction_axes=(1,)
        )
        zero = 0 if made.zero_point is None else np.asarray(made.zero_point.data)
        return np.asarray(made.tensor.data), np.asarray(made.scale.data), zero

    return ask


for mode in ("INT8_SYM", "INT8_ASYM", "INT4_SYM", "INT4_ASYM"):
    probe.scheme(f"nncf {mode}", SOURCE)(compress(CompressWeightsMode[mode]))

probe.main("nncf")
