#!/usr/bin/env bash
# scikit-image: every int16 to float and back, by img_as_float and img_as_int.
# Guess before it was run: the same 65,536 numbers; a float64 holds each of them exactly.
# Found: every negative number but the lowest comes back one lower. img_as_float divides by 32767 and cuts off
# at -1; img_as_int rounds 32767.5 x - 0.5. Positive numbers and 0 come back as they were.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet scikit-image==0.26.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import skimage

codes = np.arange(-32768, 32768, dtype=np.int16)
moved = skimage.util.img_as_int(skimage.util.img_as_float(codes)).astype(int) - codes
print(f"scikit-image {skimage.__version__}: {(moved != 0).sum()} of {codes.size} numbers changed,", end=" ")
print(f"from {codes[moved != 0].min()} to {codes[moved != 0].max()}, by {set(moved[moved != 0].tolist())}")
assert set(moved[codes < 0].tolist()) == {0, -1} and (moved[codes < 0] == 0).sum() == 1
assert not moved[codes >= 0].any()
TEXT
venv/bin/python run.py
