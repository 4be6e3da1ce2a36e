"""``qcourse.conventions`` against what the real libraries answered (tools/record_libraries/recorded.json)."""

import base64
import importlib
import json
import re
import subprocess
import sys
import tomllib
import zlib

import numpy as np
import pytest
import torch

from qcourse import conventions


@pytest.fixture(scope="module")
def tools(root):
    """The recorder's folder, whose files can be imported while these tests run: it is no package."""
    folder = root / "tools" / "record_libraries"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(folder), *sys.path])
        yield folder


@pytest.fixture(scope="module")
def recorded(tools):
    return json.loads((tools / "recorded.json").read_text())


@pytest.fixture(scope="module")
def given(tools):
    return importlib.import_module("tensors").everything()


def unpacked(text):
    dtype, data = text.split(" ")
    return np.frombuffer(zlib.decompress(base64.b64decode(data)), dtype)


def flat(part, size=None):
    return np.ravel(part)[:size].astype(np.float64)


@pytest.mark.parametrize("name", conventions.CONVENTIONS)
def test_a_convention_equals_its_library(name, recorded, given):
    """Every scale and zero point to the last bit, every code: 5 tensors of the table, 240 random ones."""
    entry = recorded[name]
    random = {part: unpacked(entry["random"][part]) for part in ("codes", "scale", "zero")}
    taken = dict.fromkeys(random, 0)
    for key, x in given.items():
        grid = conventions.CONVENTIONS[name](x)
        ours = {"codes": flat(grid.codes(), x.size), "scale": flat(grid.scale), "zero": flat(grid.zero)}
        for part, got in ours.items():
            if key in entry["table"]:
                theirs = np.array(entry["table"][key][part])
            else:
                theirs = random[part][taken[part] : taken[part] + len(got)]
                taken[part] += len(got)
            np.testing.assert_array_equal(got, theirs, err_msg=f"{part} of {key}")
    assert taken == {part: len(values) for part, values in random.items()}


def test_what_is_no_convention_is_shown_as_measured(tools, recorded):
    page = importlib.import_module("page")
    assert sorted(page.MEASURED) == sorted(recorded.keys() - conventions.CONVENTIONS.keys())


def test_the_page_is_made_from_the_record(tools, recorded):
    page = importlib.import_module("page")
    remake = "python tools/record_libraries/page.py"
    assert page.PAGE.read_text(encoding="utf-8") == page.page(recorded), remake


def test_the_record_is_of_the_pinned_versions(tools, recorded):
    for library, entry in tomllib.loads((tools / "libraries.toml").read_text()).items():
        named = (pin.split("==") for pin in entry["packages"] if "==" in pin)
        pins = {name.split("[")[0]: version for name, version in named}
        pins |= {"torch": entry["torch"]} if "torch" in entry else {}
        schemes = [scheme for scheme in recorded.values() if scheme["library"] == library]
        assert schemes, library
        for scheme in schemes:
            for package, version in scheme["versions"].items():
                assert pins.get(package, version) == version


def test_the_record_is_small(tools):
    assert (tools / "recorded.json").stat().st_size < 750_000


@pytest.mark.parametrize("name", conventions.CONVENTIONS)
def test_values_lie_within_a_step(name):
    """Inside the range nothing comes back farther away than one step."""
    x = np.linspace(-1, 1, 65, dtype=np.float32)
    answer = conventions.quantize(name, x)
    assert answer.values.dtype == np.float32
    assert answer.codes.shape == answer.values.shape == x.shape
    gaps = np.diff(np.unique(answer.values))
    step = gaps.max() if len(gaps) else 2.0
    if name != "usearch i8":  # which keeps the direction of a vector, not its length
        assert np.max(np.abs(answer.values - x)) <= step * 1.01


def test_two_libraries_come_apart_where_the_tie_is():
    """-0.3 over 3/255 is -25.5: torch 2.13 adds the zero point 85 before it rounds, ONNX after."""
    x = np.array([-1, -0.3, 0, 0.4, 2], np.float32)
    before, after = "torch.ao MinMaxObserver quint8 affine", "onnxruntime quantize_data uint8"
    first, second = conventions.compare(x, [before, after])
    assert (first.codes, first.largest) == (0, 0)
    assert (second.codes, second.where) == (1, (1,))
    assert second.largest == pytest.approx(3 / 255)
    assert [conventions.quantize(name, x).codes[1] for name in (before, after)] == [60, 59]


def test_a_comparison_sees_past_the_cache():
    """Pieces are compared one at a time: the place of a difference counts from the tensor's start."""
    x = np.zeros((3, 50_000), np.float32)
    x[2, 49_999], x[1, 7] = 2, -0.3
    x[0, 0] = -1
    names = ["torch.ao MinMaxObserver quint8 affine", "onnxruntime quantize_data uint8", "gguf Q8_0"]
    _, second, blocks = conventions.compare(x, names)
    assert (second.codes, second.where) == (1, (1, 7))
    assert blocks.where in ((1, 7), (0, 0), (2, 49_999))


