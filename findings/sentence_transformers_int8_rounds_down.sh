#!/usr/bin/env bash
# sentence-transformers: quantize_embeddings to int8, 1,000 values from -1 to 1 in one dimension. Which
# codes appear?
# Guess before it was run: -128 to 127, each about four times; values are rounded, so the mean error is 0.
# Found: -128 to 126. It rounds down: the mean error is half a step, the largest a whole one, and the
# largest value itself, which defines the range, gets the code below the last, since 2 over the rounded step
# is just below 255.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet sentence-transformers==6.2.0 torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
from sentence_transformers.util.quantization import quantize_embeddings

values = np.linspace(-1, 1, 1000, dtype=np.float32).reshape(-1, 1)
codes = quantize_embeddings(values, precision="int8").astype(int)
step = 2 / 255
error = (codes + 128) * step - 1 - values
print(f"codes {codes.min()} to {codes.max()}, mean error {error.mean() / step:.2f} steps,", end=" ")
print(f"largest {abs(error).max() / step:.2f} steps")
assert (codes.min(), codes.max()) == (-128, 126)
assert abs(error.mean() / step + 0.5) < 0.01 and abs(error).max() / step > 0.99
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
