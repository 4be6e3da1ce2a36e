"""Hidden tests of exercise 9.6, `ptq_vs_qat`.

8 bits, 3 bits and the default bits, with correct versions of 9.2 to 9.5 that take notes: which models see
which images in which mode, which int8 models are measured, and accuracies that show the layers' outliers.
"""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import qcourse.check
from qcourse import models, torch_ao

Results = dict[int, tuple[float, float]]


def ptq_vs_qat(net: nn.Module, *data: torch.Tensor, bits: tuple[int, ...] = (8, 4, 3, 2)) -> Results: ...


# %%
@qcourse.check.exercise("9.6", ptq_vs_qat, hidden=True)
def hidden_ptq_vs_qat(ex):
    def low_bit_qconfig(bits, per_channel=False):
        asked.append((bits, per_channel))
        weight = torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver,
            quant_min=1 - 2 ** (bits - 1),
            quant_max=2 ** (bits - 1) - 1,
            dtype=torch.qint8,
            qscheme=torch.per_tensor_symmetric,
            averaging_constant=1.0,
        )
        activation = torch_ao.FakeQuantize.with_args(
            observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8
        )
        return torch_ao.QConfig(activation=activation, weight=weight)

    def prepare_for_qat(net, qconfig=None):
        model = copy.deepcopy(net).train()
        model.qconfig = qconfig or torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
        return torch_ao.prepare_qat(model, inplace=True)

    def train_qat(model, images, labels, epochs=1, freeze_after=1):
        starts.setdefault(id(model), model.linear1.weight.detach().clone())
        optimizer = torch.optim.Adam(model.train().parameters(), lr=5e-3)
        losses = []
        for step in range(training_steps):
            if step == 2 * training_steps // 3:
                model.apply(torch_ao.disable_observer)
            batch = torch.arange(64 * step, 64 * step + 64) % len(images)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    def convert_qat(model):
        return torch_ao.convert(copy.deepcopy(model).eval())

    def note(model, inputs):
        """Which marked images a model that can still learn or observe sees, and in which mode."""
        marks = inputs[0].reshape(-1, 784)[:, 0]
        training_image, test_image = (bool((marks == mark).any()) for mark in (0.25, 0.75))
        tested.append(test_image)
        fakes = [m for m in model.modules() if isinstance(m, torch_ao.FakeQuantize)]
        inner = {id(fake.activation_post_process) for fake in fakes}
        bare = any(isinstance(m, torch_ao.MinMaxObserver) and id(m) not in inner for m in model.modules())
        if not fakes and not bare:
            return  # the float network, or a converted one: it only computes
        if torch.is_grad_enabled() and model.training:
            seen.setdefault(id(model), []).append(("trained", training_image, test_image))
        elif bare or any(fake.observer_enabled[0] for fake in fakes):
            seen.setdefault(id(model), []).append(("watched", training_image, test_image))
        alive.append(model)  # so that no other model gets its id

    def measured(module, inputs):
        """Which int8 models see how many test images: their first layers do, whoever converts."""
        if {"linear1", "linear2", "linear3"} <= module._modules.keys():
            note(module, inputs)
        if module._get_name() == "QuantizedLinear" and module.in_features == 784:
            layers.append(module)
            rows[id(module)] = rows.get(id(module), 0) + int((inputs[0].dequantize()[:, 0] > 0.5).sum())

    def widths_measured(count):
        """For each int8 model that saw ``count`` test images or more, the bits of its first layer."""
        models = {id(m): m for m in layers if rows[id(m)] >= count}.values()
        return [int(m.weight().int_repr().int().abs().max()).bit_length() + 1 for m in models]

    given = low_bit_qconfig, prepare_for_qat, train_qat, convert_qat
    ex.given = {function.__name__: function for function in given}
    generator = torch.Generator().manual_seed(960)
    patterns = torch.rand(10, 28, 28, generator=generator)
    y = torch.randint(10, (360,), generator=generator)
    x = (patterns[y] + 0.5 * torch.randn(360, 28, 28, generator=generator)).clamp(0, 1)
    x[:260, 0, 0], x[260:, 0, 0], x[:, 0, 1] = 0.25, 0.75, 0.0  # marks: training image, test image
    data = x[:260], y[:260], x[260:], y[260:]
    torch.manual_seed(961)
    small, training_steps, asked, tested, starts = models.QuantizedVerySimpleNet(), 60, [], [], {}
    train_qat(small, *data[:2])
    small.eval()
    with torch.no_grad():
        for layer in (small.linear1, small.linear2):
            layer.weight[1], layer.bias[1] = 0, -1  # a neuron that is always 0 after its ReLU
        for layer in (small.linear1, small.linear2, small.linear3):
            layer.weight[0, 1] = 4 * layer.weight.abs().max()  # behind an input that is always 0
    for bits, case in ((8,), "8 bits only"), ((3,), "3 bits only"), (None, "the default bits, on few images"):
        seen, alive, asked, tested, starts = {}, [], [], [], {}
        arguments = {} if bits is None else {"bits": bits}
        training_steps = 2 if bits is None else 60
        part = data if bits else (data[0][:30], data[1][:30], data[2][:23], data[3][:23])
        layers, rows = [], {}
        watching = nn.modules.module.register_module_forward_pre_hook(measured)
        try:
            results = ex.call(small, *part, case=case, **arguments)
        finally:
            watching.remove()
        want = bits or (8, 4, 3, 2)
        ex.true(isinstance(results, dict), "return a dictionary {bits: (ptq, qat)}.", got=results)
        ex.true(set(results) == set(want), "the keys must be the numbers of bits asked for.", got=results)
        pairs = list(results.values())
        paired = all(np.shape(pair) == (2,) for pair in pairs)
        ex.true(paired, "each value must be a pair (ptq, qat).", got=results)
        numbers = [float(value) for pair in pairs for value in pair]
        fractions = all(0 <= value <= 1 for value in numbers)
        ex.true(fractions, "an accuracy is a fraction of the images, 0 to 1.", got=results)
        ex.true(any(tested), "the test images are never used.",
                likely_cause="the accuracy is measured on the training images" if tested else
                "no network is called at all: results of an earlier call are returned")  # fmt: skip
        right = [value * len(part[3]) for value in numbers]
        ex.true(
            all(abs(count - round(count)) < 0.06 for count in right),
            "an accuracy must be a number of test images divided by the number of all of them.",
            got=results,
        )
        ex.true(
            {width for width, _ in asked} >= set(want) or not asked,
            "low_bit_qconfig must be called for each number of bits.",
        )
        ex.true(not any(rows for _, rows in asked), "use one scale per tensor: low_bit_qconfig(bits).")
        visits = list(seen.values())
        ex.true(not any(a and b for v in visits for _, a, b in v), "training and test images are mixed.")
        ex.true(
            not any(k == "trained" and b for v in visits for k, _, b in v),
            "the network was trained on test images.",
            likely_cause="train_qat is given test_images: give it images and labels",
        )
        ex.true(
            not any(b for v in visits for *_, b in v),
            "a model whose observers are on sees the test images.",
            likely_cause="it is calibrated on them, or measured before it is converted: calibrate on images",
        )
        ex.true(
            all(any(a for _, a, _ in v) for v in visits),
            "a model whose observers are on never sees a training image.",
            likely_cause="it is calibrated on something else: calibrate on images",
        )
        ex.true(
            any(k == "trained" for v in visits for k, *_ in v),
            "no model was trained.",
            likely_cause="train_qat is not called, or on another model",
        )
        ex.true(
            any(all(k == "watched" for k, *_ in v) for v in visits),
            "every model that saw training images was trained.",
            likely_cause="the model that was calibrated for PTQ is the one that is trained: prepare twice"
            if any(k == "watched" for v in visits for k, *_ in v)
            else "PTQ is not calibrated: let its observers watch training images, without training",
        )
        ex.true(
            all(torch.equal(weights, small.linear1.weight) for weights in starts.values()),
            "training starts from other weights than net's.",
            likely_cause="a model that was trained before goes on: prepare net anew for each number of bits",
        )
        for width in want:
            found = widths_measured(len(part[3])).count(width)
            ex.true(
                found >= 2, f"two int8 models of {width} bits must see the test images, of PTQ and of QAT.",
                got=str(found),
                likely_cause="one is measured before it is converted, on other images, or another qconfig",
            )  # fmt: skip
            ex.true(
                found <= 2, f"more than two int8 models of {width} bits see all test images.", got=str(found),
                likely_cause="the best of several is chosen by the test images: choose nothing by them",
            )  # fmt: skip
        ptq, trained = numbers[:2]
        if bits == (8,):
            ex.true(
                min(ptq, trained) > 0.8, "both must be close to the float network at 8 bits.", got=results
            )
        if bits == (3,):
            ex.true(
                ptq < 0.6, "PTQ must fail at 3 bits: is it trained, or are the bits ignored?", got=results
            )
            ex.true(
                trained > 0.8, "QAT is as bad as PTQ at 3 bits: is it trained, and measured?", got=results
            )
