"""brevitas: weights of a layer with one output, and activations after one calibration batch."""

import brevitas.nn as qnn
import probe
import torch
from brevitas import quant


def weight(quantizer, **options):
    def ask(x):
        x = torch.from_numpy(x.reshape(1, -1))
        layer = qnn.QuantLinear(x.shape[1], 1, bias=False, weight_quant=quantizer, **options)
        layer.weight.data = x
        made = layer.quant_weight()
        return made.int(), made.scale, made.zero_point

    return ask


def activation(quantizer):
    def ask(x):
        x = torch.from_numpy(x.reshape(1, -1))
        layer = qnn.QuantIdentity(act_quant=quantizer, return_quant_tensor=True)
        layer.train()(x)
        made = layer.eval()(x)
        return made.int(), made.scale, made.zero_point

    return ask


SOURCE = "brevitas/quant/{}.py"
for name, quantizer, options in (
    ("Int8WeightPerTensorFloat", quant.Int8WeightPerTensorFloat, {}),
    ("Int8WeightPerTensorFloat, 4 bits", quant.Int8WeightPerTensorFloat, {"weight_bit_width": 4}),
    ("ShiftedUint8WeightPerTensorFloat", quant.ShiftedUint8WeightPerTensorFloat, {}),
):
    file = "shifted_scaled_int" if "Shifted" in name else "scaled_int"
    probe.scheme(f"brevitas {name}", SOURCE.format(file))(weight(quantizer, **options))
for name in ("Int8ActPerTensorFloat", "ShiftedUint8ActPerTensorFloat"):
    file = "shifted_scaled_int" if "Shifted" in name else "scaled_int"
    probe.scheme(f"brevitas {name}", SOURCE.format(file), range="a percentile, 99.999")(
        activation(getattr(quant, name))
    )

probe.main("brevitas", "torch")
