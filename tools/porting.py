"""The course's network as a torch.ao model and as an ONNX Runtime QDQ model, compared layer by layer.

``python tools/porting.py`` prints what docs/porting.md shows; it needs onnxruntime, onnx and onnxscript.
"""

import contextlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from qcourse import conventions, torch_ao
from qcourse.data import load_digits28
from qcourse.models import QuantizedVerySimpleNet, to_input, to_labels
from qcourse.training import trained_net

LAYERS = ("linear1", "linear2", "linear3")
TORCH_WEIGHT = "torch.ao MinMaxObserver qint8 symmetric"
ORT_WEIGHT = "onnxruntime quantize_data int8 symmetric"
TORCH_INPUT, ORT_INPUT = "torch.ao MinMaxObserver quint8 affine", "onnxruntime quantize_data uint8"


def torch_model(net: torch.nn.Module, images: torch.Tensor) -> torch.nn.Module:
    """Static quantization with all 8 bits and one scale for each weight, as in notebook 08."""
    model = QuantizedVerySimpleNet()
    model.load_state_dict(net.state_dict())
    weights = torch_ao.MinMaxObserver.with_args(dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)
    model.eval().qconfig = torch_ao.QConfig(activation=torch_ao.MinMaxObserver, weight=weights)
    prepared = torch_ao.prepare(model)
    prepared(images)
    return torch_ao.convert(prepared)


def onnx_model(net: torch.nn.Module, images: np.ndarray, folder: Path) -> onnx.ModelProto:
    """The same network as an ONNX file, quantized by ONNX Runtime with its MinMax calibration."""
    nodes, weights, x = [], [], "x"
    for layer in LAYERS:
        linear = net.get_submodule(layer)
        weights += [
            numpy_helper.from_array(getattr(linear, part).detach().numpy(), f"{layer}.{part}")
            for part in ("weight", "bias")
        ]
        y = "y" if layer == LAYERS[-1] else layer
        nodes.append(helper.make_node("Gemm", [x, f"{layer}.weight", f"{layer}.bias"], [y], transB=1))
        if y == layer:
            nodes.append(helper.make_node("Relu", [layer], [f"{layer}.relu"]))
        x = f"{layer}.relu"
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
        for name, size in (("x", 784), ("y", 10))
    ]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(made, folder / "float.onnx")

    class Reader(CalibrationDataReader):
        batches = iter([{"x": images}])

        def get_next(self) -> dict | None:
            return next(self.batches, None)

    quantize_static(
        folder / "float.onnx",
        folder / "int8.onnx",
        Reader(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
    )
    return onnx.load(folder / "int8.onnx")


def compare_weights(net: torch.nn.Module, ours: torch.nn.Module, stored: dict) -> None:
    """Each layer's codes in both models, against the conventions and against each other."""
    for layer in LAYERS:
        weight = net.get_submodule(layer).weight.detach().numpy()
        theirs = ours.get_submodule(layer).weight()
        found = {
            TORCH_WEIGHT: (theirs.int_repr().numpy(), theirs.q_scale()),
            ORT_WEIGHT: (stored[f"{layer}.weight_quantized"], stored[f"{layer}.weight_scale"]),
        }
        same = []
        for name, (codes, scale) in found.items():
            predicted = conventions.quantize(name, weight)
            same.append(np.array_equal(predicted.codes, codes) and predicted.scale == np.float32(scale))
        apart = np.count_nonzero(found[TORCH_WEIGHT][0] != found[ORT_WEIGHT][0])
        print(
            f"  {layer}: torch {same[0]}, ONNX Runtime {same[1]}; ≈ {apart:,} of {weight.size:,} codes differ"
        )


def compare_outputs(ours: torch.nn.Module, ported: onnx.ModelProto, test: torch.Tensor, stored: dict) -> None:
    """The input's codes, and the logits."""
    x = test.reshape(-1, 784).numpy()
    scales = ours.quant.scale.item(), stored["x_scale"].item()
    zeros = int(ours.quant.zero_point), int(stored["x_zero_point"])
    print(f"input: scales equal {scales[0] == scales[1]}, zero points equal {zeros[0] == zeros[1]};", end=" ")
    codes = ours.quant(test).int_repr().numpy().reshape(-1, 784)
    rounded = np.clip(np.rint(x / np.float32(scales[1])) + zeros[1], 0, 255)
    print(f"{np.count_nonzero(codes != rounded)} of {x.size:,} codes differ")
    session = onnxruntime.InferenceSession(ported.SerializeToString(), providers=["CPUExecutionProvider"])
    logits = session.run(None, {"x": x})[0]
    with torch.no_grad():
        mine = ours(test).numpy()
    steps = np.abs(mine - logits).max() / ours.linear3.scale
    agree = np.count_nonzero(mine.argmax(1) == logits.argmax(1))
    print(f"logits: at most ≈ {steps:.1f} steps apart, the same digit for ≈ {agree} of {len(x)} images")


def trained(weight: object) -> torch.nn.Module:
    """The network after QAT with a weight module (None: x86's qconfig, which is fused), observers off."""
    activation = torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
    )
    model = QuantizedVerySimpleNet().train()
    model.qconfig = torch_ao.QConfig(activation=activation, weight=weight)
    if weight is None:
        model.qconfig = torch_ao.get_default_qat_qconfig("x86")
    torch_ao.prepare_qat(model, inplace=True)
    model(torch.rand(16, 28, 28))
    model.apply(torch_ao.disable_observer)
    return model.eval()


