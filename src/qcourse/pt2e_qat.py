"""Quantization-aware training with torchao's PT2E flow, the successor of torch.ao's eager mode.

torchao is optional (``pip install 'qcourse[pt2e]'``). Checked in 2026-11 with torchao 0.18 and torch 2.13.
"""

import copy
import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn


def available() -> bool:
    """Whether torchao is installed."""
    return importlib.util.find_spec("torchao") is not None


def train_qat(net: nn.Module, images: torch.Tensor, labels: torch.Tensor, lr: float = 1e-3) -> nn.Module:
    """Export a copy of the float ``net``, train it for one epoch with fake quantization, and convert it.

    ``images`` float ``[n, …]``, ``labels`` int64 ``[n]``. No stubs: the quantizer finds in the exported
    graph where to quantize. The result computes with quantize and dequantize operators, which a
    compiler (``torch.compile``) turns into integer kernels.
    """
    with _quiet():
        from torchao.quantization import pt2e
        from torchao.quantization.pt2e import quantize_pt2e
        from torchao.quantization.pt2e.quantizer import x86_inductor_quantizer as x86

        quantizer = x86.X86InductorQuantizer()
        quantizer.set_global(x86.get_default_x86_inductor_quantization_config(is_qat=True))
        any_batch = ({0: torch.export.Dim.AUTO},)
        exported = torch.export.export(copy.deepcopy(net).train(), (images[:8],), dynamic_shapes=any_batch)
        model = quantize_pt2e.prepare_qat_pt2e(exported.module(), quantizer)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for batch in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
        pt2e.move_exported_model_to_eval(model)
        converted = quantize_pt2e.convert_pt2e(model)
        pt2e.allow_exported_model_train_eval(converted)
    return converted


@contextmanager
def _quiet() -> Iterator[None]:
    """Inside, torchao's notes on kernels that this machine does not have are not shown."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
