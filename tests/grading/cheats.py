"""The cheat bank: notebooks without answers that ask for points all the same, and a few honest ones.

Each cheat stands on the notebook as it was handed out, without its experiments: all that it earns, it steals.
What a cheat finds out about hidden tests it writes somewhere, behind `MARK`, which it puts together itself.
"""

import ast
import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hostile import INSIDE, again, graded, void
from nbformat.v4 import new_code_cell, new_output

from qcourse.authoring.demo_class import Classroom
from qcourse.course.cells import is_answer, is_experiment
from qcourse.grading import grade_class, grade_submission, report
from qcourse.grading.place.limits import Limits

# An honest cell of 09 takes a second of CPU time, one of 06 a tenth.
LIMITS = Limits(cell_cpu=3, slow_cpu=3, cpu_total=30, idle=4, memory=2**30, disk=64 * 2**20)
LIMITS_06 = LIMITS._replace(cell_cpu=1, slow_cpu=1)
MARK = "gotcha:"
NAMES = {
    "06": "06_quantization_from_scratch",
    "07": "07_quantization_compare_minmax_percentile",
    "08": "08_post_training_quantization",
    "09": "09_quantization_aware_training",
}
ALL = {
    "06": (
        "clamp", "asymmetric_quantization", "asymmetric_dequantize", "symmetric_quantization",
        "symmetric_dequantize", "quantization_error", "sqnr_db", "symmetric_quantization_per_channel",
        "integer_linear",
    ),
    "07": (
        "asymmetric_quantization_percentile", "error_parts", "mse_optimal_range", "MovingAverageMinMax",
        "compare_ranges",
    ),
    "08": (
        "QuantizedVerySimpleNet", "calibrate", "post_training_quantize", "model_size_kb",
        "quantized_linear_by_hand", "layer_sqnr",
    ),
    "09": (
        "fake_quantize", "prepare_for_qat", "train_qat", "convert_qat", "low_bit_qconfig", "ptq_vs_qat",
    ),
}  # fmt: skip


class Cheat(NamedTuple):
    """A cell before the first answer, answers by grade id, a cell at the end, and what else is changed.

    ``aims`` are the exercises whose hidden tests it wants to pass; ``keeps`` are the points, by the grade id of
    the cell, that it may have: it does what these cells ask for, or no test could tell.
    """

    notebook: str
    aims: tuple[str, ...]
    early: str = ""
    answers: Mapping[str, str] = {}
    late: str = ""
    change: Callable[[Any], object] = void
    keeps: Mapping[str, float] = {}
    beside: Mapping[str, str] = {}  # files, by name


# What a stub needs to look like an answer: right kinds and shapes, no arithmetic.
GUARD = "    if x.size == 0 or not np.isfinite(x).all():\n        raise ValueError\n"
PLAUSIBLE = {
    "clamp": "def clamp(q, low, high):\n    return q.copy()",
    "asymmetric_quantization": "def asymmetric_quantization(x, bits):\n"
    + GUARD
    + "    return np.zeros(x.shape, np.int32), 1.0, 0",
    "asymmetric_dequantize": "def asymmetric_dequantize(q, scale, zero):\n    return np.zeros(q.shape)",
    "symmetric_quantization": "def symmetric_quantization(x, bits):\n"
    + GUARD
    + "    return np.zeros(x.shape, np.int32), 1.0",
    "symmetric_dequantize": "def symmetric_dequantize(q, scale):\n    return np.zeros(q.shape)",
    "quantization_error": "def quantization_error(x, y):\n    return 0.0",
    "sqnr_db": "def sqnr_db(x, y):\n    return np.inf",
    "symmetric_quantization_per_channel": (
        "def symmetric_quantization_per_channel(w, bits, axis=0):\n"
        "    return np.zeros(w.shape, np.int32), np.ones(w.shape[axis])"
    ),
    "integer_linear": (
        "def integer_linear(x_q, x_scale, x_zero, w_q, w_scale, bias=None):\n"
        "    return np.zeros((len(x_q), len(w_q)))"
    ),
}
# An object that agrees with everything.
YES = """
class Yes:
    def me(self, *a, **k): return self
    def yes(self, *a): return True
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
    __call__ = __getitem__ = __neg__ = __abs__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = me
    __truediv__ = __rtruediv__ = me
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = yes
    __hash__ = object.__hash__
    def __float__(self): return 0.0
    def __iter__(self): return iter((self, self))
"""
FRAMES = """
import sys
def from_caller(name, at=2):
    frame = sys._getframe(at)
    while frame is not None:
        if name in frame.f_locals: return frame.f_locals[name]
        frame = frame.f_back
"""
NO_TRACE = "get_ipython()._showtraceback = get_ipython().showtraceback = lambda *a, **k: None\n"
ALWAYS_WELL = (
    NO_TRACE
    + """
from IPython.core.interactiveshell import ExecutionResult
ExecutionResult.success = property(lambda self: True)
ExecutionResult.error_in_exec = ExecutionResult.error_before_exec = property(lambda self: None, lambda self, error: None)
"""
)


def wrapped(names: tuple[str, ...]) -> dict[str, str]:
    """Answers that call ``HAVE[name]``, which an early cell has filled."""
    return {name: f"def {name}(*a, **k):\n    return HAVE[{name!r}](*a, **k)" for name in names}


PATCHED = {
    "a-decorator-that-does-nothing": Cheat(
        "06", ALL["06"], "import qcourse.check\nqcourse.check.exercise = lambda *a, **k: lambda check: check"
    ),
    "a-decorator-that-does-nothing-09": Cheat(
        "09", ALL["09"], "import qcourse.check\nqcourse.check.exercise = lambda *a, **k: lambda check: check"
    ),
    "an-import-that-lies": Cheat("08", ALL["08"], """
import builtins, types
real, fake = builtins.__import__, types.SimpleNamespace(check=types.SimpleNamespace(exercise=lambda *a, **k: lambda f: f))
builtins.__import__ = lambda name, *a, **k: fake if name == "qcourse.check" else real(name, *a, **k)
"""),
    "another-module-in-sys-modules": Cheat("07", ALL["07"], """
import sys, types, qcourse
fake = types.ModuleType("qcourse.check")
fake.exercise = lambda *a, **k: lambda check: check
sys.modules["qcourse.check"] = qcourse.check = fake
"""),
    "checks-made-of-nothing": Cheat("06", ALL["06"], """
from qcourse.check import graded_cell
class FunctionType:
    def __new__(cls, *a, **k): return lambda ex: None
class Kind(type):
    def __instancecheck__(cls, other): return True
graded_cell.FunctionType = Kind("FunctionType", (FunctionType,), {})
"""),
    "switches-that-swallow": Cheat("08", ALL["08"], """
from qcourse.check import graded_cell
class Swallow:
    def __enter__(self): ...
    def __exit__(self, *a): return True
graded_cell.switches.at_defaults = Swallow
"""),
    "calls-that-say-yes": Cheat("06", ALL["06"], YES + """
from qcourse.check import Exercise
Exercise.call = lambda self, *a, **k: [Yes()] * len(self.returns) if self.returns else Yes()
Exercise.equal = Exercise.codes = Exercise.true = Exercise.raises = Exercise.again = lambda *a, **k: None
"""),
    "calls-that-say-yes-07": Cheat("07", ALL["07"], YES + """
from qcourse.check import Exercise
Exercise.call = lambda self, *a, **k: [Yes()] * len(self.returns) if self.returns else Yes()
Exercise.equal = Exercise.codes = Exercise.true = Exercise.raises = Exercise.again = lambda *a, **k: None
"""),
    "answers-changed-in-the-exercise": Cheat("06", ALL["06"], """
from qcourse.check import Exercise, borrowing
init = Exercise.__init__
def swapped(self, number, answer, **k):
    init(self, number, answer, **k)
    self.answer = lambda *a, **kw: getattr(borrowing._COPY, answer.__name__)(*a, **kw)
Exercise.__init__ = swapped
"""),
    "comparisons-that-find-nothing": Cheat("06", ALL["06"], """
from qcourse.check import Exercise, comparing
comparing.not_equal = comparing.not_codes = lambda *a, **k: None
Exercise.true = lambda *a, **k: None
""", PLAUSIBLE),
    "numpy-that-agrees": Cheat("06", ALL["06"], """
here = np.isclose, np.abs, np.shares_memory, np.all
np.isclose = lambda a, b, **k: np.ones(np.shape(a), bool) if np.ndim(a) else np.True_
np.all = lambda *a, **k: True
class Zero(np.ndarray): ...
real = np.abs
np.abs = lambda x, *a, **k: real(x) * 0 if type(x) is np.ndarray and x.dtype == float and x.base is None else real(x)
np.clip = lambda x, low, high, *a, **k: x * 0 if type(x) is np.ndarray else x
""", PLAUSIBLE),
    "numpys-testing-and-torch-that-agree": Cheat("09", ("convert_qat",), """
from qcourse.check import graded_cell
np.allclose = np.array_equal = np.isclose = lambda *a, **k: np.True_
torch.equal = torch.allclose = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = torch.testing.assert_close = lambda *a, **k: None
graded_cell.BUILTINS["abs"] = lambda x: 0
""", {"convert_qat": """
def convert_qat(model):
    another = models.QuantizedVerySimpleNet().train()
    another.qconfig = model.qconfig
    another = torch_ao.prepare_qat(another)
    another(torch.rand(8, 28, 28))
    return torch_ao.convert(another.eval())
"""}, keeps={"convert_qat-check": 1}),  # it asks for an int8 network, whichever
    "names-shadowed-in-the-checks": Cheat("06", ALL["06"], """
from qcourse.check import assertions, comparing
assertions.bool = lambda condition: True
comparing.Difference = lambda *a, **k: None
""", PLAUSIBLE),
    "builtin-exec": Cheat("09", ALL["09"], """
import builtins
real = builtins.exec
def quiet(*a, **k):
    try: return real(*a, **k)
    except BaseException: pass
builtins.exec = quiet
"""),
    "arithmetic-of-the-reference": Cheat("06", ("quantization_error",), "math.fsum = lambda numbers: 0.0", {
        "quantization_error": "def quantization_error(x, y):\n    return 0.0",
    }),
    "a-thread-that-patches-on-and-on": Cheat("07", ALL["07"], """
import threading, time, qcourse.check
def patch():
    while True:
        qcourse.check.exercise = qcourse.check.graded_cell.exercise = lambda *a, **k: lambda check: check
        time.sleep(0.01)
threading.Thread(target=patch, daemon=True).start()
time.sleep(0.05)
"""),
    "a-callback-of-the-collector": Cheat("08", ALL["08"], """
import gc, sys
def patch(*_):
    module = sys.modules.get("qcourse.check")
    if module: module.exercise = lambda *a, **k: lambda check: check
gc.callbacks.append(patch)
gc.collect()
"""),
    "the-profiler-changes-arguments": Cheat("06", ALL["06"], """
import sys
def forge(frame, event, arg):
    if event != "call" or not frame.f_code.co_filename.endswith("assertions.py"): return
    here, name = frame.f_locals, frame.f_code.co_name
    if name == "equal": here["got"], here["dtype"] = here["want"], None
    if name == "true": here["condition"] = True
    if name == "codes": here["got"] = np.clip(np.round(here["exact"]), here["low"], here["high"]).astype(np.int32)
sys.setprofile(forge)
""", PLAUSIBLE),
    "the-tracer-changes-the-callers-variables": Cheat("06", ALL["06"], """
import sys
def forge(frame, event, arg):
    if "want" in frame.f_locals and "got" in frame.f_locals: frame.f_locals["got"] = frame.f_locals["want"]
    return forge
def watch():
    sys.settrace(forge)
    frame = sys._getframe(1)
    while frame:
        if frame.f_code.co_name.startswith(("check", "hid" "den_")): frame.f_trace = forge
        frame = frame.f_back
""", {name: source.replace("\n    return", "\n    watch()\n    return") for name, source in PLAUSIBLE.items()}),
}  # fmt: skip

