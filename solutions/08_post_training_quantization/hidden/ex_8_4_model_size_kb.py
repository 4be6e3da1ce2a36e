"""Hidden tests of exercise 8.4, `model_size_kb`.

Layers with buffers and of other dtypes, float and int8 networks: the size in kB, not rounded, and nothing
written to the disk.
"""

import copy

import numpy as np
import torch
from torch import nn

import qcourse.check
from qcourse import models, torch_ao
from qcourse.measure import size_kb as model_size_kb  # here the student's answer


# %%
@qcourse.check.exercise("8.4", model_size_kb, hidden=True)
def hidden_model_size_kb(ex):
    def quantized_by_torch(net, images, qconfig):
        net.eval().qconfig = qconfig
        prepared = torch_ao.prepare(net)
        with torch.no_grad():
            prepared(images)
        return torch_ao.convert(prepared)

    def cases(seed):
        """Models by the case that they are, each with its size in kB, by torch.save and by pickle."""
        torch.manual_seed(seed)
        stubs = models.QuantizedVerySimpleNet()
        per_channel = torch_ao.get_default_qconfig("x86")
        made = {
            "one small linear layer": nn.Linear(90, 50),
            "a convolution and a batch norm": nn.Sequential(nn.Conv2d(3, 64, 8), nn.BatchNorm2d(64)),
            "a layer in float64": nn.Linear(100, 30).double(),
            "a layer with a buffer": nn.BatchNorm1d(2000, affine=False),
            "the float network": models.VerySimpleNet(),
            "a layer of 2.4 MB": nn.Linear(1000, 600),
            "an int8 network": quantized_by_torch(stubs, torch.rand(9, 28, 28), torch_ao.default_qconfig),
            "an int8 network per channel": quantized_by_torch(
                copy.deepcopy(stubs), torch.rand(9, 28, 28), per_channel
            ),
        }
        return {case: (model, *sizes_of(model.state_dict())) for case, model in made.items()}

    def sizes_of(state):
        import io
        import pickle

        buffer = io.BytesIO()
        torch.save(state, buffer)
        return len(buffer.getvalue()) / 1000, len(pickle.dumps(state)) / 1000

    def watched(model):
        """The size; whether a file is written beside the notebook meanwhile; whether one is left."""
        import os
        from unittest import mock

        saved_to, save, before = [], torch.save, set(os.listdir())

        def watched_save(obj, f, *args, **kwargs):
            saved_to.append(f)
            return save(obj, f, *args, **kwargs)

        with mock.patch.object(torch, "save", watched_save):
            size = ex.answer(model)
        targets = [getattr(f, "name", f) for f in saved_to]
        paths = [os.path.abspath(p) for p in targets if isinstance(p, str | os.PathLike)]
        beside = [p for p in paths if os.path.dirname(p) == os.getcwd()]
        return size, bool(beside) or not set(os.listdir()) <= before, any(map(os.path.exists, paths))

    sizes = []
    for case, (model, want, pickled) in ex.once(cases, ex.seed(841)).items():
        size, beside, left = ex.call(model, case=case, function=watched)
        ex.true(not beside, "a file was written next to the notebook: write to memory.")
        ex.true(not left, "a file is left on the disk: write to memory.")
        ex.true(
            isinstance(size, int | float | np.number), "the size must be a number.", got=type(size).__name__
        )
        size = float(size)
        if abs(size - pickled) > min(0.003 * pickled, 1.0):  # pickle, without torch.save, serializes too
            ex.equal("the size in kB, to within 1 % and 1 kB", size, want, rtol=0, atol=min(0.01 * want, 1.0))
        sizes.append(size)
    ex.true(
        not all(size.is_integer() for size in sizes),
        "every size is a whole number of kB: do not round the quotient.",
    )
