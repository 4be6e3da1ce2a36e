#!/usr/bin/env bash
# A function registered for IPython's event post_run_cell raises. What does a cell that succeeds look like?
# Guess before it was run: as ever; the failure is written to a log, or to stderr.
# Found: each cell, also the one that registered it, has an output of type error, though its reply is "ok":
# nbclient does not raise, and the executed notebook holds an error in every cell.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet ipykernel==7.4.0 ipython==9.18.1 nbclient==0.11.0 nbformat==5.11.1
cat >run.py <<'TEXT'
import nbformat
from nbclient import NotebookClient

sources = "get_ipython().events.register('post_run_cell', lambda *result: 1 / 0)", "two = 2", "print(two)"
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
NotebookClient(notebook, kernel_name="python3", allow_errors=False).execute()  # raises nothing
for cell in notebook.cells:
    names = [output.ename for output in cell.outputs if output.output_type == "error"]
    print(f"{cell.source}: errors among its outputs: {names}")
    assert names == ["ZeroDivisionError"]
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
