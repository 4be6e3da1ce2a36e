"""Known mistakes of notebook 08: wrong code on purpose, or a sign by which a wrong model is known."""

# None of these is a solution.
import io
import math
import pickle

import numpy as np
import torch
from torch import nn

from qcourse import measure
from qcourse.check.causes import mistake, symptom
from qcourse.quantization import integer_linear


def _model(value):
    """The first model in a result or among arguments."""
    values = value if isinstance(value, tuple | list) else [value]
    return next(v for v in values if isinstance(v, nn.Module))


def _kinds(model):
    return [module._get_name() for module in model.modules()]


# 8.1: the class. ``got`` is the model itself, its output, or None where it raised; args may hold the model.
symptom("8.1", "a layer is missing or named otherwise: the weights are loaded by the layers' names")(
    lambda got, args, kwargs: (
        isinstance(got, nn.Module) and not {f"linear{i}.weight" for i in (1, 2, 3)} <= got.state_dict().keys()
    )
)
symptom("8.1", "no QuantStub: nothing turns the images into codes; make one in __init__, call it first")(
    lambda got, args, kwargs: "QuantStub" not in _kinds(_model([got, *args]))
)
symptom("8.1", "no DeQuantStub: the logits would stay codes; make one in __init__, call it last")(
    lambda got, args, kwargs: "DeQuantStub" not in _kinds(_model([got, *args]))
)
symptom("8.1", "the last result stays a code: forward never calls the DeQuantStub, or not as the last step")(
    lambda got, args, kwargs: got[2].is_quantized
)
symptom(
    "8.1", "an operation between the stubs has no version for codes: only linear layers and ReLU belong there"
)(lambda got, args, kwargs: isinstance(got[2], RuntimeError) and "quantized::linear" not in str(got[2]))


@symptom("8.1", "float numbers reached an int8 layer: forward must call the QuantStub once, before linear1, "
                "and the DeQuantStub once, after linear3")  # fmt: skip
def _floats_inside(got, args, kwargs):
    return isinstance(got[2], RuntimeError) and "Could not run 'quantized::linear'" in str(got[2])


symptom("8.1", "a softmax at the end: return the logits, cross_entropy and argmax do the rest")(
    lambda got, args, kwargs: torch.allclose(
        got.exp().sum(1) if got.max() <= 0 else got.sum(1), torch.ones(1)
    )
)
symptom("8.1", "a ReLU after the last layer: logits may be negative")(
    lambda got, args, kwargs: bool((got >= 0).all()) and bool((got == 0).any())
)
symptom("8.1", "one row per image is expected: give the batch dimension -1, and the pixels 784")(
    lambda got, args, kwargs: got.shape[0] != args[0].shape[0]
)


# 8.2: ``got`` is the number returned, args the model and the images.
def _batch_size(args, kwargs):
    return kwargs.get("batch_size", args[2] if len(args) > 2 else 256)


symptom("8.2", "batches are counted, not images: add the length of each batch")(
    lambda got, args, kwargs: (
        len(args[1]) > got == math.ceil(len(args[1]) / _batch_size(args, kwargs))
        and not isinstance(got, bool)
    )
)
symptom("8.2", "the last, smaller batch is left out: its images must be seen too")(
    lambda got, args, kwargs: (
        got == len(args[1]) // _batch_size(args, kwargs) * _batch_size(args, kwargs) != len(args[1])
    )
)
symptom("8.2", "the last batch is counted as full: add the length of each batch")(
    lambda got, args, kwargs: (
        got == math.ceil(len(args[1]) / _batch_size(args, kwargs)) * _batch_size(args, kwargs) != len(args[1])
    )
)
symptom("8.2", "only one batch is shown: loop over all of them")(
    lambda got, args, kwargs: got == min(_batch_size(args, kwargs), len(args[1])) != len(args[1])
)
symptom("8.2", "pixels are counted, not images: len(batch) counts images")(
    lambda got, args, kwargs: got == args[1].numel() != len(args[1])
)
symptom("8.2", "the model is returned: return how many images it saw")(
    lambda got, args, kwargs: isinstance(got, nn.Module)
)
symptom("8.2", "nothing is returned: return how many images the model saw")(
    lambda got, args, kwargs: got is None and isinstance(args[0], nn.Module) and len(args) > 1
)


