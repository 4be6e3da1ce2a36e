"""AutoRound, without its tuning: scales in float16, and codes that belong to them; values come back."""

import probe
import torch
from auto_round.data_type.int import quant_tensor_asym, quant_tensor_sym

SOURCE = "auto_round/data_type/int.py"


def groups(function, signed):
    def ask(x):
        x = torch.from_numpy(probe.block(x).reshape(1, -1))
        back, scale, zero = function(x, bits=4, group_size=32)
        scale = scale.float()
        zero = torch.zeros_like(scale) if signed else zero.float()
        codes = torch.round(back.reshape(len(scale), -1) / scale) + zero
        return codes.to(torch.int16), scale, zero

    return ask


probe.scheme("auto-round int_sym 4 bits, groups of 32", f"{SOURCE} quant_tensor_sym")(
    groups(quant_tensor_sym, True)
)
probe.scheme("auto-round int_asym 4 bits, groups of 32", f"{SOURCE} quant_tensor_asym")(
    groups(quant_tensor_asym, False)
)

probe.main("auto-round", "torch")
