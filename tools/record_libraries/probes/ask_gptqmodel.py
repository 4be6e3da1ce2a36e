"""GPTQModel: the grid of each row that GPTQ rounds to; codes by its own formula from its scale and zero."""

import probe
import torch
from gptqmodel.quantization.config import QuantizeConfig
from gptqmodel.quantization.quantizer import Quantizer, quantize

SOURCE = "gptqmodel/quantization/quantizer.py Quantizer.find_params, quantize"


def rows(symmetric):
    config = QuantizeConfig(bits=4, sym=symmetric, offload_to_disk=False)

    def ask(x):
        x = torch.from_numpy(probe.matrix(x))
        quantizer = Quantizer(config)
        quantizer.configure(perchannel=True)
        quantizer.find_params(x, weight=True)
        scale, zero = quantizer.scale, quantizer.zero
        back = quantize(x, scale, zero, quantizer.maxq, requires_groupwise_processing=False)
        return (torch.round(back / scale) + zero).to(torch.int16), scale, zero

    return ask


probe.scheme("gptqmodel int4 symmetric, per row", SOURCE)(rows(True))
probe.scheme("gptqmodel int4, per row", SOURCE)(rows(False))

probe.main("gptqmodel", "torch")
