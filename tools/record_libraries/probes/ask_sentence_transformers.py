"""sentence-transformers: embeddings to int8, one range for each dimension (here: for each column)."""

import numpy as np
import probe
from sentence_transformers.util.quantization import quantize_embeddings


def quantize(precision):
    def ask(x):
        rows = np.ascontiguousarray(probe.matrix(x).T) if x.ndim > 1 else x.reshape(-1, 1)
        codes = quantize_embeddings(rows, precision=precision)
        low, high = rows.min(axis=0), rows.max(axis=0)
        return codes.T.ravel().astype(np.int16), (high - low) / 255, low

    return ask


for precision in ("int8", "uint8"):
    probe.scheme(
        f"sentence-transformers quantize_embeddings {precision}",
        "sentence_transformers/util/quantization.py quantize_embeddings",
        zero_is="the dimension's minimum",
    )(quantize(precision))

probe.main("sentence-transformers", "torch")
