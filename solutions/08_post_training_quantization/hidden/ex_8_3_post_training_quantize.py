"""Hidden tests of exercise 8.3, `post_training_quantize`.

Four qconfigs, networks in training and evaluation mode, extremes in the first and last image: weights,
scales, zero points and logits of torch's own flow, and an untouched network of the caller.
"""

import torch
from torch import nn

import qcourse.check
from qcourse import models, torch_ao


def post_training_quantize(net: nn.Module, images: torch.Tensor, qconfig: object = None) -> nn.Module: ...


# %%
@qcourse.check.exercise("8.3", post_training_quantize, hidden=True)
def hidden_post_training_quantize(ex):
    def calibrate_in_batches(model, images, batch_size=256):
        model.eval()
        with torch.no_grad():
            for batch in images.split(batch_size):
                model(batch)
        return len(images)

    def torch_flow(net, images, qconfig):
        """What torch's own functions make of the network."""
        model = models.QuantizedVerySimpleNet()
        model.load_state_dict(net.state_dict())
        model.eval().qconfig = qconfig
        model = torch_ao.prepare(model)
        calibrate_in_batches(model, images)
        return torch_ao.convert(model)

    activation = torch_ao.default_qconfig.activation
    per_channel = torch_ao.PerChannelMinMaxObserver.with_args(
        dtype=torch.qint8, qscheme=torch.per_channel_symmetric
    )
    four_bits = torch_ao.MinMaxObserver.with_args(
        dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, quant_min=-8, quant_max=7
    )
    wide = torch_ao.MinMaxObserver.with_args(quant_min=0, quant_max=255)
    kinds = {
        "no qconfig given": None,
        "weights per channel": torch_ao.QConfig(activation=activation, weight=per_channel),
        "weights of 4 bits, activations of 8": torch_ao.QConfig(activation=wide, weight=four_bits),
        "default_qconfig": torch_ao.default_qconfig,
    }
    ex.given = {"calibrate": calibrate_in_batches, "QuantizedVerySimpleNet": models.QuantizedVerySimpleNet}
    for seed, (case, qconfig) in enumerate(kinds.items(), start=831):
        torch.manual_seed(ex.seed(seed))
        n = 278 if seed < 833 else 38  # more than a batch with and without a qconfig, and no round number
        float_net = models.QuantizedVerySimpleNet()
        images, test = 0.3 * torch.rand(n, 28, 28), torch.rand(20, 28, 28)
        float_net.load_state_dict({k: 1.5 * v for k, v in float_net.state_dict().items()})
        float_net.train(seed % 2 == 0)
        images[-1], images[0] = images[-1] * 4, -images[0]
        result = ex.call(float_net, images, *([] if qconfig is None else [qconfig]), case=case)
        kept = "the engine" not in ex.changed
        ex.true(kept, "torch.backends.quantized.engine is set: use the engine that this machine has.")
        ex.true(isinstance(result, nn.Module), "the result is not an nn.Module.", got=type(result).__name__)
        ex.true(not result.training, "the result is not in evaluation mode.")
        want = ex.once(torch_flow, float_net, images, qconfig or torch_ao.default_qconfig)
        found = dict(result.named_modules())
        for name in ("linear1", "linear2", "linear3"):
            ours, theirs = want.get_submodule(name), found.get(name)
            ex.true(
                type(theirs) is type(ours),
                f"{name} is not the int8 layer that convert makes.",
                expected=ours._get_name(),
                got=theirs._get_name() if theirs is not None else "no such layer",
            )
            schemes = str(ours.weight().qscheme()), str(theirs.weight().qscheme())
            ex.true(
                schemes[0] == schemes[1],
                f"{name}: the weights' scheme is not the qconfig's.",
                expected=schemes[0],
                got=schemes[1],
            )
            ex.equal(f"{name}: the int8 weight tensor", theirs.weight().int_repr(), ours.weight().int_repr())
            ex.equal(f"{name}: the output's scale", float(theirs.scale), float(ours.scale), rtol=1e-4)
            off = abs(int(theirs.zero_point) - int(ours.zero_point))
            ex.true(off <= 1, f"{name}: the output's zero point is wrong. Did calibration see all images?")
        steps = [module for module in result.modules() if type(module) is type(want.quant)]
        ex.true(len(steps) == 1, "the result needs one step from floats into codes.", got=f"{len(steps)}")
        ex.equal("the input's scale", float(steps[0].scale), float(want.quant.scale), rtol=1e-4)
        ex.equal("the input's zero point", int(steps[0].zero_point), int(want.quant.zero_point))
        logits = ex.call(test, case=case + ": the result called", function=result)
        step = want.linear3.scale
        by_layers = steps[0](test.reshape(-1, 784))
        for name in ("linear1", "linear2", "linear3"):
            by_layers = found[name](by_layers if name == "linear1" else by_layers.relu())
        for output in (logits.detach(), by_layers.dequantize()):
            ex.equal("the output", output, want(test), dtype=torch.float32, rtol=0, atol=2.01 * step)