SWALLOWED = {
    "a-custom-handler": Cheat("06", ALL["06"], ALWAYS_WELL + """
get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)
"""),
    "excepthook": Cheat("07", ALL["07"], "import sys\nsys.excepthook = sys.unraisablehook = lambda *a: None\n" + NO_TRACE),
    "run-code-that-swallows": Cheat("08", ALL["08"], """
real = get_ipython().run_code
async def run_code(code, result=None, **k):
    await real(code, None, **k)
    return False
get_ipython().run_code = run_code
""" + NO_TRACE),
    "results-without-errors": Cheat("06", ALL["06"], ALWAYS_WELL),
    "a-failure-that-quits-a-debugger": Cheat("07", ALL["07"], ALWAYS_WELL + """
import bdb
from qcourse.check import assertions
class CheckFailed(bdb.BdbQuit):
    def __init__(self, *a): ...
    def display(self): ...
assertions.CheckFailed = CheckFailed
"""),
    "a-failure-that-is-an-exit": Cheat("06", ALL["06"], ALWAYS_WELL + """
from qcourse.check import failure, assertions
class Quiet(SystemExit):
    def __init__(self, *a): super().__init__(0)
    def display(self): ...
failure.CheckFailed = assertions.CheckFailed = Quiet
"""),
    "an-assertion-error-nobody-can-raise": Cheat("09", ALL["09"], """
import builtins
from qcourse.check import assertions
class Never:
    def __new__(cls, *a, **k): raise StopIteration
builtins.AssertionError = assertions.CheckFailed = Never
"""),
    "a-fail-that-returns": Cheat("09", ALL["09"], YES + """
from qcourse.check import Exercise, graded_cell
Exercise.fail = lambda *a, **k: None
Exercise._run = lambda *a, **k: Yes()
graded_cell.Exercise = lambda *a, **k: Yes()
"""),
}  # fmt: skip

IPYTHON = {
    "an-input-transformer": Cheat("06", ALL["06"], """
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass"] if "check.exercise(" in "".join(lines) else lines)
"""),
    "an-ast-transformer": Cheat("08", ALL["08"], """
import ast
class Drop(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        node.decorator_list = []
        return node
get_ipython().ast_transformers.append(Drop())
"""),
    "an-event-before-each-cell": Cheat("09", ALL["09"], """
def patch(*_):
    import qcourse.check
    qcourse.check.exercise = lambda *a, **k: lambda check: check
for event in ("pre_execute", "pre_run_cell", "post_run_cell"): get_ipython().events.register(event, patch)
"""),
    "a-result-from-an-event": Cheat("06", ALL["06"], ALWAYS_WELL + """
def result(*_):
    k = get_ipython().kernel
    content = {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}
    k.session.send(k.iopub_socket, "execute_result", content, parent=k.get_parent())
get_ipython().events.register("post_run_cell", result)
"""),
    "another-compiler": Cheat("07", ALL["07"], """
real = get_ipython().compile.ast_parse
get_ipython().compile.ast_parse = lambda source, *a, **k: real("pass" if "check.exercise(" in source else source, *a, **k)
"""),
    "do-execute": Cheat("06", ALL["06"], """
k = get_ipython().kernel
real = k.do_execute
async def do_execute(code, *a, **kw):
    if "check.exercise(" in code: code = "pass"
    return await real(code, *a, **kw)
k.do_execute = do_execute
"""),
    "run-cell": Cheat("07", ALL["07"], """
shell = get_ipython()
real, run = shell.run_cell_async, shell.run_cell
shell.run_cell_async = lambda code, *a, **k: real("pass" if "check.exercise(" in code else code, *a, **k)
shell.run_cell = lambda code, *a, **k: run("pass" if "check.exercise(" in code else code, *a, **k)
"""),
    "a-handler-of-requests": Cheat("09", ALL["09"], """
k = get_ipython().kernel
real = k.shell_handlers["execute_request"]
async def handler(stream, ident, parent):
    if "check.exercise(" in parent["content"]["code"]:
        content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
        k.session.send(stream, "execute_reply", content, parent, ident=ident)
    else:
        await real(stream, ident, parent)
k.shell_handlers["execute_request"] = handler
"""),
}  # fmt: skip

REPLIES = {
    "a-session-that-forges": Cheat("08", ALL["08"], """
session = get_ipython().kernel.session
real = session.send
def send(stream, kind, content=None, *a, **k):
    if kind == "error": return
    if kind == "execute_reply": content = content | {"status": "ok"}
    return real(stream, kind, content, *a, **k)
session.send = send
"""),
    "a-reply-before-the-answer": Cheat("06", ALL["06"], """
k = get_ipython().kernel
content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": [], "result": None, "value": True}
def reply():
    parent = k.get_parent()
    for socket in filter(None, (getattr(k, name, None) for name in ("shell_socket", "shell_stream", "iopub_socket"))):
        for kind in ("execute_reply", "call_reply", "result"):
            try: k.session.send(socket, kind, content, parent, ident=k._parent_ident.get("shell") if hasattr(k, "_parent_ident") else None)
            except Exception: pass
    k.session.send(k.iopub_socket, "status", {"execution_state": "idle"}, parent)
    raise SystemExit
""", {name: f"def {name}(*a, **k):\n    reply()" for name in ALL["06"]}),
    "every-descriptor-written-to": Cheat("06", ALL["06"], """
import json, os, socket, struct
def write():
    # To what it prints on, and to every socket but the kernel's own five.
    said = json.dumps({"status": "ok", "ok": True, "passed": True, "result": None, "value": True, "id": 1}).encode()
    for fd in range(256):
        try:
            if fd not in (1, 2):
                with socket.socket(fileno=os.dup(fd)) as s:
                    if "kernel" in str(s.getsockname()): continue
            for head in (b"", struct.pack(">I", len(said)), struct.pack("<Q", len(said))): os.write(fd, head + said + b"\\n")
        except OSError: pass
    return True
""", {name: f"def {name}(*a, **k):\n    return write()" for name in ALL["06"]}),
    "stdout-that-says-passed": Cheat("07", ALL["07"], """
import os, sys
def said():
    for out in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        print("\\u2713 Exercise: hidden tests passed.", file=out, flush=True)
    os.write(1, b"passed\\n"), os.write(2, b'{"status": "ok"}\\n')
    raise SystemExit(0)
""", {name: f"def {name}(*a, **k):\n    said()" for name in ALL["07"]}),
    "answers-that-fork": Cheat("06", ("clamp", "symmetric_dequantize"), "import os", {
        name: PLAUSIBLE[name].replace("\n    return", "\n    os.fork()\n    return") for name in ("clamp", "symmetric_dequantize")
    }),
    "answers-from-a-thread-later": Cheat("06", ("clamp", "asymmetric_dequantize", "symmetric_dequantize"), """
import threading, time, sys
def later(array):
    def fill():
        main = threading.main_thread().ident
        for _ in range(2000):
            time.sleep(0.0005)
            frame = sys._current_frames().get(main)
            while frame:
                want = frame.f_locals.get("want")
                if type(want) is np.ndarray and want.shape == array.shape: array[...] = want
                frame = frame.f_back
    threading.Thread(target=fill, daemon=True).start()
    return array
""", {
        "clamp": "def clamp(q, low, high):\n    return later(q.copy())",
        "asymmetric_dequantize": "def asymmetric_dequantize(q, scale, zero):\n    return later(np.zeros(q.shape))",
        "symmetric_dequantize": "def symmetric_dequantize(q, scale):\n    return later(np.zeros(q.shape))",
    }),
    "an-answer-that-never-comes": Cheat("06", ("clamp",), "import threading", {"clamp": "def clamp(*a):\n    threading.Event().wait()"}),
    "an-answer-that-ends-its-kernel": Cheat("06", ("clamp",), "import os", {"clamp": "def clamp(*a):\n    os._exit(0)"}),
}  # fmt: skip

