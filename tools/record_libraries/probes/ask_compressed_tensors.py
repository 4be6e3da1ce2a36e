"""compressed-tensors, the format of llm-compressor and vLLM: per channel, in groups, float8, FP4."""

import probe
import torch
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import quantize
from compressed_tensors.quantization.utils import calculate_qparams

SOURCE = "compressed_tensors/quantization/utils/helpers.py calculate_qparams, lifecycle/forward.py _quantize"


def tensor(**options):
    def ask(x):
        x = torch.from_numpy(x.reshape(1, -1))
        args = QuantizationArgs(strategy="tensor", **options)
        scale, zero = calculate_qparams(x.min(), x.max(), args)
        codes = quantize(x, scale, zero, args)
        if options.get("type") == "float":
            return codes.to(torch.float8_e4m3fn).view(torch.uint8), scale, 0
        return codes.to(torch.int16), scale, zero

    return ask


probe.scheme("compressed-tensors int8 symmetric", SOURCE)(tensor(num_bits=8, symmetric=True))
probe.scheme("compressed-tensors int8", SOURCE)(tensor(num_bits=8, symmetric=False))
probe.scheme("compressed-tensors int4 symmetric", SOURCE)(tensor(num_bits=4, symmetric=True))
probe.scheme("compressed-tensors int4", SOURCE)(tensor(num_bits=4, symmetric=False))
probe.scheme("compressed-tensors float8", SOURCE, codes_are="bits")(tensor(num_bits=8, type="float"))

probe.main("compressed-tensors", "torch")
