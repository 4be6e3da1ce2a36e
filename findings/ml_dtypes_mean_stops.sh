#!/usr/bin/env bash
# NumPy, ml_dtypes and JAX: the mean of 1,000 ones in bfloat16 and float8_e4m3fn, and of four int4 sevens.
# Guess before it was run: 1, as in float16, which NumPy adds up in float32; and 7.
# Found: NumPy does so for its own float16 only. A sum of bfloat16 ones stops at 256, one of float8 ones at
# 16, and one of int4 wraps: the means are 0.256, 0.0156 and -1, without a warning; of the 1,000 ones the
# standard deviation is not 0. So it goes with what np.asarray makes of a JAX array. jnp.mean is right for
# bfloat16, too small for 400 ones of float8, and NaN for 1,000: their number is above 448, the largest
# float8_e4m3fn. x.astype(np.float32) before the mean helps.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet numpy==2.4.6 ml_dtypes==0.6.0 jax==0.10.2
cat >run.py <<'TEXT'
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

print(f"numpy {np.__version__}, ml_dtypes {ml_dtypes.__version__}, jax {jax.__version__}")
found = {}
for dtype in (jnp.float16, jnp.bfloat16, jnp.float8_e4m3fn):
    ones = jnp.ones(1000, dtype)
    x = np.asarray(ones)
    by_numpy, deviation, by_jax = float(x.mean()), float(x.std()), float(ones.mean())
    print(f"{x.dtype}: NumPy {by_numpy:g}, deviation {deviation:g}, JAX {by_jax:g}")
    assert x.astype(np.float32).mean() == 1
    found[x.dtype.name] = round(by_numpy, 3), round(deviation, 3), str(by_jax)
assert found["float16"] == (1, 0, "1.0")
assert found["bfloat16"] == (0.256, 0.504, "1.0")
assert found["float8_e4m3fn"] == (0.016, 0.125, "nan")
few = float(jnp.ones(400, jnp.float8_e4m3fn).mean())
print(f"400 ones of float8_e4m3fn: JAX {few:g}")
assert few < 0.9
sevens = np.full(4, 7, ml_dtypes.int4)
print(f"four int4 sevens: mean {sevens.mean()}, of int8 {sevens.astype(np.int8).mean()}")
assert sevens.mean() == -1 and sevens.astype(np.int8).mean() == 7
TEXT
venv/bin/python run.py
