"""06: 4-bit weights in groups of 32."""

from collections.abc import Callable

import numpy as np

from qcourse.challenges import scoreboard
from qcourse.errors import UserError

COURSE = 19.9  # dB: what the course's answer reaches, as the solution notebook measures it


def outlying_weight() -> np.ndarray:
    """A weight ``[64, 256]`` whose rows differ in size, with heavy tails."""
    rng = np.random.default_rng(61)
    return rng.standard_t(6, (64, 256)) * rng.uniform(0.01, 0.05, (64, 1))


def score(answer: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]) -> None:
    """06: the SQNR of 4-bit codes with one float16 scale for each 32 neighbours."""
    weight = outlying_weight()
    largest = np.abs(weight).max(axis=1, keepdims=True) / 7
    by_group = np.abs(weight.reshape(64, 8, 32)).max(axis=2) / 7
    simple = np.round(weight / np.repeat(by_group, 32, axis=1))
    rows = [
        (
            "one scale per row, largest / 7 (6.8)",
            f"{_db(weight, np.round(weight / largest) * largest):.1f} dB",
        ),
        ("groups of 32, largest / 7", f"{decibels(weight, simple, by_group):.1f} dB"),
    ]
    got = scoreboard.tried(answer, weight.copy())
    yours = None if got is None else f"{decibels(weight, *got):.1f} dB"
    rows += [scoreboard.yours(yours), ("the course's answer", f"{COURSE:.1f} dB")]
    scoreboard.show("4-bit weights in groups of 32: SQNR, more is better", rows)


def decibels(weight: np.ndarray, codes: np.ndarray, scales: np.ndarray) -> float:
    """SQNR in dB of ``codes`` [out, in] and ``scales`` [out, in / 32], the scales rounded to float16.

    Raises:
        UserError: a shape is wrong, or a code is none of -8 to 7.
    """
    codes, scales = np.asarray(codes), np.asarray(scales)
    groups = (len(weight), weight.shape[1] // 32)
    if codes.shape != weight.shape or scales.shape != groups:
        raise UserError(
            f"codes must be {list(weight.shape)} and scales {list(groups)}: got {list(codes.shape)} and "
            f"{list(scales.shape)}."
        )
    if np.any(codes != np.round(codes)) or codes.min() < -8 or codes.max() > 7:
        raise UserError("codes must be integers from -8 to 7: round, then clip.")
    return _db(weight, codes * np.repeat(scales.astype(np.float16).astype(float), 32, axis=1))


def _db(exact: np.ndarray, restored: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(exact**2) / np.sum((exact - restored) ** 2)))
