"""Faiss: the scalar quantizers of vector indices, one range for each dimension (here: for each column)."""

import faiss
import numpy as np
import probe


def quantize(kind, bits):
    def ask(x):
        x = np.ascontiguousarray(probe.matrix(x).T) if x.ndim > 1 else x.reshape(-1, 1)  # rows are vectors
        x = np.ascontiguousarray(x)
        index = faiss.ScalarQuantizer(x.shape[1], kind)
        index.train(x)
        low, span = faiss.vector_to_array(index.trained).reshape(2, -1)
        raw = index.compute_codes(x)
        if bits == 4:
            raw = np.stack([raw & 15, raw >> 4], 2).reshape(len(x), -1)[:, : x.shape[1]]
        return raw.T.ravel(), span, low

    return ask


SOURCE = "faiss/impl/ScalarQuantizer.cpp, impl/scalar_quantizer/codecs.h"
for name, kind, bits in (
    ("QT_8bit", faiss.ScalarQuantizer.QT_8bit, 8),
    ("QT_4bit", faiss.ScalarQuantizer.QT_4bit, 4),
):
    probe.scheme(f"faiss {name}", SOURCE, scale_is="the whole span of the dimension", zero_is="its minimum")(
        quantize(kind, bits)
    )

probe.main("faiss-cpu")
