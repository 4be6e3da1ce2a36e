#!/usr/bin/env bash
# matplotlib: an int8 bar of 100 that stands on an int8 bar of 100, and error bars of uint8.
# Guess before it was run: the upper bar reaches from 100 to 200; values are floats once they are drawn.
# Found: it reaches from 100 down to -56: its upper end is added in int8. And yerr of uint8, 10 and 10, is
# refused as negative, because 10 is below -10, which is 246 there.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet matplotlib==3.11.2 numpy==2.4.6
cat >run.py <<'TEXT'
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

axes = plt.subplots()[1]
hundred = np.array([100], np.int8)
upper = axes.bar([0], hundred, bottom=hundred)[0].get_bbox()
print(f"matplotlib {matplotlib.__version__}: the upper bar has its ends at {upper.y0:g} and {upper.y1:g}")
assert (upper.y0, upper.y1) == (100, -56)
try:
    axes.errorbar([0, 1], [20, 30], yerr=np.array([10, 10], np.uint8))
except ValueError as error:
    print("error bars of uint8:", error)
    assert "negative" in str(error)
else:
    raise AssertionError("accepted")
axes.errorbar([0, 1], [20, 30], yerr=np.array([10, 10], np.int64))
TEXT
venv/bin/python run.py
