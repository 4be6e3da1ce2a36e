#!/usr/bin/env bash
# GPTQModel: the symmetric 4-bit grid (sym=True, the default) of a row of weights without a negative one.
# Guess before it was run: the scale covers the largest value, so every weight comes back within half a step.
# Found: the range is 0 to the maximum, in place of minus to plus the maximum, but the zero point stays 8, so
# codes end at 7 steps: all above 7/15 of the largest weight saturates, and 3.0 comes back as 1.4. One negative
# weight, however small, doubles the scale and mends it. At 8 bits 3.0 comes back as 1.494.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet gptqmodel==7.7.0 torch==2.14.1 numpy==2.4.6
cat >run.py <<'TEXT'
import torch
from gptqmodel.quantization.config import QuantizeConfig
from gptqmodel.quantization.quantizer import Quantizer, quantize

row = [0.5, 1.0, 1.5, 2.0, 3.0]
for bits, symmetric, weights in (
    (4, True, row),
    (8, True, row),
    (4, True, [-0.01, *row]),
    (4, False, row),
):
    x = torch.tensor([weights])
    quantizer = Quantizer(QuantizeConfig(bits=bits, sym=symmetric, offload_to_disk=False))
    quantizer.configure(perchannel=True)
    quantizer.find_params(x, weight=True)
    scale, zero, top = quantizer.scale, quantizer.zero, quantizer.maxq
    back = quantize(x, scale, zero, top, requires_groupwise_processing=False).max().item()
    print(f"{bits} bits, symmetric {symmetric}, {weights}: 3.0 comes back as {back:.3f}")
    if symmetric and min(weights) > 0:
        assert abs(back - {4: 3 * 7 / 15, 8: 3 * 127 / 255}[bits]) < 1e-5
    else:
        assert abs(back - 3) < 0.21
TEXT
venv/bin/python run.py >log 2>&1 || { cat log; exit 1; }
grep symmetric log
