"""HQQ: one group of 32, with and without its search for the zero point."""

import probe
import torch
from hqq.core.quantize import Quantizer


def quantize(bits, optimize):
    def ask(x):
        x = torch.from_numpy(probe.block(x)).reshape(1, 32)
        codes, meta = Quantizer.quantize(
            x, nbits=bits, group_size=32, optimize=optimize, axis=1, bitpack=False, device="cpu"
        )
        return codes, meta["scale"], meta["zero"]

    return ask


SOURCE = "hqq/core/quantize.py Quantizer.quantize"
for name, bits, optimize in (("4 bits, optimized", 4, True), ("4 bits", 4, False), ("8 bits", 8, False)):
    probe.scheme(f"hqq {name}, groups of 32", SOURCE, zero_is="a fraction of a code")(
        quantize(bits, optimize)
    )

probe.main("hqq", "torch")
