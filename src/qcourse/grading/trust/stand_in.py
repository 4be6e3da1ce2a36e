"""What stands for a model of a student's own class, which stays in the place."""

import copy
from typing import Any, Protocol

from torch import nn


class Elsewhere(Protocol):
    """Where the model is."""

    def call(self, function: Any, args: Any, kwargs: Any, given: Any) -> Any:
        """What a function gives there."""


class StandIn(nn.Module):
    """Object ``place_number`` of a place: its state and its parts came along, its code did not."""

    def __init__(self, place: Elsewhere, number: int) -> None:
        super().__init__()
        self.place = place
        self.place_number = number

    def forward(self, *args: Any) -> Any:
        """What the model gives there: a claim of the place."""

        def call(*args: Any) -> Any:
            return self(*args)

        return self.place.call(call, args, {}, {})

    def __deepcopy__(self, memo: dict[int, Any]) -> "StandIn":
        """Another one for the same object, with copies of the state and the parts."""
        found = StandIn(self.place, self.place_number)
        memo[id(self)] = found
        for name, value in vars(self).items():
            if name != "place":
                vars(found)[name] = copy.deepcopy(value, memo)
        return found
