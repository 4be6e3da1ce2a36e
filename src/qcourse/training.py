"""Training and accuracy: deterministic, on one thread."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from qcourse.models import VerySimpleNet
from qcourse.optimizer import Adam, one_cycle
from qcourse.progress import progress


def deterministic(seed: int = 0) -> None:
    """Seed torch and pin it to one intra-op thread.

    One thread gives equal results in every run, and is also faster: these layers are so small that
    two threads spend more time waiting for each other than computing.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)


def train(
    net: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    epochs: int = 2,
    batch_size: int = 100,
    lr: float = 1.2e-2,
    seed: int = 0,
) -> list[float]:
    """Train ``net`` in place with Adam and a one-cycle learning rate that reaches ``lr``.

    ``images`` float ``[n, …]``, ``labels`` int64 ``[n]``. Returns the mean loss of each epoch.
    """
    deterministic(seed)
    shuffle = torch.Generator().manual_seed(seed)
    optimizer = Adam(net.parameters())
    steps = epochs * math.ceil(len(images) / batch_size)
    net.train()
    losses = []
    with progress(steps, "Training") as advance:
        for _ in range(epochs):
            total = 0.0
            for batch in torch.randperm(len(images), generator=shuffle).split(batch_size):
                loss = F.cross_entropy(net(images.index_select(0, batch)), labels[batch])
                loss.backward()
                optimizer.step(*one_cycle(optimizer.steps / steps, lr))
                total += loss.item() * len(batch)
                advance()
            losses.append(total / len(images))
    net.eval()
    return losses


def trained_net(images: torch.Tensor, labels: torch.Tensor, seed: int = 1) -> VerySimpleNet:
    """The course's float network, trained: 2 epochs of MNIST, 30 of the much smaller offline digits."""
    deterministic(seed)
    net = VerySimpleNet()
    if len(images) < 10_000:
        train(net, images, labels, epochs=30, batch_size=32, lr=4e-3, seed=seed)
    else:
        train(net, images, labels, seed=seed)
    return net


@torch.no_grad()
def accuracy(net: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The fraction of images that ``net`` classifies correctly, 0 to 1; ``net`` keeps its mode."""
    training = net.training
    net.eval()
    right = (net(images).argmax(dim=1) == labels).sum().item()
    net.train(training)
    return right / len(labels)
