"""Hidden tests of exercise 9.5, `low_bit_qconfig`.

2 to 8 bits, one weight scale and one per row: the codes and scales of the int8 layers after QAT and PTQ, what
training sees of the weights, and activations of 8 bits.
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn

import qcourse.check
from qcourse import torch_ao


def low_bit_qconfig(bits: int, per_channel: bool = False) -> torch_ao.QConfig: ...


# %%
@qcourse.check.exercise("9.5", low_bit_qconfig, hidden=True)
def hidden_low_bit_qconfig(ex):
    class TwoLayers(nn.Module):
        def __init__(self):
            super().__init__()
            self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
            self.first, self.second = nn.Linear(9, 6), nn.Linear(6, 4)

        def forward(self, x):
            return self.dequant(self.second(self.first(self.quant(x))))

    def qat_and_ptq(bits, options, net, batch):
        """The answer, the QAT model prepared with it, and the int8 models of QAT and PTQ."""
        qconfig = ex.answer(bits, **options)
        fake, observed = copy.deepcopy(net).train(), copy.deepcopy(net).eval()
        fake.qconfig = observed.qconfig = qconfig
        torch_ao.prepare_qat(fake, inplace=True)
        torch_ao.prepare(observed, inplace=True)
        with torch.no_grad():
            fake(batch), observed(batch)
        int8 = torch_ao.convert(fake.eval()), torch_ao.convert(observed, inplace=True)
        return qconfig, fake.train(), dict(zip(("QAT", "PTQ"), int8))

    def codes_scale_zero(weight):
        """What an int8 layer stores: codes, one scale or one per row, and zero points."""
        if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
            return weight.int_repr(), weight.q_per_channel_scales(), weight.q_per_channel_zero_points()
        return weight.int_repr(), torch.tensor(weight.q_scale()).double(), torch.tensor(weight.q_zero_point())

    def check_weight(flow, original, weight, bits, per_channel):
        """The codes of one layer: few enough, symmetric, with the right number of scales."""
        top = 2 ** (bits - 1) - 1
        codes, scale, zeros = codes_scale_zero(weight)
        greatest = original.abs().amax(dim=1) if per_channel else original.abs().max()
        want = (greatest / top).double()
        reached = f"{codes.min()} to {codes.max()}"
        ex.true(codes.abs().max() <= top, f"{flow}: the weights' codes leave their range.",
                expected=f"-{top} to {top}", got=reached)  # fmt: skip
        ex.true(scale.shape == want.shape, f"{flow}: the number of weight scales is wrong.",
                expected=str(want.numel()), got=str(scale.numel()))  # fmt: skip
        ex.true((zeros == 0).all() and torch.allclose(scale, want, rtol=2e-3),
                f"{flow}: the weights' scale is not max|W| / {top}, or their zero point is not 0.",
                expected=want, got=scale)  # fmt: skip

    def check_activation(fake, values):
        """Eight bits, faked, over the range that was seen; between layers it is only roughly known."""
        kind = type(fake).__name__
        ex.true(isinstance(fake, torch_ao.FakeQuantize), "the activations are not fake-quantized.", got=kind)
        ex.true(fake.dtype == torch.quint8, "the activations must be quint8.", got=str(fake.dtype))
        limits = f"{fake.quant_min} to {fake.quant_max}"
        ex.true(limits == "0 to 255", "the activations' codes must be 0 to 255: 8 bits.", got=limits)
        spread = values.max().clamp(min=0) - values.min().clamp(max=0)
        share = float(fake.calculate_qparams()[0].max() * 255 / spread)
        ex.true(0.4 < share < 1.7, "the activations' scale does not fit their range in 8 bits.")

    for bits in range(2, 9):
        rows = [{"per_channel": True}] * (bits in (2, 3, 5, 8)) + [{"per_channel": False}] * (bits == 4)
        for options in [{}, *rows]:
            torch.manual_seed(ex.seed(950 + bits))
            net_9, batch = TwoLayers(), 3 * torch.randn(64, 9) + 1
            per_channel = options.get("per_channel", False)
            case = f"{bits} bits, {'one scale per channel' if per_channel else 'one scale'}"
            qconfig = ex.call(bits, case=case, **options)
            ex.true(isinstance(qconfig, torch_ao.QConfig), "return a torch_ao.QConfig: is a return missing?")
            several = getattr(qconfig.activation(), "is_per_channel", False)
            ex.true(not several, "the activations must have one scale, for all channels.")
            _, model, int8 = ex.call(bits, options, net_9, batch, function=qat_and_ptq, case=case)
            for name in ("first", "second"):
                original, fake = getattr(net_9, name).weight.detach(), getattr(model, name).weight_fake_quant
                kind = type(fake).__name__
                ex.true(
                    isinstance(fake, torch_ao.FakeQuantize), "the weights are not fake-quantized.", got=kind
                )
                for flow in ("QAT", "PTQ"):
                    check_weight(flow, original, getattr(int8[flow], name).weight(), bits, per_channel)
                rows = fake(original).detach() if per_channel else fake(original).detach().reshape(1, -1)
                values = max(len(row.unique()) for row in rows)
                ex.true(values <= 2**bits - 1, "training sees more values of a weight than its bits allow.")
            check_activation(model.quant.activation_post_process, batch)
            first = F.linear(batch, net_9.first.weight, net_9.first.bias).detach()
            check_activation(model.first.activation_post_process, first)
            for name in ("first", "second"):
                original, fake = getattr(net_9, name).weight.detach(), getattr(model, name).weight_fake_quant
                before = fake.calculate_qparams()[0]
                # The scale may follow at any pace, or keep the maximum.
                ex.call(0.5 * original, function=fake, case=f"{case}, the weights halved")
                share = fake.calculate_qparams()[0] / before
                follows = ((share > 0.499) & (share < 1.001)).all()
                ex.true(follows, "the weights' scale does not follow the weights.")
