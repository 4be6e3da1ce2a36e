#!/usr/bin/env bash
# NumPy: percentiles of four int8 codes, -128, -100, 100 and 127; also by way of pandas and matplotlib.
# Guess before it was run: -107, 0 and 106.75, as of the same numbers in float64; the result is a float.
# Found: -107, 128 and 106.75: the median is above the maximum, and above the upper quartile. The difference
# of two neighbours is taken in int8, and 200 wraps. np.median is right. pandas' describe() and matplotlib's
# box plot ask np.percentile, and are wrong, too. In float16 a percentile overflows to infinity.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet numpy==2.4.6 pandas==3.1.1 matplotlib==3.11.2
cat >run.py <<'TEXT'
import warnings

import matplotlib.cbook
import numpy as np
import pandas as pd

warnings.simplefilter("ignore")  # float16 overflows, with a warning
codes = np.array([-128, -100, 100, 127], np.int8)
three = [float(np.percentile(codes, q)) for q in (25, 50, 75)]
exact = [float(np.percentile(codes.astype(np.float64), q)) for q in (25, 50, 75)]
described = pd.Series(codes).describe()
box = matplotlib.cbook.boxplot_stats(codes)[0]
print(f"numpy {np.__version__}: int8 {three}, float64 {exact}, np.median {np.median(codes)}")
print(f"pandas {pd.__version__}: 50% {described['50%']}, max {described['max']}")
print(f"matplotlib {matplotlib.__version__}: the median of the box plot {box['med']}")
assert three == [-107, 128, 106.75] and exact == [-107, 0, 106.75] and np.median(codes) == 0
assert described["50%"] == 128 > described["max"] and box["med"] == 128
halves = np.array([-60_000, 60_000], np.float16)
print("float16, -60000 and 60000:", np.percentile(halves, 50), "np.median", np.median(halves))
assert np.percentile(halves, 50) == -np.inf and np.median(halves) == 0
TEXT
venv/bin/python run.py
