#!/usr/bin/env bash
# IPython: a cell with 499, 500 or 501 lines of the magic %pwd.
# Guess before it was run: both run; a magic is one line, and how many a cell has does not matter.
# Found: each magic is rewritten in a pass of its own over the whole cell, and the 500th pass is the last. From
# 500 such lines on nothing of the cell runs: "RuntimeError: Input transformation still changing after 500
# iterations". 499 run, as do 5,000 lines without a magic. InteractiveShell raises no error: the result holds
# it.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet ipython==9.18.1
export IPYTHONDIR="$scratch/ipython"
cat >run.py <<'TEXT'
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for lines in (499, 500, 501):
    shell.user_ns.pop("ran", None)
    result = shell.run_cell("ran = True\n" + "%pwd\n" * lines, silent=True)
    error = result.error_before_exec or result.error_in_exec
    print(lines, "lines: ran", "ran" in shell.user_ns, error or "")
    assert ("ran" in shell.user_ns) == (lines < 500) == (error is None)
TEXT
venv/bin/python run.py >log 2>&1 || { cat log; exit 1; }
grep "lines: ran" log
