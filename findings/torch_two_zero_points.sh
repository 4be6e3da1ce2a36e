#!/usr/bin/env bash
# torch: the zero point of the range -1.875 to 1.875 in uint8, as a dynamic layer and as fused fake
# quantization choose it.
# Guess before it was run: the same; both call ChooseQuantizationParams.
# Found: 128 and 127. The exact value is 127.5, a tie in float64. The fused module divides by the scale that
# it has rounded to float32, which is a little larger, so there is no tie any more. MinMaxObserver says 128.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import torch
from torch.ao.quantization import FusedMovingAvgObsFakeQuantize, MinMaxObserver, MovingAverageMinMaxObserver

x = torch.tensor([-1.875, 0.0, 1.875])
_, dynamic = torch._choose_qparams_per_tensor(x)
fused = FusedMovingAvgObsFakeQuantize(
    MovingAverageMinMaxObserver, 0, 255, dtype=torch.quint8, qscheme=torch.per_tensor_affine
)
fused(x)
observer = MinMaxObserver(dtype=torch.quint8)
observer(x)
zeros = dynamic, fused.zero_point.item(), observer.calculate_qparams()[1].item()
print(f"torch {torch.__version__}: {zeros[0]} (dynamic), {zeros[1]} (fused), {zeros[2]} (MinMaxObserver)")
assert zeros == (128, 127, 128)
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
