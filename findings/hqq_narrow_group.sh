#!/usr/bin/env bash
# HQQ: 4-bit codes for a group of weights between -4e-5 and 4e-5, which is what a layer with a small gain
# has.
# Guess before it was run: 16 values between them; a scale is a float32, whatever its size.
# Found: one value for all. Where the range is at most 1e-4 the scale becomes 1, every code 0, and every
# weight comes back as the smallest of the group. Above it a step is never below 5e-5: weights up to 1.2e-4
# get 6 values.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet hqq==0.2.8 torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import torch
from hqq.core.quantize import Quantizer

shape = torch.linspace(-1, 1, 64).reshape(1, 64)
for size, values in ((4e-5, 1), (1.2e-4, 6), (1e-3, 16)):
    codes, meta = Quantizer.quantize(
        shape * size, nbits=4, group_size=64, axis=1, optimize=False, bitpack=False, device="cpu"
    )
    back = (codes - meta["zero"]) * meta["scale"]
    print(f"weights up to {size}: {len(back.unique())} value(s) come back, up to {back.max().item():.2g}")
    assert len(back.unique()) == values
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
