#!/usr/bin/env bash
# Faiss: ScalarQuantizer QT_8bit trained on -1 to 1. What do -1, 0 and 1 come back as?
# Guess before it was run: -1 and 1 as themselves, since they are the ends of the range; 0 half a step off.
# Found: the other way round. A code stands for the middle of a step, with 255 steps for 256 codes: -1 comes
# back as -0.996, 1 as 1.004, outside of all that was seen, and 0 exactly. With 4 bits 1 becomes 1.067.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet faiss-cpu==1.15.1 numpy==2.4.6
cat >run.py <<'TEXT'
import faiss
import numpy as np

seen = np.linspace(-1, 1, 101, dtype=np.float32).reshape(-1, 1)
for name, steps in (("QT_8bit", 255), ("QT_4bit", 15)):
    quantizer = faiss.ScalarQuantizer(1, getattr(faiss.ScalarQuantizer, name))
    quantizer.train(seen)
    asked = np.array([[-1], [0], [1]], np.float32)
    back = quantizer.decode(quantizer.compute_codes(asked)).ravel()
    print(f"{name}: -1, 0, 1 come back as {back}")
    np.testing.assert_allclose(back, [-1 + 1 / steps, 0, 1 + 1 / steps], atol=1e-6)
TEXT
venv/bin/python run.py