def symmetric(low: int, high: int) -> object:
    return torch_ao.FakeQuantize.with_args(
        observer=torch_ao.MovingAverageMinMaxObserver,
        quant_min=low,
        quant_max=high,
        dtype=torch.qint8,
        qscheme=torch.per_tensor_symmetric,
    )


class FakeQuantizeFunction(torch.nn.Module):
    """What a FakeQuantize module computes once its observer is off: the function alone."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fake_quantize_per_tensor_affine(x, 1 / 127.5, 0, -128, 127)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """What the exporters print and log, some of it from C++, goes nowhere."""
    streams = {1: sys.stdout, 2: sys.stderr}
    for stream in streams.values():
        stream.flush()
    kept, nowhere = {number: os.dup(number) for number in streams}, os.open(os.devnull, os.O_WRONLY)
    try:
        for number in streams:
            os.dup2(nowhere, number)
        yield
    finally:
        for number, stream in streams.items():
            stream.flush()
            os.dup2(kept[number], number)
            os.close(kept[number])
        os.close(nowhere)


def export(name: str, model: torch.nn.Module) -> None:
    """Try both exporters of torch, and say which takes the model."""
    verdicts = []
    for dynamo in (False, True):
        with tempfile.TemporaryDirectory() as folder, silence():
            try:
                path = str(Path(folder) / "net.onnx")
                torch.onnx.export(model, (torch.rand(1, 28, 28),), path, dynamo=dynamo, verbose=False)
                verdicts.append("exported")
            except Exception as error:  # each exporter has errors of its own
                verdicts.append(f"refused ({type(error).__name__})")
    print(f"  {name}:\n    dynamo=False {verdicts[0]}, dynamo=True {verdicts[1]}")


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    digits = load_digits28("digits")
    train, test = to_input(digits.train_images), to_input(digits.test_images)
    net = trained_net(train, to_labels(digits.train_labels))
    with tempfile.TemporaryDirectory() as folder:
        ported = onnx_model(net, train.reshape(-1, 784).numpy(), Path(folder))
    ours = torch_model(net, train)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in ported.graph.initializer}
    print("weights: are the codes what the conventions say, and how many differ between the models?")
    compare_weights(net, ours, stored)
    compare_outputs(ours, ported, test, stored)
    print("a tie: five numbers as an activation")
    for name in (TORCH_INPUT, ORT_INPUT):
        answer = conventions.quantize(name, [-1, -0.3, 0, 0.4, 2])
        print(f"  {name}: zero point {answer.zero}, codes {answer.codes.tolist()}")
    print("which trained model can be exported to ONNX?")
    export("fused fake quantization, x86's default", trained(None))
    for low, high in ((-128, 127), (-127, 127), (-8, 7)):
        export(f"FakeQuantize, codes {low} to {high}", trained(symmetric(low, high)))
    export("the function fake_quantize_per_tensor_affine, codes -128 to 127", FakeQuantizeFunction())
    export("converted to int8", torch_ao.convert(trained(symmetric(-128, 127))))


if __name__ == "__main__":
    main()
