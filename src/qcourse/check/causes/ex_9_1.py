"""Known mistakes of exercise 9.1, ``fake_quantize``."""

import math

import torch

from qcourse.check.registry import Causes

known = Causes()

# Called with the gradient from above, an answer gives (output, gradient); without it, the output.


def _forward(x, scale, zero, low, high):
    return (torch.clamp(torch.round(x / scale) + zero, low, high) - zero) * scale


def _inside(x, scale, zero, low, high):
    codes = torch.round(x / scale) + zero
    return ((codes >= low) & (codes <= high)).to(x.dtype)


def _floor(x, scale, zero, low, high):
    return (torch.clamp(torch.floor(x / scale) + zero, low, high) - zero) * scale


def _trunc(x, scale, zero, low, high):
    return (torch.clamp(torch.trunc(x / scale) + zero, low, high) - zero) * scale


def _floor_and_trunc(*args):
    """Where the two agree, what they give; elsewhere nothing that an answer gives."""
    floor, trunc = _floor(*args), _trunc(*args)
    return floor if torch.equal(floor, trunc) else torch.full_like(floor, torch.nan)


def _gives(result, output):
    """Whether the output of ``result`` is ``output``."""
    given = result[0] if isinstance(result, tuple) else result
    return given.shape == output.shape and torch.allclose(given.detach(), output, rtol=1e-5, atol=1e-9)


def _wrong_output(text, forward):
    """A mistake in the forward pass: whatever the gradient, the output tells."""
    known.symptom(
        text,
        lambda got, args, kwargs: not _gives(got, _forward(*args[:5])) and _gives(got, forward(*args[:5])),
    )


def _wrong_gradient(text, gradient):
    """A mistake in the backward pass: ``gradient(x, scale, zero, low, high, upstream)``."""
    known.mistake(text, lambda *args: (_forward(*args[:5]), gradient(*args)))


