"""Known mistakes of exercise 9.4, ``convert_qat``."""

from torch import nn

from qcourse.check.registry import Causes

known = Causes()


def _still_float(result, args, kwargs):
    return isinstance(result.linear1, nn.Linear)


known.symptom(
    "the copy is never converted, or a new network is, which holds no scales: torch_ao.convert replaces the "
    "layers of a prepared model by int8 ones",
    _still_float,
)
known.error(
    "a new network has no place for the scales that training found: copy the model itself (copy.deepcopy)",
    lambda error, args, kwargs: "Error(s) in loading state_dict" in str(error),
)


def _still_training(result, args, kwargs):
    return result.training


known.symptom(
    "what training found is lost: only copy, eval and convert; no prepare, and nothing dynamic",
    lambda result, args, kwargs: float(result.linear2.scale) == 1.0,  # of an observer that saw nothing
)
known.symptom("the model was left in train mode: call .eval() on the copy", _still_training)
