"""A place answers the calls of a trusted process: here a fork, or a thread that means harm."""

import contextlib
import os
import pickle
import socket
import threading
import weakref

import msgpack
import numpy as np
import pytest
import torch

from qcourse.check import CheckFailed, Exercise
from qcourse.grading.kernels import provisioner
from qcourse.grading.trust import there
from qcourse.grading.trust.driver import Driver
from qcourse.grading.trust.line import MOST, Ended, Line
from qcourse.grading.trust.referee import Referee, serve
from qcourse.grading.trust.there import NoResult, There

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def answers():
    """A function that runs cells in a fork; a name stands for a test of the answer of that name."""
    with contextlib.ExitStack() as places:

        def started(*cells):
            line, names = places.enter_context(place(cells)), [cell for cell in cells if cell.isidentifier()]
            return [There(line, index, "1.1", name) for index, name in enumerate(names)]

        yield started


@contextlib.contextmanager
def place(cells):
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        with contextlib.suppress(BaseException):
            scope = {}
            driver = Driver(scope)
            for cell in cells:
                if cell.isidentifier():
                    driver.keep(cell)
                else:
                    exec(cell, scope)
            driver.serve(theirs.detach())
        os._exit(0)
    theirs.close()
    yield Line(ours)
    ours.close()
    os.waitpid(child, 0)


def called(answer, *args, **kwargs):
    return answer.call(answer, args, kwargs, {})


# What a check sees of an answer


def test_an_answer_is_judged_as_it_was_at_its_test(answers):
    first, second = answers(
        "step = 1\ndef f(x):\n    return x + step",
        "f",
        "step = 5",
        "def f(x):\n    return 2 * x",
        "f",
        "del f, step",
    )
    assert (called(first, 10), called(second, 10), called(first, 10)) == (11, 20, 11)


def test_what_calls_bind_stays_with_the_answer_and_its_checks(answers):
    first, second = answers(
        "calls = 0\ndef f():\n    global calls\n    calls += 1\n    return calls", "f", "f"
    )
    assert [called(first), called(first)] == [1, 2]
    assert called(second) == 1
    first.begin()
    assert called(first) == 3


def test_changed_arguments_are_seen(answers):
    (f,) = answers("def f(x):\n    x[0] = 7\n    return len(x)", "f")
    for argument in (np.zeros(3), np.zeros((4, 6))[::2, ::3], [1, 2, 3], torch.zeros(3), {0: 1}):
        called(f, argument)
        assert np.all(np.asarray(argument[0]) == 7)
    (f,) = answers("def f(model):\n    model.eval()\n    model.weight.data += 1\n    del model.note", "f")
    model = torch.nn.Linear(2, 2)
    model.note, weight, before = "x", model.weight, model.weight.detach().clone()
    called(f, model)
    assert model.weight is weight
    assert torch.equal(weight, before + 1)
    assert not model.training
    assert not hasattr(model, "note")


def test_identity_and_shared_memory_are_seen(answers):
    same, view, alike, shares = answers(
        *("def same(x):\n    return x", "same", "def view(x):\n    return x[1:]", "view"),
        *("def alike(x):\n    return x + 0", "alike"),
        *("import copy\ndef s(m):\n    r = copy.copy(m)\n    r._modules = {}\n    return r", "s"),
    )
    model, array, tensor = torch.nn.Linear(2, 2), np.arange(4), torch.arange(4)
    for value in (model, array, tensor, [1]):
        assert called(same, value) is value
    found = called(view, array)
    assert found.tolist() == [1, 2, 3]
    assert np.shares_memory(called(same, array), array)
    assert not np.shares_memory(called(alike, array), array)
    assert called(alike, tensor).data_ptr() != tensor.data_ptr()
    assert called(shares, model).weight is model.weight


def test_a_view_of_the_start_of_an_argument_shares_its_memory(answers):
    (view,) = answers("def view(x):\n    return x[:2]", "view")
    array = np.arange(4)
    assert np.shares_memory(called(view, array), array)


def test_a_buffer_that_is_used_again_is_stale(answers):
    again, fresh = answers(
        "import numpy\nb = numpy.zeros(2)\ndef f(x):\n    b[:] = x\n    return b",
        "f",
        "def g(x):\n    return [x]",
        "g",
    )
    for answer, stale in ((again, True), (fresh, False)):
        called(answer, 1)
        assert not answer.stale
        called(answer, 2)
        assert answer.stale == stale


