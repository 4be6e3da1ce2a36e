"""NVIDIA Model Optimizer: its quantizers give values back; codes are these divided by the scale."""

import probe
import torch
from modelopt.torch.quantization.config import QuantizerAttributeConfig
from modelopt.torch.quantization.nn import TensorQuantizer


def fake(bits, narrow=False, steps=None):
    def ask(x):
        quantizer = TensorQuantizer(QuantizerAttributeConfig(num_bits=bits, narrow_range=narrow))
        x = torch.from_numpy(x)
        quantizer.amax = x.abs().max()
        scale = quantizer.amax / steps
        codes = torch.nan_to_num(torch.round(quantizer(x) / scale))
        return codes, scale, 0

    return ask


SOURCE = "modelopt/torch/quantization/nn/modules/tensor_quantizer.py TensorQuantizer; tensor_quant.py"
for name, ask in (
    ("int8", fake(8, steps=127)),
    ("int8 narrow_range", fake(8, True, 127)),
    ("int4", fake(4, steps=7)),
):
    probe.scheme(f"modelopt {name}", SOURCE, scale_is="amax over the largest code")(ask)

probe.main("nvidia-modelopt", "torch")
