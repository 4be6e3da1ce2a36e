"""Quantization-aware training with torchao's PT2E flow, the successor of torch.ao's eager mode.

Checked in 2026-11 with torchao 0.18 and torch 2.13. `qcourse.pt2e` holds what PTQ and QAT share.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from qcourse import pt2e


def train_pt2e(
    net: nn.Module, images: torch.Tensor, labels: torch.Tensor, lr: float = 1e-3, batch_size: int = 100
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Export a copy of ``net``, train it for one epoch with fake quantization, and convert it.

    ``net`` is a plain float network without stubs, dropout or batch norm, and is not changed. ``images``
    float ``[n, 28, 28]``, ``labels`` int64 ``[n]``. Call the result as ``net``; like all exported graphs
    it has no ``eval()``.
    """
    with pt2e.quiet_import():
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_qat_pt2e

    model = prepare_qat_pt2e(pt2e.exported(net, images), pt2e.x86_quantizer(qat=True))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for batch in torch.randperm(len(images)).split(batch_size):
        optimizer.zero_grad()
        F.cross_entropy(model(images[batch]), labels[batch]).backward()
        optimizer.step()
    return convert_pt2e(model)
