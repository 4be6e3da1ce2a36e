#!/usr/bin/env bash
# torch: an int8 layer of torch.ao whose activations have signed codes (qint8), on each quantized engine.
# Guess before it was run: every engine refuses them, since the documented input of quantized::linear is quint8.
# Found: x86, fbgemm and qnnpack refuse when the model runs, not at convert. onednn computes, as exactly as with
# unsigned codes. So a model that was made and tested with onednn stops on another engine.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import torch
from torch import nn
from torch.ao import quantization

torch.manual_seed(0)
net = nn.Sequential(quantization.QuantStub(), nn.Linear(16, 4), quantization.DeQuantStub()).eval()
x = torch.randn(64, 16)
for engine in ("x86", "fbgemm", "onednn", "qnnpack"):
    if engine not in torch.backends.quantized.supported_engines:
        continue
    torch.backends.quantized.engine = engine
    for dtype in (torch.quint8, torch.qint8):
        signed = quantization.MinMaxObserver.with_args(dtype=dtype)
        net.qconfig = quantization.QConfig(activation=signed, weight=quantization.default_weight_observer)
        prepared = quantization.prepare(net)
        prepared(x)
        model = quantization.convert(prepared)
        try:
            steps = ((model(x) - net(x)).abs().max() / model[1].scale).item()
            print(f"{engine}, {dtype}: at most {steps:.1f} steps from float")
            assert steps < 2.5 and (dtype == torch.quint8 or engine == "onednn")
        except RuntimeError as error:
            print(f"{engine}, {dtype}: {error}")
            assert dtype == torch.qint8 and engine != "onednn" and "Expected input data type QUInt8" in str(error)
TEXT
venv/bin/python -W ignore run.py
