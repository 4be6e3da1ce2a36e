#!/usr/bin/env bash
# Does a cell that raises an ExceptionGroup have an output of type error, as other cells that raise do?
# Guess before it was run: yes; the reply and the output are made in one place.
# Found: no. Its traceback is text on stderr or stdout. Only the reply says that the cell failed, so who
# looks through the outputs of an executed notebook for errors finds none.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet ipykernel==7.4.0 ipython==9.18.1 nbclient==0.11.0 nbformat==5.11.1
cat >run.py <<'TEXT'
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

def run(source, allow):
    cell = nbformat.v4.new_code_cell(source)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    try:
        NotebookClient(notebook, kernel_name="python3", allow_errors=allow).execute()
        failed = False
    except CellExecutionError:
        failed = True
    return failed, [output.output_type for output in cell.outputs]

for source, kinds in (
    ("raise ValueError(1)", ["error"]),
    ("raise ExceptionGroup('two', [ValueError(1), TypeError(2)])", ["stream"]),
):
    failed, outputs = run(source, allow=False)
    print(f"{source}: the reply says that it failed: {failed}, outputs {outputs}")
    assert failed and outputs == kinds and run(source, allow=True) == (False, kinds)
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
