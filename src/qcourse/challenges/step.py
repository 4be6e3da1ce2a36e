"""09: the step of the weights' grid as a trained parameter (learned step size quantization, LSQ)."""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from qcourse.challenges import scoreboard
from qcourse.optimizer import Adam, one_cycle
from qcourse.training import deterministic

COURSE = 96.5  # % of MNIST's 10,000 test images, measured with torch 2.13
BITS, EPOCHS, BATCH, RATE = 2, 1, 100, 6e-3
LAYERS = ("linear1", "linear2", "linear3")
Data = tuple[torch.Tensor, torch.Tensor]  # images [n, 28, 28], labels [n]
Step = Callable[[torch.Tensor, int], nn.Module]  # of a weight and a number of bits


class LargestWeight(nn.Module):
    """The step of notebook 09's QAT: the largest weight is the last code."""

    def __init__(self, weight: torch.Tensor, bits: int) -> None:
        super().__init__()
        self.highest = 2 ** (bits - 1) - 1

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight on its grid, with a straight-through gradient."""
        scale = weight.detach().abs().max() / self.highest
        return weight + ((weight / scale).round() * scale - weight).detach()


def score(answer: Step, net: nn.Module, train: Data, test: Data) -> None:
    """The test accuracy of ``net`` after an epoch with 2-bit weights on the answer's grid, one per layer."""
    rows = [("step of the largest weight", _percent(LargestWeight, net, train, test))]
    made = scoreboard.tried(
        answer, net.get_submodule("linear3").get_parameter("weight").detach().clone(), BITS
    )
    rows += [scoreboard.yours(None if made is None else _percent(answer, net, train, test))]
    rows += [("the course's answer, on MNIST", f"≈ {COURSE:.1f} %")]
    scoreboard.show("2-bit weights, one step per layer, one epoch: test accuracy, more is better", rows)


def _percent(kind: Step, net: nn.Module, train: Data, test: Data) -> str:
    deterministic()
    model = copy.deepcopy(net)
    layers = [model.get_submodule(name) for name in LAYERS]
    steps = nn.ModuleList(kind(layer.get_parameter("weight").detach().clone(), BITS) for layer in layers)

    def logits(images: torch.Tensor) -> torch.Tensor:
        x = images.reshape(len(images), -1)
        for number, (layer, step) in enumerate(zip(layers, steps, strict=True)):
            x = F.linear(x.relu() if number else x, step(layer.weight), layer.get_parameter("bias"))
        return x

    optimizer = Adam([*model.parameters(), *(p for p in steps.parameters() if p.requires_grad)])
    for epoch in range(EPOCHS):
        for number, batch in enumerate(batches := torch.randperm(len(train[0])).split(BATCH)):
            F.cross_entropy(logits(train[0][batch]), train[1][batch]).backward()
            optimizer.step(*one_cycle((epoch + number / len(batches)) / EPOCHS, RATE))
    with torch.no_grad():
        right = (logits(test[0]).argmax(dim=1) == test[1]).float().mean().item()
    return f"≈ {100 * right:.1f} %"