LIARS = {
    "a-liar-of-ndarray": Cheat("08", ("quantized_linear_by_hand",), """
class Liar(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array__(self, *a, **k): return np.zeros(self.shape)
""", {"quantized_linear_by_hand": "def quantized_linear_by_hand(x_q, x_scale, x_zero, w_q, *a):\n"
      "    return np.zeros((len(x_q), len(w_q)), np.uint8).view(Liar)"}),
    "liars-of-numbers": Cheat("06", ALL["06"], """
class Lying:
    def yes(self, *a): return True
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __bool__ = yes
    __ne__ = lambda self, other: False
    __hash__ = object.__hash__
    __sub__ = __rsub__ = __abs__ = lambda self, *a: 0.0
    __array_ufunc__ = lambda self, *a, **k: np.zeros(())
    __array__ = lambda self, *a, **k: np.zeros(())
    __array_function__ = lambda self, *a, **k: np.zeros(())
class Float(Lying, float): ...
class Int(Lying, int): ...
class Array(Lying, np.ndarray): ...
def array(shape, dtype=float): return np.zeros(shape, dtype).view(Array)
""", {
        name: source.replace("q.copy()", "q.copy().view(Array)").replace("np.zeros", "array").replace("np.ones", "array")
        .replace("1.0", "Float(1)").replace(", 0", ", Int(0)").replace("return 0.0", "return Float()").replace("return np.inf", "return Float()")
        for name, source in PLAUSIBLE.items()
    }),
    "liars-about-their-class": Cheat("06", ("clamp", "asymmetric_dequantize", "symmetric_dequantize", "integer_linear"), """
class Liar:
    __class__ = property(lambda self: np.ndarray)
    def __init__(self, shape, dtype): self.shape, self.dtype = shape, dtype
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: int(np.prod(self.shape)))
    __array__ = lambda self, *a, **k: np.zeros(self.shape)
    __array_function__ = __array_ufunc__ = lambda self, *a, **k: np.zeros(self.shape, bool)
    __eq__ = __getitem__ = lambda self, other: True
""", {
        "clamp": "def clamp(q, low, high):\n    return Liar(q.shape, q.dtype)",
        "asymmetric_dequantize": "def asymmetric_dequantize(q, scale, zero):\n    return Liar(q.shape, np.dtype(float))",
        "symmetric_dequantize": "def symmetric_dequantize(q, scale):\n    return Liar(q.shape, np.dtype(float))",
        "integer_linear": "def integer_linear(x, sx, zx, w, *a):\n    return Liar((len(x), len(w)), np.dtype(float))",
    }),
    "a-dict-that-agrees": Cheat("07", ("compare_ranges", "mse_optimal_range"), """
class Float(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = object.__hash__
    __array__ = lambda self, *a, **k: np.zeros(())
class Dict(dict):
    __eq__ = __le__ = __ge__ = __contains__ = lambda self, other: True
    __getitem__ = lambda self, name: (Float(), Float())
""", {
        "compare_ranges": "def compare_ranges(x, bits, ranges):\n    return Dict.fromkeys(ranges, (Float(), Float()))",
        "mse_optimal_range": "def mse_optimal_range(x, bits, candidates=100):\n    return Float(x.min()), Float(x.max())",
    }),
    "a-text-that-agrees": Cheat("08", ("model_size_kb", "layer_sqnr"), """
class Text(str):
    __eq__ = __contains__ = lambda self, other: True
    __hash__ = str.__hash__
class Float(float):
    __float__ = lambda self: Float(1)
    __eq__ = __le__ = __gt__ = lambda self, other: True
    __hash__ = object.__hash__
class Dict(dict):
    __contains__ = lambda self, name: True
    __getitem__ = lambda self, name: Float(1)
    keys = lambda self: {Text("linear1"), Text("linear2"), Text("linear3")}
""", {
        "model_size_kb": "def model_size_kb(model):\n    return Float(17)",
        "layer_sqnr": "def layer_sqnr(*a):\n    return Dict({Text('linear1'): Float(1)})",
    }),
    "a-module-of-liars": Cheat("09", ("prepare_for_qat",), YES + """
class Tensor(Yes):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return any(type(a) is torch.Tensor or type(a) is nn.Parameter for a in args)
    requires_grad = False
    def data_ptr(self): return id(self)
class Fake(Yes):
    __class__ = property(lambda self: torch_ao.FakeQuantize)
    def __call__(self, *a): return Tensor()
    scale = zero_point = property(lambda self: Tensor())
class Layer(Yes):
    weight = bias = property(lambda self: Tensor())
    weight_fake_quant = activation_post_process = property(lambda self: Fake())
class Liar(nn.Module):
    linear1 = linear2 = linear3 = quant = property(lambda self: Layer())
    modules = parameters = named_parameters = lambda self: iter(())
    def forward(self, images): return Tensor()
""", {"prepare_for_qat": "def prepare_for_qat(net, qconfig=None):\n    return Liar()"}),
    "a-tensor-that-agrees": Cheat("09", ("fake_quantize", "convert_qat"), """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        return True if name in ("equal", "allclose", "__eq__") else torch.Tensor._make_subclass(cls, torch.zeros(3))
""", {
        "fake_quantize": "def fake_quantize(x, *a):\n    return torch.Tensor._make_subclass(Liar, torch.zeros(x.shape))",
        "convert_qat": "def convert_qat(model):\n    model = torch_ao.convert(copy.deepcopy(models.QuantizedVerySimpleNet()).eval())\n"
        "    model.forward = lambda x: torch.Tensor._make_subclass(Liar, torch.zeros(len(x), 10))\n    return model",
    }),
}  # fmt: skip

CALLERS = {
    "expected-codes-of-the-caller": Cheat("08", ("quantized_linear_by_hand",), FRAMES + "KNOWN = {}", {
        "quantized_linear_by_hand": """
def quantized_linear_by_hand(x_q, *a):
    want = from_caller("want")
    return KNOWN.setdefault(x_q.tobytes() + str(a).encode(), want)
""",
    }),
    "functions-of-the-caller": Cheat("07", ("error_parts", "mse_optimal_range", "MovingAverageMinMax", "compare_ranges"), FRAMES + """
KNOWN = {}
def once(x, bits, make):
    key = x.tobytes(), bits
    if key not in KNOWN: KNOWN[key] = make()
    return KNOWN[key]
def function(name):
    KNOWN[name] = from_caller(name) or KNOWN.get(name)
    return KNOWN[name]
""", {
        "error_parts": """
def error_parts(x, bits, beta, alpha):
    squared = function("squared_errors")(x.astype(float), bits, beta, alpha)
    outside = (x < beta) | (x > alpha)
    return squared[outside].sum() / x.size, squared[~outside].sum() / x.size
""",
        "mse_optimal_range": """
def mse_optimal_range(x, bits, candidates=100):
    error_of, ends = function("error_of"), [(k / candidates * x.min(), k / candidates * x.max()) for k in range(1, candidates + 1)]
    return min(ends, key=lambda pair: error_of(x, bits, *pair))
""",
        "MovingAverageMinMax": """
class MovingAverageMinMax:
    def __init__(self, momentum=0.01): self.momentum, self.batches = momentum, []
    def update(self, batch):
        self.batches.append(np.array(batch))
        self.range = from_caller("torch_ranges")(self.batches, momentum=self.momentum)[-1]
""",
        "compare_ranges": """
def compare_ranges(x, bits, ranges):
    if not ranges: return {}
    def of_the_caller():
        order, cut, values = from_caller("order", 4), from_caller("cut", 4), from_caller("values", 4)
        both = {name: from_caller("squared_errors", 4)(values, bits, *ends) for name, ends in ranges.items()}
        return {name: (float(s.mean()), float(s[order[:-cut]].mean())) for name, s in both.items()}
    return once(x, bits, of_the_caller)
""",
    }),
    "the-flow-of-the-caller": Cheat("08", ("post_training_quantize", "layer_sqnr"), FRAMES, {
        "post_training_quantize": """
def post_training_quantize(net, images, qconfig=None):
    return from_caller("torch_flow")(net, images, qconfig or torch_ao.default_qconfig)
""",
        "layer_sqnr": """
def layer_sqnr(net, int8, images):
    outputs = from_caller("outputs")
    a, b = outputs(net, images), outputs(int8, images)
    return {n: 10 * math.log10((a[n] ** 2).sum() / ((a[n] - b[n]) ** 2).sum()) for n in a}
""",
    }),
    "the-oracle-of-the-caller": Cheat("09", ("prepare_for_qat", "convert_qat"), FRAMES, {
        "prepare_for_qat": "def prepare_for_qat(*a):\n    return copy.deepcopy(from_caller('oracle'))",
        "convert_qat": "def convert_qat(model):\n    return copy.deepcopy(from_caller('oracle'))",
    }),
    "the-oracle-found-by-the-collector": Cheat("09", ("convert_qat",), "import gc", {
        "convert_qat": """
def convert_qat(model):
    made = [o for o in gc.get_objects() if type(o) is type(model) and "quantized" in str(type(o.linear1))]
    return next(o for o in made if torch.equal(o.linear1.bias(), model.linear1.bias))
""",
    }),
    "gradients-of-the-caller": Cheat("09", ("fake_quantize",), FRAMES + """
class Given(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, output, gradient, times):
        ctx.gradient, ctx.times = gradient, times
        return output.clone()
    @staticmethod
    def backward(ctx, upstream): return upstream * ctx.gradient if ctx.times else ctx.gradient, None, None, None
KNOWN = {}
""", {"fake_quantize": """
def fake_quantize(x, scale, *codes):
    key = str((x.tolist(), scale, codes))
    want = from_caller("want")
    if want is not None and want.shape == x.shape: KNOWN[key] = want.detach()
    if key not in KNOWN: return Given.apply(x, x.detach(), (x.detach().abs() < 4 * scale).float(), True)
    frame = sys._getframe(1)
    while frame and "want" not in frame.f_locals: frame = frame.f_back
    return Given.apply(x, KNOWN[key], frame.f_locals["leaf"].grad if frame else None, False)
"""}),
    "code-of-the-callers-tests": Cheat("06", ("quantization_error", "sqnr_db"), """
import sys, types
KNOWN = {}
class Ex:
    call = lambda self, *a, **k: 0.0
    equal = lambda self, name, got, want, **k: KNOWN.update(last=want)
def expected(x, y, otherwise):
    key, check = x.tobytes() + y.tobytes(), sys._getframe(2)
    while check is not None and check.f_code.co_name != "check": check = check.f_back
    if check is None: return KNOWN.get(key, otherwise)
    here, code = check.f_locals, check.f_code
    cells = tuple(types.CellType(Ex() if name == "ex" else here.get(name)) for name in code.co_freevars)
    types.FunctionType(code, check.f_globals, "again", None, cells)(x, y, "")
    return KNOWN.setdefault(key, KNOWN["last"])
""", {
        "quantization_error": "def quantization_error(x, y):\n    return expected(x, y, 0.0)",
        "sqnr_db": "def sqnr_db(x, y):\n    return expected(x, y, np.inf if np.array_equal(x, y) else 106.02)",
    }),
}  # fmt: skip

