#!/usr/bin/env bash
# numcodecs: BitRound(keepbits=3) on NaN. A NaN may have any bits behind its exponent.
# Guess before it was run: NaN stays NaN, whatever its bits; the codec rounds mantissas.
# Found: the usual NaN stays. One whose bits are all set, as memory filled with 0xFF has, becomes 0, and with
# sign bit 0 it becomes -0: the rounding carries into the exponent, and over its end. A missing value turns
# into a measurement.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet numcodecs==0.16.6 numpy==2.4.6
cat >run.py <<'TEXT'
import numcodecs
import numpy as np

codec = numcodecs.BitRound(keepbits=3)
values = np.array([0x7FC00000, 0xFFFFFFFF, 0x7FFFFFFF], np.uint32).view(np.float32)
assert np.isnan(values).all()
back = codec.decode(codec.encode(values.copy())).view(np.float32)
print(f"numcodecs {numcodecs.__version__}: {values.tolist()} come back as {back.tolist()}")
assert np.isnan(back[0]) and back[1:].tolist() == [0, 0] and np.signbit(back).tolist()[1:] == [False, True]
TEXT
venv/bin/python run.py
