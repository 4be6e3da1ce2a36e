"""Size and latency."""

import torch
from torch import nn

from qcourse import measure, models


def test_size_is_that_of_the_serialized_parameters():
    assert 361 <= measure.size_kb(models.VerySimpleNet()) <= 364  # 89,610 float32 and the overhead


def test_latency_is_the_median_of_the_repeats(monkeypatch):
    clock = iter([0, 1, 10, 12, 20, 29])
    monkeypatch.setattr(measure.time, "perf_counter", lambda: next(clock))
    assert measure.latency_ms(nn.Identity(), torch.zeros(1), repeats=3) == 2000
