"""onnxruntime's quantization tools and kernels, and onnx's reference implementation."""

import numpy as np
import onnx
import onnxruntime
import probe
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from onnxruntime.capi._pybind_state import quantize_matmul_4bits
from onnxruntime.quantization.quant_utils import quantize_data

QUANT_UTILS = "onnxruntime/quantization/quant_utils.py quantize_data, compute_scale_zp"


def data(kind, symmetric, reduce_range=False):
    def ask(x):
        zero, scale, codes = quantize_data(x.ravel(), kind, symmetric, reduce_range=reduce_range)
        return codes.astype(np.int16), scale, np.asarray(zero).astype(np.int16)

    return ask


for name, kind, symmetric, reduced in (
    ("int8 symmetric", TensorProto.INT8, True, False),
    ("uint8 symmetric", TensorProto.UINT8, True, False),
    ("int8", TensorProto.INT8, False, False),
    ("uint8", TensorProto.UINT8, False, False),
    ("int8 symmetric reduce_range", TensorProto.INT8, True, True),
    ("uint8 reduce_range", TensorProto.UINT8, False, True),
    ("int16 symmetric", TensorProto.INT16, True, False),
    ("int4 symmetric", TensorProto.INT4, True, False),
    ("int4", TensorProto.INT4, False, False),
):
    probe.scheme(f"onnxruntime quantize_data {name}", QUANT_UTILS)(data(kind, symmetric, reduced))


def model(op, inputs, outputs, constants=()):
    graph = helper.make_graph(
        [
            helper.make_node(
                op, [name for name, *_ in inputs] + [c.name for c in constants], [n for n, _ in outputs]
            )
        ],
        "graph",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs],
        list(constants),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


DYNAMIC = model(
    "DynamicQuantizeLinear",
    [("x", TensorProto.FLOAT, None)],
    [("codes", TensorProto.UINT8), ("scale", TensorProto.FLOAT), ("zero", TensorProto.UINT8)],
)
SESSION = onnxruntime.InferenceSession(DYNAMIC.SerializeToString(), providers=["CPUExecutionProvider"])
REFERENCE = ReferenceEvaluator(DYNAMIC)
probe.scheme(
    "onnxruntime DynamicQuantizeLinear", "onnxruntime/core/mlas/lib/quantize.cpp, core/util/qmath.h"
)(lambda x: SESSION.run(None, {"x": x}))
probe.scheme("onnx reference DynamicQuantizeLinear", "onnx/reference/ops/op_dynamic_quantize_linear.py")(
    lambda x: REFERENCE.run(None, {"x": x})
)


def linear(run):
    """QuantizeLinear with the scale and zero point of quantize_data."""

    def ask(x):
        zero, scale, _ = quantize_data(x.ravel(), TensorProto.UINT8, False)
        constants = [
            onnx.numpy_helper.from_array(np.asarray(scale), "scale"),
            onnx.numpy_helper.from_array(np.asarray(zero), "zero"),
        ]
        made = model(
            "QuantizeLinear", [("x", TensorProto.FLOAT, None)], [("codes", TensorProto.UINT8)], constants
        )
        return run(made, x), scale, zero

    return ask


probe.scheme("onnx reference QuantizeLinear uint8", "onnx/reference/ops/op_quantize_linear.py")(
    linear(lambda made, x: ReferenceEvaluator(made).run(None, {"x": x})[0])
)
probe.scheme("onnxruntime QuantizeLinear uint8", "onnxruntime/core/mlas/lib/quantize.cpp")(
    linear(lambda made, x: onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": x})[0])
)


def nbits(symmetric):
    """MatMulNBits: blocks of 32 along the input dimension; zero point 8 where symmetric."""

    def ask(x):
        weight = np.ascontiguousarray(probe.block(x).reshape(32, 1))
        packed = np.zeros((1, 1, 16), np.uint8)
        scale, zero = np.zeros(1, np.float32), np.zeros((1, 1), np.uint8)
        quantize_matmul_4bits(packed, weight, scale, zero, 32, 1, 32, symmetric)
        low, high = packed.ravel() & 15, packed.ravel() >> 4
        return np.stack([low, high], 1).ravel(), scale, [8 if symmetric else int(zero[0, 0]) & 15]

    return ask


MLAS = "onnxruntime/core/mlas/lib/q4_dq.cpp"
probe.scheme("onnxruntime MatMulNBits int4 symmetric, blocks of 32", MLAS)(nbits(True))
probe.scheme("onnxruntime MatMulNBits uint4, blocks of 32", MLAS)(nbits(False))

probe.main("onnxruntime", "onnx")