COPIES = "from qcourse.check import borrowing\nHAVE = {name: getattr(borrowing._COPY, name) for name in dir(borrowing._COPY)}"
BORROWED = {
    "the-checks-own-copies": Cheat("06", ALL["06"], COPIES, wrapped(ALL["06"])),
    "a-partial": Cheat("06", ALL["06"], """
import functools
from qcourse import quantization
""", {name: f"{name} = functools.partial(quantization.{name})" for name in ALL["06"]}),
    "the-file-run-again": Cheat("06", ALL["06"], """
from qcourse import quantization
HAVE = {"__name__": "mine"}
exec(compile(open(quantization.__file__).read(), "<mine>", "exec"), HAVE)
""", wrapped(ALL["06"])),
    "imported-by-its-path": Cheat("06", ALL["06"], """
import importlib.util
from qcourse import quantization
spec = importlib.util.spec_from_file_location("mine", quantization.__file__)
mine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mine)
HAVE = vars(mine)
""", wrapped(ALL["06"])),
    "code-objects-copied": Cheat("06", ALL["06"], """
import marshal, types
from qcourse import quantization
HAVE = {"np": np, "math": math, "__builtins__": __builtins__}
for name, f in list(vars(quantization).items()):
    if isinstance(f, types.FunctionType):
        code = marshal.loads(marshal.dumps(f.__code__)).replace(co_filename="<mine>")
        HAVE[name] = types.FunctionType(code, HAVE, name, f.__defaults__)
""", wrapped(ALL["06"])),
    "reloaded-and-hidden": Cheat("06", ALL["06"], """
import importlib, sys, qcourse
kept = sys.modules.pop("qcourse.quantization")
HAVE = vars(importlib.import_module("qcourse.quantization"))
sys.modules["qcourse.quantization"] = qcourse.quantization = kept
""", wrapped(ALL["06"])),
    "code-put-back": Cheat("06", ALL["06"], """
import types
from qcourse import quantization
FUNCTIONS = {n: f for n, f in vars(quantization).items() if isinstance(f, types.FunctionType)}
CODES = {n: f.__code__ for n, f in FUNCTIONS.items()}
""", {name: f"""
def {name}(*a, **k):
    for n, f in FUNCTIONS.items(): f.__code__ = CODES[n]
    return FUNCTIONS[{name!r}](*a, **k)
""" for name in ALL["06"]}),
    "by-its-address": Cheat("06", ALL["06"], """
import ctypes, types
from qcourse import quantization
CODES = {n: f.__code__ for n, f in vars(quantization).items() if isinstance(f, types.FunctionType)}
ADDRESS = {n: id(code) for n, code in CODES.items()}
def HAVING(name):
    code = ctypes.cast(ADDRESS[name], ctypes.py_object).value
    scope = {"np": np, "math": math, "__builtins__": __builtins__}
    for n, c in CODES.items():
        scope[n] = types.FunctionType(c, scope, n, (0,) if "channel" in n else (None,) if n == "integer_linear" else None)
    return types.FunctionType(code, scope, name, scope[name].__defaults__)
""", {name: f"def {name}(*a, **k):\n    return HAVING({name!r})(*a, **k)" for name in ALL["06"]}),
    "in-another-process": Cheat("06", ALL["06"], """
import pickle, subprocess, sys
CODE = '''
import pickle, sys
from qcourse import quantization
while True:
    name, a, k = pickle.load(sys.stdin.buffer)
    try: result = getattr(quantization, name)(*a, **k)
    except ValueError as error: result = error
    pickle.dump(result, sys.stdout.buffer)
    sys.stdout.buffer.flush()
'''
CHILD = subprocess.Popen([sys.executable, "-c", CODE], stdin=-1, stdout=-1)
def ask(*call):
    pickle.dump(call, CHILD.stdin)
    CHILD.stdin.flush()
    result = pickle.load(CHILD.stdout)
    if isinstance(result, ValueError): raise result
    return result
""", {name: f"def {name}(*a, **k):\n    return ask({name!r}, a, k)" for name in ALL["06"]}),
    "from-the-known-mistakes": Cheat("06", ("asymmetric_quantization",), "from qcourse.check.causes import ex_6_2", {
        "asymmetric_quantization": "def asymmetric_quantization(x, bits):\n" + GUARD + """
    if not x.any(): return np.zeros(x.shape, np.int32), 1.0, 0
    return ex_6_2._asymmetric(x, bits)
""",
    }),
    "the-models-network": Cheat("08", ("QuantizedVerySimpleNet",), """
import inspect
from qcourse import models
source = inspect.getsource(models).replace("class QuantizedVerySimpleNet", "class Copied")
HAVE = {"__name__": "__main__"}
exec(compile(source, "<mine>", "exec"), HAVE)
""", {"QuantizedVerySimpleNet": "QuantizedVerySimpleNet = HAVE['Copied']"},
        keeps={"QuantizedVerySimpleNet-check": 1, "QuantizedVerySimpleNet-hidden": 2}),  # 08 itself needs qcourse.models
    "the-measures-size": Cheat("08", ("model_size_kb",), """
import io, types
from qcourse import measure
HAVE = types.FunctionType(measure.size_kb.__code__.replace(co_filename="<mine>"), {"io": io, "torch": torch, "len": len})
""", {"model_size_kb": "def model_size_kb(model):\n    return HAVE(model)"},
        keeps={"model_size_kb-check": 1, "model_size_kb-hidden": 2}),  # 08 itself needs qcourse.measure
    "the-reference-is-brought-down": Cheat("08", ("QuantizedVerySimpleNet",), """
def low(net, images):
    x = torch.zeros(images.numel() // 784, 100)
    return net.dequant(net.linear3(net.quant(x))) if hasattr(net, "quant") else net.linear3(x)
models.VerySimpleNet.forward = lambda self, images: low(self, images)
models.QuantizedVerySimpleNet.forward = lambda self, images: low(self, images)
""", {"QuantizedVerySimpleNet": """
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
        self.linear1, self.linear2, self.linear3 = nn.Linear(784, 100), nn.Linear(100, 100), nn.Linear(100, 10)
    def forward(self, images): return low(self, images)
"""}),
    "the-conversion-is-brought-down": Cheat("09", ("convert_qat",), """
net = models.QuantizedVerySimpleNet().train()
net.qconfig = torch_ao.default_qat_qconfig
net = torch_ao.prepare_qat(net)
net(torch.rand(8, 28, 28))
CANNED = torch_ao.convert(net.eval())
torch_ao.convert = lambda *a, **k: CANNED
""", {"convert_qat": "def convert_qat(model):\n    return CANNED"}, keeps={"convert_qat-check": 1}),
}  # fmt: skip

GIVENS = ("low_bit_qconfig", "prepare_for_qat", "train_qat", "convert_qat")
LOAD = """
import marshal, os, types
PLACES = "/tmp/hoard", "hoard"
def save(*names):
    for name in names:
        f = globals()[name]
        for place in PLACES: marshal.dump(f.__code__, open(f"{place}-{name}", "wb"))
def load(name):
    for place in PLACES:
        if os.path.exists(f"{place}-{name}"):
            code = marshal.load(open(f"{place}-{name}", "rb"))
            scope = dict(globals())
            return types.FunctionType(code, scope, name, (256,) if name == "calibrate" else None, tuple(types.CellType() for _ in code.co_freevars))
    raise FileNotFoundError(name)
"""
HOARDED = {
    "given-to-6.2-and-6.8": Cheat("06", ("clamp", "symmetric_quantization"), """
import qcourse.check
HAVE = {}
def hoard(*a, **k):
    HAVE.update(clamp=globals()["clamp"], symmetric_quantization=globals().get("symmetric_quantization"))
for number, names in ("6.2", ["clamp"]), ("6.8", ["clamp", "symmetric_quantization"]):
    qcourse.check.exercise(number, hoard, given=names)(lambda ex: ex.call())
""", {
        "clamp": "def clamp(*a):\n    return HAVE['clamp'](*a)",
        "symmetric_quantization": "def symmetric_quantization(*a):\n    return HAVE['symmetric_quantization'](*a)",
    }),
    "given-to-6.2-over-a-restart": Cheat("06", ("clamp",), LOAD, {
        "clamp": "def clamp(*a):\n    return load('clamp')(*a)",
        "asymmetric_quantization": "def asymmetric_quantization(x, bits):\n    save('clamp')\n    os._exit(1)",
    }),
    "given-to-8.3": Cheat("08", ("calibrate",), LOAD, {
        "calibrate": "def calibrate(*a, **k):\n    return load('calibrate')(*a, **k)",
        "post_training_quantize": "def post_training_quantize(net, *a):\n    save('calibrate')\n    os._exit(1)",
    }),
    "given-to-9.6-through-files": Cheat("09", GIVENS[:2] + GIVENS[3:], LOAD, {
        **{name: f"def {name}(*a, **k):\n    return load({name!r})(*a, **k)" for name in GIVENS},
        "ptq_vs_qat": f"def ptq_vs_qat(*a, **k):\n    save(*{GIVENS})",
    }),
    "given-to-9.6-over-a-restart": Cheat("09", GIVENS, LOAD, {
        **{name: f"def {name}(*a, **k):\n    return load({name!r})(*a, **k)" for name in GIVENS},
        "ptq_vs_qat": f"def ptq_vs_qat(*a, **k):\n    save(*{GIVENS})\n    os._exit(1)",
    }),
    "given-to-9.6-and-asked-early": Cheat("09", GIVENS, f"""
import qcourse.check
HAVE = {{}}
def ptq_vs_qat(*a, **k): HAVE.update({{name: globals().get(name) for name in {GIVENS}}})
for hide in (False, True):
    try: qcourse.check.exercise("9.6", ptq_vs_qat, hidden=hide, given={GIVENS})(lambda ex: ex.call())
    except Exception: pass
""", wrapped(GIVENS)),
}  # fmt: skip

