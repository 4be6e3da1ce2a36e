"""Post-training quantization as one script: train, calibrate, convert, evaluate. `make bench` times it."""

import json

import torch

from qcourse import torch_ao
from qcourse.data import load_digits28
from qcourse.measure import size_kb
from qcourse.models import QuantizedVerySimpleNet, to_input, to_labels
from qcourse.training import accuracy, trained_net


def ptq_flow() -> dict[str, float]:
    """Accuracies (0 to 1) and sizes (kB) of the float and of the int8 network."""
    digits = load_digits28()
    images, labels = to_input(digits.train_images), to_labels(digits.train_labels)
    test = to_input(digits.test_images), to_labels(digits.test_labels)
    net = trained_net(images, labels)
    prepared = QuantizedVerySimpleNet()
    prepared.load_state_dict(net.state_dict())
    prepared.eval().qconfig = torch_ao.default_qconfig
    torch_ao.prepare(prepared, inplace=True)
    with torch.no_grad():
        for batch in images.split(1024):
            prepared(batch)
    quantized = torch_ao.convert(prepared)
    return {
        "float_accuracy": accuracy(net, *test),
        "int8_accuracy": accuracy(quantized, *test),
        "float_kb": size_kb(net),
        "int8_kb": size_kb(quantized),
    }


if __name__ == "__main__":
    print(json.dumps(ptq_flow()))
