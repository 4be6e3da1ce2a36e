#!/usr/bin/env bash
# sqlite-vec: vec_quantize_int8(x, 'unit') of 100,001 values from -1 to 1. Which codes, and how many of each?
# Guess before it was run: 256 codes of equal width, rounded to the nearest; 1 becomes 127.
# Found: 255. It rounds toward zero: the bin of 0 is twice as wide as all others, -128 stands for -1 alone,
# and 1 becomes 126, while 1.5, which is outside, becomes 127.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet sqlite-vec==0.1.9 apsw==3.54.1.0 numpy==2.4.6
cat >run.py <<'TEXT'
import apsw
import numpy as np
import sqlite_vec

connection = apsw.Connection(":memory:")
connection.enable_load_extension(True)
connection.load_extension(sqlite_vec.loadable_path())


def codes(values):
    parts = [np.asarray(part, np.float32) for part in np.array_split(values, max(1, len(values) // 5_000))]
    query = "select vec_quantize_int8(?, 'unit')"
    found = [connection.execute(query, (part.tobytes(),)).fetchone()[0] for part in parts]
    return np.concatenate([np.frombuffer(one, np.int8) for one in found])


seen, counts = np.unique(codes(np.linspace(-1, 1, 100_001)), return_counts=True)
times = dict(zip(seen.tolist(), counts.tolist(), strict=True))
print(f"sqlite-vec {connection.execute('select vec_version()').fetchone()[0]}: {len(seen)} codes,")
print(f"code 0 {times[0]} times, 1 {times[1]}, -1 {times[-1]}, -128 {times[-128]}; 127: {127 in times}")
print("0.004, 1 and 1.5 become", codes(np.array([0.004, 1, 1.5])).tolist())
assert len(seen) == 255 and times[-128] == 1 and 127 not in times
assert times[0] > 1.9 * times[1] and abs(times[1] - times[-1]) <= 1
assert codes(np.array([0.004, 1, 1.5])).tolist() == [0, 126, 127]
TEXT
venv/bin/python run.py
