"""Known mistakes of notebook 09: each is wrong in one way that its text names."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.check.causes import mistake, symptom

Tensor = torch.Tensor


# 9.1: called with the gradient from above, an answer gives (output, gradient); without it, the output.


def _forward(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x / scale) + zero, low, high) - zero) * scale


def _inside(x, scale, zero, low, high):
    codes = torch.round(x / scale) + zero
    return ((codes >= low) & (codes <= high)).to(x.dtype)


def _wrong_output(text: str) -> Callable:
    """A mistake in the forward pass: whatever the gradient, the output tells."""

    def register(forward: Callable) -> Callable:
        def recognise(result: Any, args: list, kwargs: dict) -> bool:
            output = result[0] if isinstance(result, tuple) else result
            wrong = forward(*args[:5])
            return output.shape == wrong.shape and torch.allclose(
                output.detach(), wrong, rtol=1e-5, atol=1e-9
            )

        symptom("9.1", text)(lambda *given: _output_is_wrong(*given) and recognise(*given))
        return forward

    return register


def _output_is_wrong(result: Any, args: list, kwargs: dict) -> bool:
    output = result[0] if isinstance(result, tuple) else result
    return not torch.allclose(output.detach(), _forward(*args[:5]), rtol=1e-5, atol=1e-9)


@_wrong_output("the codes themselves are returned: go back to real numbers, (code - zero) * scale")
def _codes(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale) + zero, low, high)


@_wrong_output("the codes are not clamped to quant_min … quant_max: values outside must saturate")
def _unclamped(x, scale, zero, low, high):
    return torch.round(x / scale) * scale


@_wrong_output("floor instead of round: every value is moved down; use torch.round")
def _floor(x, scale, zero, low, high):
    return (torch.clamp(torch.floor(x / scale) + zero, low, high) - zero) * scale


@_wrong_output("a cast to int (or trunc) cuts off towards zero; use torch.round")
def _trunc(x, scale, zero, low, high):
    return (torch.clamp(torch.trunc(x / scale) + zero, low, high) - zero) * scale


@_wrong_output("the zero point is left out of the forward pass: the codes are round(x / scale) + zero")
def _no_zero(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale), low, high) * scale


@_wrong_output("the zero point is added but not subtracted again: it is (code - zero) * scale")
def _zero_stays(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale) + zero, low, high) * scale


@_wrong_output("the zero point has the wrong sign: the codes are round(x / scale) + zero")
def _zero_sign(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x / scale) - zero, low, high) + zero) * scale


@_wrong_output(
    "x is multiplied by the scale where it is divided by it: the codes are round(x / scale) + zero"
)
def _times(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x * scale) + zero, low, high) - zero) / scale


@_wrong_output("codes -128 to 127 are fixed in the code: use quant_min and quant_max")
def _int8(x, scale, zero, low, high):
    return _forward(x, scale, zero, -128, 127)


@_wrong_output("codes 0 to 255 are fixed in the code: use quant_min and quant_max")
def _uint8(x, scale, zero, low, high):
    return _forward(x, scale, zero, 0, 255)


@_wrong_output("x comes back unrounded: the forward pass must quantize")
def _unrounded(x, scale, zero, low, high):
    return x


@mistake("9.1", "the gradient is 0 everywhere, that of round: pass it straight through inside the range")
def _no_gradient(x, *qparams):
    return _forward(x, *qparams[:4]), torch.zeros_like(x)


@mistake("9.1", "the gradient is passed through outside the range too, where it must be 0")
def _everywhere(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream


@mistake("9.1", "the gradient that arrives from above is ignored: multiply it by the mask")
def _upstream_ignored(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), _inside(x, scale, zero, low, high)


@mistake("9.1", "the mask of the gradient is inverted: 1 inside the range, 0 outside")
def _inverted(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * (1 - _inside(x, scale, zero, low, high))


@mistake("9.1", "the gradient is multiplied by the scale: dividing and multiplying by it cancel")
def _scaled(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, zero, low, high) * scale


@mistake("9.1", "the gradient is divided by the scale: dividing and multiplying by it cancel")
def _divided(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, zero, low, high) / scale


@mistake("9.1", "the mask is taken after clamping, where every code is inside: use the code before")
def _mask_late(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * torch.ones_like(x)


@mistake("9.1", "the gradient's mask excludes the outermost codes themselves: they are inside")
def _strict(x, scale, zero, low, high, upstream):
    codes = torch.round(x / scale) + zero
    return _forward(x, scale, zero, low, high), upstream * ((codes > low) & (codes < high))


@mistake("9.1", "the gradient's mask leaves out the zero point: q = round(x / scale) + zero decides")
def _mask_without_zero(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, 0, low, high)


@mistake("9.1", "the gradient's mask compares x itself with the codes: q = round(x / scale) + zero decides")
def _mask_of_x(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * ((x >= low) & (x <= high))


@mistake(
    "9.1", "x is clamped first, which stops the gradient half a step too early: q decides, after rounding"
)
def _mask_of_values(x, scale, zero, low, high, upstream):
    inside = (x >= (low - zero) * scale) & (x <= (high - zero) * scale)
    return _forward(x, scale, zero, low, high), upstream * inside


# 9.2


def _fake(model: nn.Module) -> Any:
    return getattr(model.linear1, "weight_fake_quant", None)


@symptom("9.2", "the model is not prepared: a qconfig alone does nothing; call torch_ao.prepare_qat")
def _unprepared(result, args, kwargs):
    return isinstance(result.linear1, nn.Linear) and not hasattr(result.linear1, "activation_post_process")


@symptom("9.2", "prepare is for PTQ and puts in observers only: QAT needs prepare_qat")
def _prepared_for_ptq(result, args, kwargs):
    return type(result.linear1) is nn.Linear


@symptom("9.2", "the model is already converted: prepare_for_qat ends before training")
def _converted(result, args, kwargs):
    return not isinstance(result.linear1, nn.Linear)


@symptom("9.2", "this qconfig is made for PTQ: its weight_fake_quant is an observer, which fakes nothing "
         "(the source notes' mistake); take get_default_qat_qconfig")  # fmt: skip
def _observer_only(result, args, kwargs):
    return not isinstance(_fake(result), torch_ao.FakeQuantize)


@symptom("9.2", "fake quantization is switched off: it must be on in every forward pass")
def _switched_off(result, args, kwargs):
    return any(not m.fake_quant_enabled[0] for m in result.modules() if isinstance(m, torch_ao.FakeQuantize))


@symptom("9.2", "the copy was left in eval mode: end in train mode")
def _eval(result, args, kwargs):
    return not result.training


def _qconfig_of(model: Any) -> Any:
    return model.linear1.qconfig


def _settings(qconfig: Any) -> list[tuple]:
    fakes = qconfig.activation(), qconfig.weight()
    return [(f.qscheme, f.quant_min, f.quant_max, f.activation_post_process.reduce_range) for f in fakes]


@symptom("9.2", "the qconfig that was given is ignored: use it unless it is None")
def _qconfig_ignored(result, args, kwargs):
    given = kwargs.get("qconfig") or (args[1] if len(args) > 1 else None)
    return given is not None and _settings(_qconfig_of(result)) != _settings(given)


@symptom("9.2", "this is not the engine's QAT qconfig: torch_ao.get_default_qat_qconfig(engine)")
def _another_default(result, args, kwargs):
    engine = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return len(args) == 1 and not kwargs and _settings(_qconfig_of(result)) != _settings(engine)


# 9.4


@symptom("9.4", "the copy is never converted: torch_ao.convert replaces the layers by int8 ones")
def _still_float(result, args, kwargs):
    return isinstance(result.linear1, nn.Linear)


@symptom("9.4", "the model was left in train mode: call .eval() on the copy")
def _still_training(result, args, kwargs):
    return result.training


# 9.5


def _qconfig(result: Any) -> Any:
    """The answer's QConfig (itself a tuple), also where a test returns it as the first of several."""
    return result if isinstance(result, torch_ao.QConfig) else result[0]


