"""Scikit-learn's 1,797 handwritten digits (UCI, Alpaydin and Kaynak 1998), 8x8, scaled to 28x28."""

import warnings

import numpy as np

TRAIN = 1_400  # of 1,797

Array = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def make() -> tuple[Array, Array, Array, Array]:
    """Return training images uint8 ``[1400, 28, 28]`` and their labels, then 397 of each to test on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing SciPy is not the reader's concern
        from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    shuffle = np.arange(len(labels)) * 1_000 % len(labels)  # fixed; every writer lands in both parts
    images = upscale(small[shuffle].reshape(-1, 8, 8).astype(np.int64))
    labels = labels[shuffle].astype(np.uint8)
    images.flags.writeable = labels.flags.writeable = False
    return images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:]


def upscale(images: np.ndarray) -> Array:
    """Bilinear, ``[n, 8, 8]`` values 0 to 16 -> uint8 ``[n, 28, 28]``, in integers: equal on every CPU."""
    centre = np.arange(28) * 4 + 2 - 7  # of output pixel i in input coordinates, times 14
    left = np.clip(centre // 14, 0, 6)
    share = np.clip(centre - 14 * left, 0, 14)
    weights = np.zeros((28, 8), dtype=np.int64)
    weights[np.arange(28), left] = 14 - share
    weights[np.arange(28), left + 1] = share
    big: np.ndarray = weights @ images @ weights.T  # times 14 * 14
    return ((big * 255 + 16 * 98) // (16 * 196)).astype(np.uint8)
