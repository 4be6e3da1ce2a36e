"""Hidden tests of exercise 8.2, `calibrate`.

Image shapes, and batch sizes that do and do not divide the number of images: every image once, every part in
evaluation mode, no gradients, which are on again afterwards; what real observers record.
"""

import copy
import math

import torch
from torch import nn

import qcourse.check
from qcourse import torch_ao


def calibrate(model: nn.Module, images: torch.Tensor, batch_size: int = 256) -> int: ...


# %%
@qcourse.check.exercise("8.2", calibrate, hidden=True)
def hidden_calibrate(ex):
    class Recorder(nn.Module):
        """Tells for each call: the batch, the modes of the model and its part, if gradients are recorded."""

        def __init__(self, tell):
            super().__init__()
            self.weight, self.part, self.tell = nn.Parameter(torch.ones(())), nn.Dropout(0.5), tell

        def forward(self, images):
            result = images * self.weight
            self.tell(images.detach().clone(), self.training or self.part.training, result.requires_grad)
            return result

    generator = torch.Generator().manual_seed(ex.seed(821))
    for n, batch_size, shape in (
        (13, 6, (5, 2)),
        (10, 3, (28, 28)),
        (7, 7, (28, 28)),
        (8, 4, (1, 28, 28)),
        (12, 1, (6,)),
        (5, 256, (28, 28)),
        (1, 16, (28, 28)),
        (300, None, (6,)),
        (1025, 512, (1,)),
    ):
        images = torch.rand((n, *shape), generator=generator)
        images[-1], images[0] = images[-1] + 3, images[0] - 3
        options, limit = ({}, 256) if batch_size is None else ({"batch_size": batch_size}, batch_size)
        calls = []
        model = Recorder(ex.callback(lambda *call: calls.append(call))).train()  # noqa: B023
        case = f"{n} images of shape {list(shape)} in batches of {limit}"
        seen = ex.call(model, images, case=case, may_change=[0], **options)
        ex.equal("the number of images seen", seen, n)
        ex.true(calls, "the model was never called.")
        batches, training, gradients = zip(*calls)
        sizes = [len(batch) for batch in batches]
        chunks = sizes == [len(batch) for batch in images.chunk(limit)]
        ex.true(
            max(sizes) <= limit,
            "a batch has more than batch_size images.",
            expected=f"at most {limit}",
            got=str(max(sizes)),
            likely_cause="chunk(n) makes n batches; split(n) makes batches of n" * chunks,
        )
        ex.true(
            sum(sizes) == n,
            "the model must see every image once.",
            expected=f"{n} images",
            got=f"{sum(sizes)} images",
            likely_cause="the last batch, a smaller one, is left out" * (sum(sizes) == n // limit * limit),
        )
        ex.true(
            len(sizes) <= math.ceil(n / limit),
            "there are more batches than needed: is batch_size used?",
            expected=str(math.ceil(n / limit)),
            got=str(len(sizes)),
        )
        shapes = [list(batch.shape[1:]) for batch in batches]
        ex.true(
            all(found == list(shape) for found in shapes),
            "the model must see the images in the shape that they have.",
            expected=f"{list(shape)}",
            got=f"{shapes[0]}",
        )
        shown = torch.cat([batch.flatten(1) for batch in batches])
        order, shown_order = images.flatten(1)[:, 0].argsort(), shown[:, 0].argsort()
        ex.equal("what the model saw", shown[shown_order], images.flatten(1)[order])
        ex.true(
            not any(training),
            "the model was called in training mode: dropout and batch norm would disturb the ranges.",
        )
        ex.true(
            not any(gradients),
            "gradients were recorded during calibration: that wastes memory, and nothing is learned.",
        )
        learning = model.weight.requires_grad and model.weight.grad is None
        ex.true(
            learning and float(model.weight) == 1, "the model's parameters are changed, or cannot learn now.",
            likely_cause="requires_grad is switched off on the model: use torch.no_grad() in a with block",
        )  # fmt: skip
        kept = "gradients" not in ex.changed
        ex.true(kept, "gradients are still off after the call: use torch.no_grad() in a with statement.")
    model = Recorder(ex.callback(lambda *call: None)).eval()
    ex.call(model, torch.rand(3, 28, 28), case="a model in evaluation mode", may_change=[0])
    ex.true(not model.training, "the model was passed in evaluation mode and is in training mode afterwards.")

    for place in (0, 5, -1):
        torch.manual_seed(ex.seed(822 + place))
        # In training mode the dropout would spoil the layer's range.
        model = nn.Sequential(torch_ao.QuantStub(), nn.Dropout(0.5), nn.Linear(6, 3), torch_ao.DeQuantStub())
        model.train()
        model.qconfig = torch_ao.default_qconfig
        model = torch_ao.prepare(model)
        images = torch.rand(11, 6)
        images[place] = 7 * images[place] - 3
        want = model[2].weight @ images.T + model[2].bias[:, None]
        replayed, shown = copy.deepcopy(model).eval(), []
        tell = ex.callback(shown.append)
        model.register_forward_pre_hook(lambda module, inputs: tell(inputs[0].detach()))  # noqa: B023
        ex.call(model, images, batch_size=4, case="a prepared model with one extreme image", may_change=[0])
        with torch.no_grad():
            [replayed(batch) for batch in shown]
        for what, module, values in (("input", model[0], images), ("layer", model[2], want.detach())):
            observer = module.activation_post_process
            recorded = torch.stack([observer.min_val, observer.max_val])
            extremes = torch.stack([values.min(), values.max()])
            ex.equal(f"the {what}'s recorded range", recorded, extremes, rtol=1e-4, atol=1e-6)
        for ours, theirs in zip(replayed, model):  # the same batches, seen by the same observers
            same = all(map(torch.allclose, ours.state_dict().values(), theirs.state_dict().values()))
            ex.verified(same, "the observers hold another range than that of the batches that the model saw.")
