"""The tensors that are given to every library: five of the table, and random ones that hold many ties."""

import numpy as np

TABLE = {
    "mixed": [-1, -0.3, 0, 0.4, 2],
    "positive": [0.5, 1, 1.5, 2, 3],
    "constant": [0.7] * 5,
    "zeros": [0.0] * 5,
    "outlier": [0.1, -0.3, 0.3, 0, 100],
}


def table() -> dict[str, np.ndarray]:
    return {name: np.array(values, dtype=np.float32) for name, values in TABLE.items()}


def random(count: int = 240) -> list[np.ndarray]:
    """float32 matrices of 8 and 32 values: bell-shaped, ties, one-sided, outliers, tiny, a row of zeros."""
    rng = np.random.default_rng(2026)
    found = []
    for number in range(count):
        kind, shape = number % 8, (4, 8) if number % 5 == 0 else (2, 4)
        values = rng.standard_normal(shape)
        if kind == 1:
            values = np.round(values * 8) / 8  # few bits: many ties
        elif kind == 2:
            values = np.abs(values)
        elif kind == 3:
            values = -np.abs(np.round(values * 4) / 4)
        elif kind == 4:
            values[0, 0] *= 50
        elif kind == 5:
            values *= 10.0 ** rng.integers(-4, 4)
        elif kind == 6:
            values[1] = 0  # a channel without a value
        elif kind == 7:  # codes that a range of -127 to 127 puts exactly between two
            values = np.clip(np.round(values * 80) / 2, -63, 63)
            values[:, 0] = 63.5
            values *= 2.0 ** rng.integers(-6, 2)
        found.append(values.astype(np.float32))
    return found


def everything() -> dict[str, np.ndarray]:
    """The tensors of the table by name, and the random ones as random0 and so on."""
    return table() | {f"random{number}": values for number, values in enumerate(random())}