def _weight_fake(result: Any) -> Any:
    return _qconfig(result).weight()


def _activation_fake(result: Any) -> Any:
    return _qconfig(result).activation()


@symptom("9.5", "the weight has an observer only, which fakes nothing: wrap it in FakeQuantize.with_args")
def _weight_observed(result, args, kwargs):
    return not isinstance(_weight_fake(result), torch_ao.FakeQuantize)


@symptom("9.5", "the activation has an observer only, which fakes nothing: wrap it in FakeQuantize.with_args")
def _activation_observed(result, args, kwargs):
    return not isinstance(_activation_fake(result), torch_ao.FakeQuantize)


@symptom("9.5", "the weights are affine: symmetric ones need a qscheme torch.per_…_symmetric")
def _affine(result, args, kwargs):
    return _weight_fake(result).qscheme in (torch.per_tensor_affine, torch.per_channel_affine)


@symptom("9.5", "per_channel is ignored, or taken the wrong way round")
def _per_channel_ignored(result, args, kwargs):
    options = args[1] if len(args) > 1 and isinstance(args[1], dict) else kwargs
    return _weight_fake(result).is_per_channel != options.get("per_channel", False)


@symptom("9.5", "one scale for each input: the output channels are axis 0 of the weight")
def _wrong_axis(result, args, kwargs):
    return _weight_fake(result).is_per_channel and _weight_fake(result).ch_axis != 0