# 8.3: ``got`` is the model returned.
symptom("8.3", "convert is missing, or its result is not what is returned: the observers are still there")(
    lambda got, args, kwargs: any("Observer" in kind for kind in _kinds(got))
)
symptom("8.3", "this is dynamic quantization, which measures ranges at run time: use prepare and convert")(
    lambda got, args, kwargs: any("Dynamic" in kind for kind in _kinds(got))
)
symptom("8.3", "nothing was quantized: set the qconfig before prepare, on the model that prepare gets")(
    lambda got, args, kwargs: "Linear" in _kinds(got) and "QuantizedLinear" not in _kinds(got)
)
symptom("8.3", "a layer was left in float: set the qconfig on the whole network, before prepare")(
    lambda got, args, kwargs: "Linear" in _kinds(got)
)
symptom("8.3", "not calibrated: the observers saw no image, so every scale is 1; calibrate after prepare")(
    lambda got, args, kwargs: float(got.linear3.scale) == 1.0 and int(got.linear3.zero_point) == 0
)
symptom("8.3", "the qconfig is not used for the weights: set the one that is given on the copy")(
    lambda got, args, kwargs: not _could_be(kwargs.get("qconfig", args[2]).weight(), got.linear1.weight())
)
symptom("8.3", "calibration left out images, or saw others: the input's range does not hold all of them")(
    lambda got, args, kwargs: float(got.quant.scale) * 127 < 0.99 * float(args[1].max() - args[1].min())
)
symptom("8.3", "the result is still in training mode: call eval() on the copy before prepare")(
    lambda got, args, kwargs: got.training
)


def _could_be(observer, weight):
    """Whether ``observer`` could have given ``weight``: its scheme, and its range of codes."""
    per_row = weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
    codes = weight.int_repr()
    inside = observer.quant_min <= int(codes.min()) and int(codes.max()) <= observer.quant_max
    return per_row == hasattr(observer, "ch_axis") and inside


# 8.4: the size.
def _saved(what):
    buffer = io.BytesIO()
    torch.save(what, buffer)
    return len(buffer.getvalue())


mistake("8.4", "divided by 1024: 1 kB is 1000 bytes here")(lambda model: measure.size_kb(model) * 1000 / 1024)
mistake("8.4", "the unit is bytes: divide by 1000")(lambda model: _saved(model.state_dict()))
mistake("8.4", "the unit is bytes: divide by 1000")(lambda model: float(_saved(model.state_dict())))
mistake("8.4", "the unit is MB: divide by 1000 once")(lambda model: measure.size_kb(model) / 1000)
mistake("8.4", "the unit is kilobits: a byte has 8 bits, count bytes")(
    lambda model: measure.size_kb(model) * 8
)
mistake("8.4", "the whole model is saved, its class too: save its state_dict")(
    lambda model: _saved(model) / 1000
)
mistake("8.4", "the whole model is pickled, its class too: save its state_dict")(
    lambda model: len(pickle.dumps(model)) / 1000
)
PARAMETERS = "only parameters are counted: names, shapes, buffers and packing take bytes too; serialize"
mistake("8.4", PARAMETERS)(lambda model: sum(p.numel() * p.element_size() for p in model.parameters()) / 1000)
mistake("8.4", PARAMETERS)(lambda model: sum(p.numel() * 4 for p in model.parameters()) / 1000)
mistake("8.4", PARAMETERS)(lambda model: sum(p.numel() for p in model.parameters()) / 1000)
mistake("8.4", PARAMETERS)(
    lambda model: sum(v.numel() * v.element_size() for v in model.state_dict().values()) / 1000
)
symptom("8.4", "nothing is measured: the buffer is empty, or read from its end; getvalue() gives all of it")(
    lambda got, args, kwargs: got == 0
)


