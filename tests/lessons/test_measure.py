"""Size and latency."""

import json
import os
import subprocess
import sys

import pytest
import torch
from torch import nn

from qcourse import measure, models


def test_size_is_that_of_the_serialized_parameters():
    assert 361 <= measure.size_kb(models.VerySimpleNet()) <= 364  # 89,610 float32 and the overhead


def test_latency_is_the_median_of_the_repeats(monkeypatch):
    clock = iter([0, 1, 10, 12, 20, 29])
    monkeypatch.setattr(measure.time, "perf_counter", lambda: next(clock))
    assert measure.latency_ms(nn.Identity(), torch.zeros(1), repeats=3) == 2000


LIMITED = """
import json
import numpy as np
import torch
from qcourse import measure, torch_ao

rng = np.random.default_rng(0)
w_q = rng.integers(-127, 128, (16, 256)).astype(np.int8)
found = {}
for engine in ("x86", "onednn", "qnnpack"):
    apart = []
    for bits in (7, 8):
        x_q = rng.integers(0, 2**bits, (32, 256)).astype(np.uint8)
        total = x_q.astype(np.int32) @ w_q.T.astype(np.int32)
        scale = float(total.std() / 32)
        got = measure.int8_layer(x_q, w_q, scale, engine)
        exact = np.clip(np.round(total / scale) + 128, 0, 255)
        apart.append(None if got is None else int(np.abs(got - exact).max()))
    found[engine] = [*apart, measure.adds_in_32_bits(engine)]
print(json.dumps(found))
"""


@pytest.mark.parametrize("limit", [{}, {"FBGEMM_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}])
def test_a_layer_is_within_one_code_where_its_sums_have_room(limit):
    """On this processor, and limited to AVX2: 7 bits everywhere, 8 where products are added in 32 bits."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        env={**os.environ, **limit},
        capture_output=True,
        text=True,
        check=True,
    )
    for engine, (seven, eight, room) in json.loads(done.stdout).items():
        if seven is None:
            assert not room, engine
        else:
            assert seven <= 1, engine
            assert (eight <= 1) == room, engine
