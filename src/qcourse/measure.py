"""What a model costs: bytes and seconds."""

import io
import statistics
import time

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
