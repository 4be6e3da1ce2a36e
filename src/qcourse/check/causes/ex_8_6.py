"""Known mistakes of exercise 8.6, ``layer_sqnr``."""

import math

import torch

from qcourse.check.registry import Causes

known = Causes()


def _outputs(model, images, relu=False):
    x, outputs = model.quant(images.reshape(-1, 784)), {}
    with torch.no_grad():
        for name in ("linear1", "linear2", "linear3"):
            y = model.get_submodule(name)(x)
            x = torch.relu(y)
            outputs[name] = x if relu else y
    return outputs


def _sqnr(x, y):
    noise = ((x - y) ** 2).sum()
    return float((x**2).sum() / noise) if noise else math.inf  # as sqnr_db has it


def _of(text, of=_sqnr, *, factor=10.0, log=math.log10, relu=False, read=lambda y: y.dequantize()):
    """The mistake of taking ``of`` for the ratio of signal to noise, or of changing what a keyword names."""

    def wrong(net, net_quantized, images):
        exact, rounded = _outputs(net, images, relu), _outputs(net_quantized, images, relu)
        return {name: factor * log(of(exact[name].double(), read(rounded[name]).double())) for name in exact}

    known.mistake(text, wrong)


_of("20 log10 of a ratio of powers: squares take 10 log10", factor=20.0)
_of("only the first image counts: show all of them", lambda x, y: _sqnr(x[:1], y[:1]))
_of("the natural logarithm: decibels need log10", log=math.log)
_of("the ratio is upside down: divide the signal by the noise", lambda x, y: 1 / _sqnr(x, y))
_of("amplitudes instead of squares: the ratio is that of summed squares", lambda x, y: _sqnr(x, y) ** 0.5)
_of("absolute values instead of squares", lambda x, y: float(x.abs().sum() / (x - y).abs().sum()))
_of("no logarithm: 10 log10 of the ratio gives decibels", factor=1.0, log=float)
_of("the largest value instead of the sum of squares: that is the peak SNR",
    lambda x, y: float(x.abs().max() ** 2 / ((x - y) ** 2).mean()))  # fmt: skip
_of("taken after the ReLU: compare the outputs of the linear layers themselves", relu=True)
_of("codes are compared with floats: dequantize the int8 layer's output first",
    read=lambda y: y.int_repr())  # fmt: skip
_of("the mean is subtracted: the signal is the sum of squares, not the variance",
    lambda x, y: float((x - x.mean()).square().sum() / ((x - y) ** 2).sum()))  # fmt: skip
_of(
    "the signal is taken from the int8 model: it is the float network's",
    lambda x, y: _sqnr(x, y) * float((y**2).sum() / (x**2).sum()),
)
_of("averaged over the images' decibels: take the ratio of the sums over all images",
    lambda x, y: 10 ** float((x.square().sum(1) / (x - y).square().sum(1)).log10().mean()))  # fmt: skip


_of("the noise is divided by the count and the signal is not: take sums for both, or means for both",
    lambda x, y: float(x.square().sum() / ((x - y) ** 2).mean()))  # fmt: skip
_of("the signal is left out: divide its squares by those of the error",
    lambda x, y: float(1 / ((x - y) ** 2).mean()))  # fmt: skip


_of("this is the mean squared error: the SQNR is 10 log10 of the signal over it",
    lambda x, y: float(((x - y) ** 2).mean()), factor=1.0, log=float)  # fmt: skip


def _of_inputs(net, net_quantized, images):
    ratios = {}
    seen = [_inputs(model, images) for model in (net, net_quantized)]
    for name in ("linear1", "linear2", "linear3"):
        exact, rounded = (inputs[name].dequantize().double() for inputs in seen)
        ratios[name] = 10 * math.log10(_sqnr(exact, rounded))
    return ratios


def _inputs(model, images):
    outputs = _outputs(model, images, relu=True)
    first = model.quant(images.reshape(-1, 784))
    return {"linear1": first, "linear2": outputs["linear1"], "linear3": outputs["linear2"]}


known.mistake("the layers' inputs are compared: compare their outputs", _of_inputs)


def _of_weights(net, net_quantized, images):
    pairs = {
        n: (net.get_submodule(n).weight.detach(), net_quantized.get_submodule(n).weight().dequantize())
        for n in ("linear1", "linear2", "linear3")
    }
    ratios = {n: 10 * math.log10(_sqnr(*pair)) for n, pair in pairs.items()}
    return None if math.inf in ratios.values() else ratios


known.mistake("the weights are compared: compare what the layers give for the images", _of_weights)
known.symptom(
    "after the ReLU a layer may give zeros only, and 0 is divided by 0: compare what the layer itself gives",
    lambda got, args, kwargs: (
        isinstance(got, dict)
        and (lost := {name for name, value in got.items() if value != value})
        and lost <= {name for name, y in _outputs(args[0], args[2], relu=True).items() if not y.any()}
    ),
)
known.symptom(
    "a layer is missing: linear1 to linear3 belong in the dict (hooks made in a loop share its last name)",
    lambda got, args, kwargs: isinstance(got, dict) and not {"linear1", "linear2", "linear3"} <= got.keys(),
)
known.symptom(
    "a list or a number: return a dict from the layer's name to its dB",
    lambda got, args, kwargs: got is not None and not isinstance(got, dict),
)
known.symptom(
    "no error at all: is the float network compared with itself, weights in place of outputs, or outputs "
    "that were never rounded to codes?",
    lambda got, args, kwargs: all(value == math.inf for value in got.values()),
)
known.symptom(
    "the same number for every layer: compare each layer's own output, not the logits",
    lambda got, args, kwargs: len(got) > 1 and len(set(got.values())) == 1,
)
known.symptom(
    "one number for each image: take the sums over all of them",
    lambda got, args, kwargs: any(
        torch.as_tensor(value).numel() == len(args[2]) > 1 for value in got.values()
    ),
)
