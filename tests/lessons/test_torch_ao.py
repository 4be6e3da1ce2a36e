"""Every import of torch.ao stands in one module; its absence is one sentence. The quantizer of PT2E."""

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest


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


@pytest.mark.skipif(not find_spec("torchao"), reason="torchao is optional")
def test_the_small_quantizer_does_what_torchaos_own_does():
    code = """
import torch
from qcourse import models, pt2e
with pt2e.quiet_import():
    from torchao.quantization import pt2e as ao
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
    from torchao.quantization.pt2e.quantizer import x86_inductor_quantizer as x86
    from torchao.quantization.pt2e.quantizer import QuantizationSpec
    from qcourse.linear_quantizer import LinearQuantizer
torch.manual_seed(0)
net, images = models.VerySimpleNet(), torch.rand(9, 28, 28)
inputs = QuantizationSpec(torch.uint8, ao.HistogramObserver, 0, 255, torch.per_tensor_affine)
weights = ao.PerChannelMinMaxObserver, -128, 127, torch.per_channel_symmetric, 0
theirs = x86.X86InductorQuantizer().set_global(x86.get_default_x86_inductor_quantization_config())
logits = [net(images)]
for quantizer in (LinearQuantizer(inputs, QuantizationSpec(torch.int8, *weights)), theirs):
    graph = prepare_pt2e(torch.export.export(net, (images,)).module(), quantizer)
    graph(images)
    logits.append(convert_pt2e(graph)(images))
exact, ours, theirs = logits
assert torch.equal(ours, theirs) and not torch.equal(ours, exact)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
