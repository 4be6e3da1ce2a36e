"""What crosses from a place comes over whole, and anything else costs the call that it answers."""

import contextlib
import copy
import pickle
import sys
import time
import warnings
from functools import partial
from io import BytesIO
from pathlib import Path
from types import ModuleType

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

from qcourse import torch_ao
from qcourse.authoring.forks import in_forks
from qcourse.grading.trust import bounds, decode_module, requests
from qcourse.grading.trust.decode import Decoder
from qcourse.grading.trust.driver import Driver
from qcourse.grading.trust.encode import ARRAYS, Encoder, TooLarge
from qcourse.grading.trust.known import known_nodes, shared
from qcourse.grading.trust.line import Rubbish
from qcourse.grading.trust.other import Other, OtherClass, OtherFunction, other
from qcourse.grading.trust.stand_in import StandIn
from qcourse.models import QuantizedVerySimpleNet, VerySimpleNet

few = settings(
    derandomize=True, max_examples=60, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


class Place:
    """Numbers the objects that stay; makes what stands for them."""

    def __init__(self):
        self.objects = []

    def keep(self, value):
        self.objects.append(value)
        return len(self.objects) - 1

    def elsewhere(self, number, kind):
        if kind == "module":
            return StandIn(self, number)
        return OtherFunction(number, self) if kind == "callable" else other(number, kind)


def frame_of(value, arguments=()):
    known, _ = known_nodes(list(arguments))
    return msgpack.packb(Encoder(known, Place().keep).node(value), unicode_errors="replace")


def read(frame, arguments=()):
    return Decoder(arguments, Place().elsewhere).whole(bounds.unpack(frame))


def crossed(value, arguments=()):
    return read(frame_of(value, arguments), arguments)


# What crosses whole


arrays = st.sampled_from(sorted(ARRAYS)).flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


@few
@given(arrays, st.sampled_from("CF"), st.booleans())
def test_an_array_crosses_bit_by_bit(array, order, reverse):
    array = (
        np.array(array, order=order)[..., ::-1] if reverse and array.ndim else np.array(array, order=order)
    )
    found = crossed(array)
    assert type(found) is np.ndarray
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert found.flags.writeable
    scalar = array.reshape(-1)[0] if array.size else np.float32(1)
    assert type(crossed(scalar)) is type(scalar)
    assert crossed(scalar).tobytes() == scalar.tobytes()


plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
nested = st.recursive(
    plain,
    lambda x: st.lists(x, max_size=4) | st.tuples(x, x) | st.dictionaries(plain, x, max_size=3),
    max_leaves=20,
)


@few
@given(nested)
def test_containers_cross_with_their_kinds(value):
    assert repr(crossed(value)) == repr(value)


def test_what_is_no_plain_data_crosses_as_something_else():
    class Lying(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    for value in (
        Lying(1),
        {1, 2},
        b"",
        1j,
        range(3),
        2**70,
        np.array([None]),
        "x" * 1001,
        object(),
        iter([]),
    ):
        assert isinstance(crossed(value), Other)
    assert type(crossed(len)) is OtherFunction
    assert crossed(Lying) is OtherClass
    assert crossed(nn.Linear) is nn.Linear
    assert crossed("\ud800") == "?"
    error = crossed(type("Own", (KeyError,), {})("why"))
    assert (type(error), error.args) == (KeyError, ("'why'",))
    assert type(crossed(ExceptionGroup("all", [ValueError()]))) is Exception


class Mine(np.ndarray):
    """A student's own."""


class MyTensor(torch.Tensor):
    """A student's own."""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.zeros(2).view(np.matrix), "matrix"), (np.ma.masked_array(np.zeros(2)), "MaskedArray"),
        (np.array([None]), "ndarray of objects"), (iter(x for x in ()), "generator"), (1j, "complex"),
        (np.zeros(2).view(Mine), "Other"), (torch.zeros(2).as_subclass(MyTensor), "Other"),
    ],
)  # fmt: skip
def test_only_arrays_and_tensors_proper_cross_and_of_other_kinds_a_known_name(value, name):
    found = crossed(value)
    assert isinstance(found, Other)
    assert type(found).__name__ == name