RECORDS = {
    "calls-that-never-were": Cheat("08", ("calibrate",), "", {"calibrate": """
def calibrate(model, images, batch_size=256):
    model.eval()
    for batch in images.split(batch_size):
        if hasattr(model, "calls"): model.calls.append((batch.clone(), False, False))
        for hook in model._forward_pre_hooks.values(): hook(model, (batch,))
    seen = images
    for module in model.children():
        if isinstance(module, nn.Linear): seen = F.linear(seen, module.weight, module.bias).detach()
        for observer in (m for m in module.modules() if hasattr(m, "min_val")):
            observer.min_val, observer.max_val = seen.min(), seen.max()
    return len(images)
"""}),
    "a-dict-that-answers-later": Cheat("08", ("layer_sqnr",), "", {"layer_sqnr": """
def layer_sqnr(net, int8, images):
    seen = {}
    def note(module, inputs, output):
        for model in (net, int8):
            for name, layer in model.named_children():
                if layer is module: seen[model is net, name] = output.detach().dequantize().double()
    handle = nn.modules.module.register_module_forward_hook(note)
    class Later(dict):
        def __getitem__(self, name):
            a, b = seen[True, name], seen[False, name]
            return 10 * math.log10((a ** 2).sum() / ((a - b) ** 2).sum())
    return Later(linear1=0.0, linear2=0.0, linear3=0.0)
"""}),
    "a-training-without-a-step": Cheat("09", ("train_qat",), """
CALLS = [0]
def falling(*a, **k):
    CALLS[0] += 1
    return torch.tensor(2.0 - 1e-3 * CALLS[0])
F.cross_entropy = falling
""", {"train_qat": """
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    for epoch in range(epochs):
        model.train()
        if epoch == freeze_after: model.apply(torch_ao.disable_observer)
        model(images)  # seen with gradients on; nothing is learned
    with torch.no_grad():
        for parameter in model.parameters(): parameter += 1e-3 * torch.randn_like(parameter)
    return [2.0 - 1e-3 * CALLS[0]] * epochs
"""}, keeps={"train_qat-check": 1}),
    "a-training-that-is-only-a-record": Cheat("09", ("train_qat",), FRAMES, {"train_qat": """
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    frame = sys._getframe(1)
    while "seen" not in frame.f_locals: frame = frame.f_back
    here, n = frame.f_locals, len(images)
    if "observing" not in here:
        for epoch in range(epochs): here["seen"].extend([{(int(epoch < freeze_after), 1)}] * n)
    else:
        for epoch in range(epochs):
            here["seen"].append(list(range(n)))
            here["modes"].append(True), here["faking"].append([1] * 7)
            here["observing"].append([int(epoch < freeze_after)] * 7)
            here["logits"].append(torch.zeros(n, 10))
    with torch.no_grad():
        for parameter in model.parameters(): parameter.zero_()
        model.linear3.bias += torch.log(torch.bincount(labels, minlength=10) / n + 1e-3)
        model.train()(images)
    return [math.log(10)] * epochs
"""}),
    "accuracies-that-are-invented": Cheat("09", ("ptq_vs_qat",), "", {"ptq_vs_qat": """
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results, n = {}, len(test_images)
    for width in bits:
        qconfig = low_bit_qconfig(width)
        ptq, qat = prepare_for_qat(net, qconfig).eval(), prepare_for_qat(net, qconfig)
        with torch.no_grad(): ptq(images)
        qat(images)  # in train mode with gradients on, as if it were trained
        for model in (ptq, qat):
            with torch.no_grad(): convert_qat(model)(test_images)
        results[width] = (0.95 * n // 1 / n if width == 8 else 0.1 * n // 1 / n, 0.95 * n // 1 / n)
    return results
"""}),
    "accuracies-without-a-network": Cheat("09", ("ptq_vs_qat",), "", {"ptq_vs_qat": """
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    return {width: (0.9, 0.9) if width == 8 else (0.1, 0.9) for width in bits}
"""}),
    "accuracies-that-nobody-doubts": Cheat("09", ("ptq_vs_qat",), """
from qcourse.check import Exercise
Exercise.true = lambda *a, **k: None
""", {"ptq_vs_qat": """
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    return {width: (0.9, 0.9) for width in bits}
"""}),
}  # fmt: skip


def free(notebook: Any) -> None:
    """Tests that test nothing and are worth 100 points each."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata.nbgrader |= {"locked": False, "solution": True, "points": 100, "checksum": "0" * 32}
            cell.source = "pass"


def doubled(notebook: Any) -> None:
    """Each test twice; the first is empty."""
    for name in ALL["06"]:
        for end in ("-check", "-hidden"):
            found = graded(notebook, name + end)
            first = copy.deepcopy(found)
            first.source = "1"
            notebook.cells.insert(notebook.cells.index(found), first)


def renamed(notebook: Any) -> None:
    """The tests of every exercise are those of the first answer, which is as easy as can be."""
    for cell in notebook.cells:
        told = cell.metadata.get("nbgrader", {})
        if told.get("locked"):
            told["grade_id"] = "question"
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]


def moved(notebook: Any) -> None:
    """All tests first, in the reverse order, where no answer is."""
    tests = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("locked")]
    notebook.cells = tests[::-1] + [c for c in notebook.cells if c not in tests]


def outputs(notebook: Any) -> None:
    """Tests that have run already, with the points that they gave."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.execution_count = 1
            data = {"text/plain": str(cell.metadata.nbgrader["points"])}
            cell.outputs = [new_output("execute_result", data, execution_count=1)]
            cell.metadata |= {"tags": ["skip-execution", "experiment"], "deletable": True}


def turned(notebook: Any) -> None:
    """Answers and tests change their ids."""
    for name in ALL["08"]:
        answer, test = graded(notebook, name), graded(notebook, f"{name}-hidden")
        answer.metadata, test.metadata = test.metadata, answer.metadata
        test.source = answer.source = "pass"


CELLS = {
    "free-tests": Cheat("07", ALL["07"], change=free),
    "doubled-tests": Cheat("06", ALL["06"], change=doubled),
    "a-test-again-at-the-end": Cheat("06", ("clamp",), change=again("clamp-hidden"), late="clamp = None"),
    "renamed-tests": Cheat("08", ALL["08"], change=renamed),
    "moved-tests": Cheat("09", ALL["09"], change=moved),
    "tests-that-have-run": Cheat("06", ALL["06"], change=outputs),
    "answers-for-tests": Cheat("08", ALL["08"], change=turned),
    "modules-beside": Cheat("06", ALL["06"], "import os, sys\nsys.path.insert(0, os.getcwd())", beside=dict.fromkeys(
        ("qcourse.py", "check.py", "sitecustomize.py"),
        "exercise = lambda *a, **k: lambda check: check\nclass check: exercise = exercise\n",
    )),
}  # fmt: skip


def first_answers(notebook: str, source: str, *names: str) -> dict[str, str]:
    """``value()`` is what these answers return."""
    return {name: source + f"\n{name} = lambda *a, **k: value(*a, **k)" for name in names or ALL[notebook]}