# 8.5: one layer by hand, with one thing wrong at a time.
def _codes(place):
    return np.clip(np.round(place), 0, 255).astype(np.uint8)


def _changed(text, change):
    """The mistake that takes other arguments for what was given: ``change`` says which."""

    def wrong(*args):
        x, sx, zx, w, sw, b, sy, zy = change(*args)
        return _codes(integer_linear(x, sx, zx, w, sw, b) / sy + zy)

    mistake("8.5", text)(wrong)


def _finished(text, finish):
    """The mistake made after the sum: ``finish`` gets the real-valued place of each code, and out_zero."""

    def wrong(x, sx, zx, w, sw, b, sy, zy):
        return finish(integer_linear(x, sx, zx, w, sw, b) / sy + zy, zy)

    mistake("8.5", text)(wrong)


symptom("8.5", "the result is not uint8: cast it with astype(np.uint8), as the last step")(
    lambda got, args, kwargs: isinstance(got, np.ndarray) and got.dtype != np.uint8
)
_finished("cut off in place of rounded: half of the codes are one too low; np.round rounds",
          lambda place, zero: np.clip(place, 0, 255).astype(np.uint8))  # fmt: skip
_finished("cut off in place of rounded: below out_zero the codes are one too high; np.round rounds",
          lambda place, zero: _codes(np.trunc(place - zero) + zero))  # fmt: skip
_finished("not clipped: what leaves 0 to 255 wraps around in uint8; clip before the cast",
          lambda place, zero: np.round(place).astype(np.int64).astype(np.uint8))  # fmt: skip
_finished("clipped before the zero point is added: the sum then leaves 0 to 255; add first",
          lambda place, zero: _codes(place - zero) + np.uint8(zero))  # fmt: skip
_finished("clipped before the zero point is added: add it first, then clip once to 0 and 255",
          lambda place, zero: _codes(np.clip(place - zero, -128, 127) + zero))  # fmt: skip
_finished("clipped to 127: the layer's codes go up to 255",
          lambda place, zero: np.clip(np.round(place), 0, 127).astype(np.uint8))  # fmt: skip
_finished("clipped as int8, -128 to 127: activations are uint8, 0 to 255",
          lambda place, zero: np.clip(np.round(place), -128, 127).astype(np.int8).view(np.uint8))  # fmt: skip
_finished("a ReLU is applied: this layer has none, its codes may lie below out_zero",
          lambda place, zero: np.maximum(_codes(place), np.uint8(zero)))  # fmt: skip
_changed("the input's zero point is left out: subtract x_zero from the codes",
         lambda x, sx, zx, *rest: (x, sx, 0, *rest))  # fmt: skip
_changed("the input's zero point is added: subtract it", lambda x, sx, zx, *rest: (x, sx, -zx, *rest))
_changed("the output's zero point is left out: add out_zero after rounding", lambda *args: (*args[:-1], 0))
_changed("the output's zero point is subtracted: add it", lambda *args: (*args[:-1], -args[-1]))
_changed("the bias is left out, or added to the int32 sum as it is: divide it by x_scale * w_scale first",
         lambda x, sx, zx, w, sw, b, *rest: (x, sx, zx, w, sw, 0 * b, *rest))  # fmt: skip
_changed("the bias is added to the int32 sum as it is: divide it by x_scale * w_scale first",
         lambda x, sx, zx, w, sw, b, *rest: (x, sx, zx, w, sw, b * sx * np.asarray(sw), *rest))  # fmt: skip
_changed("the bias is added to the output code as it is: it must be divided by out_scale",
         lambda x, sx, zx, w, sw, b, sy, zy: (x, sx, zx, w, sw, b * sy, sy, zy))  # fmt: skip
