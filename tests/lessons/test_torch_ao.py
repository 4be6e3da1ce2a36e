"""Every import of torch.ao stands in one module, and its absence is one sentence."""

import re
import subprocess
import sys


def test_torch_ao_is_imported_in_one_module(root):
    files = [*root.glob("src/**/*.py"), *root.glob("solutions/*/*.py")]
    importers = {
        path.name
        for path in files
        if re.search(r"^\s*(from|import) torch\.(ao|quantization)", path.read_text(), re.MULTILINE)
    }
    assert importers == {"torch_ao.py"}


def test_its_deprecation_warnings_are_silent():
    code = """
from qcourse import torch_ao
from torch import nn
m = nn.Sequential(torch_ao.QuantStub(), nn.Linear(2, 2), torch_ao.DeQuantStub())
m.eval(); m.qconfig = torch_ao.get_default_qconfig(); p = torch_ao.prepare(m)
import torch; p(torch.ones(1, 2)); torch_ao.convert(p)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_torch_without_it_is_one_sentence():
    code = "import sys, torch; sys.modules['torch.ao.quantization'] = None; import qcourse.torch_ao"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert "has no torch.ao.quantization" in done.stderr
    assert "constraints.txt" in done.stderr
