#!/usr/bin/env bash
# torch: is the byte 44 equal to 300, and is the byte 5 above -1?
# Guess before it was run: no and yes; a comparison needs no room for the number, and NumPy says so too.
# Found: yes and no. The Python number becomes a uint8 first, where 300 is 44 and -1 is 255, in silence; in
# an int8 300 is 44, too. clamp and fill_ refuse such a number.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet torch==2.13.0 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import torch

print(f"torch {torch.__version__}, numpy {np.__version__}")
for dtype in (torch.uint8, torch.int8):
    codes = torch.tensor([5, 44], dtype=dtype)
    for codes, truth in ((codes, False), (codes.numpy(), True)):
        equal, below, above = (result.tolist() for result in (codes == 300, codes < 300, codes > -1))
        print(f"{codes.dtype} [5, 44]: == 300 {equal}, < 300 {below}, > -1 {above}")
        assert (equal == [False, False]) == (below == [True, True]) == truth
        assert (above == [True, True]) == (truth or dtype == torch.int8)
byte = torch.zeros(1, dtype=torch.uint8)
for refuse in (lambda: byte.fill_(300), lambda: byte.clamp(max=300)):
    try:
        refuse()
    except RuntimeError as error:
        print(error)
    else:
        raise AssertionError("accepted")
TEXT
venv/bin/python run.py
