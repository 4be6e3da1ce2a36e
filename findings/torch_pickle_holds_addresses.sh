#!/usr/bin/env bash
# torch: do equal tensors give equal pickles, and does a model have one pickled size?
# Guess before it was run: yes; a pickle holds values, shapes and names.
# Found: no. Each storage goes in under a name made of its address in memory, in decimal digits. Pickles of equal
# tensors differ, and their length depends on how many digits an address has: it is no measure of a model's size
# to the byte, and no key of a cache. torch.save to a file numbers its storages, and gives equal bytes.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import io
import pickle

import torch


def saved(tensor):
    buffer = io.BytesIO()
    torch.save(tensor, buffer)
    return buffer.getvalue()


first, second = torch.ones(5), torch.ones(5)
address = str(first.untyped_storage()._cdata).encode()
print("equal pickles:", pickle.dumps(first) == pickle.dumps(second))
print("the address is in the pickle:", address in pickle.dumps(first))
print("equal files of torch.save:", saved(first) == saved(second))
assert pickle.dumps(first) != pickle.dumps(second)
assert address in pickle.dumps(first)
assert saved(first) == saved(second)
TEXT
venv/bin/python run.py