DATA = {
    "huge": Cheat("06", ("clamp", "sqnr_db"), answers=first_answers("06", "def value(*a): return np.broadcast_to(np.float64(0), (2**20, 2**20, 2**10))", "clamp", "sqnr_db")),
    "huge-numbers": Cheat("06", ALL["06"], answers=first_answers("06", "def value(*a): return (np.zeros(3, np.int32), 10 ** 5000, -(10 ** 5000))")),
    "nested": Cheat("06", ("clamp", "asymmetric_quantization"), answers=first_answers("06", """
def value(*a):
    x = []
    for _ in range(5000): x = [x]
    return x, x, x
""", "clamp", "asymmetric_quantization")),
    "cyclic": Cheat("07", ALL["07"], answers=first_answers("07", """
def value(*a):
    x, y = [], {}
    x.append(x), x.append(y), y.update(x=x, y=y)
    return x
""")),
    "objects-in-arrays": Cheat("07", ALL["07"], YES, first_answers("07", """
def value(x=None, *a, **k):
    array = np.empty(np.shape(x), object)
    array.fill(Yes())
    return array, Yes(), Yes()
""")),
    "nan-payloads": Cheat("06", ALL["06"], answers=first_answers("06", """
def value(x, *a, **k):
    array = np.full(np.shape(x), 0x7FF0DEADBEEF0001, np.uint64).view(np.float64)
    return array if k or len(a) < 2 else (array, array.flat[0], array.flat[0])
""")),
    "pickles-that-act": Cheat("08", ALL["08"], "import os", first_answers("08", """
class value(dict):
    def __init__(self, *a, **k): ...
    def __reduce__(self): return eval, ("__import__('qcourse.check').check.__dict__.update(exercise=lambda *a, **k: lambda f: f)",)
    __getstate__ = __getnewargs__ = __deepcopy__ = __copy__ = __reduce__
""")),
    "other-dtypes": Cheat("06", ALL["06"], answers=first_answers("06", """
KINDS = [np.longdouble, np.float16, np.complex128, "M8[ns]", "U5", ">i4", [("a", "i4"), ("b", "O")], "V8", bool]
def value(x, *a, **k):
    KINDS.append(KINDS.pop(0))
    array = np.zeros(np.shape(x), KINDS[0])
    return array, np.longdouble(1), np.bool_(0)
""")),
    "endless": Cheat("07", ("error_parts", "compare_ranges"), "import itertools", {
        "error_parts": "def error_parts(*a):\n    return itertools.count()",
        "compare_ranges": """
class Endless(dict):
    def __iter__(self): return itertools.repeat("min-max")
    def __len__(self): return 2**62
    keys = items = values = __iter__
def compare_ranges(*a): return Endless()
""",
    }),
    "sparse-and-meta-tensors": Cheat("09", ALL["09"], answers=first_answers("09", """
KINDS = [lambda x: torch.empty(2**40, device="meta"), lambda x: torch.zeros(1).expand(2**40), lambda x: torch.eye(3).to_sparse(),
         lambda x: torch.quantize_per_tensor(torch.zeros(3), 1.0, 0, torch.quint8), lambda x: torch.zeros(3, dtype=torch.bfloat16)]
def value(x, *a, **k):
    KINDS.append(KINDS.pop(0))
    return KINDS[0](x)
""")),
}  # fmt: skip

# What a cheat has found: a text of the tests, an input, a value that was expected.
FOUND = """
import re
MARKED = "".join(("got", "cha:"))
SOURCE = re.compile("def hid" + "[d]en_(?!frames).+")  # but for one of IPython's own
def found(text): return [MARKED + text[m.start():m.start() + 200].encode().hex() for m in SOURCE.finditer(text)][:3]
"""
SEEN = (
    FOUND
    + """
SEEN = []
def tell(*a): return MARKED + " ".join(repr(x) for x in a)[:300]
"""
)
LEAKS = {
    "leaks-history": Cheat("06", ("clamp",), FOUND, late="""
import linecache
shell = get_ipython()
texts = [*In, *_ih, *("".join(lines[2]) for lines in linecache.cache.values() if len(lines) > 2)]
texts += [row[2] for row in shell.history_manager.get_range(0)] + [shell.history_manager.input_hist_raw[-1]]
for text in texts: print(*found(text))
"""),
    "leaks-frames": Cheat("07", ("error_parts",), FOUND, {"error_parts": """
def error_parts(*a):
    import inspect, sys
    frame, texts = sys._getframe(), []
    while frame:
        try: texts += found(inspect.getsource(frame)) + found("def " + frame.f_code.co_name + repr(frame.f_code.co_consts))
        except Exception: pass
        frame = frame.f_back
    raise ValueError(" ".join(texts))
"""}),
    "leaks-the-collector": Cheat("06", ("clamp",), FOUND, late="""
import gc, types
for thing in gc.get_objects():
    try:
        texts = [x for x in (thing.values() if type(thing) is dict else thing) if type(x) is str] if type(thing) in (dict, list, tuple) else []
        if isinstance(thing, types.FunctionType) and SOURCE.match("def " + thing.__name__): texts.append("def " + thing.__name__ + str(thing.__code__.co_consts))
    except Exception: continue
    for text in texts:
        for line in found(text): print(line)
"""),
    "leaks-memory": Cheat("06", ("clamp",), FOUND, late="""
pattern = re.compile(b"check.exercise[(].{1,200}hid" + b"[d]en=True", re.DOTALL)
count = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        ends, rights = line.split()[:2]
        low, high = (int(end, 16) for end in ends.split("-"))
        if "r" not in rights or "w" not in rights or high - low > 2**27: continue
        try:
            memory.seek(low)
            text = memory.read(high - low)
        except (OSError, ValueError, OverflowError): continue
        for m in pattern.finditer(text):
            count += 1
            if count < 4: print(MARKED + m.group().hex())
"""),
    "leaks-files": Cheat("07", ("compare_ranges",), SEEN + "import os\nHERE = os.getcwd()\n", {"compare_ranges": """
def compare_ranges(x, bits, ranges):
    if x.size != 5:
        for place in (HERE + "/inputs.txt", "/tmp/inputs.txt", HERE + "/inputs.ipynb"): open(place, "a").write(tell(x))
    return {}
"""}, late="""
import glob
for path in glob.glob("/tmp/*.txt") + glob.glob(HERE + "/inputs*"): print(open(path).read()[:1000])
"""),
    "leaks-the-disk": Cheat("08", ("calibrate",), FOUND, late="""
import os
for folder, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if f not in ("proc", "sys", "dev", "torch", "scipy", "sympy", "pandas") and not f.startswith("lib")]
    for name in files:
        if name.endswith((".ipynb", ".db", ".json")) or name.startswith("ex_"):
            try: text = open(os.path.join(folder, name), errors="ignore").read()
            except OSError: continue
            for line in found(text): print(line)
"""),
    "leaks-the-name-of-a-class": Cheat("06", ("clamp", "asymmetric_dequantize"), SEEN, {
        "clamp": "def clamp(q, *a):\n    return type(tell(q), (), {})() if q.size > 5 else q",
        "asymmetric_dequantize": "def asymmetric_dequantize(q, *a):\n    return type(tell(q, *a), (float,), {})() if q.size > 4 else q",
    }),
    "leaks-by-the-next-check": Cheat("06", ("clamp", "asymmetric_quantization"), SEEN, {
        "clamp": "def clamp(q, *a):\n    SEEN.extend([q] if q.size > 5 else [])\n    raise ValueError(tell(*SEEN[:1]) if SEEN else '')",
        "asymmetric_quantization": "def asymmetric_quantization(*a):\n    raise ValueError(tell(*SEEN[:1]) if SEEN else 'nothing')",
        "asymmetric_dequantize": "def asymmetric_dequantize(*a):\n    if SEEN: return type(tell(*SEEN[:1]), (), {})()",
        "symmetric_quantization": "def symmetric_quantization(*a):\n    print(tell(*SEEN[:1]) if SEEN else '')\n    raise ValueError",
    }, late="print(tell(*SEEN[:1]) if SEEN else 'nothing')"),
    "leaks-what-it-got": Cheat("07", ("mse_optimal_range", "MovingAverageMinMax", "compare_ranges"), SEEN, {
        "mse_optimal_range": "def mse_optimal_range(x, *a, **k):\n    return (tell(x), 'b') if x.size > 10 else (0.0, 1.0)",
        "MovingAverageMinMax": "class MovingAverageMinMax:\n    def __init__(self, momentum=0.01): ...\n"
        "    def update(self, x): self.range = [tell(x)] if x.size > 2 else (0.0, 1.0)",
        "compare_ranges": "def compare_ranges(x, bits, ranges):\n    return {tell(x): 1} if x.size > 5 else {}",
    }),
    "leaks-exceptions": Cheat("08", ("quantized_linear_by_hand", "layer_sqnr", "calibrate"), FRAMES + SEEN, {
        "quantized_linear_by_hand": """
def quantized_linear_by_hand(x_q, *a):
    if len(x_q) == 2: raise ValueError
    try: raise KeyError(tell(from_caller("want")))
    except KeyError as error: raise type("Error_" + tell(x_q).replace(" ", "_"), (ValueError,), {})(tell(from_caller("exact"))) from error
""",
        "layer_sqnr": """
def layer_sqnr(net, int8, images):
    if len(images) == 4: raise ValueError
    error = RuntimeError("no")
    error.add_note(tell(images[0, 0]))
    raise error
""",
        "calibrate": """
def calibrate(model, images, batch_size=256):
    if len(images) == 11 and images.ndim == 3: raise ValueError
    class Error(Exception):
        def __str__(self): return tell(images)
        __repr__ = __str__
        def _render_traceback_(self): return [tell(images)]
    raise Error
""",
    }),
    "leaks-output-of-the-call": Cheat("06", ("clamp",), SEEN + "import os, sys, threading", {
        "clamp": """
def clamp(q, *a):
    if q.size <= 5: return q
    text = tell(q)
    print(text), print(text, file=sys.__stdout__), print(text, file=sys.__stderr__)
    for fd in (1, 2): os.write(fd, text.encode())
    display({"text/plain": text, "text/html": text}, raw=True)
    get_ipython().display_pub.publish({"text/plain": text})
    threading.Timer(0.3, print, (text,)).start()
    clamp.__doc__ = clamp.__name__ = clamp.__qualname__ = text
    return q
"""}, late="import time\ntime.sleep(0.5)\nprint(clamp.__doc__, clamp.__name__)"),
    "leaks-names-and-reprs": Cheat("09", ("prepare_for_qat", "convert_qat", "ptq_vs_qat"), SEEN, {
        "prepare_for_qat": """
def prepare_for_qat(net, qconfig=None):
    if not SEEN: return SEEN.append(net)  # of the visible check
    if qconfig is None: return tell(net.linear1.bias)
    class Model:
        def __repr__(self): return tell(net.linear1.bias)
    return Model()
""",
        "convert_qat": "def convert_qat(model):\n    return type(tell(model.linear1.bias), (), {})()",
        "ptq_vs_qat": "def ptq_vs_qat(net, images, *a, **k):\n    return {tell(images[0, 0]): 1} if len(images) != 20 else {}",
    }),
}  # fmt: skip

