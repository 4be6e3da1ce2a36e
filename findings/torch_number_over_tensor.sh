#!/usr/bin/env bash
# torch: is 127 / x, a Python number over a float32 tensor, the quotient that NumPy gives?
# Guess before it was run: yes; a division of float32 numbers is rounded once, by IEEE 754.
# Found: no. It is the reciprocal of x, rounded, times 127, rounded again: every fourth quotient is another
# float32. torch.full_like(x, 127) / x is a division. Scales of libraries contain such quotients.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import torch

x = torch.rand(100_000, generator=torch.Generator().manual_seed(0)) + 1
true = torch.from_numpy(127 / x.numpy())
for name, quotient in (
    ("127 / x", 127 / x),
    ("torch.full_like(x, 127) / x", torch.full_like(x, 127) / x),
    ("x.reciprocal() * 127", x.reciprocal() * 127),
):
    print(f"{name}: {(quotient != true).float().mean().item():.0%} differ from NumPy's 127 / x")
assert torch.equal(127 / x, x.reciprocal() * 127) and torch.equal(torch.full_like(x, 127) / x, true)
assert 0.1 < (127 / x != true).float().mean() < 0.5
TEXT
venv/bin/python run.py
