"""Known mistakes of exercise 9.5, ``low_bit_qconfig``."""

from typing import Any

import torch

from qcourse import torch_ao
from qcourse.check.registry import Causes

known = Causes()


def _qconfig(result: Any) -> Any:
    """The answer's QConfig (itself a tuple), also where a test returns it as the first of several."""
    return result if isinstance(result, torch_ao.QConfig) else result[0]


def _weight_fake(result: Any) -> Any:
    return _qconfig(result).weight()


def _activation_fake(result: Any) -> Any:
    return _qconfig(result).activation()


def _weight_observed(result, args, kwargs):
    return not isinstance(_weight_fake(result), torch_ao.FakeQuantize)


known.symptom(
    "the weight has an observer only, which fakes nothing: wrap it in FakeQuantize.with_args",
    _weight_observed,
)


def _activation_observed(result, args, kwargs):
    return not isinstance(_activation_fake(result), torch_ao.FakeQuantize)


known.symptom(
    "the activation has an observer only, which fakes nothing: wrap it in FakeQuantize.with_args",
    _activation_observed,
)


def _unsigned(result, args, kwargs):
    return _weight_fake(result).dtype == torch.quint8


known.symptom(
    "the weights are unsigned, or swapped with the activations: they take dtype torch.qint8", _unsigned
)


def _affine(result, args, kwargs):
    return _weight_fake(result).qscheme in (torch.per_tensor_affine, torch.per_channel_affine)


known.symptom("the weights are affine: symmetric weights need a qscheme torch.per_…_symmetric", _affine)


def _bits_ignored(result, args, kwargs):
    fake = _weight_fake(result)
    return args[0] < 8 and fake.quant_max in (127, 255)


known.symptom(
    "bits is ignored, or quant_min or quant_max is left out: the range of the weights' codes does not depend "
    "on bits",
    _bits_ignored,
)


def _per_channel_ignored(result, args, kwargs):
    options = args[1] if len(args) > 1 and isinstance(args[1], dict) else kwargs
    return _weight_fake(result).is_per_channel != options.get("per_channel", False)


known.symptom("per_channel is ignored, or used the wrong way round", _per_channel_ignored)


def _wrong_axis(result, args, kwargs):
    return _weight_fake(result).is_per_channel and _weight_fake(result).ch_axis != 0


known.symptom("one scale for each input: the output channels are axis 0 of the weight", _wrong_axis)


def _one_too_many(result, args, kwargs):
    fake = _weight_fake(result)
    return fake.quant_min == -(2 ** (args[0] - 1)) and fake.quant_max == 2 ** (args[0] - 1) - 1


known.symptom(
    "one code too many: -2**(bits - 1) is left out, so that the range is symmetric about 0", _one_too_many
)


def _sign_forgotten(result, args, kwargs):
    return _weight_fake(result).quant_max >= 2 ** (args[0] - 1)


known.symptom(
    "one bit too many, or one code: the sign takes one bit and 0 is a code, so quant_max is "
    "2**(bits - 1) - 1 (in Python ^ is no power)",
    _sign_forgotten,
)


def _too_few(result, args, kwargs):
    return _weight_fake(result).quant_max < 2 ** (args[0] - 1) - 1


known.symptom("one bit too few: quant_max is 2**(bits - 1) - 1", _too_few)


def _few_activation_bits(result, args, kwargs):
    fake = _activation_fake(result)
    return args[0] < 8 and fake.quant_max - fake.quant_min < 127


known.symptom(
    "the activations have as few bits as the weights: they take 8, codes 0 to 255", _few_activation_bits
)


def _activation_scales(result, args, kwargs):
    return _activation_fake(result).is_per_channel


known.symptom(
    "the activations have one scale per channel, too: only the weights do, activations take one scale",
    _activation_scales,
)
known.error(
    "codes below 0 do not fit in quint8, which dtype is where none is given: weights need dtype=torch.qint8",
    lambda error, args, kwargs: "quant_min out of bound" in str(error),
)
known.error(
    "quant_min and quant_max are floats, as after a division by /: they must be int",
    lambda error, args, kwargs: "float, float)" in str(error),
)
known.error(
    "observer= takes the class itself, without parentheses: FakeQuantize makes the observer",
    lambda error, args, kwargs: "Observer.forward() got an unexpected" in str(error),
)
known.error(
    "a QConfig needs both, activation and weight",
    lambda error, args, kwargs: "QConfig" in str(error) and "missing 1 required" in str(error),
)


def _signed(result, args, kwargs):
    return _activation_fake(result).dtype == torch.qint8


known.symptom("the activations are signed: torch's int8 layers take quint8, codes 0 to 255", _signed)


def _seven_bits(result, args, kwargs):
    fake = _activation_fake(result)
    return fake.quant_max == 127 or getattr(fake.activation_post_process, "reduce_range", False)


known.symptom("the activations use 7 bits or reduce_range: their codes are 0 to 255", _seven_bits)
