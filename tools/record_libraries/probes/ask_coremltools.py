"""coremltools' weight quantization, per tensor."""

import warnings

import numpy as np
import probe
from coremltools.converters.mil.mil import types
from coremltools.optimize._utils import quantize_weight_by_dtype

warnings.simplefilter("ignore")
np.seterr(all="ignore")  # zeros are divided by zero
SOURCE = "coremltools/optimize/_utils.py quantize_weight_by_dtype"


def quantize(mode, dtype):
    def ask(x):
        codes, scale, zero = quantize_weight_by_dtype(x.ravel(), (0,), dtype, mode)
        return np.nan_to_num(codes).astype(int), scale, 0 if zero is None else np.nan_to_num(zero)

    return ask


for name, mode, dtype in (
    ("linear_symmetric int8", "LINEAR_SYMMETRIC", types.int8),
    ("linear_symmetric uint8", "LINEAR_SYMMETRIC", types.uint8),
    ("linear int8", "LINEAR", types.int8),
    ("linear_symmetric int4", "LINEAR_SYMMETRIC", types.int4),
    ("linear uint4", "LINEAR", types.uint4),
):
    probe.scheme(f"coremltools {name}", SOURCE, nan="shown as 0")(quantize(mode, dtype))

probe.main("coremltools")
