#!/usr/bin/env bash
# pandas: pd.cut of five int8 codes from -128 to 127 into three bins of equal width.
# Guess before it was run: each code is in a bin; pd.cut widens the lowest bin so that it holds the minimum.
# Found: -128 is in none (NaN). The bin is widened by a thousandth of the range, which is taken in int8: 127
# minus -128 is -1 there, so the edge moves up to -127.999. In int64 and float64 all have a bin.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet pandas==3.1.1 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import pandas as pd

codes = np.array([-128, -100, 0, 100, 127])
print(f"pandas {pd.__version__}, numpy {np.__version__}")
for dtype, first in ((np.int8, -1), (np.int64, 0), (np.float64, 0)):
    bins = pd.cut(pd.Series(codes.astype(dtype)), 3)
    print(np.dtype(dtype).name, bins.cat.codes.tolist(), bins.cat.categories[0])
    assert bins.cat.codes.tolist() == [first, 0, 1, 2, 2]
TEXT
venv/bin/python run.py
