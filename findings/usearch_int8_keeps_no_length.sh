#!/usr/bin/env bash
# USearch: an int8 index with the metric l2sq. Which vector is nearest to (9, 0, 0, 0): (10, 0, 0, 0) or (1,
# 0, 0, 0)?
# Guess before it was run: the first; coarser than in float32, or clipped to what int8 holds.
# Found: both, at distance 0. Every vector is divided by its length before it becomes int8, with every
# metric, so only its direction is stored. A vector twice as long is the same entry. float16 and bfloat16
# keep the length.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet usearch==2.26.6 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
from usearch.index import Index

vectors = np.array([[1, 0, 0, 0], [10, 0, 0, 0], [0, 2, 0, 0]], np.float32)
for dtype, expected in (("f32", [1, 64]), ("f16", [1, 64]), ("bf16", [1, 64]), ("i8", [0, 0])):
    index = Index(ndim=4, metric="l2sq", dtype=dtype)
    index.add(np.arange(3), vectors)
    found = index.search(np.array([9, 0, 0, 0], np.float32), 2)
    print(f"{dtype}: squared distances of the two nearest {found.distances.tolist()}")
    assert found.distances.tolist() == expected
TEXT
venv/bin/python run.py
