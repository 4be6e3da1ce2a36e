#!/usr/bin/env bash
# torch: does looking at a model's buffers with .numpy() change what the model can do?
# Guess before it was run: no; .numpy() gives a view, and once that is gone the tensor is as it was.
# Found: yes. From then on the tensor's storage cannot be resized, although the view is gone. A model prepared
# for QAT per channel, whose buffers were looked at, fails at its first batch: FakeQuantize makes its scale and
# zero point as long as the weight has rows.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import warnings

import torch
from torch import nn
from torch.ao import quantization

warnings.simplefilter("ignore")


def prepared():
    model = nn.Sequential(quantization.QuantStub(), nn.Linear(4, 3)).train()
    model.qconfig = quantization.get_default_qat_qconfig("x86")
    return quantization.prepare_qat(model)


def first_batch(model):
    try:
        model(torch.ones(2, 4))
    except RuntimeError as error:
        return str(error)
    return "works"


untouched, looked_at = prepared(), prepared()
total = sum(float(buffer.numpy().sum()) for buffer in looked_at.buffers())  # no view is kept
outcomes = first_batch(untouched), first_batch(looked_at)
print("untouched:", outcomes[0])
print("looked at:", outcomes[1])
assert outcomes[0] == "works"
assert "not resizable" in outcomes[1]
TEXT
venv/bin/python run.py
