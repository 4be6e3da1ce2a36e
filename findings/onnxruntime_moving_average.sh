#!/usr/bin/env bash
# onnxruntime: static quantization with CalibMovingAverage on ten batches, nine that end at 1 and one at 11.
# Guess before it was run: an exponential moving average, in which CalibMovingAverageConstant matters.
# Found: the range ends at 2 with every constant, whether 11 comes first or last: the plain mean of the
# batches. The constant applies between two calls of collect_data, and quantize_static makes one, unless
# CalibStridedMinMax is set. With a call for each batch the range ends at 1.1 with 0.01, at 6 with 0.5.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cat >run.py <<'TEXT'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, create_calibrator
from onnxruntime.quantization import quantize_static

x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in "xy")
weight = numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")
graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "layer", [x], [y], [weight])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
onnx.save(model, "float.onnx")


class Batches(CalibrationDataReader):
    def __init__(self, ends):
        self.batches = iter([{"x": np.array([[-end, end]], np.float32)} for end in ends])

    def get_next(self):
        return next(self.batches, None)


def end_of_range(ends, **options):
    """The largest value of x in the quantized model: its scale times half of 255 steps."""
    quantize_static("float.onnx", "int8.onnx", Batches(ends), activation_type=QuantType.QInt8,
                    calibrate_method=CalibrationMethod.MinMax, extra_options=options)
    scale = next(i for i in onnx.load("int8.onnx").graph.initializer if i.name == "x_scale")
    return round(float(numpy_helper.to_array(scale)) * 255 / 2, 4)


def call_for_each(ends, constant):
    options = {"moving_average": True, "averaging_constant": constant}
    calibrator = create_calibrator("float.onnx", ["MatMul"], calibrate_method=CalibrationMethod.MinMax,
                                   extra_options=options)
    for end in ends:
        calibrator.collect_data(Batches([end]))
    return round(calibrator.compute_data().data["x"].range_value[1].item(), 4)


last, first = [1] * 9 + [11], [11] + [1] * 9
print(f"onnxruntime {onnxruntime.__version__}: no moving average {end_of_range(last)}")
assert end_of_range(last) == 11
for constant, expected in ((0.01, 1.1), (0.5, 6), (0.99, 10.9)):
    options = {"CalibMovingAverage": True, "CalibMovingAverageConstant": constant}
    ends = end_of_range(last, **options), end_of_range(first, **options)
    each = call_for_each(last, constant)
    print(f"constant {constant}: 11 last {ends[0]}, 11 first {ends[1]}; a call for each batch {each}")
    assert ends == (2, 2) and each == expected
TEXT
venv/bin/python run.py 2>log || { cat log; exit 1; }
