"""Known mistakes of exercise 9.4, ``convert_qat``."""

from torch import nn

from qcourse.check.causes.registry import symptom


@symptom("9.4", "the copy is never converted: torch_ao.convert replaces the layers by int8 ones")
def _still_float(result, args, kwargs):
    return isinstance(result.linear1, nn.Linear)


@symptom("9.4", "the model was left in train mode: call .eval() on the copy")
def _still_training(result, args, kwargs):
    return result.training
