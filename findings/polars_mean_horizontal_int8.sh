#!/usr/bin/env bash
# Polars: two columns of int8 codes, 100 and 100 in one row; the mean of the row, and of a column.
# Guess before it was run: 100.0 each; a mean is a float, and sum() of int8 is an Int64.
# Found: the mean of the column is 100.0, that of the row -28.0. sum_horizontal keeps int8 and wraps, and
# mean_horizontal divides what it gives.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet polars==2.1.0
cat >run.py <<'TEXT'
import polars as pl

rows = pl.DataFrame({"a": [100, 100], "b": [100, -100]}, schema={"a": pl.Int8, "b": pl.Int8})
column = rows["a"].mean()
row = rows.select(pl.mean_horizontal("a", "b")).to_series()
print(f"polars {pl.__version__}: column {column}, rows {row.to_list()} ({row.dtype}), sum {rows['a'].sum()}")
assert column == 100 and rows["a"].sum() == 200
assert row.to_list() == [-28, 0] and row.dtype == pl.Float64
TEXT
venv/bin/python run.py
