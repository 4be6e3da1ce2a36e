"""Answers that keep something between calls are found; torch's clamp has one gradient in every version."""

import copy
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch.nn.functional import hardtanh

from qcourse.check import CheckFailed, Exercise
from qcourse.check.clamping import GradientOneAtBounds
from qcourse.check.unchanged import deepcopy, unchanged
from qcourse.torch_ao import (
    QuantStub,
    convert,
    default_qat_qconfig,
    default_qconfig,
    get_default_qat_qconfig,
    prepare,
)

BUFFER = np.zeros(3)
SEEN: list[object] = []


def into_a_buffer(x):
    BUFFER[:] = 2 * x
    return BUFFER


def counting(x):
    SEEN.append(x)
    return x + len(SEEN)


def collecting(x, found=[]):  # noqa: B006
    found.append(x.sum())
    return found


def doubled(x):
    return (2 * x, {"sum": x.sum()})


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (into_a_buffer, "a buffer that every call uses"),
        (collecting, "a buffer that every call uses"),
        (counting, "kept between calls"),
        (doubled, ""),
    ],
)
def test_an_answer_that_keeps_something_between_calls_fails(answer, cause):
    def check(ex):
        for start in range(3):
            ex.call(np.arange(3.0) + start)
        ex.again()

    if not cause:
        check(Exercise("99.1", answer))
        return
    with pytest.raises(CheckFailed, match=cause):
        check(Exercise("99.1", answer))


def test_models_and_methods_may_have_a_state():
    ex = Exercise("99.1", lambda model, x: model(x))
    model = torch.nn.BatchNorm1d(2)
    for _ in range(2):
        ex.call(model, torch.rand(4, 2), may_change=[0])
    ex.again()


CLAMPS = {
    "clamp": lambda x: torch.clamp(x, -1, 1),
    "a method": lambda x: x.clamp(min=-1).clip(max=1),
    "tensors as bounds": lambda x: torch.clamp(x, torch.tensor(-1.0), torch.tensor(1.0)),
    "in place": lambda x: (1 * x).clamp_(-1, 1),
    "in two steps": lambda x: torch.clip(input=x, min=-1).clamp_max(1),
}


@pytest.mark.parametrize("form", CLAMPS)
def test_the_gradient_of_clamp_is_1_at_its_bounds_in_every_torch(form):
    x = torch.tensor([-2.0, -1.0, 0.5, 1.0, torch.inf], requires_grad=True)
    with GradientOneAtBounds():
        clamped = CLAMPS[form](x)
    clamped.sum().backward()
    assert torch.equal(clamped, torch.tensor([-1.0, -1.0, 0.5, 1.0, 1.0]))
    assert torch.equal(x.grad, torch.tensor([0.0, 1.0, 1.0, 1.0, 0.0]))


def test_it_is_1_where_torchs_own_is_0():
    """As since torch 2.14, whatever version is installed here."""

    def clamp(x):
        return hardtanh(x, -1, 1)

    x = torch.tensor([-2.0, -1.0, 0.5, 1.0, 3.0], requires_grad=True)
    GradientOneAtBounds().__torch_function__(clamp, (), (x,)).sum().backward()
    assert torch.equal(x.grad, torch.tensor([0.0, 1.0, 1.0, 1.0, 0.0]))


@pytest.mark.parametrize(
    "called",
    [
        lambda x: torch.fake_quantize_per_tensor_affine(x, 0.5, 0, -2, 1),
        lambda x: torch.ops.aten.fake_quantize_per_tensor_affine.default(x, 0.5, 0, -2, 1),
        lambda x: default_qat_qconfig.activation()(x),
        lambda x: get_default_qat_qconfig("x86").activation()(x),
    ],
)
def test_torchs_own_fake_quantization_is_refused_there(called):
    x = torch.ones(3)
    called(x)
    with GradientOneAtBounds(), pytest.raises(RuntimeError, match="what you are writing here"):
        called(x)


def test_the_mode_of_int8_modules_is_no_change():
    """Convert leaves some of them in train mode in a model that is in eval mode."""
    net = torch.nn.Sequential(QuantStub(), torch.nn.Linear(2, 2)).eval()
    net.qconfig = default_qconfig
    prepared = prepare(net)
    prepared(torch.rand(3, 2))
    model = convert(prepared)
    before = copy.deepcopy(model)
    model.eval()
    assert [m.training for m in before.modules()] != [m.training for m in model.modules()]
    assert unchanged(before, model)
    assert not unchanged(net, copy.deepcopy(net).train())


def test_a_copy_of_a_model_shares_no_dict_with_it_and_none_with_itself():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    model[0].register_forward_hook(lambda *_: None)
    copied = deepcopy(model)
    dicts = [
        id(v)
        for each in (model, copied)
        for m in each.modules()
        for v in vars(m).values()
        if type(v) is dict or isinstance(v, OrderedDict)
    ]
    assert len(dicts) == len(set(dicts)) > 40
    assert len(copied[0]._forward_hooks) == 1
    assert unchanged(model, copied)
