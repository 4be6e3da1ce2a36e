"""Known mistakes of exercise 9.1, ``fake_quantize``."""

from collections.abc import Callable
from typing import Any

import torch

from qcourse.check.causes.registry import mistake, symptom

# Called with the gradient from above, an answer gives (output, gradient); without it, the output.


def _forward(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x / scale) + zero, low, high) - zero) * scale


def _inside(x, scale, zero, low, high):
    codes = torch.round(x / scale) + zero
    return ((codes >= low) & (codes <= high)).to(x.dtype)


def _wrong_output(text: str) -> Callable:
    """A mistake in the forward pass: whatever the gradient, the output tells."""

    def register(forward: Callable) -> Callable:
        def recognise(result: Any, args: list, kwargs: dict) -> bool:
            output = result[0] if isinstance(result, tuple) else result
            wrong = forward(*args[:5])
            return output.shape == wrong.shape and torch.allclose(
                output.detach(), wrong, rtol=1e-5, atol=1e-9
            )

        symptom("9.1", text)(lambda *given: _output_is_wrong(*given) and recognise(*given))
        return forward

    return register


def _output_is_wrong(result: Any, args: list, kwargs: dict) -> bool:
    output = result[0] if isinstance(result, tuple) else result
    return not torch.allclose(output.detach(), _forward(*args[:5]), rtol=1e-5, atol=1e-9)


@_wrong_output("the codes themselves are returned: go back to real numbers, (code - zero) * scale")
def _codes(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale) + zero, low, high)


@_wrong_output("the codes are not clamped to quant_min … quant_max: values outside must saturate")
def _unclamped(x, scale, zero, low, high):
    return torch.round(x / scale) * scale


@_wrong_output("a cast to int, trunc or floor cuts off: use torch.round")
def _cut(x, scale, zero, low, high):
    both = _floor(x, scale, zero, low, high), _trunc(x, scale, zero, low, high)
    return both[0] if torch.equal(*both) else torch.full_like(x, torch.nan)


@_wrong_output("floor instead of round: every value is moved down; use torch.round")
def _floor(x, scale, zero, low, high):
    return (torch.clamp(torch.floor(x / scale) + zero, low, high) - zero) * scale


@_wrong_output("a cast to int (or trunc) cuts off towards zero; use torch.round")
def _trunc(x, scale, zero, low, high):
    return (torch.clamp(torch.trunc(x / scale) + zero, low, high) - zero) * scale


@_wrong_output("the zero point is left out of the forward pass: the codes are round(x / scale) + zero")
def _no_zero(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale), low, high) * scale


@_wrong_output("the zero point is added but not subtracted again: it is (code - zero) * scale")
def _zero_stays(x, scale, zero, low, high):
    return torch.clamp(torch.round(x / scale) + zero, low, high) * scale


@_wrong_output("the zero point has the wrong sign: the codes are round(x / scale) + zero")
def _zero_sign(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x / scale) - zero, low, high) + zero) * scale


@_wrong_output(
    "x is multiplied by the scale where it is divided by it: the codes are round(x / scale) + zero"
)
def _times(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x * scale) + zero, low, high) - zero) / scale


@_wrong_output("codes -128 to 127 are fixed in the code: use quant_min and quant_max")
def _int8(x, scale, zero, low, high):
    return _forward(x, scale, zero, -128, 127)


@_wrong_output("codes 0 to 255 are fixed in the code: use quant_min and quant_max")
def _uint8(x, scale, zero, low, high):
    return _forward(x, scale, zero, 0, 255)


@_wrong_output("x comes back unrounded: the forward pass must quantize")
def _unrounded(x, scale, zero, low, high):
    return x


@mistake("9.1", "the gradient is 0 everywhere, that of round: pass it straight through inside the range")
def _no_gradient(x, *qparams):
    return _forward(x, *qparams[:4]), torch.zeros_like(x)


@mistake("9.1", "the gradient is passed through outside the range too, where it must be 0")
def _everywhere(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream


@mistake("9.1", "the gradient that arrives from above is ignored: multiply it by the mask")
def _upstream_ignored(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), _inside(x, scale, zero, low, high)


@mistake("9.1", "the mask of the gradient is inverted: 1 inside the range, 0 outside")
def _inverted(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * (1 - _inside(x, scale, zero, low, high))


@mistake("9.1", "the gradient is multiplied by the scale: dividing and multiplying by it cancel")
def _scaled(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, zero, low, high) * scale


@mistake("9.1", "the gradient is divided by the scale: dividing and multiplying by it cancel")
def _divided(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, zero, low, high) / scale


@mistake("9.1", "the mask is taken after clamping, where every code is inside: use the code before")
def _mask_late(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * torch.ones_like(x)


@mistake("9.1", "the gradient's mask excludes the outermost codes themselves: they are inside")
def _strict(x, scale, zero, low, high, upstream):
    codes = torch.round(x / scale) + zero
    return _forward(x, scale, zero, low, high), upstream * ((codes > low) & (codes < high))


@mistake("9.1", "the gradient's mask leaves out the zero point: q = round(x / scale) + zero decides")
def _mask_without_zero(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * _inside(x, scale, 0, low, high)


@mistake("9.1", "the gradient's mask compares x itself with the codes: q = round(x / scale) + zero decides")
def _mask_of_x(x, scale, zero, low, high, upstream):
    return _forward(x, scale, zero, low, high), upstream * ((x >= low) & (x <= high))


@mistake(
    "9.1", "x is clamped first, which stops the gradient half a step too early: q decides, after rounding"
)
def _mask_of_values(x, scale, zero, low, high, upstream):
    inside = (x >= (low - zero) * scale) & (x <= (high - zero) * scale)
    return _forward(x, scale, zero, low, high), upstream * inside