def test_a_value_without_end_is_too_large():
    endless = []
    endless += [endless, endless]
    for value in (endless, [0] * 200_000, np.zeros(2**21), torch.zeros(2**22)):
        with pytest.raises(TooLarge):
            frame_of(value)


def test_views_of_arguments_are_seen():
    first, second = np.zeros(3), np.arange(6.0)
    view = second.reshape(2, 3)
    node = ["shared", shared(view, [first, second]), Encoder({}, Place().keep).node(view)]
    found = read(msgpack.packb(node), (first, second))
    assert np.shares_memory(found, second)
    assert found.shape == (2, 3)
    assert crossed(second, [first, second]) is second
    assert shared(view.copy(), [first, second]) is None
    tensor = torch.arange(6.0)
    assert crossed(tensor.view(2, 3), [tensor]).data_ptr() == tensor.data_ptr()
    assert crossed(tensor.clone(), [tensor]).data_ptr() != tensor.data_ptr()


tensors = st.sampled_from(["|b1", "|u1", "|i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8"]).flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)


@few
@given(tensors, st.booleans(), st.booleans())
def test_a_tensor_crosses_bit_by_bit(array, learns, parameter):
    tensor = torch.from_numpy(array.copy())
    learns = learns and tensor.is_floating_point()
    tensor = nn.Parameter(tensor, learns) if parameter else tensor.requires_grad_(learns)
    found = crossed(tensor.T if tensor.ndim == 2 else tensor)
    tensor = tensor.T if tensor.ndim == 2 else tensor
    assert (found.dtype, found.shape, found.requires_grad) == (
        tensor.dtype,
        tensor.shape,
        tensor.requires_grad,
    )
    assert found.detach().numpy().tobytes() == tensor.detach().numpy().tobytes()
    assert isinstance(crossed(nn.Parameter(torch.ones(2))), nn.Parameter)


@pytest.mark.parametrize("dtype", [torch.qint8, torch.quint8, torch.qint32])
def test_quantized_tensors_cross_with_their_scales(dtype):
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    scales, zeros = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64), torch.tensor([0, 1, 2, 3])
    for tensor in (
        torch.quantize_per_tensor(x, 0.07, 3, dtype),
        torch.quantize_per_channel(x, scales, zeros, 0, dtype),
        torch.quantize_per_channel(x.T.contiguous(), scales, zeros, 1, dtype),
    ):
        found = crossed(tensor)
        assert (found.dtype, found.qscheme()) == (tensor.dtype, tensor.qscheme())
        assert torch.equal(found.dequantize(), tensor.dequantize())
        assert torch.equal(found.int_repr(), tensor.int_repr())


def made(kind):
    torch.manual_seed(3)
    net, images = QuantizedVerySimpleNet(), torch.rand(40, 28, 28)
    if kind == "float":
        return VerySimpleNet(), images
    per_channel = "per channel" in kind
    if "QAT" in kind:
        net.qconfig = torch_ao.get_default_qat_qconfig("x86" if per_channel else "qnnpack")
    else:
        weight = torch_ao.MinMaxObserver.with_args(dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)
        net.qconfig = torch_ao.QConfig(activation=torch_ao.MinMaxObserver, weight=weight)
    prepared = torch_ao.prepare_qat(net.train()) if "QAT" in kind else torch_ao.prepare(net.eval())
    prepared(images)
    if "converted" in kind:
        prepared = torch_ao.convert(prepared.eval())
    return prepared, images


