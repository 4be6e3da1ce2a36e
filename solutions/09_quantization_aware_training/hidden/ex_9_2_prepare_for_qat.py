"""Hidden tests of exercise 9.2, `prepare_for_qat`.

Without a qconfig and with three of them, networks in train and eval mode: a copy in train mode, whose
weights, activations, outputs and gradients are those of torch's own flow.
"""

import copy

import torch
from torch import nn

import qcourse.check
from qcourse import models, torch_ao


def prepare_for_qat(net: nn.Module, qconfig: object = None) -> nn.Module: ...


# %%
@qcourse.check.exercise("9.2", prepare_for_qat, hidden=True)
def hidden_prepare_for_qat(ex):
    def low_bits(quant_max, per_channel):
        observer = (
            torch_ao.MovingAveragePerChannelMinMaxObserver
            if per_channel
            else torch_ao.MovingAverageMinMaxObserver
        )
        weight = torch_ao.FakeQuantize.with_args(
            observer=observer,
            quant_min=-quant_max,
            quant_max=quant_max,
            dtype=torch.qint8,
            qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
        )
        activation = torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
        )
        return torch_ao.QConfig(activation=activation, weight=weight)

    QCONFIGS = {
        "no qconfig given, a network in train mode": None,
        "no qconfig given, a network in eval mode": None,
        "a qconfig of 3 bits per tensor": low_bits(3, False),
        "a qconfig of 2 bits per channel": low_bits(1, True),
        "default_qat_qconfig": torch_ao.default_qat_qconfig,
    }
    for seed, (case, qconfig) in enumerate(QCONFIGS.items()):
        torch.manual_seed(ex.seed(920 + seed))
        float_model = models.QuantizedVerySimpleNet().train(seed % 2 == 0)
        batch = torch.rand(32, 28, 28)
        oracle = copy.deepcopy(float_model).train()
        oracle.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
        torch_ao.prepare_qat(oracle, inplace=True)
        model = ex.call(float_model, *([] if qconfig is None else [qconfig]), case=case)
        kept = "the engine" not in ex.changed
        ex.true(kept, "torch.backends.quantized.engine is set: use the engine that this machine has.")
        whole = isinstance(model, nn.Module) and hasattr(model, "linear1")
        ex.true(whole, "return the prepared model: is a return missing?", got=model)
        ex.true(model is not float_model, "return a copy, not the caller's network.")
        ex.true(all(m.training for m in model.modules()), "the prepared model must be in train mode.")
        shared = {p.data_ptr() for p in float_model.parameters()} & {p.data_ptr() for p in model.parameters()}
        ex.true(
            not shared, "the copy shares its weights with the caller's network: training would change both."
        )
        for name in ("linear1", "linear2", "linear3"):
            layer, ours = getattr(model, name), getattr(oracle, name)
            fake = getattr(layer, "weight_fake_quant", None)
            ex.true(
                isinstance(fake, torch_ao.FakeQuantize), f"{name} does not fake quantization of its weight."
            )
            kept = torch.equal(layer.weight, ours.weight) and torch.equal(layer.bias, ours.bias)
            ex.true(kept, f"{name} has lost the network's weights or biases.")
            used = ours.weight_fake_quant(ours.weight)
            got = fake(layer.weight)
            ex.true(not torch.equal(got, layer.weight), f"{name} uses its weight unrounded.")
            ex.true(
                torch.allclose(got, used, rtol=1e-5, atol=1e-7),
                f"{name}'s weights are rounded as another qconfig would round them.",
            )
        output, want = model(batch), oracle(batch)
        for name in ("quant", "linear1", "linear2", "linear3"):
            layers = getattr(model, name), getattr(oracle, name)
            theirs, ours = (getattr(layer, "activation_post_process", None) for layer in layers)
            faked = isinstance(theirs, torch_ao.FakeQuantize) and theirs.fake_quant_enabled[0]
            ex.true(faked, f"the activations of {name} are not fake-quantized.")
            ex.true(
                torch.allclose(theirs.scale, ours.scale, rtol=1e-3)
                and torch.equal(theirs.zero_point, ours.zero_point),
                f"the activations of {name} are rounded as another qconfig would round them.",
            )
        step = oracle.linear3.activation_post_process.scale
        ex.true((output - want).abs().max() <= 8 * step, "the outputs are not those of the qconfig.")
        if output.requires_grad:
            output.sum().backward()
        frozen = [name for name, parameter in model.named_parameters() if parameter.grad is None]
        ex.true(not frozen, "no gradient reaches some parameters.", got=f"{len(frozen)} of them")