_changed("not divided by out_scale: the codes must be in the unit of the output",
         lambda x, sx, zx, w, sw, b, sy, zy: (x, sx, zx, w, sw, b, 1.0, zy))  # fmt: skip
_changed("x_scale is left out of the rescaling", lambda x, sx, *rest: (x, 1.0, *rest))
_changed("only the first weight scale is used: there is one for each output row",
         lambda x, sx, zx, w, sw, *rest: (x, sx, zx, w, np.ravel(sw)[0], *rest))  # fmt: skip
_changed("x_q - x_zero is computed in uint8, where it wraps around below 0: cast to np.int32 first",
         lambda x, sx, zx, *rest: (x - np.uint8(zx), sx, 0, *rest))  # fmt: skip


@mistake("8.5", "the sum overflows: cast both factors to np.int32 before the product")
def _overflows(x, sx, zx, w, sw, b, sy, zy):
    total = ((x.astype(np.int32) - zx) @ w.astype(np.int32).T).astype(np.int16).astype(np.float64)
    return _codes((total * sx * np.asarray(sw) + b) / sy + zy)


@mistake("8.5", "the product overflows in int8: cast both factors to np.int32 before it")
def _overflows_int8(x, sx, zx, w, sw, b, sy, zy):
    total = ((x.astype(np.int32) - zx).astype(np.int8) @ w.T).astype(np.float64)
    return _codes((total * sx * np.asarray(sw) + b) / sy + zy)


# 8.6: the SQNR of each layer.
def _outputs(model, images, relu=False):
    x, outputs = model.quant(images.reshape(-1, 784)), {}
    with torch.no_grad():
        for name in ("linear1", "linear2", "linear3"):
            y = model.get_submodule(name)(x)
            x = torch.relu(y)
            outputs[name] = x if relu else y
    return outputs


def _ratio(of, *, factor=10.0, log=math.log10, power=2, relu=False, read=lambda y: y.dequantize()):
    def wrong(net, net_quantized, images):
        exact, rounded = _outputs(net, images, relu), _outputs(net_quantized, images, relu)
        pairs = {name: (exact[name].double(), read(rounded[name]).double()) for name in exact}
        return {
            name: factor * log(of(*pair) if power == 2 else of(*pair) ** (power / 2))
            for name, pair in pairs.items()
        }

    return wrong


def _sqnr(x, y):
    return float((x**2).sum() / ((x - y) ** 2).sum())


def _of(text, of=_sqnr, **wrong):
    mistake("8.6", text)(_ratio(of, **wrong))


_of("20 log10 of a ratio of powers: squares take 10 log10", factor=20.0)
_of("the natural logarithm: decibels need log10", log=math.log)
_of("the ratio is upside down: the signal stands above the noise", lambda x, y: 1 / _sqnr(x, y))
_of("amplitudes in place of squares: the ratio is of summed squares", lambda x, y: _sqnr(x, y) ** 0.5)
_of("absolute values in place of squares", lambda x, y: float(x.abs().sum() / (x - y).abs().sum()))
_of("no logarithm: 10 log10 of the ratio gives decibels", factor=1.0, log=float)
_of("the largest value in place of the sum of squares: that is the peak SNR",
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


@mistake("8.6", "the weights are compared: compare what the layers give for the images")
def _of_weights(net, net_quantized, images):
    pairs = {
        n: (net.get_submodule(n).weight.detach(), net_quantized.get_submodule(n).weight().dequantize())
        for n in ("linear1", "linear2", "linear3")
    }
    return {n: 10 * math.log10(_sqnr(*pair)) for n, pair in pairs.items()}


symptom("8.6", "a layer is missing from the dict: linear1, linear2 and linear3 belong into it")(
    lambda got, args, kwargs: isinstance(got, dict) and not {"linear1", "linear2", "linear3"} <= got.keys()
)
symptom("8.6", "a list or a number: return a dict from the layer's name to its dB")(
    lambda got, args, kwargs: got is not None and not isinstance(got, dict)
)
