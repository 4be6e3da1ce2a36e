"""08: an int8 layer whose weights have zero points, as exact as the formula and faster."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from qcourse.challenges import scoreboard
from qcourse.errors import UserError

COURSE = 25  # times as fast as the formula as it stands: what the solution notebook measured on one x86 core


def layer() -> tuple[Any, ...]:
    """The arguments of a layer of 784 inputs and 100 outputs, for 256 images."""
    rng = np.random.default_rng(81)
    x_q, w_q = (rng.integers(0, 256, (rows, 784)).astype(np.uint8) for rows in (256, 100))
    w_scale, w_zero = rng.uniform(0.0005, 0.002, 100), rng.integers(90, 166, 100)
    bias = rng.normal(0, 0.5, 100).astype(np.float32)
    return x_q, 0.02, 37, w_q, w_scale, w_zero, bias, 0.5, 128


def as_it_stands(
    x_q: np.ndarray, x_scale: float, x_zero: int, w_q: np.ndarray, w_scale: np.ndarray, w_zero: np.ndarray,
    bias: np.ndarray, out_scale: float, out_zero: int,
) -> np.ndarray:  # fmt: skip
    """The codes uint8 [batch, out]: zero points subtracted first, then one product of int32."""
    x, w = x_q.astype(np.int32) - x_zero, w_q.astype(np.int32) - w_zero[:, None].astype(np.int32)
    y = (x_scale * w_scale) * (x @ w.T) + bias
    return (np.rint(y / out_scale) + out_zero).clip(0, 255).astype(np.uint8)


def score(answer: Callable[..., np.ndarray]) -> None:
    """How many codes are exact, and how many times as fast as `as_it_stands` the answer is."""
    inputs = layer()
    exact, slow = as_it_stands(*inputs), _seconds(as_it_stands, inputs)
    got = scoreboard.tried(answer, *inputs)
    yours = None
    if got is not None:
        if not isinstance(got, np.ndarray) or got.shape != exact.shape or got.dtype != np.uint8:
            raise UserError(f"return a uint8 array {list(exact.shape)}: the output's codes.")
        times = slow / _seconds(answer, inputs)
        yours = f"{np.mean(got == exact):.2%} exact, ≈ {times:.1f} times as fast"
    rows = [("the formula as it stands", "100.00% exact"), scoreboard.yours(yours)]
    rows += [("the course's answer, on one x86 core", f"100.00% exact, ≈ {COURSE} times as fast")]
    scoreboard.show("A kernel with zero points, 256 images: exact first, then fast", rows)


def _seconds(function: Callable[..., object], inputs: tuple[Any, ...]) -> float:
    """The median of five calls."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        function(*inputs)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
