"""One tensor through many conventions: who gives it which codes, and where two of them come apart."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcourse.conventions import compilers, floats, ggml, onnx, others, torch_ao, torchao, tuners, weights
from qcourse.conventions.grid import Conventions, Floats, Grid, by_zero_point

CONVENTIONS: Conventions = {
    **torch_ao.CONVENTIONS,
    **torch_ao.NEWER,
    **torchao.CONVENTIONS,
    **onnx.CONVENTIONS,
    **compilers.CONVENTIONS,
    **weights.CONVENTIONS,
    **ggml.CONVENTIONS,
    **floats.CONVENTIONS,
    **others.CONVENTIONS,
    **tuners.CONVENTIONS,
}
SIXTEEN = (  # what each calls symmetric int8, or comes next to it; torch.ao first
    "torch.ao MinMaxObserver qint8 symmetric",
    "torchao choose_qparams_affine intx int8 symmetric",
    "onnxruntime quantize_data int8 symmetric",
    "compressed-tensors int8 symmetric",
    "optimum-quanto qint8 activation",
    "bitsandbytes int8_vectorwise_quant, per row",
    "ctranslate2 int8",
    "brevitas Int8WeightPerTensorFloat",
    "modelopt int8",
    "neural-compressor quant_tensor int8 sym full_range",
    "nncf INT8_SYM",
    "coremltools linear_symmetric int8",
    "ai-edge-quantizer int8 symmetric",
    "qwix int8 absmax",
    "tensorflow quantize qint8 SCALED",
    "gguf Q8_0",
)
WIDEST = float(np.finfo(np.float32).max) / 4


@dataclass(frozen=True)
class Quantized:
    """One library's answer: ``codes`` and the float32 ``values`` that they stand for have the shape of the
    tensor; ``scale`` and ``zero`` are what the library stores: numbers, or one for each row or block.
    """

    codes: NDArray[Any]
    scale: Any
    zero: Any
    values: Floats


@dataclass(frozen=True)
class Difference:
    """How one convention comes apart from the first: on how many values, and where most."""

    name: str
    scale: float  # the first, where there are several
    zero: float
    codes: int  # how many codes, less their zero points, differ from the first convention's
    largest: float  # the largest difference between values, in the tensor's unit
    where: tuple[int, ...]  # its index


def quantize(name: str, x: Any) -> Quantized:
    """What the library of ``name``, a key of ``CONVENTIONS``, makes of ``x``, finite numbers of any shape (an
    array, a list, a tensor of torch's), in float32.

    Raises:
        ValueError: ``x`` is empty, complex, holds NaN or infinity, or more than a quarter of float32's range.
        KeyError: there is no such convention.
    """
    x, make = _finite(x), _convention(name)
    with np.errstate(all="ignore"):  # as a library does whose scale or inverse overflows
        grid = make(x)
        codes = grid.codes()
        parts = (part.ravel()[: x.size].reshape(x.shape) for part in (codes, grid.back(codes)))
        codes, values = parts
    return Quantized(codes, grid.scale, grid.zero, values)


def compare(x: Any, names: Sequence[str] = SIXTEEN) -> list[Difference]:
    """Hold every convention of ``names`` against the first one, on the tensor ``x``; raises as ``quantize``.

    A difference is infinite where a library gives infinity or NaN back, as gguf does of large values.
    """
    x, made = _finite(x), [(name, _convention(name)) for name in names]
    with np.errstate(all="ignore"):
        first = made[0][1](x)
        steps, values = _flat(first, first.codes(), x.size)
        return [_apart(name, make(x), steps, values, x.shape) for name, make in made]


def _convention(name: str) -> Callable[[Any], Grid]:
    if name not in CONVENTIONS:
        near = get_close_matches(name, CONVENTIONS, cutoff=0.4) or list(SIXTEEN[:3])
        raise KeyError(f"no convention {name!r}; CONVENTIONS has {', '.join(map(repr, near))} and others")
    return CONVENTIONS[name]


def _flat(grid: Grid, codes: NDArray[Any], size: int) -> tuple[NDArray[Any], Floats]:
    return _steps(grid, codes).ravel()[:size], grid.back(codes).ravel()[:size]


def _steps(grid: Grid, codes: NDArray[Any]) -> NDArray[Any]:
    """Codes less a whole zero point of the tensor, so that uint8 around 128 can equal int8 around 0."""
    if np.ndim(grid.zero) or not grid.zero or grid.decode is not by_zero_point:
        return codes
    return codes.astype(np.int16) - np.int16(grid.zero)


def _apart(name: str, grid: Grid, steps: NDArray[Any], values: Floats, shape: tuple[int, ...]) -> Difference:
    """Hold one convention against the first one's ``steps`` and ``values``, both flat, a piece at a time."""
    codes, width = grid.codes(), grid.values.shape[1]
    differ, largest, at = 0, -1.0, 0
    for part, scale, zero in grid.parts(grid.scale, grid.zero):
        piece = codes[part]
        start = part[0].start * width + part[1].start
        theirs = slice(start, start + piece.size)
        count = len(values[theirs])  # a last block can be longer than the tensor
        differ += int(np.count_nonzero(_steps(grid, piece).ravel()[:count] != steps[theirs]))
        back = np.asarray(grid.decode(piece.astype(np.float32), scale, zero), np.float32).ravel()[:count]
        apart = np.abs(np.subtract(back, values[theirs], out=back), out=back)
        if not apart.max() <= largest:
            at = start + int(np.argmax(apart))  # of the first NaN, if there is one
            largest = float(apart[at - start]) if apart[at - start] <= np.inf else np.inf
    index = tuple(int(i) for i in np.unravel_index(at, shape))
    first_scale, first_zero = (float(np.ravel(part)[0]) for part in (grid.scale, grid.zero))
    return Difference(name, first_scale, first_zero, differ, largest, index)


def table(x: Any, names: Sequence[str] = SIXTEEN) -> str:
    """``compare`` as text, one convention a line."""
    width = max(len(name) for name in names)
    lines = [f"{'':{width}}  {'scale':>12}  zero  codes apart  largest difference, at"]
    for row in compare(x, names):
        where = ", ".join(map(str, row.where))
        at = f"{row.largest:.3g} at [{where}]" if row.largest else "0"
        lines.append(f"{row.name:{width}}  {row.scale:12.8g}  {row.zero:4.4g}  {row.codes:11,}  {at}")
    return "\n".join(lines)


def explain(name: str) -> str:
    """The formula of a convention, in words, and the library's file that it is from."""
    function = _convention(name)
    if isinstance(function, partial):
        function = function.func
    return inspect.getdoc(function) or ""


def _finite(x: Any) -> Floats:
    if hasattr(x, "detach"):  # a tensor of torch's: one with a gradient or in bfloat16 has no numpy()
        x = x.detach().cpu().float()
    if np.iscomplexobj(x):
        raise ValueError("cannot quantize complex numbers: quantize .real and .imag, each alone")
    with np.errstate(over="ignore"):
        floats = np.ascontiguousarray(x, np.float32).reshape(np.shape(x))  # a number keeps its shape, ()
    if not floats.size:
        raise ValueError("cannot quantize an empty array: it has no range")
    bound = max(-floats.min(), floats.max())
    if not bound <= WIDEST:
        if np.isnan(bound) or np.isinf(np.asarray(x, np.float64)).any():
            raise ValueError("cannot quantize NaN or infinity: remove them first")
        raise ValueError(f"cannot quantize values beyond ±{WIDEST:.1e}: float32 does not hold their range")
    return floats
