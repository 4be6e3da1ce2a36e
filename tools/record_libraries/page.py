"""docs/libraries.md, made from recorded.json: what every library makes of the five tensors of the table."""

import json
import textwrap
from pathlib import Path

import tensors

from qcourse import conventions

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "libraries.md"
# Recorded, and not among the conventions: shown as measured.
MEASURED = {
    "torch.ao HistogramObserver quint8 affine": "a search over a histogram of 2048 bins",
    "torch.ao HistogramObserver quint8 affine (2.14.1)": "a search over a histogram of 2048 bins",
    "torch embedding_bag_4bit_prepack uint4": "recorded for its float16 scale and minimum",
    "torch embedding_bag_4bit_prepack uint4 (2.14.1)": "recorded for its float16 scale and minimum",
    "hqq 4 bits, optimized, groups of 32": "an iterative search for the zero point",
    "brevitas Int8ActPerTensorFloat": "a percentile of the values",
    "brevitas ShiftedUint8ActPerTensorFloat": "two percentiles of the values",
    "bitsandbytes quantize_blockwise 8 bits": "a code book of 256 values",
    "bitsandbytes FP4, blocks of 64": "a code book with its own order",
    "tensorflow quantize quint8 MIN_COMBINED": "codes from a minimum that is moved first",
    "tensorflow fake_quant_with_min_max_vars": "reproduced on 244 of the 245 tensors, not on one with ties",
    "ai-edge-quantizer int4 symmetric, blocks of 32: scale of the block": "a scale in bfloat16",
}
LEFT_OUT = {
    "executorch 1.5.1": "XNNPACK's weights are torch.ao's −127..127 with eps 2^-12, above",
    "openvino 2026.4.1": "it runs what nncf writes",
    "model-compression-toolkit 2.6.1": "it searches weights' scales; activations' are powers of two",
    "aqtp 0.9.0": "its quantizer needs a configuration that is bound to a model",
    "ai-edge-litert 2.3.0": "it runs what ai-edge-quantizer writes",
    "aimet-torch 2.42.0": "installing its many dependencies did not end within eight minutes",
    "amd-quark 0.13": "its observers compute torch.ao's scale and zero point (observer.py)",
    "pytorch-quantization 2.2.1": "the package of that name is a placeholder; Model Optimizer succeeds it",
    "TensorRT, Core ML and QNN runtimes": "they need a device that a plain x86 machine does not have",
}
INTRODUCTION = """# One tensor, many libraries

The same five tensors of five numbers, given to {libraries} libraries in {schemes} schemes (those of torch
twice, for 2.13.0 and 2.14.1) on an x86-64 CPU. This page is made from
[recorded.json](../tools/record_libraries/recorded.json); `python tools/record_libraries` asks the
libraries again. `qcourse.conventions` reproduces {reproduced} of the schemes in NumPy, every scale to the
last bit and every code, on these five tensors and on 240 random ones, many full of ties; a test checks it.
The others are shown as measured, with the reason.

Before you compare a quantized model with its port, check five things, which cause most of the differences:

1. **The scale's denominator**: 127.5, 127, 128, or the range over 255; and a scale can be negative.
2. **The codes in use**: −128..127 or −127..127, 0..255 or 0..254, one bit less with `reduce_range`.
3. **Rounding**: ties to even or away from zero, or everything down; division by the scale, or multiplication
   by its rounded inverse.
4. **Where the zero point is added**: before or after rounding. Or there is no zero point but a real number,
   and then 0.0 need not come back as 0.0.
5. **What is stored**: a scale in float16 or as a power of two, beside codes made with the float32 scale.

And one that shows in dead channels only: what an all-zero tensor gets.

{tensors}

`scale` and `zero` are what the library stores (or, where it stores none, what its codes imply), to 7 digits;
where there are several, the first. An asterisk: shown as measured, not reproduced.
"""


def kind(name: str, entry: dict) -> str:
    """The section that a scheme belongs to."""
    if entry.get("codes_are") == "bits" or "NF4" in name or "FP4" in name:
        return "Small floats and code books"
    codes = entry["table"]["mixed"]["codes"]
    if "int16" in name or max(map(abs, codes)) > 256:
        return "More than 8 bits"
    if max(codes) - min(codes) <= 31:
        return "5 bits and less"
    zeros = entry["table"]["mixed"]["zero"]
    middle = all(zero in (0, 127, 128) for zero in zeros) and "blockwise" not in name
    return "8 bits, symmetric" if middle else "8 bits, with a zero point or an offset"


def number(value: float) -> str:
    return f"{value + 0.0:.7g}"  # no -0


def row(name: str, entry: dict) -> str:
    mixed, zeros = entry["table"]["mixed"], entry["table"]["zeros"]
    mark = "" if name in conventions.CONVENTIONS else " *"
    codes = " ".join(number(code) for code in mixed["codes"])
    cells = (
        name + mark,
        number(mixed["scale"][0]),
        number(mixed["zero"][0]),
        codes,
        " ".join(number(code) for code in entry["table"]["outlier"]["codes"]),
        f"{number(zeros['scale'][0])}, {number(zeros['zero'][0])}",
    )
    return f"| {' | '.join(cells)} |"


def formulas(recorded: dict) -> list[str]:
    """Every distinct explanation, with the schemes that it explains."""
    explained: dict[str, list[str]] = {}
    for name in sorted(recorded):
        if name in conventions.CONVENTIONS and not name.endswith("(2.14.1)"):
            explained.setdefault(" ".join(conventions.explain(name).split()), []).append(name)
    items = (f"- **{'; '.join(names)}**: {text}" for text, names in explained.items())
    return [textwrap.fill(item, 108, subsequent_indent="  ", break_on_hyphens=False) for item in items]


def page(recorded: dict) -> str:
    """The text of docs/libraries.md."""
    versions = sorted({f"{k} {v}" for entry in recorded.values() for k, v in entry["versions"].items()})
    shown = "; ".join(f"*{name}* {' '.join(map(str, values))}" for name, values in tensors.TABLE.items())
    reproduced = sum(name in conventions.CONVENTIONS for name in recorded)
    shown = textwrap.fill("The tensors: " + shown + ".", 108)
    lines = [
        INTRODUCTION.format(
            libraries=len({entry["library"].removesuffix("-2-14") for entry in recorded.values()}),
            schemes=len(recorded),
            reproduced=reproduced,
            tensors=shown,
        )
    ]
    sections: dict[str, list[str]] = {}
    for name in sorted(recorded, key=str.lower):
        sections.setdefault(kind(name, recorded[name]), []).append(name)
    for section in sorted(sections):
        head = "| scheme | scale | zero | codes of *mixed* | codes of *outlier* | *zeros*: scale, zero |"
        lines += [f"## {section}\n", head, "|---" * 6 + "|"]
        lines += [row(name, recorded[name]) for name in sections[section]] + [""]
    lines += ["## How each is computed\n", *formulas(recorded), ""]
    lines += [
        "## Shown as measured\n",
        *(f"- {n}: {why}." for n, why in MEASURED.items() if n in recorded),
        "",
    ]
    lines += ["## Not recorded\n", *(f"- {name}: {why}." for name, why in LEFT_OUT.items()), ""]
    lines += ["## Versions\n", textwrap.fill(", ".join(versions) + ".", 108), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(json.loads((HERE / "recorded.json").read_text())), encoding="utf-8")
