#!/usr/bin/env bash
# brevitas: ShiftedUint8WeightPerTensorFloat on weights that are all negative, -3 to -1.
# Guess before it was run: the range is widened to include 0, as with every affine scheme; -3 comes back as
# -3.
# Found: the lower end is limited to 0, the upper end is not. The range is -3 to -1, the zero point would be
# 383 and is cut to 255, and -3 comes back as -2. With one weight of 0 all is right; weights that are all
# positive too.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet brevitas==0.13.4 torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import brevitas.nn as qnn
import torch
from brevitas.quant import ShiftedUint8WeightPerTensorFloat

for weights, back in (([-3, -1.5, -1], -2), ([-3, -1.5, 0], -3), ([3, 1.5, 1], 3)):
    layer = qnn.QuantLinear(3, 1, bias=False, weight_quant=ShiftedUint8WeightPerTensorFloat)
    layer.weight.data = torch.tensor([weights], dtype=torch.float32)
    first = layer.quant_weight().value[0, 0].item()
    print(f"{weights}: the first comes back as {first:.3f}")
    assert abs(first - back) < 0.01
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
