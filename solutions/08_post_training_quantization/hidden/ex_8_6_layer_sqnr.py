"""Hidden tests of exercise 8.6, `layer_sqnr`.

Weights per tensor, per channel and of 3 bits, one image and many, networks in training and evaluation mode:
the dB of every layer, and both models left without hooks.
"""

import copy
import math

import numpy as np
import torch
from torch import nn

import qcourse.check
from qcourse import models, torch_ao


def layer_sqnr(net: nn.Module, net_quantized: nn.Module, images: torch.Tensor) -> dict[str, float]: ...


# %%
@qcourse.check.exercise("8.6", layer_sqnr, hidden=True)
def hidden_layer_sqnr(ex):
    def outputs(model, images):
        """The outputs of linear1, linear2 and linear3, computed step by step, without hooks."""
        given, x = {}, model.quant(images.reshape(-1, 784))
        with torch.no_grad():
            for name in ("linear1", "linear2", "linear3"):
                x = model.get_submodule(name)(x)
                given[name] = x.dequantize().double()
                x = torch.relu(x)
        return given

    def quantized_by_torch(net, images, qconfig):
        model = copy.deepcopy(net).eval()
        model.qconfig = qconfig
        prepared = torch_ao.prepare(model)
        with torch.no_grad():
            prepared(images)
        return torch_ao.convert(prepared).eval()

    three_bits = torch_ao.QConfig(
        activation=torch_ao.default_qconfig.activation,
        weight=torch_ao.MinMaxObserver.with_args(
            dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, quant_min=-4, quant_max=3
        ),
    )
    kinds = (
        ("default_qconfig", torch_ao.default_qconfig, 40),
        ("as many other images", torch_ao.default_qconfig, 40),
        ("per channel", torch_ao.get_default_qconfig("x86"), 1),
        ("weights of 3 bits, 521 images", three_bits, 521),
    )
    for seed, (case, qconfig, n) in enumerate(kinds, start=861):
        torch.manual_seed(ex.seed(seed))
        float_net, images = models.QuantizedVerySimpleNet().train(seed % 2 == 0), torch.rand(n, 28, 28)
        images = images * torch.linspace(0.2, 1, n)[:, None, None]  # no part represents them all
        float_net.load_state_dict(
            {k: v + 0.02 * torch.randn(v.shape) for k, v in float_net.state_dict().items()}
        )
        int8_net = ex.once(quantized_by_torch, float_net, torch.rand(64, 28, 28), qconfig)
        result = ex.call(float_net, int8_net, images, case=case)
        ex.true(isinstance(result, dict), "return a dict, layer name -> dB.", got=type(result).__name__)
        for model in (float_net, int8_net):
            hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
            ex.true(
                hooks == 0, "a hook is still on the model: call remove() on its handle.", got=f"{hooks} hooks"
            )
            own = [m for m in model.modules() if "forward" in vars(m)]
            ex.true(not own, "a layer's forward is still replaced: the models must stay as they are.")
        exact, rounded = outputs(float_net, images), outputs(int8_net, images)
        for name in exact:
            ex.true(name in result, f"the dict lacks {name}.")
            ex.true(
                np.asarray(result[name]).size == 1 and result[name] is not None,
                f"{name} needs a single number of dB.",
                got=result[name],
            )
            ratio = (exact[name] ** 2).sum() / ((exact[name] - rounded[name]) ** 2).sum()
            ex.equal(
                f"the SQNR of {name} in dB", float(result[name]), 10 * math.log10(ratio), rtol=0, atol=0.01
            )