@symptom("9.5", "bits is ignored: the range of the weights' codes does not depend on it")
def _bits_ignored(result, args, kwargs):
    fake = _weight_fake(result)
    return args[0] < 8 and fake.quant_max in (127, 255)


@symptom("9.5", "one code too many: -2^(bits-1) is left out, so that the range is symmetric about 0")
def _one_too_many(result, args, kwargs):
    fake = _weight_fake(result)
    return fake.quant_min == -(2 ** (args[0] - 1)) and fake.quant_max == 2 ** (args[0] - 1) - 1


@symptom(
    "9.5",
    "one bit too many, or one code: the sign takes one bit and 0 is a code, so quant_max is 2^(bits-1) - 1",
)
def _sign_forgotten(result, args, kwargs):
    return _weight_fake(result).quant_max >= 2 ** (args[0] - 1)


@symptom("9.5", "the activations have the weights' few bits: theirs are 8, codes 0 to 255")
def _few_activation_bits(result, args, kwargs):
    fake = _activation_fake(result)
    return args[0] < 8 and fake.quant_max - fake.quant_min < 127


@symptom("9.5", "the activations are signed: torch's int8 layers take quint8, codes 0 to 255")
def _signed(result, args, kwargs):
    return _activation_fake(result).dtype == torch.qint8


@symptom("9.5", "the activations use 7 bits or reduce_range: their codes are 0 to 255")
def _seven_bits(result, args, kwargs):
    fake = _activation_fake(result)
    return fake.quant_max == 127 or getattr(fake.activation_post_process, "reduce_range", False)


# 9.6


def _pairs(result: Any) -> list[tuple[float, float]]:
    return [(float(ptq), float(qat)) for ptq, qat in result.values()]


@symptom("9.6", "bits is ignored: measure the numbers of bits that are asked for")
def _other_bits(result, args, kwargs):
    return isinstance(result, dict) and set(result) != set(kwargs.get("bits", (8, 4, 3, 2)))


@symptom("9.6", "these are error rates: an accuracy is the fraction that is right")
def _error_rates(result, args, kwargs):
    return 8 in result and max(_pairs({8: result[8]})[0]) < 0.2


@symptom("9.6", "PTQ and QAT are the wrong way round: each value is (ptq, qat)")
def _swapped(result, args, kwargs):
    return any(ptq > qat + 0.3 * max(ptq, 1e-9) for ptq, qat in _pairs(result))


@symptom("9.6", "PTQ and QAT give the same: is one model measured twice, PTQ trained, or given other bits?")
def _twice(result, args, kwargs):
    return all(ptq == qat for ptq, qat in _pairs(result))


@symptom("9.6", "every number of bits gives the same accuracies: is the qconfig made outside the loop?")
def _one_qconfig(result, args, kwargs):
    return len(result) > 1 and len(set(_pairs(result))) == 1


@symptom("9.6", "PTQ is as good as QAT where it must fail: was the model trained before, or are the bits "
         "others?")  # fmt: skip
def _ptq_trained(result, args, kwargs):
    ptq, qat = _pairs({3: result[3]})[0]
    return abs(ptq - qat) < 0.1 and ptq > 0.6


@symptom("9.6", "QAT is as bad as PTQ: is the model that train_qat trained the one that is converted?")
def _qat_not_trained(result, args, kwargs):
    return max(_pairs({3: result[3]})[0]) < 0.6