_wrong_output(
    "the codes themselves are returned: go back to real numbers, (code - zero) * scale",
    lambda x, scale, zero, low, high: torch.clamp(torch.round(x / scale) + zero, low, high),
)
_wrong_output(
    "the codes are not clamped to quant_min … quant_max: values outside must saturate",
    lambda x, scale, zero, low, high: torch.round(x / scale) * scale,
)
_wrong_output("a cast to int, trunc or floor cuts off the fraction: use torch.round", _floor_and_trunc)
_wrong_output("floor instead of round: every value is moved down; use torch.round", _floor)
_wrong_output("a cast to int (or trunc) rounds towards zero; use torch.round", _trunc)
_wrong_output(
    "the zero point is left out of the forward pass, or added after the clamp: the codes, which are clamped, "
    "are round(x / scale) + zero",
    lambda x, scale, zero, low, high: torch.clamp(torch.round(x / scale), low, high) * scale,
)
_wrong_output(
    "the zero point is added but not subtracted again: it is (code - zero) * scale",
    lambda x, scale, zero, low, high: torch.clamp(torch.round(x / scale) + zero, low, high) * scale,
)
_wrong_output(
    "the zero point is subtracted after the multiplication: it is (code - zero) * scale",
    lambda x, scale, zero, low, high: torch.clamp(torch.round(x / scale) + zero, low, high) * scale - zero,
)
_wrong_output(
    "the zero point has the wrong sign: the codes are round(x / scale) + zero",
    lambda x, scale, zero, low, high: (torch.clamp(torch.round(x / scale) - zero, low, high) + zero) * scale,
)
_wrong_output(
    "x is multiplied by the scale instead of divided by it: the codes are round(x / scale) + zero",
    lambda x, scale, zero, low, high: (torch.clamp(torch.round(x * scale) + zero, low, high) - zero) / scale,
)
_wrong_output(
    "codes -128 to 127 are fixed in the code: use quant_min and quant_max",
    lambda x, scale, zero, low, high: _forward(x, scale, zero, -128, 127),
)
_wrong_output(
    "codes 0 to 255 are fixed in the code: use quant_min and quant_max",
    lambda x, scale, zero, low, high: _forward(x, scale, zero, 0, 255),
)
_wrong_output(
    "ties are rounded up: halfway between two codes take the even one, as torch.round does",
    lambda x, scale, zero, low, high: (
        (torch.clamp(torch.floor(x / scale + 0.5) + zero, low, high) - zero) * scale
    ),
)
_wrong_output(
    "ties are rounded away from 0: halfway between two codes take the even one, as torch.round does",
    lambda x, scale, zero, low, high: (
        (torch.clamp(torch.sign(x) * torch.floor(x.abs() / scale + 0.5) + zero, low, high) - zero) * scale
    ),
)
_wrong_output(
    "x is clamped but not rounded: the codes are torch.round(x / scale) + zero",
    lambda x, scale, zero, low, high: (torch.clamp(x / scale + zero, low, high) - zero) * scale,
)
_wrong_output(
    "values outside the range become 0: they must saturate, and the mask is for the gradient alone",
    lambda *args: _forward(*args) * _inside(*args),
)
_wrong_output("x comes back unrounded: the forward pass must quantize", lambda x, scale, zero, low, high: x)
known.error(
    "backward returns a gradient for each argument of forward: for all but x it is None",
    lambda error, args, kwargs: "incorrect number of gradients" in str(error),
)
known.error(
    "ctx.saved_tensors is a tuple, also of one: write (inside,) = ctx.saved_tensors",
    lambda error, args, kwargs: "only integer tensors of a single element" in str(error),
)
known.error(
    "torch's own operator for fake quantization is called, which this exercise asks you to write",
    lambda error, args, kwargs: "is what you are writing here" in str(error),
)
_wrong_gradient(
    "a hook is left on x itself, which changes every gradient of x: build the gradient into the result",
    lambda x, scale, zero, low, high, upstream: (upstream + 1) * _inside(x, scale, zero, low, high) - 1,
)
_wrong_gradient(
    "the gradient is 0 everywhere, that of round: pass it straight through inside the range",
    lambda x, scale, zero, low, high, upstream: torch.zeros_like(x),
)
_wrong_gradient(
    "the gradient is passed through outside the range too, where it must be 0",
    lambda x, scale, zero, low, high, upstream: upstream,
)
_wrong_gradient(
    "the gradient that arrives from above is ignored: multiply it by the mask",
    lambda x, scale, zero, low, high, upstream: _inside(x, scale, zero, low, high),
)
_wrong_gradient(
    "the mask of the gradient is inverted: 1 inside the range, 0 outside",
    lambda x, scale, zero, low, high, upstream: upstream * (1 - _inside(x, scale, zero, low, high)),
)
_wrong_gradient(
    "the gradient is twice too large: two terms pass it on, or it is divided by a scale of 0.5",
    lambda x, scale, zero, low, high, upstream: 2 * upstream * _inside(x, scale, zero, low, high),
)
_wrong_gradient(
    "the gradient is multiplied by the scale: dividing and multiplying by it cancel",
    lambda x, scale, zero, low, high, upstream: upstream * _inside(x, scale, zero, low, high) * scale,
)
_wrong_gradient(
    "the gradient is divided by the scale: dividing and multiplying by it cancel",
    lambda x, scale, zero, low, high, upstream: upstream * _inside(x, scale, zero, low, high) / scale,
)
_wrong_gradient(
    "the mask is taken after clamping, where every code is inside: use the code before",
    lambda x, scale, zero, low, high, upstream: upstream * torch.ones_like(x),
)
_wrong_gradient(
    "the gradient's mask excludes the outermost codes themselves: they are inside",
    lambda x, scale, zero, low, high, upstream: upstream * _inside(x, scale, zero, low + 1, high - 1),
)
_wrong_gradient(
    "torch.minimum and torch.maximum share the gradient between equal values: the outermost codes lose half",
    lambda x, scale, zero, low, high, upstream: (
        upstream * (_inside(x, scale, zero, low, high) + _inside(x, scale, zero, low + 1, high - 1)) / 2
    ),
)
_wrong_gradient(
    "the gradient's mask leaves out the zero point: q = round(x / scale) + zero decides",
    lambda x, scale, zero, low, high, upstream: upstream * _inside(x, scale, 0, low, high),
)
_wrong_gradient(
    "the gradient's mask compares x itself with the codes: q = round(x / scale) + zero decides",
    lambda x, scale, zero, low, high, upstream: upstream * ((x >= low) & (x <= high)),
)
_wrong_gradient(
    "the gradient stops half a step too early, as where x is clamped first, or a mask compares x or the "
    "unrounded code with the ends: q decides, after rounding",
    lambda x, scale, zero, low, high, upstream: (
        upstream * ((x >= (low - zero) * scale) & (x <= (high - zero) * scale))
    ),
)
for _mask in (
    lambda x, scale, zero, low, high: _inside(x, scale, zero, -math.inf, high),
    lambda x, scale, zero, low, high: _inside(x, scale, zero, low, math.inf),
):
    _wrong_gradient(
        "one end is missing in the mask: beyond quant_min and beyond quant_max the gradient is 0",
        lambda *args, mask=_mask: args[-1] * mask(*args[:-1]),
    )
