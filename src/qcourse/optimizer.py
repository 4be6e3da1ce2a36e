"""Adam and a one-cycle schedule, written out.

Why not torch.optim: its first optimizer imports torch._dynamo, which costs every process one second of CPU
time (torch 2.13), as much as the complete training of the course's network.
"""

import math
from collections.abc import Iterable

import torch

BETA2 = 0.999  # the paper's, and torch's


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1) on ``parameters``."""

    def __init__(self, parameters: Iterable[torch.Tensor]) -> None:
        self.parameters = list(parameters)
        self.steps = 0
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, lr: float, beta1: float) -> None:
        """Move every parameter against its gradient, and clear the gradient; each must have one."""
        self.steps += 1
        unbias1, unbias2 = 1 - beta1**self.steps, 1 - BETA2**self.steps
        for p, m, v in zip(self.parameters, self.first, self.second, strict=True):
            assert p.grad is not None
            m.lerp_(p.grad, 1 - beta1)
            v.mul_(BETA2).addcmul_(p.grad, p.grad, value=1 - BETA2)
            p.addcdiv_(m, (v / unbias2).sqrt_().add_(1e-8), value=-lr / unbias1)
            p.grad = None


def one_cycle(progress: float, highest: float) -> tuple[float, float]:
    """Learning rate and beta1 at ``progress`` (0 to 1): the rate rises to ``highest`` until 0.3, then falls.

    beta1 moves the other way, 0.95 to 0.85 and back. Source: Smith and Topin 2018, "Super-Convergence";
    half cosines and ratios as in torch's OneCycleLR.
    """
    if progress < 0.3:
        low, share = highest / 25, (1 - math.cos(math.pi * progress / 0.3)) / 2
    else:
        low, share = highest / 250_000, (1 + math.cos(math.pi * (progress - 0.3) / 0.7)) / 2
    return low + (highest - low) * share, 0.95 - 0.1 * share
