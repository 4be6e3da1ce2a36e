"""What goes to a place: pickles, in which some objects have only names. A place has nothing to lose."""

import importlib
import itertools
import time
from collections import OrderedDict
from collections.abc import Callable
from types import ModuleType
from typing import Any

import cloudpickle
import numpy as np

from qcourse.check.assertions import Exercise
from qcourse.check.kinds import is_model

numbers = itertools.count(time.time_ns())  # of calls and callbacks: no two are equal, in other referees too


def named(kind: str, number: int) -> Any:
    """Stands in a request for the driver's own function, which finds what has that name."""
    raise NotImplementedError


class Callback:
    """A function of a check that the place may call: by its number."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.number = next(numbers)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it here."""
        return self.function(*args, **kwargs)


class Writer(cloudpickle.Pickler):
    """Writes a request; what lives in the place, or here, goes by its name."""

    def reducer_override(self, value: Any) -> Any:
        """As cloudpickle; modules go by name, and an array that is a part of another keeps its strides."""
        # Half of all objects of a model are empty dicts of hooks: each layer has a dozen.
        if type(value) is OrderedDict and not value and not vars(value):
            return OrderedDict, ()
        if name := self._name(value):  # no persistent_id: pickle asks for that of each number and string, too
            return named, name
        if type(value).__name__ in ("TypedStorage", "qscheme"):  # torch's own way takes longer
            from qcourse.grading.trust import encode_torch

            return encode_torch.reduced(value)
        if isinstance(value, ModuleType):  # cloudpickle would look into subclasses, as torch has them
            return importlib.import_module, (value.__name__,)
        if type(value) is np.ndarray and value.dtype != object and not value.flags.forc:
            low, high = np.lib.array_utils.byte_bounds(value)
            start = value.__array_interface__["data"][0] - low
            block = np.zeros(high - low, np.uint8)
            inner = np.ndarray(value.shape, value.dtype, block.data, start, value.strides)
            inner[...] = value
            return np.ndarray, (value.shape, value.dtype, bytearray(block), start, value.strides)
        return super().reducer_override(value)

    def _name(self, value: Any) -> tuple[str, int] | None:
        """The name of what lives in the place, or here; None where it is pickled."""
        if isinstance(value, Exercise):
            return "exercise", 0
        if isinstance(value, Callback):
            return "callback", value.number
        number = vars(value).get("place_number") if is_model(value) else getattr(value, "place_number", None)
        return None if number is None or isinstance(value, type) else ("object", number)
