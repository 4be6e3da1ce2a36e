#!/usr/bin/env bash
# torch.export: does a module that was exported own its weights, as a file that was exported would?
# Guess before it was run: yes; training the exported graph leaves the model that it was made from as it was.
# Found: no. ExportedProgram.module() holds the very parameters of the model, so that a step of an optimizer on
# the graph moves the model, too. A deep copy of the model before the export keeps the two apart.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import copy

import torch


def moved(copied):
    """Whether training the exported graph changes the model."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    before = model.weight.detach().clone()
    x = torch.randn(8, 3)
    source = copy.deepcopy(model) if copied else model
    graph = torch.export.export(source, (x,)).module()
    optimizer = torch.optim.SGD(graph.parameters(), lr=0.1)
    graph(x).square().sum().backward()
    optimizer.step()
    return not torch.equal(model.weight, before)


print("torch", torch.__version__.split("+")[0])
print("the model moves with its exported graph:", moved(copied=False))
print("with that of a copy:", moved(copied=True))
assert moved(copied=False)
assert not moved(copied=True)
TEXT
venv/bin/python run.py
