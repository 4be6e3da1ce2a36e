"""Training and accuracy."""

import numpy as np
import pytest
import torch
from torch import nn

from qcourse import models, training


@pytest.fixture
def blobs():
    """Images whose class is the row that is bright: learnt in one epoch."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 600).astype(np.uint8)
    images = rng.integers(0, 60, (600, 28, 28)).astype(np.uint8)
    images[np.arange(600), labels * 2] = 255
    return models.to_input(images), models.to_labels(labels)


def test_training_learns_and_is_equal_every_time(blobs):
    nets = []
    for _ in range(2):
        torch.manual_seed(1)
        nets.append(models.VerySimpleNet())
        losses = training.train(nets[-1], *blobs, epochs=2, batch_size=50)
    assert len(losses) == 2
    assert losses[1] < losses[0]
    assert training.accuracy(nets[0], *blobs) > 0.95
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        assert torch.equal(a, b)


def test_accuracy_counts_right_images_and_keeps_the_mode(blobs):
    class First(nn.Module):
        def forward(self, x):
            return nn.functional.one_hot(torch.zeros(len(x), dtype=torch.long), 10).float()

    net = First().train()
    assert training.accuracy(net, *blobs) == (blobs[1] == 0).sum().item() / 600
    assert net.training


def test_deterministic_means_one_thread_and_a_seed():
    training.deterministic(3)
    first = torch.rand(2)
    training.deterministic(3)
    assert torch.equal(first, torch.rand(2))
    assert torch.get_num_threads() == 1
