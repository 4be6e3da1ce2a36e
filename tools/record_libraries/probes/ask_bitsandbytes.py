"""bitsandbytes on the CPU: rows of int8, and blocks of 8 and 4 bits with a code book."""

import probe
import torch
from bitsandbytes import functional

SOURCE = "bitsandbytes/functional.py {}"


@probe.scheme(
    "bitsandbytes int8_vectorwise_quant, per row", SOURCE.format("int8_vectorwise_quant"), scale_is="absmax"
)
def int8(x):
    codes, absmax, _ = functional.int8_vectorwise_quant(torch.from_numpy(probe.matrix(x)))
    return codes, absmax, 0


@probe.scheme(
    "bitsandbytes quantize_blockwise 8 bits", SOURCE.format("quantize_blockwise"), scale_is="absmax"
)
def blockwise(x):
    codes, state = functional.quantize_blockwise(torch.from_numpy(x.ravel()), blocksize=256)
    return codes, state.absmax, 0


def four(kind):
    def ask(x):
        packed, state = functional.quantize_4bit(
            torch.from_numpy(probe.block(x, 64)), blocksize=64, quant_type=kind
        )
        packed = packed.ravel()
        return torch.stack([packed >> 4, packed & 15], 1).ravel(), state.absmax, 0

    return ask


probe.scheme("bitsandbytes NF4, blocks of 64", SOURCE.format("quantize_4bit"), scale_is="absmax")(four("nf4"))
probe.scheme("bitsandbytes FP4, blocks of 64", SOURCE.format("quantize_4bit"), scale_is="absmax")(four("fp4"))

probe.main("bitsandbytes", "torch")
