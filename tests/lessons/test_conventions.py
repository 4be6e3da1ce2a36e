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


@pytest.mark.parametrize("bad", [[], [1.0, np.nan], [np.inf]])
def test_what_has_no_range_is_refused(bad):
    with pytest.raises(ValueError, match="cannot quantize"):
        conventions.compare(np.array(bad))
    with pytest.raises(ValueError, match="cannot quantize"):
        conventions.quantize("gguf Q8_0", np.array(bad))


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
