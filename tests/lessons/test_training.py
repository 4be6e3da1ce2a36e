"""Models, training, progress and measurements."""

import numpy as np
import pytest
import torch
from torch import nn

from qcourse import measure, models, training
from qcourse.optimizer import Adam, one_cycle
from qcourse.progress import progress


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


@pytest.mark.parametrize("shape", [(4, 28, 28), (4, 1, 28, 28), (4, 784)])
def test_both_nets_take_every_shape_and_agree_until_converted(shape):
    net, stubbed = models.VerySimpleNet(), models.QuantizedVerySimpleNet()
    stubbed.load_state_dict(net.state_dict())
    x = torch.rand(shape)
    assert net(x).shape == (4, 10)
    assert torch.equal(net(x), stubbed(x))


def test_input_is_scaled_to_one_and_labels_are_int64():
    x = models.to_input(np.array([[[0, 51, 255]]], dtype=np.uint8))
    assert x.tolist() == [[[0.0, pytest.approx(0.2), 1.0]]]
    assert x.dtype == torch.float32
    assert models.to_labels(np.array([3], dtype=np.uint8)).dtype == torch.int64


def test_size_is_that_of_the_serialized_parameters():
    assert 361 <= measure.size_kb(models.VerySimpleNet()) <= 364  # 89,610 float32 and the overhead


def test_latency_is_the_median_of_the_repeats(monkeypatch):
    clock = iter([0, 1, 10, 12, 20, 29])
    monkeypatch.setattr(measure.time, "perf_counter", lambda: next(clock))
    assert measure.latency_ms(nn.Identity(), torch.zeros(1), repeats=3) == 2000


def test_progress_yields_everything_and_writes_nothing_to_stderr(capfd):
    assert list(progress(range(5), "Training")) == [0, 1, 2, 3, 4]
    assert capfd.readouterr().err == ""


def test_progress_in_a_notebook_ends_in_one_plain_line(monkeypatch):
    from IPython import display

    shown = []

    class Handle:
        def display(self, data, raw):
            shown.append(data["text/plain"])

        update = display

    monkeypatch.setattr("qcourse.progress.in_notebook", lambda: True)
    monkeypatch.setattr(display, "DisplayHandle", Handle)
    assert list(progress(range(3), "Training")) == [0, 1, 2]
    assert shown[0] == "Training …"
    assert shown[-1] == "Training: done."


def test_deterministic_means_one_thread_and_a_seed():
    training.deterministic(3)
    first = torch.rand(2)
    training.deterministic(3)
    assert torch.equal(first, torch.rand(2))
    assert torch.get_num_threads() == 1


def test_adam_is_torchs_adam():
    ours, theirs = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)
    theirs.load_state_dict(ours.state_dict())
    reference, mine = torch.optim.Adam(theirs.parameters(), lr=0.01), Adam(ours.parameters())
    for step in range(5):
        x = torch.full((2, 4), step + 1.0)
        theirs(x).square().sum().backward()
        reference.step()
        reference.zero_grad()
        ours(x).square().sum().backward()
        mine.step(0.01, 0.9)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    assert ours.weight.grad is None


def test_one_cycle_is_torchs_one_cycle():
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=101)
    for step in range(101):
        lr, beta1 = one_cycle(step / 100, 0.5)
        group = optimizer.param_groups[0]
        assert lr == pytest.approx(group["lr"], rel=0.15, abs=1e-3)
        assert beta1 == pytest.approx(group["betas"][0], abs=0.005)
        optimizer.step()
        if step < 100:
            schedule.step()
