"""CTranslate2: what its converter stores of a model quantized to int8 and int16, per row."""

import probe
from ctranslate2.specs import common_spec


def quantize(kind):
    def ask(x):
        spec = common_spec.LinearSpec()
        spec.weight = probe.matrix(x)
        spec.validate()
        spec.optimize(quantization=kind)
        return spec.weight.numpy(), spec.weight_scale.numpy(), 0

    return ask


SOURCE = "ctranslate2/specs/model_spec.py LayerSpec._quantize"
for kind in ("int8", "int16"):
    probe.scheme(f"ctranslate2 {kind}", SOURCE, scale_is="its inverse: codes = x * scale")(quantize(kind))

probe.main("ctranslate2")