def test_unsigned_codes_are_compared_less_their_zero_point():
    x = np.linspace(-1, 1, 50, dtype=np.float32)
    names = ["compressed-tensors int8 symmetric", "onnxruntime quantize_data uint8 symmetric"]
    assert conventions.compare(x, names)[1].codes == 0


def test_sixteen_libraries_each_once():
    assert len(conventions.SIXTEEN) == 16
    assert set(conventions.SIXTEEN) <= conventions.CONVENTIONS.keys()
    text = conventions.table(np.array([-1, -0.3, 0, 0.4, 2]))
    assert len(text.splitlines()) == 17


def test_every_convention_says_where_it_is_from():
    for name in conventions.CONVENTIONS:
        assert any(mark in conventions.explain(name) for mark in (".py", ".cpp", ".h", ".cc")), name
    with pytest.raises(KeyError, match="gguf Q8_0"):
        conventions.explain("gguf Q8")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ([], "an empty array"),
        (np.zeros((0, 5)), "an empty array"),
        ([1.0, np.nan], "NaN or infinity"),
        ([np.inf], "NaN or infinity"),
        ([1.0, None], "NaN or infinity"),
        ([3e38, 0.0, -3e38], r"beyond ±8\.5e\+37"),
        ([1e300, 1.0], r"beyond ±8\.5e\+37"),
        ([1 + 2j], "complex"),
    ],
)
def test_what_has_no_range_is_refused(bad, why):
    with pytest.raises(ValueError, match=f"cannot quantize .*{why}"):
        conventions.compare(bad)
    with pytest.raises(ValueError, match=f"cannot quantize .*{why}"):
        conventions.quantize("gguf Q8_0", bad)


RNG = np.random.default_rng(7)
OWN = {
    "zeros": np.zeros((3, 3)),
    "one value": [-0.5],
    "a number": 0.7,
    "integers": np.arange(-5, 6),
    "unsigned integers": np.arange(250, 256, dtype=np.uint8),
    "truth values": [True, False],
    "float16": np.array([1, 2, 60000], np.float16),
    "not contiguous": RNG.standard_normal((6, 8))[::2, ::-1].T,
    "four axes": RNG.standard_normal((2, 3, 4, 5)),
    "another byte order": np.array([1, 2, -3], ">f4"),
    "a parameter of torch": torch.nn.Parameter(torch.tensor([[1.0, -2], [0.3, 0]])),
    "bfloat16": torch.tensor([1.0, -2], dtype=torch.bfloat16),
    "too small for 1 / scale": [1e-40, -3e-41, 0],
    "too large for a float16 scale": [2**60 + 1, 3],
}


@pytest.mark.parametrize("x", OWN.values(), ids=OWN)
def test_an_array_of_the_readers_gets_a_row(x):
    """Sixteen rows, the first against itself; each as the same values give it in a plain float32 array."""
    plain = x.detach().float().numpy() if torch.is_tensor(x) else np.array(x, np.float32, order="C")
    rows = conventions.compare(x)
    assert rows == conventions.compare(plain)
    assert [row.name for row in rows] == list(conventions.SIXTEEN)
    assert (rows[0].codes, rows[0].largest) == (0, 0)
    for row in rows:
        answer = conventions.quantize(row.name, x)
        assert answer.codes.shape == answer.values.shape == plain.shape
        np.testing.assert_array_equal(answer.codes, conventions.quantize(row.name, plain).codes)
        assert 0 <= row.largest <= np.inf
        assert len(row.where) == plain.ndim


def test_a_difference_is_infinite_where_infinity_comes_back():
    """A scale beyond float16 makes gguf give inf back, and NaN for 0 (findings/gguf_float16_scale.sh)."""
    x = np.array([1e8, 0, 1], np.float32)
    first, gguf = conventions.compare(x, ["onnxruntime quantize_data int8 symmetric", "gguf Q8_0"])
    assert first.largest == 0
    assert (gguf.scale, gguf.largest, gguf.where) == (np.inf, np.inf, (1,))


def test_an_offset_is_no_zero_point():
    """tinygemm stores the value of code 8, here 1.08: it is not taken off its codes."""
    names = ["gguf Q4_1", "torchao tinygemm uint4"]
    assert conventions.compare([-3, 0.01, 4.65], names)[1].codes == 0


def test_an_unknown_name_gets_its_neighbours():
    for ask in (conventions.quantize, lambda name, x: conventions.compare(x, [name])):
        with pytest.raises(KeyError, match=r"no convention 'gguf Q8'.*'gguf Q8_0'"):
            ask("gguf Q8", [1.0])


@pytest.mark.slow
def test_a_ported_model_is_what_the_page_shows(root):
    """Where onnxruntime is installed: the script prints what docs/porting.md holds, figures (≈) aside."""
    for package in ("onnxruntime", "onnxscript"):
        pytest.importorskip(package)
    script = [sys.executable, str(root / "tools" / "porting.py")]
    printed = subprocess.run(script, capture_output=True, text=True, check=True).stdout.split("\n", 1)[1]
    (shown,) = re.findall(r"```text\n(.*?)```", (root / "docs" / "porting.md").read_text(), re.DOTALL)
    measured = re.compile(r"≈ [\d.,]+")
    assert measured.sub("≈", printed) == measured.sub("≈", shown)
