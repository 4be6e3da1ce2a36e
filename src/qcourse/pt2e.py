"""Torchao's PT2E quantization, the successor of torch.ao's eager mode, as far as the course shows it.

PT2E = PyTorch 2 Export. The network is first exported to a graph; quantizers then annotate the graph, so
the network needs no stubs. The converted graph computes in float on numbers that were rounded to codes; a
compiler (here Inductor, on x86) would replace them by int8 kernels.

Everything from torchao is imported inside the functions: it is optional, and takes seconds to load.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn


def installed() -> bool:
    """Whether torchao is installed (``pip install torchao``)."""
    return find_spec("torchao") is not None


@torch.no_grad()
def quantize_pt2e(net: nn.Module, images: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Post-training static quantization: export, prepare, calibrate on ``images`` ``[n, 28, 28]``, convert.

    ``net`` is a plain float network without stubs, and is not changed. Weights get one scale per output
    channel and 8 bits, activations 8 bits. Call the result as ``net``; like all exported graphs it has
    no ``eval()``.
    """
    with quiet_import():
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    prepared = prepare_pt2e(exported(net, images), x86_quantizer())
    for batch in images.split(256):
        prepared(batch)
    return convert_pt2e(prepared)


def exported(net: nn.Module, images: torch.Tensor) -> nn.Module:
    """``net`` as a graph of ATen operators that takes batches of any size; ``net`` is not changed."""
    any_size = ({0: torch.export.Dim.DYNAMIC},)
    return torch.export.export(net, (images[:2],), dynamic_shapes=any_size).module()


def x86_quantizer(qat: bool = False) -> Any:
    """The quantizer of torchao's x86 backend; ``qat`` asks for fake quantization instead of observers."""
    with quiet_import():
        from torchao.quantization.pt2e.quantizer import x86_inductor_quantizer as x86

    config = x86.get_default_x86_inductor_quantization_config(is_qat=qat)
    return x86.X86InductorQuantizer().set_global(config)


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Inside, torchao does not log GPU extensions that cannot load, nor names that it will change."""
    loggers = [logging.getLogger(name) for name in ("torchao", "torch.utils._pytree")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
