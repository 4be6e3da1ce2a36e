#!/usr/bin/env bash
# Does a comment in a percent script stay a comment in the notebook?
# Guess before it was run: yes, unless it begins with "# %", as a commented magic does.
# Found: no. A first word that is a shell command of IPython, and a single word with a question mark, become code.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet jupytext==1.19.6
cd "$scratch"
cat >lesson.py <<'TEXT'
# %%
# copy of the weights
# dtype?
# which dtype?
# the copy of the weights
x = 1
TEXT
echo "jupytext $(venv/bin/jupytext --version)"
venv/bin/jupytext --quiet --to ipynb lesson.py
venv/bin/python - <<'CODE'
import json
source = "".join(json.load(open("lesson.ipynb"))["cells"][0]["source"])
print(source)
kept = ["# which dtype?", "# the copy of the weights", "x = 1"]
assert source.splitlines() == ["copy of the weights", "dtype?", *kept]
CODE
