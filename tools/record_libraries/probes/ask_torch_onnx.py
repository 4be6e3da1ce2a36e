"""The QDQ files that torch.onnx.export writes of fake quantization, and the codes that ONNX Runtime makes."""

import io
import warnings

import onnx
import probe
import torch
from onnxruntime import InferenceSession
from torch.ao.quantization import FakeQuantize, MinMaxObserver

warnings.simplefilter("ignore")
SOURCE = "torch/onnx/symbolic_opset13.py fake_quantize_per_tensor_affine; onnxruntime's QuantizeLinear"


def exported(**options):
    def ask(x):
        given = torch.from_numpy(x)
        module = FakeQuantize(observer=MinMaxObserver, **options)
        module(given)
        module.disable_observer()
        file = io.BytesIO()
        torch.onnx.export(module.eval(), (given,), file, dynamo=False, opset_version=17)
        model = onnx.load_from_string(file.getvalue())
        (node,) = (node for node in model.graph.node if node.op_type == "QuantizeLinear")
        del model.graph.output[:]
        model.graph.output.extend(
            onnx.ValueInfoProto(name=name) for name in (node.output[0], *node.input[1:])
        )
        session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: x})

    return ask


SYMMETRIC = {"dtype": torch.qint8, "qscheme": torch.per_tensor_symmetric}
probe.scheme("torch.onnx.export FakeQuantize qint8 symmetric", SOURCE)(
    exported(quant_min=-128, quant_max=127, **SYMMETRIC)
)
probe.scheme("torch.onnx.export FakeQuantize quint8 affine", SOURCE)(
    exported(quant_min=0, quant_max=255, dtype=torch.quint8)
)

probe.main("torch", "onnx", "onnxruntime")