def test_switches_left_changed_are_named_and_put_back(answers):
    left, look = answers(
        "import torch\ndef f():\n    torch.set_grad_enabled(False)",
        "f",
        "def g():\n    return torch.is_grad_enabled()",
        "g",
    )
    called(left)
    assert left.changed == {"gradients"}
    assert called(look)
    assert look.changed == set()


def test_random_numbers_are_the_same_in_each_check(answers):
    draw = "import random, numpy, torch\ndef f():\n"
    draw += "    return random.random(), numpy.random.rand(), torch.rand(1).item()"
    first, second = answers(draw, "f", "f")
    numbers = called(first)
    assert called(first) != numbers
    assert called(second) == numbers
    first.begin()
    assert called(first) == numbers


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        *(("KeyError('secret')", KeyError), ("type('Own', (ValueError,), {})('secret')", ValueError)),
        *(("SystemExit('secret')", SystemExit), ("KeyboardInterrupt('secret')", Exception)),
    ],
)
def test_an_error_crosses_by_its_class_and_hidden_messages_do_not_repeat_its_text(answers, error, kind):
    (f,) = answers(f"def f():\n    raise {error}", "f")
    with pytest.raises(kind) as raised:
        called(f)
    assert type(raised.value) is kind or (type(raised.value).__name__, kind) == (error[:17], Exception)
    assert f.students_line(raised.value) == "" or "secret" in f.students_line(raised.value)
    for hidden in (False, True):
        with pytest.raises(CheckFailed) as failure:
            Exercise("1.1", f, hidden=hidden).call()
        assert ("secret" in str(failure.value)) == (not hidden)


def test_an_answer_without_a_definition_is_missing(answers):
    (f,) = answers("x = 1", "f")
    with pytest.raises(NameError, match="'f' is not defined"):
        called(f)


def test_a_function_that_is_given_runs_on_the_side_of_the_check(answers):
    (f,) = answers("def f(x):\n    return double(x=x)", "f")
    seen = []
    ex = Exercise("1.1", f, given={})
    ex.given = {"double": ex.callback(lambda x: seen.append(x) or 2 * x)}
    assert ex.call(4) == 8
    assert seen == [4]


def test_a_callback_with_wrong_arguments_raises_in_the_place(answers):
    caught, uncaught = answers(
        "def f(g):\n    try:\n        g(1, 2, 3)\n    except TypeError:\n        return 'TypeError'", "f",
        "def u(g):\n    return g('no number')", "u",
    )  # fmt: skip

    def add(x):
        return {}[x] if x == "no number" else x

    assert called(caught, caught.callback(add)) == "TypeError"
    with pytest.raises(KeyError):
        called(uncaught, uncaught.callback(add))
    assert called(caught, caught.callback(add)) == "TypeError"  # both sides go on in step


def test_a_callback_of_an_earlier_check_is_refused(answers):
    source = "kept = []\ndef f(g=None):\n    kept.append(g) if g else None\n    return kept[0](1)"
    first, second = answers(source, "f", "f")
    assert called(first, first.callback(lambda x: x + 1)) == 2
    answers_of_the_second = There(second._line, 0, "1.1", "f")
    with pytest.raises(TypeError, match="no function of the check's"):
        called(answers_of_the_second)


def test_callbacks_without_end_are_refused_and_the_answer_goes_on(answers, monkeypatch):
    monkeypatch.setattr(there, "MOST_CALLBACKS", 50)
    (f,) = answers("def f(g):\n    n = 0\n    while True:\n        n += g(n)", "f")
    with pytest.raises(RuntimeError, match="called too often"):
        called(f, f.callback(lambda n: 1))
    with pytest.raises(TypeError):
        called(f, f.callback(lambda: 1))


def test_an_object_that_is_hostile_to_whoever_looks_costs_the_call(answers):
    hostile, fine = answers(
        "class M(type):\n    @property\n    def __module__(self):\n        raise OSError\n"
        "class H(metaclass=M):\n    pass\ndef f():\n    return H()", "f",
        "def g():\n    return '\\ud800'", "g",
    )  # fmt: skip
    with pytest.raises(NoResult, match="returned something that cannot be read"):
        called(hostile)
    assert called(fine) == "?"


