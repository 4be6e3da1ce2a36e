"""Adam and the one-cycle schedule, against torch's own."""

import pytest
import torch

from qcourse.optimizer import Adam, one_cycle


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
