"""The parameters of each exercise, by which a failed check names the arguments of a call."""

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

_OF = {
    "6.1": "params_q lower_bound upper_bound",
    "6.2": "params bits",
    "6.3": "params_q scale zero",
    "6.4": "params bits",
    "6.5": "params_q scale",
    "6.6": "params params_deq",
    "6.7": "params params_deq",
    "6.8": "weight bits axis",
    "6.9": "x_q x_scale x_zero w_q w_scale bias",
    "7.1": "params bits percentile",
    "7.2": "params bits beta alpha",
    "7.3": "params bits candidates",
    "7.4": "momentum",
    "7.5": "params bits ranges",
    "8.2": "model images batch_size",
    "8.3": "net images qconfig",
    "8.4": "model",
    "8.5": "x_q x_scale x_zero w_q w_scale bias out_scale out_zero",
    "8.6": "net net_quantized images",
    "9.1": "x scale zero quant_min quant_max",
    "9.2": "net qconfig",
    "9.3": "model images labels epochs freeze_after",
    "9.4": "model",
    "9.5": "bits per_channel",
    "9.6": "net images labels test_images test_labels bits",
}


def parameters(what: str | Callable[..., Any]) -> list[str]:
    """The names of the parameters of an exercise ("6.1"), or of a function of a check's, in their order."""
    if isinstance(what, str):
        return _OF.get(what, "").split()
    return [*inspect.signature(what).parameters] if isinstance(what, FunctionType) else []