def test_a_result_without_end_costs_the_call(answers):
    endless, fine = answers(
        "def f():\n    x = []\n    x += [x, x]\n    return x", "f", "def g():\n    return 1", "g"
    )
    with pytest.raises(NoResult, match="too large"):
        called(endless)
    assert called(fine) == 1


@pytest.mark.parametrize(
    ("body", "said", "of_hidden"),
    [
        (
            "raise KeyboardInterrupt",
            "your code raised KeyboardInterrupt",
            "your code raised KeyboardInterrupt.",
        ),
        ("raise GeneratorExit", "your code raised GeneratorExit", "your code raised GeneratorExit."),
        (
            "x = []; x += [x]; return x",
            "your code returned something that cannot be read (too large, or holding itself).",
            "your code gave nothing that can be read.",
        ),
    ],
)
def test_what_ends_a_call_is_called_by_its_name(answers, body, said, of_hidden):
    (f,) = answers(f"def f():\n    {body}", "f")
    for hidden, expected in ((False, said), (True, of_hidden)):
        with pytest.raises(CheckFailed) as caught:
            Exercise("1.1", f, hidden=hidden).call()
        assert caught.value.args[0].splitlines()[0].endswith(f": {expected}")


def test_a_place_that_ends_has_ended(answers):
    (f,) = answers("import os\ndef f():\n    os._exit(1)", "f")
    with pytest.raises(Ended):
        called(f)


# A place that means harm


@contextlib.contextmanager
def rogue(*replies):
    """An answer whose place sends for each request what one of ``replies`` makes of the call's number."""
    ours, theirs = socket.socketpair()

    def answer():
        with contextlib.suppress(Ended):
            for reply in replies:
                frame = Line(theirs).receive()
                theirs.sendall(reply(pickle.loads(frame)[0]))
            theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield There(Line(ours), 0, "1.1", "f")
    ours.close()
    thread.join()


def framed(*replies):
    frames = [msgpack.packb(reply) for reply in replies]
    return b"".join(len(frame).to_bytes(8, "big") + frame for frame in frames)


def right(number, value=5):
    return [number, "returned", value, [], False, []]