@pytest.mark.parametrize(
    "kind",
    ["float", "PTQ", "QAT", "QAT per channel", "PTQ converted", "QAT converted", "QAT per channel converted"],
)
def test_a_model_computes_here_what_it_computes_there(kind):
    if "x86" not in torch.backends.quantized.supported_engines and "per channel" in kind:
        pytest.skip("this torch has no x86 engine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, images = made(kind)
        found = crossed(model)
        assert type(found) is type(model)
        assert [type(part) for part in found.modules()] == [type(part) for part in model.modules()]
        assert torch.equal(found(images), model(images))
        if "converted" not in kind and kind != "float":  # the observers went on alike
            assert torch.equal(found(images[:7] * 2), model(images[:7] * 2))


@pytest.mark.filterwarnings("ignore:TypedStorage")  # in torch's own pickles of tensors of int8
def test_a_model_goes_to_a_place_whole_and_no_module_is_searched_for_its_parts(monkeypatch):
    model, images = made("PTQ converted")
    strided = torch.arange(24.0).reshape(4, 6).T[1:]
    stream, searched, asked = BytesIO(), ModuleType("searched"), []
    searched.__getattr__ = lambda name: asked.append(name) or 0
    monkeypatch.setattr(sys, "modules", {"searched": searched} | sys.modules)  # the first one
    requests.Writer(stream).dump([model, strided, torch.per_channel_symmetric])
    monkeypatch.undo()
    assert asked == []
    found, other, scheme = pickle.loads(stream.getvalue())
    assert torch.equal(found(images), model(images))
    assert torch.equal(other, strided)
    assert other.stride() == strided.stride()
    assert other.resize_(9).numel() == 9
    assert scheme is torch.per_channel_symmetric


def test_changes_of_a_model_that_was_sent_reach_it_and_its_parts_stay_what_they_are():
    ours = VerySimpleNet()
    weight, theirs = ours.linear1.weight, copy.deepcopy(ours)
    theirs.eval()
    theirs.note = 7
    theirs.linear1.weight.data += 1
    theirs.linear2 = nn.Linear(2, 3)
    _, static = known_nodes([theirs])
    node = bounds.unpack(msgpack.packb(Encoder(static, Place().keep).node(theirs)))
    decode_module.refill(Decoder([ours], Place().elsewhere), ours, node)
    assert ours.linear1.weight is weight
    assert torch.equal(weight, theirs.linear1.weight)
    assert (ours.training, ours.note, ours.linear2.in_features) == (False, 7, 2)


def test_a_class_of_a_student_stays_in_the_place_with_its_state_told():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.place, self.steps = nn.Linear(2, 2), "here", 3

        def forward(self, x):
            return self.linear(x)

    own = Own()
    found = crossed(nn.Sequential(own))[0]
    assert type(found) is StandIn
    assert found.steps == 3
    assert isinstance(found.place, Place)
    assert torch.equal(found.linear.weight, own.linear.weight)


# What does not


def refused(node, arguments=()):
    with pytest.raises(Rubbish):
        read(msgpack.packb(node), arguments)


F4 = bytes(4)
LINEAR = "torch.nn.modules.linear.Linear"


def module(name=LINEAR, parameters=(), buffers=(), children=(), others=(), hooks=(), before=0):
    return ["module", name, 0, True, *map(list, (parameters, buffers, children, others, hooks)), before]


@pytest.mark.parametrize(
    "node",
    [
        [], [[]], ["none"], ["value", 1], ["__init__"], ["again", 1], b"", ["list"], ["list", 3],
        ["dict", [[1]]],
        ["dict", [[["list", []], 1]]], ["array", "|O8", [1], bytes(8)], ["array", "<f4", [2], F4],
        ["array", "<f4", [-1, -1], F4], ["array", "<f4", [True], F4],
        ["array", "<f4", [0, 2**39, 2**39], b""],
        ["array", "<f4", [1] * 33, F4], ["array", "|b1", [1], b"\2"], ["array", "<f4", ["1"], F4],
        ["scalar", "<f4", [1], F4], ["shared", 5, ["array", "<f4", [1], F4]], ["shared", 1, 1],
        ["shared", 0, ["list", []]],
        ["argument", -1, ""], ["argument", 9, ""], ["argument", 0, "T"], ["argument", 1, "_parameters"],
        ["argument", 1, "no.such"], ["argument", 1, "weight.data"], ["kind", 1], ["error", 3, ""],
        ["class", 3],
        ["other", "0", ""], ["seen", 0], ["seen", -1], ["seen", 2**63], ["torch", 1], ["qconfig", 1],
        ["tensor", "float32", [2], F4, False, "", None], ["tensor", "float33", [1], F4, False, "", None],
        ["tensor", "qint8", [1], b"1", False, "", None], ["tensor", "bool", [1], b"\7", False, "", None],
        ["tensor", "float32", [0, 2**39, 2**39], b"", False, "", None],
        ["quantized", "qint8", [1], b"\1", -1, [0.0], [0]],
        ["quantized", "qint8", [1], b"\1", -1, [float("nan")], [0]],
        ["quantized", "qint8", [1], b"\1", -1, [1.0], [128]], ["quantized", "qint8", [1], b"\1", -1, [], []],
        ["quantized", "qint8", [1], b"\1", 1, [1.0], [0]],
        ["quantized", "qint8", [1], b"\1", 0, [1.0], [0.5]],
        ["packed", 1, None], ["packed", ["quantized", "quint8", [1, 1], b"\1", -1, [1.0], [0]], None],
        ["packed", ["quantized", "qint8", [1, 1], b"\1", 1, [1.0], [0]], None],
        module(["kind", 0, ""]), module(["argument", 0, ""]), module(3),
        module(others=[["_modules", ["dict", [["a", 1]]]]]),
        module(others=[["_forward_hooks", ["dict", []]]]),
        module(others=[["training", 0]]), module(others=[["a.b", 0]]), module(children=[["0", 1]]),
        module(parameters=[["weight", 1, None]]), module(buffers=[["scale", ["list", []]]]),
        module(children=[["me", ["seen", 0]]]), module(hooks=[True] * 101), module(before=-1),
        module(before=2**40),
        module(children=[["a", module(children=[["up", ["seen", 0]]])]]),
        module("torch.ao.quantization.fake_quantize.FusedMovingAvgObsFakeQuantize"),
        module("torch.ao.nn.quantized.modules.linear.Linear", children=[["_packed_params", None]]),
    ],
    ids=lambda node: str(node)[:60].replace("\x00", "0"),
)  # fmt: skip
def test_a_node_that_the_driver_does_not_make_is_refused(node):
    refused(node, (np.zeros(1), nn.Linear(1, 1)))


def nested_arrays(depth, each):
    return b"".join(b"\xdd" + each.to_bytes(4, "big") for _ in range(depth))


def doubled(depth):
    """A Sequential of twice the same Sequential of twice the same …"""
    node = module("torch.nn.modules.container.Sequential")
    for level in range(depth):
        node = module(
            "torch.nn.modules.container.Sequential", children=[["0", node], ["1", ["seen", depth - level]]]
        )
    return node


def chain(length):
    """A list of modules, each the child of the next."""
    nodes = [
        module("torch.nn.modules.container.Sequential", children=[["0", ["seen", n]]]) for n in range(length)
    ]
    return ["list", [module(), *nodes]]


FRAMES = {
    "lists of a byte each": lambda: (
        b"\xdd\x00\x01\x00\x00" + (b"\xdd\x00\x00\x00\xf0" + b"\x90" * 240) * 2**16
    ),
    "lists that go on behind a list": lambda: (b"\xdd\x00\x01\x86\xa0" + b"\xcd\x01\x02" * 99_999) * 55,
    "announced, and not there": lambda: nested_arrays(1000, 100_000),
    "nested without end": lambda: nested_arrays(5000, 1),
    "empty modules": lambda: msgpack.packb(["list", [module()] * 9000]),
    "the same array": lambda: msgpack.packb(
        ["list", [["tensor", "float32", [2**20], bytes(2**22), False, "", None], *[["seen", 0]] * 50_000]]
    ),
    "twice the same": lambda: msgpack.packb(doubled(20)),
    "a long chain": lambda: msgpack.packb(chain(600)),
    "deep": lambda: msgpack.packb(doubled(23)).replace(b"seen", b"list"),
}


def cost(frame):
    """What is said of a frame, and the megabytes and seconds that this took."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began = peak(), time.process_time()
    try:
        read(frame)
        said = "read"
    except Rubbish as error:
        said = str(error)
    return said, peak() - before, time.process_time() - began


def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hostile_frame_is_refused_in_little_memory_and_time():
    costs = in_forks([partial(cost, frame()) for frame in FRAMES.values()])
    for kind, (said, megabytes, seconds) in zip(FRAMES, costs):
        assert said != "read", kind
        assert megabytes < 300, kind
        assert seconds < 5, kind


def places(node, path=()):
    """The paths of all parts of a node."""
    yield path
    for number, part in enumerate(node) if type(node) is list else ():
        yield from places(part, (*path, number))


def changed(node, path, value):
    if not path:
        return value
    node = list(node)
    node[path[0]] = changed(node[path[0]], path[1:], value)
    return node


STRANGE = st.sampled_from(
    [
        *(
            None,
            True,
            -1,
            2**40,
            2**64 - 1,
            float("nan"),
            float("inf"),
            "",
            "weight",
            "qint8",
            b"",
            bytes(64),
            [],
        ),
        *(["seen", 0], ["seen", 3], ["argument", 0, ""], ["argument", 1, ""], ["other", 0, "module"]),
        *(["tensor", "float32", [], F4, True, "p", None], ["list", []], ["kind", 1, ""], ["qconfig", 0, 0]),
    ]
)


@settings(few, max_examples=150)  # 60 missed three of six faults that these find
@given(
    st.sampled_from(["float", "QAT", "PTQ converted"]),
    st.lists(st.tuples(st.integers(0), STRANGE), max_size=3),
)
def test_a_model_with_strange_parts_is_refused_or_makes_no_harm(kind, changes):
    arguments, node = (np.zeros(1), VerySimpleNet()), NODES[kind]
    for number, value in changes:
        paths = list(places(node))
        node = changed(node, paths[number % len(paths)], value)
    with contextlib.suppress(Rubbish):
        found = read(msgpack.packb(node), arguments)
        if isinstance(found, nn.Module):
            found.state_dict()
            copy.deepcopy(found)
    with contextlib.suppress(Rubbish):
        decode_module.refill(Decoder(arguments, Place().elsewhere), arguments[1], node)
        assert all(isinstance(p, nn.Parameter | None) for p in arguments[1].parameters())


NODES = {kind: bounds.unpack(frame_of(made(kind)[0])) for kind in ("float", "QAT", "PTQ converted")}


@few
@given(
    st.binary(max_size=200), st.sampled_from(["float", "PTQ converted"]), st.integers(0), st.integers(0, 3)
)
def test_bytes_that_are_no_reply_are_refused(data, kind, place, how):
    whole = FRAME_OF[kind]
    place %= len(whole)
    frame = [data, whole[:place], whole[:place] + data + whole[place:], whole[:place] + data][how]
    with contextlib.suppress(Rubbish):
        read(frame, (np.zeros(1),))


FRAME_OF = {kind: msgpack.packb(node) for kind, node in NODES.items()}

TAGS = (
    *(
        "list",
        "tuple",
        "dict",
        "array",
        "scalar",
        "shared",
        "argument",
        "kind",
        "seen",
        "other",
        "class",
        "error",
    ),
    *("tensor", "quantized", "module", "packed", "torch", "qconfig", "whole", "no such"),
)
parts = st.recursive(
    plain | st.binary(max_size=9) | st.sampled_from([2**64 - 1, "<f4", "float32", [1], [2**39, 0]]),
    lambda part: st.lists(st.sampled_from(TAGS), min_size=1, max_size=1).flatmap(
        lambda tag: st.lists(part, max_size=7).map(lambda rest: tag + rest)
    ),
    max_leaves=30,
)


@few
@given(parts)
def test_nodes_of_any_form_are_refused_or_read(node):
    with contextlib.suppress(Rubbish):
        read(msgpack.packb(node), (np.zeros(1), [], VerySimpleNet()))


def test_what_does_not_cross_has_a_number_of_its_own_by_which_it_is_found():
    driver, one, other_one = Driver({}), [], []  # equal, and not the same
    assert [driver.number(each) for each in (one, other_one, one)] == [0, 1, 0]
    assert driver.object(1) is other_one
