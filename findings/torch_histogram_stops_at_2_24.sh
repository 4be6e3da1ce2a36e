#!/usr/bin/env bash
# torch: a histogram of 20 million zeros, as an activation behind a ReLU has in one calibration batch.
# Guess before it was run: 20,000,000; counts are whole numbers, even where the result is a float tensor.
# Found: 16,777,216 in one thread. histc, histogram and bincount with weights add 1 to a float32, which stays
# where it is from 2**24 on. So does HistogramObserver, which calibrates with histc. torch.sum and NumPy give
# 20,000,000. With more threads each has a sum of its own, so that the result depends on their number.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import torch
from torch.ao.quantization import HistogramObserver

torch.set_num_threads(1)
N = 20_000_000
zeros, ones = torch.zeros(N), torch.ones(N)
observer = HistogramObserver(bins=4)
observer(torch.cat([zeros, torch.ones(1)]))
counts = {
    "histc": torch.histc(zeros, bins=1, min=-1, max=1),
    "histogram": torch.histogram(zeros, bins=1, range=(-1.0, 1.0)).hist,
    "bincount with weights": torch.bincount(zeros.long(), weights=ones),
    "HistogramObserver": observer.histogram[:1],
}
for name, count in counts.items():
    print(f"{name}: {int(count.item()):,}")
    assert count.item() == 2**24
print(f"torch {torch.__version__}: sum {int(ones.sum()):,}; numpy {np.__version__}: ", end="")
print(f"histogram {np.histogram(zeros.numpy(), 1, (-1, 1))[0].item():,}")
assert ones.sum() == N and np.histogram(zeros.numpy(), 1, (-1, 1))[0] == N
TEXT
venv/bin/python run.py
