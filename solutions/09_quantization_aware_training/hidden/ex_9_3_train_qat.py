"""Hidden tests of exercise 9.3, `train_qat`.

Six trainings of one to six epochs, models in train and eval mode: every image once per epoch, the switches at
each step, parameters that move and learn, and losses that are the cross-entropy of epochs or of steps.
"""

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import qcourse.check
from qcourse import models, torch_ao


def train_qat(
    model: nn.Module, images: torch.Tensor, labels: torch.Tensor, epochs: int = 1, freeze_after: int = 1
) -> list[float]: ...


# %%
@qcourse.check.exercise("9.3", train_qat, hidden=True)
def hidden_train_qat(ex):
    def trained(model, images, labels, options):
        """The losses, and what each training step saw: image numbers, modes, switches, sums of gradients."""
        seen, modes, observing, faking, added_up, logits, arrived = [], [], [], [], [], [], {}
        observed, states = [], []  # batches that the input's observer saw; the model as an epoch begins

        def note(model, inputs):
            fakes = [m for m in model.modules() if isinstance(m, torch_ao.FakeQuantize)]
            numbers = [round(64 * v) for v in inputs[0].detach().reshape(-1, 784)[:, 0].tolist()]
            if model.quant.activation_post_process.observer_enabled[0]:
                observed.append(numbers)
            if not torch.is_grad_enabled():
                return  # a look at the accuracy in between is allowed
            if sum(map(len, seen)) % len(images) == 0:
                states.append((len(seen), {k: v.detach().clone() for k, v in model.state_dict().items()}))
            seen.append(numbers)
            modes.append(all(m.training for m in model.modules()))
            observing.append([int(m.observer_enabled[0]) for m in fakes])
            faking.append([int(m.fake_quant_enabled[0]) for m in fakes])

        def accumulated(parameter):
            added_up.append(not torch.allclose(parameter.grad, arrived["gradient"]))

        def answered(model, inputs, output):
            if torch.is_grad_enabled():
                logits.append(output.detach().clone())

        bias = model.linear3.bias
        hooks = [model.register_forward_pre_hook(note), model.register_forward_hook(answered)]
        hooks.append(bias.register_hook(lambda gradient: arrived.update(gradient=gradient.clone())))
        hooks.append(bias.register_post_accumulate_grad_hook(accumulated))
        losses = ex.answer(model, images, labels, **options)
        [hook.remove() for hook in hooks]
        return losses, (seen, modes, observing, faking, added_up, logits, observed, states)

    def check_observer(start, model, images, observed):
        """The input's observer must hold what the batches that it saw give, one after the other."""
        observer = copy.deepcopy(start.quant.activation_post_process.activation_post_process)
        if not {number for batch in observed for number in batch} <= {*range(len(images))}:
            return  # it has seen other images, too
        for batch in observed:
            observer(images[batch])
        held = model.quant.activation_post_process.activation_post_process
        same = [torch.allclose(getattr(held, end), getattr(observer, end)) for end in ("min_val", "max_val")]
        ex.verified(all(same), "the input's observer does not hold what these steps would have shown it.")

    def check_states(start, images, seen, logits, states, observing):
        """The first step of each epoch must give what the model in its state gives, rounding everything."""
        firsts = [i for i in range(len(seen)) if sum(map(len, seen[:i])) % len(images) == 0]
        known = firsts == [step for step, _ in states]
        known = known and all(torch.equal(v, states[0][1][k]) for k, v in start.named_parameters())
        ex.verified(known, "training does not begin with the model that was passed.")
        again = copy.deepcopy(start).train()
        fakes = [m for m in again.modules() if isinstance(m, torch_ao.FakeQuantize)]
        for step, state in states:
            again.load_state_dict(state)
            kept = [int(m.observer_enabled[0]) for m in fakes] == observing[step]
            with torch.no_grad():
                output = again.apply(torch_ao.enable_fake_quant)(images[seen[step]])
            same = kept and ((output - logits[step]).abs() < 1e-4).float().mean() > 0.9
            ex.verified(same, "a training step's outputs are not those of the prepared model at that step.")

    CASES = [
        ("epochs=1, the default freeze_after", 50, {}),
        ("as many other images", 50, {}),
        ("epochs=4, freeze_after=1", 33, {"epochs": 4, "freeze_after": 1}),
        ("epochs=5, freeze_after=4", 20, {"epochs": 5, "freeze_after": 4}),
        ("epochs=2, freeze_after=2, another qconfig", 64, {"epochs": 2, "freeze_after": 2}),
        ("an easy task", 200, {"epochs": 6, "freeze_after": 4}),
    ]
    patterns = torch.eye(10).repeat_interleave(79, dim=1)[:, :784].reshape(10, 28, 28)  # a band for each
    engine_qconfig = torch_ao.get_default_qat_qconfig(torch.backends.quantized.engine)
    for seed, (case, n, arguments) in enumerate(CASES):
        torch.manual_seed(ex.seed(930 + seed))
        model = models.QuantizedVerySimpleNet().train()
        model.qconfig = engine_qconfig if seed < 4 else torch_ao.default_qat_qconfig
        torch_ao.prepare_qat(model, inplace=True)
        model.train(seed % 2 == 0)  # a caller may hand over a model in eval mode
        images_9, labels_9 = torch.rand(n, 28, 28), torch.randint(10, (n,))
        if case == "an easy task":
            labels_9 = torch.randperm(n) % 10  # as many of each: a constant answer learns nothing
            images_9 = 0.2 * images_9 + patterns[labels_9]
        images_9[:, 0, 0] = torch.arange(n) / 64  # each image carries its number
        untrained = copy.deepcopy(model)
        train = {"case": case, "may_change": [0], "function": trained}
        losses, record = ex.call(model, images_9, labels_9, arguments, **train)
        seen, modes, observing, faking, added_up, logits, observed, states = record
        epochs = arguments.get("epochs", 1)
        ids = [number for batch in seen for number in batch]
        ex.true(len(ids) == epochs * n, "each epoch must train on each image once.",
                expected=f"{epochs} x {n} images", got=f"{len(ids)} images")  # fmt: skip
        for epoch in range(epochs):
            once = sorted(ids[epoch * n : (epoch + 1) * n]) == list(range(n))
            ex.true(once, "an epoch sees some image twice, or not at all.")
        ex.true(all(modes), "the model must be in train mode while it is trained.",
                likely_cause="model.train() is not called, or model.eval() is called too early")  # fmt: skip
        ex.true(all(map(all, faking)), "fake quantization was switched off during training.",
                likely_cause="disable_fake_quant in place of disable_observer: freeze those")  # fmt: skip
        together = all(len(set(o)) == 1 for o in observing)
        ex.true(together, "freeze all observers together: those of weights and those of activations.",
                likely_cause="only some of the modules are frozen: model.apply reaches all")  # fmt: skip
        on = [o[0] for o in observing]
        ex.true(on == sorted(on, reverse=True), "the observers must be on first and off afterwards.",
                likely_cause="the condition is the wrong way round")  # fmt: skip
        if arguments:
            count = sum(len(batch) for batch, o in zip(seen, on) if o) / n
            wanted = arguments["freeze_after"]
            known = {
                epochs - wanted: "freeze_after is taken for the number of frozen epochs",
                wanted - 1: "one epoch too few: freeze where epoch == freeze_after, counted from 0",
                1 + wanted: "epochs are counted from 0: freeze before the first step of that epoch",
                epochs: "the observers are never switched off",
                0: "the observers are off from the start",
            }
            ex.true(count == wanted, "the observers were on for the wrong number of epochs.",
                    expected=f"{wanted} of {epochs} epochs", got=f"{count:.3g} of {epochs} epochs",
                    likely_cause=known.get(count, ""))  # fmt: skip
        same = [k for k, v in model.named_parameters() if torch.equal(v, untrained.get_parameter(k))]
        why = "they are not in the optimizer, no backward or step, zero_grad between the two, or a copy"
        if not on[0]:
            why = "the observers are off from the start: no scale is ever found, and every weight rounds to 0"
        ex.true(not same, "some parameters have not changed.", got=f"{len(same)} of them", likely_cause=why)
        finite = all(torch.isfinite(value).all() for value in model.parameters())
        ex.true(finite, "training has produced NaN or infinite weights.",
                likely_cause="the learning rate is too high, or something is divided by 0")  # fmt: skip
        fresh = len(added_up) <= 2 or sum(added_up) < len(added_up) - 1
        ex.true(fresh, "gradients add up from step to step.",
                likely_cause="optimizer.zero_grad() is missing before the backward pass")  # fmt: skip
        listed = isinstance(losses, (list, tuple, np.ndarray, torch.Tensor))
        is_list = listed and getattr(losses, "ndim", 1) > 0
        ex.true(is_list, "return the losses as a list of numbers.", got=losses,
                likely_cause="the last loss only, one mean, or nothing is returned")  # fmt: skip
        ex.true(len(losses) in (epochs, len(seen)), "return one loss per epoch, or one per step.",
                expected=f"{epochs} or {len(seen)} losses", got=f"{len(losses)} losses")  # fmt: skip
        graphs = any(getattr(loss, "requires_grad", False) for loss in losses)
        ex.true(not graphs, "the losses keep the graph of every step in memory: return plain numbers.",
                likely_cause="loss is kept in place of loss.item()")  # fmt: skip
        numbers = [float(loss.detach() if hasattr(loss, "detach") else loss) for loss in losses]
        sound = all(math.isfinite(v) and v > 0 for v in numbers)
        ex.true(sound, "the losses must be positive, finite numbers.", got=str(numbers[:3]))
        sizes = torch.tensor([len(batch) for batch in seen])
        by_step = torch.stack([F.cross_entropy(z, labels_9[b]) for z, b in zip(logits, seen)])
        soft = torch.stack([F.cross_entropy(z.softmax(1), labels_9[b]) for z, b in zip(logits, seen)])
        ends = sizes.cumsum(0)
        steps = [(ends > epoch * n) & (ends <= (epoch + 1) * n) for epoch in range(epochs)]
        means = [by_step[of].mean().item() for of in steps]  # of equal batches, or of a smaller one too
        weighted = [(by_step * sizes)[of].sum().item() / n for of in steps]
        sums = [by_step[of].sum() for of in steps]
        wrong = {
            "the batches' losses are added up: divide by the number of batches": sums,
            "the images' losses are added up: divide by the number of images": [n * v for v in weighted],
            "only the last batch of each epoch is reported": [by_step[of][-1] for of in steps],
            "the batches' means are added up, and divided by the number of images": [v / n for v in sums],
            "softmax comes before cross_entropy, which takes logits": [soft[of].mean() for of in steps],
        }
        known = [w for w, v in wrong.items() if len(v) == len(numbers) and np.allclose(v, numbers, rtol=1e-3)]
        plausible = means, weighted, by_step.tolist()
        right = any(len(p) == len(numbers) and np.allclose(p, numbers, rtol=0.01) for p in plausible)
        want = by_step.tolist() if len(numbers) == len(seen) else means
        at = next((i for i in range(len(want)) if abs(numbers[i] / want[i] - 1) > 0.01), 0)
        ex.true(right, "the losses are neither the mean cross-entropy of each epoch nor that of each step.",
                expected=f"about {want[at]:.3g} as loss {at + 1}", got=f"{numbers[at]:.3g}",
                likely_cause=(known or ["another loss, or labels of other images"])[0])  # fmt: skip
        check_states(untrained, images_9, seen, logits, states, observing)
        check_observer(untrained, model, images_9, observed)
        if case == "an easy task":
            others = 0.2 * torch.rand(n, 28, 28) + patterns[labels_9]  # of the same ten patterns, never sent
            with torch.no_grad():
                before_training = float(F.cross_entropy(untrained(images_9), labels_9))
                untrained.load_state_dict(model.state_dict())  # whatever else the model has become
                after = max(float(F.cross_entropy(untrained.eval()(x), labels_9)) for x in (images_9, others))
            learned = after < min(before_training, math.log(10)) - 0.005
            ex.true(learned, "ten patterns that are easy to tell apart are not learned.",
                    expected=f"a loss below {before_training:.3g}", got=f"{after:.3g} afterwards",
                    likely_cause="steps in the wrong direction or too long, or wrong labels")  # fmt: skip
