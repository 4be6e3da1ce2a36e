"""USearch: vectors in an int8 index."""

import numpy as np
import probe
from usearch.index import Index


@probe.scheme(
    "usearch i8",
    "usearch/include/usearch/index_plugins.hpp cast_to_i8_gt",
    scale_is="the vector's length over 127",
)
def int8(x):
    x = x.reshape(1, -1)
    index = Index(ndim=x.shape[1], metric="cos", dtype="i8")
    index.add(0, x[0])
    return index.get(0, dtype="i8"), np.sqrt(np.sum(x.astype(np.float64) ** 2)) / 127, 0


probe.main("usearch")
