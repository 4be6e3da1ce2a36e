"""Intel Neural Compressor for PyTorch: weight-only, one row."""

import probe
import torch
from neural_compressor.torch.algorithms.weight_only.utility import quant_tensor

SOURCE = "neural_compressor/torch/algorithms/weight_only/utility.py quant_tensor"


def quantize(**options):
    def ask(x):
        codes, scale, zero = quant_tensor(torch.from_numpy(x.reshape(1, -1)), return_int=True, **options)
        return codes, scale, 0 if zero is None else zero

    return ask


for name, options in (
    ("int8 sym", {"bits": 8, "scheme": "sym"}),
    ("int8 sym full_range", {"bits": 8, "scheme": "sym", "full_range": True}),
    ("int8 asym", {"bits": 8, "scheme": "asym"}),
    ("int4 sym", {"bits": 4, "scheme": "sym"}),
    ("int4 sym full_range", {"bits": 4, "scheme": "sym", "full_range": True}),
    ("int4 asym", {"bits": 4, "scheme": "asym"}),
):
    probe.scheme(f"neural-compressor quant_tensor {name}", SOURCE)(quantize(**options))

probe.main("neural-compressor-pt", "torch")
