"""Known mistakes of exercise 8.3, ``post_training_quantize``."""

import copy
import math

import torch

from qcourse import torch_ao
from qcourse.check.causes.module_kinds import kinds
from qcourse.check.registry import Causes

known = Causes()

# ``got`` is the model returned.

known.error(
    "prepare_qat belongs to training (notebook 09): here it is prepare",
    lambda error, args, kwargs: "prepare_qat" in str(error),
)
known.error(
    "calibrate returns a number of images, not the model: go on with the model that it was given",
    lambda error, args, kwargs: str(error).startswith("'int' object has no attribute"),
)
known.symptom("nothing is returned: return the converted model", lambda got, args, kwargs: got is None)
known.symptom(
    "these are not the network's weights: quantize a copy of it (copy.deepcopy), with its state_dict",
    lambda got, args, kwargs: _other_weights(got.linear1.weight().dequantize(), args[0].linear1.weight),
)
known.symptom(
    "convert is missing, or its result is not what is returned: the observers are still there",
    lambda got, args, kwargs: any("Observer" in kind for kind in kinds(got)),
)
known.symptom(
    "this is dynamic quantization, which measures ranges at run time: use prepare and convert",
    lambda got, args, kwargs: any("Dynamic" in kind for kind in kinds(got)),
)
known.symptom(
    "nothing was quantized: set the qconfig (not None) before prepare, on the model that prepare gets, and "
    "convert what prepare returns",
    lambda got, args, kwargs: "Linear" in kinds(got) and "QuantizedLinear" not in kinds(got),
)
known.symptom(
    "a part was left in float: set the qconfig on the whole network, before prepare",
    lambda got, args, kwargs: "Linear" in kinds(got) or "QuantStub" in kinds(got),
)
known.symptom(
    "not calibrated: the observers saw no image, so every scale is 1; calibrate after prepare",
    lambda got, args, kwargs: float(got.linear3.scale) == 1.0 and int(got.linear3.zero_point) == 0,
)
known.symptom(
    "the qconfig is not used for the weights: set the given one on the copy",
    lambda got, args, kwargs: not _could_be(kwargs.get("qconfig", args[2]).weight(), got.linear1.weight()),
)


def _other_default(got, args, kwargs):
    if kwargs.get("qconfig", args[2] if len(args) > 2 else None) is not None:
        return False
    if not _could_be(torch_ao.default_qconfig.weight(), got.linear1.weight()):
        return True
    return any(
        math.isclose(got.linear1.scale, _flow(args[0], args[1], other).linear1.scale, rel_tol=1e-5)
        for other in (torch_ao.default_qat_qconfig, torch_ao.get_default_qconfig("qnnpack"))
    )


known.symptom(
    "another default: without a qconfig use torch_ao.default_qconfig, not an engine's, nor one for QAT",
    _other_default,
)
known.symptom(
    "calibration left out images, or saw others: the input's range does not cover all of them",
    lambda got, args, kwargs: float(got.quant.scale) * 127 < 0.99 * float(args[1].max() - args[1].min()),
)
known.symptom(
    "the result is still in training mode: call eval() on the copy before prepare",
    lambda got, args, kwargs: got.training,
)


def _other_weights(got, weight):
    return bool((got - weight).abs().max() > 0.3 * weight.abs().max())


def _could_be(observer, weight):
    """Whether ``observer`` could have given ``weight``: its scheme, and its range of codes."""
    per_row = weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
    codes = weight.int_repr()
    inside = observer.quant_min <= int(codes.min()) and int(codes.max()) <= observer.quant_max
    return per_row == hasattr(observer, "ch_axis") and inside


def _flow(net, images, qconfig):
    """The int8 model that ``qconfig`` makes of ``net``."""
    model = copy.deepcopy(net).eval()
    model.qconfig = qconfig
    model = torch_ao.prepare(model)
    with torch.no_grad():
        for batch in images.split(256):
            model(batch)
    return torch_ao.convert(model)
