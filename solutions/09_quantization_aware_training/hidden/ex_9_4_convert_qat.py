"""Hidden tests of exercise 9.4, `convert_qat`.

Three qconfigs, models in train and eval mode, observers off and on: an int8 model in eval mode with the
codes, scales and outputs of torch's own flow.
"""

import torch
import torch.nn.functional as F
from torch import nn

import qcourse.check
from qcourse import models, torch_ao


def convert_qat(model: nn.Module) -> nn.Module: ...


# %%
@qcourse.check.exercise("9.4", convert_qat, hidden=True)
def hidden_convert_qat(ex):
    three_bits = torch_ao.QConfig(
        activation=torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
        ),
        weight=torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver,
            quant_min=-3,
            quant_max=3,
            dtype=torch.qint8,
            qscheme=torch.per_tensor_symmetric,
        ),
    )
    QCONFIGS = [
        torch_ao.get_default_qat_qconfig("x86"),  # one scale for each row, on every engine
        three_bits,
        torch_ao.default_qat_qconfig,
    ]

    def trained(seed, qconfig, all_frozen):
        """A model after four steps, its observers off after the third (all of them, or those of weights), and
        the int8 model that torch makes of it."""
        torch.manual_seed(seed)
        model = models.QuantizedVerySimpleNet().train()
        model.qconfig = qconfig
        torch_ao.prepare_qat(model, inplace=True)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for step in range(4):
            batch = torch.rand(32, 28, 28) * (step + 1) / 4  # the ranges are not those of the last batch
            optimizer.zero_grad()
            F.cross_entropy(model(batch), torch.arange(32) % 10).backward()
            optimizer.step()
            if step == 2:
                for fake in (m for m in model.modules() if isinstance(m, torch_ao.FakeQuantize)):
                    if all_frozen or fake.dtype == torch.qint8:
                        fake.disable_observer()
        return model, torch_ao.convert(model.eval())

    for seed, qconfig in enumerate(QCONFIGS):
        model, oracle = ex.once(trained, ex.seed(940 + seed), qconfig, seed < 2)
        torch.manual_seed(ex.seed(945 + seed))
        model.train(seed != 1)
        int8 = ex.call(model, case="a model in train mode" if model.training else "a model in eval mode")
        ex.true(isinstance(int8, nn.Module), "return the converted model: is a return missing?", got=int8)
        ex.true(not int8.training, "the int8 model must be in eval mode.")
        for name in ("linear1", "linear2", "linear3"):
            weight = getattr(int8, name, None) and getattr(int8, name).weight
            ex.true(callable(weight) and weight().is_quantized, f"{name}'s weight is still float.")
            ours = getattr(oracle, name)
            ex.true(
                weight().qscheme() == ours.weight().qscheme(),
                f"{name} does not have the qconfig's kind of scale.",
            )
            ex.equal(f"{name}'s codes", weight().int_repr(), ours.weight().int_repr(), dtype=torch.int8)
            ex.true(
                abs(getattr(int8, name).scale / ours.scale - 1) < 1e-5,
                f"{name}'s output scale is not the trained one.",
            )
        probe = torch.rand(50, 28, 28)
        ex.true(
            torch.equal(int8(probe), oracle(probe)),
            "the int8 model's outputs are not those that training prepared.",
        )
