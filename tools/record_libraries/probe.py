"""What every probe uses: ``scheme`` names a function of one tensor; ``main`` gives it all of them.

A probe runs inside the library's own environment: NumPy and the standard library only.
"""

import base64
import importlib.metadata
import json
import sys
import zlib
from collections.abc import Callable

import numpy as np

Answer = tuple[object, object, object]  # codes, scale, zero point: arrays, numbers, or None
SCHEMES: dict[str, tuple[Callable[[np.ndarray], Answer], dict]] = {}


def scheme(name: str, source: str, **about: object) -> Callable:
    """Register what one library does with one tensor; ``source`` is the file and function that does it."""

    def register(function: Callable[[np.ndarray], Answer]) -> Callable:
        assert name not in SCHEMES, name
        SCHEMES[name] = function, {"source": source, **about}
        return function

    return register


def block(x: np.ndarray, size: int = 32) -> np.ndarray:
    """``x`` as one block: a tensor of the table is filled up with its last value."""
    flat = x.ravel()
    return (
        np.concatenate([flat, np.full(size - len(flat), flat[-1], flat.dtype)]) if len(flat) < size else flat
    )


def matrix(x: np.ndarray) -> np.ndarray:
    """``x`` as channels in rows: a tensor of the table is one channel."""
    return x.reshape(-1, x.shape[-1])


def numbers(value: object) -> list:
    """A flat list of Python numbers; float32 becomes the float64 of the same value."""
    if value is None:
        return []
    if hasattr(value, "detach"):
        value = value.detach()
        value = value.float().numpy() if value.is_floating_point() else value.numpy()
    array = np.atleast_1d(np.asarray(value)).ravel()
    return (
        [float(v) for v in array]
        if array.dtype.kind == "f" or array.dtype.kind == "V"
        else [int(v) for v in array]
    )


def pack(values: list) -> str:
    """The type that holds the numbers exactly, a space, and their bytes, compressed, in base64."""
    exact = np.array(values)
    dtype = next(
        name for name in ("<i1", "<u1", "<i2", "<f4", "<f8") if np.array_equal(exact.astype(name), exact)
    )
    return f"{dtype} {base64.b64encode(zlib.compress(exact.astype(dtype).tobytes(), 9)).decode()}"


def ask(function: Callable[[np.ndarray], Answer], x: np.ndarray) -> dict:
    codes, scale, zero = function(x.copy())
    codes = numbers(codes)[: x.size]
    return {"codes": codes, "scale": numbers(scale), "zero": numbers(zero)}


def main(*packages: str) -> None:
    """Write every scheme's answers for ``sys.argv[1]`` (an npz file) to ``sys.argv[2]`` (JSON)."""
    tensors = np.load(sys.argv[1])
    versions = {package: importlib.metadata.version(package).split("+")[0] for package in packages}
    found = {}
    for name, (function, about) in SCHEMES.items():
        answers = {key: ask(function, tensors[key]) for key in tensors.files}
        table = {key: answer for key, answer in answers.items() if not key.startswith("random")}
        random = {
            part: pack([v for key, answer in answers.items() if key not in table for v in answer[part]])
            for part in ("codes", "scale", "zero")
        }
        found[name] = {"versions": versions, **about, "table": table, "random": random}
        first = next(iter(table.values()))
        print(f"{name:60} {first['scale'][:2]} {first['zero'][:2]} {first['codes']}", flush=True)
    with open(sys.argv[2], "w") as stream:
        json.dump(found, stream)
