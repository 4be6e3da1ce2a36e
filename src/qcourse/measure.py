"""What a model costs: bytes and seconds."""

import io
import statistics
import time

import numpy as np
import torch
from torch import nn


def size_kb(model: nn.Module) -> float:
    """The serialized ``state_dict`` in kB (1 kB = 1000 bytes), written to memory."""
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return len(buffer.getbuffer()) / 1000


@torch.no_grad()
def latency_ms(model: nn.Module, images: torch.Tensor, repeats: int = 50) -> float:
    """Milliseconds per forward pass over ``images``: the median of ``repeats`` passes, after a warm-up."""
    for _ in range(5):
        model(images)
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        model(images)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def int8_layer(x_q: np.ndarray, w_q: np.ndarray, out_scale: float, engine: str) -> np.ndarray | None:
    """The output codes of an int8 layer on an engine: uint8 ``[batch, out]`` around 128, or None without it.

    ``x_q`` is uint8 ``[batch, in]``, ``w_q`` int8 ``[out, in]``; both have scale 1 and zero point 0, so the
    exact code is round(x_q @ w_q.T / out_scale) + 128.
    """
    if engine not in torch.backends.quantized.supported_engines:
        return None
    before, torch.backends.quantized.engine = torch.backends.quantized.engine, engine
    try:
        x = torch.quantize_per_tensor(torch.from_numpy(x_q).float(), 1.0, 0, torch.quint8)
        weight = torch.quantize_per_tensor(torch.from_numpy(w_q).float(), 1.0, 0, torch.qint8)
        packed = torch.ops.quantized.linear_prepack(weight, None)
        codes: np.ndarray = torch.ops.quantized.linear(x, packed, out_scale, 128).int_repr().numpy()
    finally:
        torch.backends.quantized.engine = before
    return codes


def adds_in_32_bits(engine: str | None = None) -> bool:
    """Whether the int8 kernels of an engine (of the one in use) add products in 32 bits.

    Without the instructions named VNNI, x86's kernels add two neighbouring products in 16 bits, which
    saturate at 32,767: 2 · 255 · 127 does not fit. Products of 7-bit codes do, which is why torch's defaults
    for the engine ``x86`` have ``reduce_range``. Tried on a layer whose products are all 255 · 127. False for
    an engine that is missing here.
    """
    width = 64
    x_q, w_q = np.full((8, width), 255, np.uint8), np.full((16, width), 127, np.int8)
    codes = int8_layer(x_q, w_q, width * 255.0, engine or torch.backends.quantized.engine)
    return codes is not None and bool((codes == 255).all())  # width · 255 · 127 / out_scale + 128 = 255
