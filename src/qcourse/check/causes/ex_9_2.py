"""Known mistakes of exercise 9.2, ``prepare_for_qat``."""

from typing import Any

import torch
from torch import nn

from qcourse import torch_ao
from qcourse.check.causes.registry import symptom


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


@symptom("9.2", "the observers are switched off: no scale is ever found")
def _observers_off(result, args, kwargs):
    return any(not m.observer_enabled[0] for m in result.modules() if isinstance(m, torch_ao.FakeQuantize))


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
