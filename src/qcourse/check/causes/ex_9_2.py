"""Known mistakes of exercise 9.2, ``prepare_for_qat``."""

from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.check.registry import Causes

known = Causes()


def _fake(model: nn.Module) -> Any:
    return getattr(model.linear1, "weight_fake_quant", None)


def _unprepared(result, args, kwargs):
    return isinstance(result.linear1, nn.Linear) and not hasattr(result.linear1, "activation_post_process")


known.symptom(
    "not prepared: a qconfig alone does nothing, nor does prepare_qat where the qconfig is still None, or "
    "where what it returns is dropped",
    _unprepared,
)


def _prepared_for_ptq(result, args, kwargs):
    return type(result.linear1) is nn.Linear


known.symptom("prepare is for PTQ and inserts only observers: QAT needs prepare_qat", _prepared_for_ptq)


def _converted(result, args, kwargs):
    return not isinstance(result.linear1, nn.Linear)


known.symptom("the model is already converted: prepare_for_qat ends before training", _converted)


def _partly(result, args, kwargs):
    modules = result.quant, result.linear1, result.linear2, result.linear3
    return len({hasattr(module, "activation_post_process") for module in modules}) == 2


known.symptom(
    "the qconfig is set on some layers only: set on the copy itself, it reaches every layer and the stub",
    _partly,
)
known.error(
    "prepare_qat takes no qconfig: set it as the copy's attribute qconfig, before prepare_qat",
    lambda error, args, kwargs: "'QConfig' object has no attribute" in str(error),
)
known.error(
    "a network has no method that copies it: copy.deepcopy(net) does",
    lambda error, args, kwargs: "has no attribute 'copy'" in str(error) or "'clone'" in str(error),
)
known.error(
    "get_default_qat_qconfig itself is no qconfig: call it with the engine, torch.backends.quantized.engine",
    lambda error, args, kwargs: "has no attribute '_fields'" in str(error) or "backend: " in str(error),
)


def _observer_only(result, args, kwargs):
    return not isinstance(_fake(result), torch_ao.FakeQuantize)


known.symptom(
    "this qconfig is made for PTQ: its weight_fake_quant is an observer, which fakes nothing "
    "(the common mistake that is told above 9.2); take get_default_qat_qconfig",
    _observer_only,
)


def _switched_off(result, args, kwargs):
    return any(not m.fake_quant_enabled[0] for m in result.modules() if isinstance(m, torch_ao.FakeQuantize))


known.symptom("fake quantization is switched off: it must be on in every forward pass", _switched_off)


def _observers_off(result, args, kwargs):
    return any(not m.observer_enabled[0] for m in result.modules() if isinstance(m, torch_ao.FakeQuantize))


known.symptom("the observers are switched off: no scale is ever found", _observers_off)


def _eval(result, args, kwargs):
    return not result.training


known.symptom("the copy was left in eval mode: end in train mode", _eval)


def _qconfig_of(model: Any) -> Any:
    return model.linear1.qconfig


def _settings(qconfig: Any) -> list[tuple]:
    fakes = qconfig.activation(), qconfig.weight()
    return [(f.qscheme, f.quant_min, f.quant_max, f.activation_post_process.reduce_range) for f in fakes]


def _qconfig_ignored(result, args, kwargs):
    given = kwargs.get("qconfig") or (args[1] if len(args) > 1 else None)
    return given is not None and _settings(_qconfig_of(result)) != _settings(given)


known.symptom("the qconfig that was given is ignored: use it unless it is None", _qconfig_ignored)


def _another_default(result, args, kwargs):
    engine = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    return len(args) == 1 and not kwargs and _settings(_qconfig_of(result)) != _settings(engine)


known.symptom(
    "this is not the engine's QAT qconfig: torch_ao.get_default_qat_qconfig(engine)", _another_default
)