BAD = {
    "another call's number": lambda n: framed(*[right(n - 1, 6)] * 30),
    "rubbish": lambda n: framed("rubbish") + b"".join(framed(7) for _ in range(30)),
    "no msgpack": lambda n: b"\0\0\0\0\0\0\0\2\xc1\xc1",
    "a huge frame": lambda n: (2**60).to_bytes(8, "big"),
    "a frame that is just too long": lambda n: (MOST + 1).to_bytes(8, "big"),
    "no kind of reply": lambda n: framed([n, "passed", 5, [], False, []]),
    "no such argument": lambda n: framed([n, "returned", 5, [], False, [[3, 5]]]),
    "an argument that is another": lambda n: framed([n, "returned", 5, [], False, [[0, 5]]]),
    "an error that is none": lambda n: framed([n, "raised", 5, [], False, []]),
    "a node that is none": lambda n: framed(right(n, ["no such"])),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_place_that_sends_what_is_no_answer_loses_that_call_only(kind):
    def reply(number):
        return framed(right(number))

    with rogue(BAD[kind], reply) as answer:
        with pytest.raises(
            CheckFailed, match=r"1\.1: (the kernel|your code has made an argument|your code returned)"
        ):
            Exercise("1.1", answer).call(np.zeros(2))
        with contextlib.suppress(NoResult):  # what came late, and too often, may still be on its way
            assert called(answer) == 5


def test_a_callback_that_is_none_is_answered_with_an_error():
    told = []
    ours, theirs = socket.socketpair()

    def answer():
        line = Line(theirs)
        number = pickle.loads(line.receive())[0]
        for wrong in (3, ["tuple", [["tuple", []], ["dict", [[1, 1]]]]], ["no such"]):
            theirs.sendall(framed([5, "callback", wrong, [], False, []]))
            told.append(pickle.loads(line.receive()))
        theirs.sendall(framed(right(number)))

    thread = threading.Thread(target=answer)
    thread.start()
    with ours, theirs:
        assert called(There(Line(ours), 0, "1.1", "f")) == 5
        thread.join()
    assert [type(error) for _, error in told] == [TypeError] * 3


def test_a_late_answer_and_a_double_one_are_passed_over():
    double = lambda n: framed(right(n - 1, 6), right(n, 1), right(n, 2))  # noqa: E731
    with rogue(double, lambda n: framed(right(n, 3))) as answer:
        assert called(answer) == 1
        assert called(answer) == 3


def test_what_a_reply_says_of_switches_is_of_a_fixed_list():
    with rogue(
        lambda n: framed([n, "returned", 5, ["gradients", "<script>", ["gradients"]], 1, []])
    ) as answer:
        assert called(answer) == 5
        assert (answer.changed, answer.stale) == ({"gradients"}, False)


# The trusted process


def judged(referee, cells, source, index=0):
    ours, theirs = socket.socketpair()
    request = {"source": source, "answer": "f", "number": "1.1", "index": index, "secret": ""}
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            ours.close()
            scope = {}
            exec(cells, scope)
            driver = Driver(scope)
            driver.keep("f")
            driver.serve(theirs.detach())
        os._exit(0)
    theirs.close()
    try:
        return referee.judge(ours, request)
    finally:
        ours.close()
        os.waitpid(child, 0)


@contextlib.contextmanager
def a_referee():
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        with contextlib.suppress(BaseException):
            serve(theirs)
        os._exit(0)
    theirs.close()
    yield Referee(ours)
    ours.close()
    os.waitpid(child, 0)


@pytest.fixture
def referee():
    with a_referee() as found:
        yield found


CELL = (
    "from qcourse.check import Exercise\nex = Exercise('1.1', f)\nex.equal('sum', ex.call(2), 4)\nex.passed()"
)


def test_a_referee_says_what_a_kernel_would_say(referee):
    (said,) = judged(referee, "def f(x):\n    return x + 2", CELL)
    assert said["output_type"] == "stream"
    assert "passed" in said["text"]
    shown, error = judged(referee, "def f(x):\n    return x", CELL)
    assert (shown["output_type"], error["ename"]) == ("display_data", "CheckFailed")
    assert judged(referee, "import os\ndef f(x):\n    os._exit(0)", CELL) is None
    (error,) = judged(referee, "def f(x):\n    return x", "f.call(f, (), {}, {}); 1 / 0")
    assert "could not make sense" in error["evalue"]
    assert judged(referee, "def f(x):\n    return x + 2", CELL)[0]["output_type"] == "stream"


def test_a_check_that_takes_too_long_on_this_side_is_ended_though_it_catches_all(monkeypatch):
    monkeypatch.setattr("qcourse.grading.trust.referee.SECONDS", 0.2)
    endless = "while True:\n    try:\n        sum(range(1000))\n    except Exception:\n        pass"
    with a_referee() as referee:
        (error,) = judged(referee, "def f(x):\n    return x", endless)
    assert "TooLong" in error["evalue"]


def test_of_a_referee_that_is_replaced_nothing_stays(monkeypatch):
    class Warm:
        """Stands in for a `Forkserver`."""

        def __init__(self):
            self.alive = True

        def warm(self, parts):
            pass

        def referee(self):
            ours, theirs = socket.socketpair()
            made.append((weakref.ref(found := Referee(ours)), theirs))
            return found

        def close(self):
            pass

    made = []
    monkeypatch.setattr(provisioner, "Forkserver", Warm)
    monkeypatch.setattr(provisioner, "_warm", [])
    monkeypatch.setattr(provisioner, "_referees", [])
    provisioner.referee()
    provisioner.referee(new=True)
    provisioner.forkserver().alive = False
    last = provisioner.referee()
    assert provisioner._referees == [last]
    assert [found() for found, _ in made] == [None, None, last]
    last.close()
    for _, theirs in made:
        with theirs:
            assert theirs.recv(1, socket.MSG_DONTWAIT) == b""


def test_a_referee_that_is_gone_has_ended():
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(Ended), ours:
        judged(Referee(ours), "def f(x):\n    return x", CELL)
