"""Known mistakes of exercise 8.2, ``calibrate``."""

import math

from torch import nn

from qcourse.check.registry import Causes

known = Causes()

# ``got`` is the number returned, args the model and the images.


def _batch_size(args, kwargs):
    return kwargs.get("batch_size", args[2] if len(args) > 2 else 256)


known.symptom(
    "batches are counted, not images: add the length of each batch",
    lambda got, args, kwargs: (
        len(args[1]) > got == math.ceil(len(args[1]) / _batch_size(args, kwargs))
        and not isinstance(got, bool)
    ),
)
known.symptom(
    "the last, smaller batch is left out: its images must be seen too",
    lambda got, args, kwargs: (
        got == len(args[1]) // _batch_size(args, kwargs) * _batch_size(args, kwargs) != len(args[1])
    ),
)
known.symptom(
    "the last batch is counted as full: add the length of each batch",
    lambda got, args, kwargs: (
        got == math.ceil(len(args[1]) / _batch_size(args, kwargs)) * _batch_size(args, kwargs) != len(args[1])
    ),
)
known.symptom(
    "only one batch is shown: loop over all of them",
    lambda got, args, kwargs: got == min(_batch_size(args, kwargs), len(args[1])) != len(args[1]),
)
known.symptom(
    "pixels are counted, not images: len(batch) counts images",
    lambda got, args, kwargs: got == args[1].numel() != len(args[1]),
)
known.symptom(
    "the model is returned: return how many images it saw",
    lambda got, args, kwargs: isinstance(got, nn.Module),
)
known.symptom(
    "nothing is returned: return how many images the model saw",
    lambda got, args, kwargs: got is None and isinstance(args[0], nn.Module) and len(args) > 1,
)
