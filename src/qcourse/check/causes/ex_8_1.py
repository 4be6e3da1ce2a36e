"""Known mistakes of exercise 8.1, ``QuantizedVerySimpleNet``."""

import torch
from torch import nn

from qcourse.check.causes.module_kinds import kinds
from qcourse.check.registry import Causes

known = Causes()

# ``got`` is the model itself, its output, or None where it raised; args may hold the model.


def _model(value):
    """The first model in a result or among arguments."""
    values = value if isinstance(value, tuple | list) else [value]
    return next(v for v in values if isinstance(v, nn.Module))


known.symptom(
    "a layer is missing or named otherwise: the weights are loaded by the layers' names",
    lambda got, args, kwargs: (
        isinstance(got, nn.Module) and not {f"linear{i}.weight" for i in (1, 2, 3)} <= got.state_dict().keys()
    ),
)
known.symptom(
    "a layer has no bias: nn.Linear has one unless it gets bias=False",
    lambda got, args, kwargs: (
        isinstance(got, nn.Module) and not {f"linear{i}.bias" for i in (1, 2, 3)} <= got.state_dict().keys()
    ),
)
known.symptom(
    "no QuantStub: nothing turns the images into codes; make one in __init__, call it first",
    lambda got, args, kwargs: "QuantStub" not in kinds(_model([got, *args])),
)
known.symptom(
    "no DeQuantStub: the logits would stay codes; make one in __init__, call it last",
    lambda got, args, kwargs: "DeQuantStub" not in kinds(_model([got, *args])),
)
known.symptom(
    "the logits stay codes: call the DeQuantStub as the last step of forward",
    lambda got, args, kwargs: isinstance(got, torch.Tensor) and got.is_quantized,
)
FLOATS = (
    "float numbers reached an int8 layer: forward must call the QuantStub once, before linear1, "
    "and the DeQuantStub once, after linear3"
)
TWICE = "the QuantStub got codes: forward calls it twice; once is enough"
NO_CODES = "an operation between the stubs has no version for codes: only linear layers and ReLU belong there"
known.error(FLOATS, lambda error, args, kwargs: "quantized::linear" in str(error))
known.error(TWICE, lambda error, args, kwargs: "quantize_per_tensor" in str(error))
known.error(
    NO_CODES, lambda error, args, kwargs: any(w in str(error) for w in ("'QuantizedCPU'", "with quantized"))
)
NO_SUPER = "super().__init__() must come first in __init__: nn.Module keeps its list of layers there"
known.error(NO_SUPER, lambda error, args, kwargs: "before Module.__init__" in str(error))
known.error(
    "the class is not derived from nn.Module: class QuantizedVerySimpleNet(nn.Module)",
    lambda error, args, kwargs: "has no attribute 'load_state_dict'" in str(error),
)
known.symptom(
    "the last result stays a code: forward never calls the DeQuantStub, or not as the last step",
    lambda got, args, kwargs: got[2].is_quantized,
)
known.symptom(
    TWICE,
    lambda got, args, kwargs: isinstance(got[2], RuntimeError) and "quantize_per_tensor" in str(got[2]),
)
known.symptom(
    NO_CODES,
    lambda got, args, kwargs: isinstance(got[2], RuntimeError) and "quantized::linear" not in str(got[2]),
)


def _floats_inside(got, args, kwargs):
    return isinstance(got[2], RuntimeError) and "Could not run 'quantized::linear'" in str(got[2])


known.symptom(
    FLOATS,
    _floats_inside,
)
known.symptom(
    "a softmax at the end: return the logits; cross_entropy and argmax do the rest",
    lambda got, args, kwargs: torch.allclose(
        got.exp().sum(1) if got.max() <= 0 else got.sum(1), torch.ones(1)
    ),
)
known.symptom(
    "a ReLU after the last layer: logits may be negative",
    lambda got, args, kwargs: bool((got >= 0).all()) and bool((got == 0).any()),
)
known.symptom(
    "one row per image is expected: reshape to -1 for the batch, 784 for the pixels",
    lambda got, args, kwargs: got.shape[0] != args[0].shape[0],
)
