#!/usr/bin/env bash
# torchao: NVFP4WeightOnlyConfig on a layer whose weights are all zero, as of a pruned block or a new adapter.
# Guess before it was run: zeros come back, as of every other scheme.
# Found: NaN, in every weight and every output. The scale of the tensor is its largest value over 2688, here 0,
# and the scale of each block is divided by it: 0 / 0. Nothing is raised. Without the tensor's scale zeros come
# back, but then 30,000 becomes 2,688, 1 becomes 1.03125 and 0.0001 becomes 0.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 torchao==0.18.0 numpy==2.4.6
cat >run.py <<'TEXT'
import torch
from torch import nn
from torchao.prototype.mx_formats import NVFP4WeightOnlyConfig
from torchao.prototype.mx_formats.nvfp4_tensor import NVFP4Tensor
from torchao.quantization import quantize_

x = torch.ones(1, 32)
for name, fill in (("ones", nn.init.ones_), ("zeros", nn.init.zeros_)):
    model = nn.Sequential(nn.Linear(32, 16, bias=False))
    fill(model[0].weight)
    quantize_(model, NVFP4WeightOnlyConfig())
    y = model(x)[0, 0].item()
    print(f"weights of {name}: {x.shape[1]} ones give {y:g}")
    assert (y == 32) if name == "ones" else (y != y)
for value in (30000.0, 1.0, 1e-4, 0.0):
    back = NVFP4Tensor.to_nvfp4(torch.full((1, 32), value)).dequantize(torch.float32)[0, 0].item()
    print(f"without a scale of the tensor {value:g} comes back as {back:g}")
    assert back == {30000.0: 2688, 1.0: 1.03125, 1e-4: 0, 0.0: 0}[value]
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
