#!/usr/bin/env bash
# torch: float64 to float16, bfloat16 and float8, just above the middle of two neighbours of 1.
# Guess before it was run: up, to the nearer neighbour, as NumPy and ml_dtypes do.
# Found: down, all three: torch goes by way of float32, where the value becomes the tie, and the tie goes to
# even. NumPy's float16 is right. ml_dtypes does as torch for bfloat16 and float8.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6 ml_dtypes==0.6.0
cat >run.py <<'TEXT'
import ml_dtypes
import numpy as np
import torch

for name, bits, other in (
    ("float16", 10, np.float16),
    ("bfloat16", 7, ml_dtypes.bfloat16),
    ("float8_e4m3fn", 3, ml_dtypes.float8_e4m3fn),
):
    value = 1 + 2.0 ** -(bits + 1) + 2.0**-40  # the middle between 1 and the next number, and a little
    up = 1 + 2.0**-bits
    by_torch = torch.tensor(value, dtype=torch.float64).to(getattr(torch, name)).double().item()
    by_other = float(np.float64(value).astype(other))
    print(f"{name}: nearest {up}, torch {by_torch}, NumPy or ml_dtypes {by_other}")
    assert by_torch == 1 and by_other == (up if name == "float16" else 1)
print(f"torch {torch.__version__}, numpy {np.__version__}, ml_dtypes {ml_dtypes.__version__}")
TEXT
venv/bin/python run.py