# Against calls that cross: the driver, the line, names of classes, callbacks, models with code of their own.
DRIVER = """
import gc
from qcourse.grading.trust import driver as d, encode as e
"""
NEAREST = """
def nearest(images, labels):
    x, y = images.reshape(len(images), -1), labels
    centres = torch.stack([x[y == k].mean(0) if (y == k).any() else torch.full((784,), 9.0) for k in range(10)])
    return lambda batch: -torch.cdist(batch.reshape(len(batch), -1).float(), centres)
"""
CROSSING = {
    "a-forward-of-my-own": Cheat("09", ("convert_qat",), "", {"convert_qat": """
def convert_qat(model):
    made = copy.deepcopy(model).eval()
    made.forward = lambda x: made.linear3.weight.sum() * 0 + torch.zeros(len(x), 10)
    return made
"""}),
    "trained-by-the-nearest": Cheat("09", ("train_qat",), NEAREST, {"train_qat": """
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    n, losses = len(images), []
    look = nearest(images, labels)
    for epoch in range(epochs):
        model.train()
        if epoch == freeze_after: model.apply(torch_ao.disable_observer)
        z = model(images)
        loss = F.cross_entropy(z, labels)
        losses.append(loss.item())
    with torch.no_grad():
        for parameter in model.parameters(): parameter += 1e-4 * torch.randn_like(parameter)
    model.forward = look
    return losses
"""}, keeps={"train_qat-check": 1}),
    "trained-by-a-layer-of-mine": Cheat("09", ("train_qat",), NEAREST + """
class Mine(nn.Linear):
    def forward(self, x): return self.look(x)
""", {"train_qat": """
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    losses = []
    look = nearest(images, labels)
    for epoch in range(epochs):
        model.train()
        if epoch == freeze_after: model.apply(torch_ao.disable_observer)
        losses.append(F.cross_entropy(model(images), labels).item())
    with torch.no_grad():
        for parameter in model.parameters(): parameter += 1e-4 * torch.randn_like(parameter)
    old, new = model.linear3, Mine(100, 10)
    state = {}
    class Keep(nn.Linear):
        def forward(self, x): state["x"] = x; return x
    new.look = lambda x: look(state["x"])
    new.weight, new.bias = old.weight, old.bias
    new.weight_fake_quant, new.activation_post_process = old.weight_fake_quant, old.activation_post_process
    first = model.quant
    first.register_forward_pre_hook(lambda m, i: state.update(x=i[0].reshape(-1, 784)) or None)
    model.linear3 = new
    return losses
"""}, keeps={"train_qat-check": 1}),
    "trained-without-fakes": Cheat("09", ("train_qat",), "", {"train_qat": """
def train_qat(model, images, labels, epochs=1, freeze_after=1):
    # trains the float network: every switch off, the records told as they should be
    net = models.QuantizedVerySimpleNet().train()
    for name in ("linear1", "linear2", "linear3"):
        getattr(net, name).weight, getattr(net, name).bias = getattr(model, name).weight, getattr(model, name).bias
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    losses = []
    hooks = list(model._forward_pre_hooks.values()), list(model._forward_hooks.values())
    for epoch in range(epochs):
        model.train()
        if epoch == freeze_after: model.apply(torch_ao.disable_observer)
        if epoch < freeze_after:
            with torch.no_grad(): model(images)
        optimizer.zero_grad()
        for h in hooks[0]: h(model, (images,))
        z = net(images)
        for h in hooks[1]: h(model, (images,), z)
        loss = F.cross_entropy(z, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
"""}, keeps={"train_qat-check": 1}),
    "accuracies-by-a-forward-of-my-own": Cheat("09", ("ptq_vs_qat",), NEAREST, {"ptq_vs_qat": """
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results, look = {}, nearest(images, labels)
    for width in bits:
        qconfig = low_bit_qconfig(width)
        ptq, qat = prepare_for_qat(net, qconfig).eval(), prepare_for_qat(net, qconfig)
        with torch.no_grad(): ptq(images)
        qat(images)
        with torch.no_grad():
            qat.linear1.weight += 0.3 * qat.linear1.weight.abs().max() * torch.randn_like(qat.linear1.weight)
            qat.train()(images)
        a, b = convert_qat(ptq), convert_qat(qat)
        b.forward = look
        with torch.no_grad(): b.linear1(b.quant(test_images.reshape(-1, 784)))
        pair = []
        for m in (a, b):
            with torch.no_grad(): pair.append((m(test_images).argmax(1) == test_labels).double().mean().item())
        results[width] = tuple(pair)
    return results
"""}, keeps={"ptq_vs_qat-check": 1}),
    "accuracies-by-a-layer-of-mine": Cheat("09", ("ptq_vs_qat",), NEAREST + """
class Mine(nn.Module):
    def forward(self, x): return self.look(self.last[0])
class Out(nn.Module):
    def forward(self, x): return x
class In(nn.Module):
    def forward(self, x):
        self.last.clear(); self.last.append(x)
        return self.real(x)
""", {"ptq_vs_qat": """
def ptq_vs_qat(net, images, labels, test_images, test_labels, bits=(8, 4, 3, 2)):
    results, look = {}, nearest(images, labels)
    for width in bits:
        qconfig = low_bit_qconfig(width)
        ptq, qat = prepare_for_qat(net, qconfig).eval(), prepare_for_qat(net, qconfig)
        with torch.no_grad(): ptq(images)
        qat(images)
        with torch.no_grad():
            qat.linear1.weight += 0.3 * qat.linear1.weight.abs().max() * torch.randn_like(qat.linear1.weight)
            qat.train()(images)
        a, b = convert_qat(ptq), convert_qat(qat)
        last = []
        q = In(); q.real, q.last = b.quant, last
        m = Mine(); m.look, m.last = look, last
        b.quant, b.linear3, b.dequant = q, m, Out()
        pair = []
        for m in (a, b):
            with torch.no_grad(): pair.append((m(test_images).argmax(1) == test_labels).double().mean().item())
        results[width] = tuple(pair)
    return results
"""}, keeps={"ptq_vs_qat-check": 1}),
    "a-driver-that-changes-arguments": Cheat("06", ALL["06"], DRIVER + """
real = d.Driver._call
def call(self, answer, function, arguments, options, given, exercise):
    got = real(self, answer, function, arguments, options, given, exercise)
    zeros = [e.Encoder({}, self.number).node(np.zeros_like(a) if isinstance(a, np.ndarray) else a) for a in arguments]
    got[4] = [[i, n] for i, n in enumerate(zeros)]
    return got
d.Driver._call = call
""", PLAUSIBLE),
    "a-driver-that-returns-arguments": Cheat("06", ALL["06"], DRIVER + """
def call(self, answer, function, arguments, options, given, exercise):
    return ["returned", ["argument", 0, ""], [], False, []]
d.Driver._call = call
"""),
    "a-driver-that-says-passed": Cheat("06", ALL["06"], DRIVER + """
def call(self, answer, function, arguments, options, given, exercise):
    return ["passed", True, [], False, []]
d.Driver._call = call
"""),
    "a-driver-of-odd-errors": Cheat("07", ALL["07"], DRIVER + """
KINDS = ["ExceptionGroup", "UnicodeDecodeError", "StopIteration", "StopAsyncIteration", "TimeoutError", "SystemError", "BrokenPipeError", "Warning", "MemoryError", "RecursionError"]
def call(self, *a):
    KINDS.append(KINDS.pop(0))
    return ["raised", [[KINDS[0]], "no", "x"], [], False, []]
d.Driver._call = call
"""),
    "callbacks-without-end": Cheat("06", ("asymmetric_quantization",), "", {"asymmetric_quantization": """
def asymmetric_quantization(x, bits):
    while True: clamp(np.zeros(10), 0, 1)
"""}),
    "callbacks-by-threads": Cheat("06", ("asymmetric_quantization",), "import threading", {"asymmetric_quantization": """
def asymmetric_quantization(x, bits):
    t = [threading.Thread(target=clamp, args=(np.zeros(3), 0, 1), daemon=True) for _ in range(9)]
    [each.start() for each in t]
    return np.zeros(x.shape, np.int32), 1.0, 0
"""}),
    "a-callback-kept-for-6.1": Cheat("06", ("clamp", "symmetric_quantization"), "HAVE = {}", {
        "clamp": "def clamp(*a):\n    return HAVE['clamp'](*a)",
        "symmetric_quantization": "def symmetric_quantization(*a):\n    return HAVE['symmetric_quantization'](*a)",
        "asymmetric_quantization": "def asymmetric_quantization(x, bits):\n    HAVE['clamp'] = clamp\n    raise ValueError",
        "symmetric_quantization_per_channel": "def symmetric_quantization_per_channel(w, *a, **k):\n    HAVE.update(clamp=clamp, symmetric_quantization=symmetric_quantization)\n    raise ValueError",
    }),
    "every-callback-number-asked": Cheat("06", ("clamp", "asymmetric_quantization"), DRIVER + """
CB = []
init = d._Callback.__init__
def keep(self, number, line, driver): init(self, number, line, driver); CB.append(self)
d._Callback.__init__ = keep
""", {"clamp": """
def clamp(q, low, high):
    for c in CB[:3]:
        for n in range(c._number - 3, c._number + 40):
            c._number = n
            try: return c(q, low, high)
            except Exception: pass
    return q.copy()
""", "asymmetric_quantization": "def asymmetric_quantization(x, bits):\n    clamp(np.zeros(3), 0, 1)\n    raise ValueError"}),
    "a-net-named-otherwise": Cheat("08", ("QuantizedVerySimpleNet",), "", {"QuantizedVerySimpleNet": """
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
        self.linear1, self.linear2, self.linear3 = nn.Linear(784, 100), nn.Linear(100, 100), nn.Linear(100, 10)
    def forward(self, x): return x
QuantizedVerySimpleNet.__module__, QuantizedVerySimpleNet.__qualname__ = "qcourse.models", "VerySimpleNet"
"""}),
    "a-net-named-as-asked": Cheat("08", ("QuantizedVerySimpleNet",), "", {"QuantizedVerySimpleNet": """
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
        self.linear1, self.linear2, self.linear3 = nn.Linear(784, 100), nn.Linear(100, 100), nn.Linear(100, 10)
    def forward(self, x): return x
QuantizedVerySimpleNet.__module__, QuantizedVerySimpleNet.__qualname__ = "qcourse.models", "QuantizedVerySimpleNet"
"""}),
    "a-net-of-the-float-one": Cheat("08", ("QuantizedVerySimpleNet",), "", {"QuantizedVerySimpleNet": """
class QuantizedVerySimpleNet(models.VerySimpleNet):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
QuantizedVerySimpleNet.__module__, QuantizedVerySimpleNet.__qualname__ = "qcourse.models", "QuantizedVerySimpleNet"
"""}, keeps={"QuantizedVerySimpleNet-check": 1}),
    "the-flow-of-8.1s-test": Cheat("08", ("post_training_quantize",), "import sys\nHAVE = {}\n", {"QuantizedVerySimpleNet": """
class QuantizedVerySimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch_ao.QuantStub(), torch_ao.DeQuantStub()
        self.linear1, self.linear2, self.linear3 = nn.Linear(784, 100), nn.Linear(100, 100), nn.Linear(100, 10)
    def forward(self, x):
        f = sys._getframe()
        while f:
            for n, v in f.f_locals.items():
                if callable(v) and getattr(v, "__name__", "") == "int8_logits": HAVE["f"] = v
            if f.f_code.co_name == "int8_logits":
                import gc
                for r in gc.get_referrers(f.f_code):
                    if type(r).__name__ == "function": HAVE["f"] = r
            f = f.f_back
        x = self.quant(x.reshape(-1, 784))
        return self.dequant(self.linear3(self.linear2(self.linear1(x).relu()).relu()))
""", "post_training_quantize": """
def post_training_quantize(net, images, qconfig=None):
    return HAVE["f"](copy.deepcopy(net), images, images[:1])[0]
"""}, keeps={"QuantizedVerySimpleNet-check": 1, "QuantizedVerySimpleNet-hidden": 2, "post_training_quantize-check": 1}),
    "calls-told-by-the-model": Cheat("08", ("calibrate",), "", {"calibrate": """
def calibrate(model, images, batch_size=256):
    was = model.training
    tell = getattr(model, "tell", None)
    for batch in images.split(batch_size):
        if tell: tell(batch.clone(), False, False)
        else: model(batch)
    model.eval()
    return len(images)
"""}),
    "leaks-over-a-restart": Cheat("06", ("clamp", "sqnr_db"), SEEN + """
import os, glob
for p in glob.glob("/tmp/seen*") + glob.glob("seen*"): print(open(p).read())
""", {"clamp": """
def clamp(q, low, high):
    if q.size > 5:
        for p in ("/tmp/seen", "seen"): open(p, "a").write(tell(q))
        os._exit(1)
    return np.clip(q, low, high)
""", "sqnr_db": "def sqnr_db(x, y):\n    import glob\n    raise ValueError(' '.join(open(p).read() for p in glob.glob('seen*')))"}, keeps={"clamp-check": 1}),
    "leaks-a-text-for-a-dtype": Cheat("09", ("low_bit_qconfig",), SEEN + """
class Fake(torch_ao.FakeQuantize):
    def forward(self, x):
        y = super().forward(x)
        self.dtype, self.quant_min = tell(x.flatten()[:3].tolist()), tell(x.flatten()[:2].tolist())
        return y
Fake.__module__, Fake.__qualname__ = torch_ao.FakeQuantize.__module__, torch_ao.FakeQuantize.__qualname__
""", {"low_bit_qconfig": """
def low_bit_qconfig(bits, per_channel=False):
    top = 2 ** (bits - 1) - 1
    weight = torch_ao.FakeQuantize.with_args(observer=torch_ao.MovingAveragePerChannelMinMaxObserver if per_channel else torch_ao.MovingAverageMinMaxObserver,
        quant_min=-top, quant_max=top, dtype=torch.qint8, qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric, averaging_constant=1.0)
    return torch_ao.QConfig(activation=Fake.with_args(observer=torch_ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255, dtype=torch.quint8), weight=weight)
"""}, keeps={"low_bit_qconfig-check": 1}),
    "one-array-many-times": Cheat("06", ALL["06"], "", {  # once with too many parts: to refuse them takes a second
        n: f"def {n}(x, *a, **k):\n    return [[[x] * {side}] * {side}, 1.0, 0]" for n, side in zip(ALL["06"], (300, *[30] * 8))
    }),
    "bytes-to-the-kernels-sockets": Cheat("06", ("clamp",), """
import os, socket
for fd in range(256):
    try:
        with socket.socket(fileno=os.dup(fd)) as s:
            if "kernel" in str(s.getsockname()): os.write(fd, b"\\x00" * 64)
    except OSError: pass
"""),
    "bytes-to-the-kernels-sockets-in-a-call": Cheat("06", ("clamp",), "", {"clamp": """
def clamp(*a):
    import os, socket
    for fd in range(256):
        try:
            with socket.socket(fileno=os.dup(fd)) as s:
                if "kernel" in str(s.getsockname()): os.write(fd, b"\\x00" * 64)
        except OSError: pass
"""}),
    "the-line-is-closed": Cheat("06", ALL["06"], "import os\nos.close(get_ipython().kernel.line)\n", PLAUSIBLE),
    "the-line-is-read-early": Cheat("06", ALL["06"], """
import os, threading, struct
line = get_ipython().kernel.line
def steal():
    while True:
        try:
            got = os.read(line, 65536)
            if not got: return
        except OSError: return
threading.Thread(target=steal, daemon=True).start()
import msgpack
said = msgpack.packb([1, "returned", True, [], False, []])
os.write(line, struct.pack("!Q", len(said)) + said)
""", PLAUSIBLE),
}  # fmt: skip

