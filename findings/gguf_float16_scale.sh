#!/usr/bin/env bash
# gguf: Q8_0 of a block of 32 whose largest value is 3e-6, and of one whose largest value is 1e7.
# Guess before it was run: a float16 scale limits the range, so the codes are adapted to the scale that is
# stored, or a value too large is refused.
# Found: neither. Codes belong to the float32 scale. Below 3.8e-6 the stored scale is 0 and the whole block
# comes back as 0; above 8.3e6 it is inf, and the block comes back as inf, with NaN in place of each 0.
# Nothing is raised.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet gguf==0.19.0 numpy==2.4.6
cat >run.py <<'TEXT'
import gguf
import numpy as np

kind = gguf.GGMLQuantizationType.Q8_0
block = np.zeros((1, 32), np.float32)
block[0, 0], block[0, 1] = 1, -0.5
for size in (3e-6, 1, 1e7):
    back = gguf.dequantize(gguf.quantize(block * np.float32(size), kind), kind)[0, :3]
    print(f"largest {size:g}: 1, -0.5 and 0 times it come back as {back}")
    if size == 1:
        np.testing.assert_allclose(back, [1, -0.5, 0], atol=0.005)
    elif size < 1:
        assert not back.any()
    else:
        assert np.array_equal(back, [np.inf, -np.inf, np.nan], equal_nan=True)
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
