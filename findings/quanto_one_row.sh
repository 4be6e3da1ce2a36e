#!/usr/bin/env bash
# optimum-quanto: 4-bit weights of a Linear with one output. How many scales does its optimizer choose?
# Guess before it was run: one for the row, as for every other row.
# Found: one for each input, all of them 0, and as many shifts: a float32 scale and shift for each 4-bit code,
# so such a layer takes more memory than in float32. With two outputs there are two scales.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet optimum-quanto==0.2.7 torch==2.13.0 numpy==2.4.6 packaging
cat >run.py <<'TEXT'
import torch
from optimum.quanto import MaxOptimizer, qint4

torch.manual_seed(0)
for outputs, count in ((1, 64), (2, 2)):
    weight = torch.nn.Linear(64, outputs).weight.detach()
    scale, shift = MaxOptimizer()(weight, qint4, axis=0)
    print(f"{outputs} output(s) of 64 inputs: {scale.numel()} scales, all 0: {bool((scale == 0).all())}")
    assert scale.numel() == shift.numel() == count and (scale == 0).all() == (outputs == 1)
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
