#!/usr/bin/env bash
# SciPy: distances of the uint8 vectors (0, 10) and (255, 20), one pair at a time and by cdist.
# Guess before it was run: the same; both take vectors of any numbers and give floats.
# Found: cdist computes in float64. The functions for one pair subtract and multiply in uint8, where -255 is
# 1: euclidean gives 246.0 for 255.2, and the cosine distance of vectors at 85 degrees is 0. sqeuclidean
# alone is right.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet scipy==1.17.1 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import scipy
from scipy.spatial import distance

first, second = np.array([0, 10], np.uint8), np.array([255, 20], np.uint8)
wrong = []
print(f"scipy {scipy.__version__}, numpy {np.__version__}")
for name in ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "minkowski", "cosine"):
    pair = float(getattr(distance, name)(first, second))
    matrix = distance.cdist(first[None], second[None], name).item()
    print(f"{name}: {pair:.2f}, by cdist {matrix:.2f}")
    if abs(pair - matrix) > 0.01:
        wrong.append(name)
assert wrong == ["euclidean", "cityblock", "chebyshev", "minkowski", "cosine"]
TEXT
venv/bin/python run.py
