#!/usr/bin/env bash
# cloudpickle and torch: can a function that reads torch.backends.quantized.engine be pickled by value?
# Guess before it was run: yes; torch is imported on the other side, and a module goes by its name.
# Found: no. cloudpickle takes along the submodules that a function names. torch.backends.quantized is an object
# of a subclass of ModuleType that stands in sys.modules; it is not recognised as a module, its content is
# pickled, and that fails. A function that imports it by its name is pickled.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6 cloudpickle==3.1.2
cat >run.py <<'TEXT'
import importlib

import cloudpickle
import torch


def named():
    return torch.backends.quantized.engine


def imported():
    return importlib.import_module("torch.backends.quantized").engine


def outcome(function):
    try:
        cloudpickle.dumps(function)
    except TypeError as error:
        return str(error)
    return "pickled"


print("named:", outcome(named))
print("imported:", outcome(imported))
assert outcome(named) == "cannot pickle 'QuantizedEngine' object"
assert outcome(imported) == "pickled"
TEXT
venv/bin/python run.py
