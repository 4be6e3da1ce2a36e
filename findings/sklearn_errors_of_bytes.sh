#!/usr/bin/env bash
# scikit-learn: errors of the uint8 predictions 1, 9, 255 for 0, 10, 200. The differences are 1, -1 and 55.
# Guess before it was run: mean 19, median 1, largest 55; either all metrics take bytes or none does.
# Found: mean_absolute_error is 19, mean_squared_error right, too. median_absolute_error is 55 and max_error
# 255: these two subtract in uint8, where 0 - 1 is 255.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet scikit-learn==1.9.1 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import sklearn
from sklearn import metrics

true, predicted = np.array([0, 10, 200], np.uint8), np.array([1, 9, 255], np.uint8)
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
for name, bytes_give, floats_give in (
    ("mean_absolute_error", 19, 19),
    ("mean_squared_error", 1009, 1009),
    ("median_absolute_error", 55, 1),
    ("max_error", 255, 55),
):
    metric = getattr(metrics, name)
    got = float(metric(true, predicted)), float(metric(true.astype(float), predicted.astype(float)))
    print(f"{name}: uint8 {got[0]:.0f}, float64 {got[1]:.0f}")
    assert np.allclose(got, (bytes_give, floats_give))
TEXT
venv/bin/python run.py