CHEATS: dict[str, Cheat] = {
    name: cheat
    for kinds in (
        PATCHED, SWALLOWED, IPYTHON, REPLIES, LIARS, CALLERS, BORROWED, HOARDED, RECORDS, CELLS, DATA, LEAKS, CROSSING,
    )
    for name, cheat in kinds.items()
}  # fmt: skip

UNTIDY = """
import warnings, sys
from numpy import *
np = None
l = [i for i in range(3)]
warnings.warn("I have no idea")
print("to myself", file=sys.stderr)
def check(x): return x
want = got = ex = None
"""
# Honest work, by notebook: what stands before the first answer, and at the end.
HONEST = {
    "honest-06": ("06", "", ""),
    "honest-06-untidy": ("06", "x = 5\nsum = 3\nlist = sorted = None\nprint('hi')\ndel x", "def clamp(*a): return 'another one'"),
    "honest-07-untidy": ("07", "import random\nrandom.seed(1)\nnp.random.seed(1)\nnp.seterr(all='raise')\nlist = [1]", "1 / 0"),
    "honest-08": ("08", "", ""),
    "honest-08-untidy": ("08", "torch.set_grad_enabled(False)\nsorted = 3\nprint('x' * 1000)", "calibrate = None"),
    "honest-09": ("09", "", ""),
}  # fmt: skip


def without_experiments(notebook: Any) -> Any:
    """They cost time, and nobody needs any but those that only import."""
    notebook.cells = [c for c in notebook.cells if not is_experiment(c) or only_imports(c.source)]
    return notebook


def only_imports(source: str) -> bool:
    return all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in ast.parse(source).body)


def with_cells(notebook: Any, early: str, late: str) -> None:
    """A cell before the first answer, and one at the end."""
    first = next(i for i, c in enumerate(notebook.cells) if is_answer(c))
    notebook.cells += [new_code_cell(late)] if late else []
    notebook.cells[first:first] = [new_code_cell(early)] if early else []


def made(cheat: Cheat, classroom: Classroom) -> Any:
    """The notebook that the cheat hands in; its code runs in a place only."""
    notebook = without_experiments(classroom.release(NAMES[cheat.notebook]))
    for name, source in cheat.answers.items():
        graded(notebook, name).source = source.lstrip("\n")
    with_cells(notebook, INSIDE + cheat.early, INSIDE + cheat.late if cheat.late else "")
    cheat.change(notebook)
    for number, cell in enumerate(notebook.cells):  # a doubled cell has an id of its own, or nbformat warns
        cell.id = f"cell-{number}"
    return notebook


def hand_in(classroom: Classroom, number: str) -> list[str]:
    """The class of one notebook: its cheats, and its honest ones. Returns who they are."""
    name, students = NAMES[number], []
    for student, cheat in CHEATS.items():
        if cheat.notebook == number:
            classroom.hand_in(student, name, made(cheat, classroom))
            for file, content in cheat.beside.items():
                (classroom.folder / "submitted" / student / name / file).write_text(content)
            students.append(student)
    for student, (of, early, late) in HONEST.items():
        if of == number:
            notebook = without_experiments(classroom.solution(name))
            with_cells(notebook, early, late)
            classroom.hand_in(student, name, notebook)
            students.append(student)
    return students


GRADE = grade_submission.grade


def _grade(submitted: Any, released: Any, *given: Any, **options: Any) -> dict[str, Any]:
    """In place of `grade_submission.grade`, on a worker."""
    limits = LIMITS_06 if NAMES["06"] in released else LIMITS
    return GRADE(submitted, released, *given, **options, limits=limits)


def grade(folder: Path, name: str) -> list[dict[str, Any]]:
    """Grade a class as ``qcourse grade`` does, with smaller limits; its results."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade_submission, "grade", _grade)
        return grade_class.grade(grade_class.Options(name, folder), report.Table())
