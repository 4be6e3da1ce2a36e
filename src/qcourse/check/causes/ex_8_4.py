"""Known mistakes of exercise 8.4, ``model_size_kb``."""

import io
import pickle
import sys

import torch

from qcourse import measure
from qcourse.check.registry import Causes

known = Causes()


def _saved(what):
    buffer = io.BytesIO()
    torch.save(what, buffer)
    return len(buffer.getvalue())


known.mistake("divided by 1024: 1 kB is 1000 bytes here", lambda model: measure.size_kb(model) * 1000 / 1024)
known.mistake("the unit is bytes: divide by 1000", lambda model: _saved(model.state_dict()))
known.mistake("the unit is bytes: divide by 1000", lambda model: float(_saved(model.state_dict())))
known.mistake("the unit is MB: divide by 1000 once", lambda model: measure.size_kb(model) / 1000)
known.mistake(
    "the unit is kilobits: a byte has 8 bits, count bytes", lambda model: measure.size_kb(model) * 8
)
known.mistake(
    "the whole model is saved, its class too: save its state_dict", lambda model: _saved(model) / 1000
)
known.error(
    "getvalue() gives the bytes themselves: count them, with len()",
    lambda error, args, kwargs: "'bytes' and" in str(error),
)
known.error(
    "the buffer has no length: count what is in it, len(buffer.getvalue())",
    lambda error, args, kwargs: "has no len()" in str(error),
)


def _room(model):
    packed = io.BytesIO()
    torch.save(model.state_dict(), packed)
    return sys.getsizeof(packed)


known.symptom(
    "sys.getsizeof counts the room that a buffer keeps: count its bytes, len(buffer.getvalue())",
    lambda size, args, kwargs: abs(1000 * size - _room(args[0])) < 1,
)
known.symptom(
    "pickle.dumps packs otherwise than torch.save, which is asked for",
    lambda size, args, kwargs: (
        abs(1000 * size - len(pickle.dumps(args[0].state_dict()))) < 3 * len(args[0].state_dict())
    ),
)
# torch names each tensor by an address, which has a digit more or less in another process.
known.symptom(
    "the whole model is pickled, its class too: save its state_dict",
    lambda size, args, kwargs: abs(1000 * size - len(pickle.dumps(args[0]))) < 3 * len(args[0].state_dict()),
)
known.symptom(
    "sys.getsizeof measures the Python object alone, not the numbers that it refers to: serialize",
    lambda got, args, kwargs: (
        got * 1000
        in [
            sys.getsizeof(args[0]),
            sys.getsizeof(args[0].state_dict()),
            sys.getsizeof(dict(args[0].state_dict())),
        ]
    ),
)
known.symptom(
    "cut off to whole kilobytes: divide by 1000, not with //",
    lambda got, args, kwargs: got == int(measure.size_kb(args[0])),
)
known.symptom("a text is returned: return the number itself", lambda got, args, kwargs: isinstance(got, str))
known.symptom("the size is printed, or lost: return it", lambda got, args, kwargs: got is None)
PARAMETERS = "only parameters are counted: names, shapes, buffers and packing take bytes too; serialize"
known.mistake(PARAMETERS, lambda model: sum(p.numel() * p.element_size() for p in model.parameters()) / 1000)
known.mistake(PARAMETERS, lambda model: sum(p.numel() * 4 for p in model.parameters()) / 1000)
known.mistake(PARAMETERS, lambda model: sum(p.numel() for p in model.parameters()) / 1000)
known.mistake(
    PARAMETERS, lambda model: sum(v.numel() * v.element_size() for v in model.state_dict().values()) / 1000
)
known.symptom(
    "nothing is measured: the buffer is empty, or read from its end; getvalue() gives all of it",
    lambda got, args, kwargs: got == 0,
)
