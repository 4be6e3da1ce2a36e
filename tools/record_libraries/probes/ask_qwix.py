"""qwix, the quantizer for JAX."""

import jax.numpy as jnp
import numpy as np
import probe
from qwix._src.core import qarray

SOURCE = "qwix/_src/core/qarray.py compute_scale_zero_point, quantize_with_scale_zero_point; numerics.py"


def quantize(qtype, method):
    def ask(x):
        made = qarray.quantize_api(jnp.asarray(x.ravel()), qtype, calibration_method=method)
        codes = np.asarray(made.qvalue)
        codes = codes.view(np.uint8) if codes.dtype.kind == "V" and "float8" in str(codes.dtype) else codes
        zero = 0 if made.zero_point is None else np.asarray(made.zero_point).astype(np.int16)
        return codes.astype(np.int16), np.asarray(made.scale), zero

    return ask


for name, qtype, method in (
    ("int8 absmax", jnp.int8, "absmax"),
    ("int8 minmax", jnp.int8, "minmax"),
    ("int4 absmax", jnp.int4, "absmax"),
    ("int4 minmax", jnp.int4, "minmax"),
):
    probe.scheme(f"qwix {name}", SOURCE)(quantize(qtype, method))
probe.scheme("qwix float8_e4m3fn absmax", SOURCE, codes_are="bits")(quantize(jnp.float8_e4m3fn, "absmax"))

probe.main("qwix", "jax", "ml_dtypes")
