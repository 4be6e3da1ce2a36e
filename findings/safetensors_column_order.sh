#!/usr/bin/env bash
# safetensors: a NumPy array in column order, or transposed, is saved and loaded again.
# Guess before it was run: the same array, or an error, as safetensors.torch gives for such a tensor.
# Found: another array, without a word. save writes the memory as it lies and the shape as it is seen, so the
# numbers stand in other places. np.ascontiguousarray before saving helps.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet safetensors==0.8.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import safetensors
import safetensors.numpy

rows = np.arange(6, dtype=np.float32).reshape(2, 3)
for name, array in (("row order", rows), ("column order", np.asfortranarray(rows)), ("transposed", rows.T)):
    back = safetensors.numpy.load(safetensors.numpy.save({"x": array}))["x"]
    print(f"safetensors {safetensors.__version__}, {name}: {array.tolist()} comes back as {back.tolist()}")
    assert back.shape == array.shape and np.array_equal(back, array) == (name == "row order")
    assert np.array_equal(np.sort(back, axis=None), np.arange(6))
TEXT
venv/bin/python run.py
