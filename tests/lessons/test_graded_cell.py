"""A graded cell: names of its own, and a process that stands at its defaults.

Together with the gate that such a cell reads nothing but answers, modules and builtins, this holds every one.
"""

import builtins
import io
import locale
import os
import random
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

import qcourse.check
from qcourse.check import CheckFailed, switches

ANSWER = "def double(x):\n    return 2 * x"
CHECK = """
import qcourse.check

@qcourse.check.exercise("99.1", double)
def check_double(ex):
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.number = ex.answer(1)

    ex.equal("a sum", math.fsum([ex.call(2), round(1.6)]), 6.0)
    ex.equal("pairs", np.array([a + b for a, b in zip([1, 2], map(int, "34"))]), np.array([4, 6]))
    ex.true(isinstance(Half(), nn.Module) and len(copy.copy([1, 2])) == 2, "the modules are others")
    ex.true(F.relu(torch.ones(1)).sum() == max(0, 1) == min(1, 2), "the functions are others")
    ex.true(models.VerySimpleNet and torch_ao.QConfig, "the course's modules are others")
"""


@pytest.fixture(autouse=True)
def given_back():
    with switches.at_defaults():
        yield


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "from numpy import *",
        "import numpy as np\nmin, max, sum = np.min, np.max, np.sum",
        "def round(x): return 0.5\ndef zip(a): return a\ndef max(values): return values",
        "def len(a): return 0\ndef map(a): return a\ndef isinstance(a): return a\nint = super = 3",
        "from math import log10 as math\nnp = 'NumPy'\ncopy = [1]",
        "models = {}\nnn = F = 2.0\ntorch = torch_ao = None",
        "ex = Exercise = check_double = Half = None",
        "__builtins__ = {}",
    ],
)
def test_a_check_has_its_own_names_and_leaves_the_notebooks_alone(cell, capsys):
    scope = {}
    exec(cell, scope)
    exec(ANSWER, scope)
    if cell.startswith("__builtins__"):
        scope["__builtins__"] = {"__import__": __import__}
    before = dict(scope)
    exec(CHECK, scope)
    assert "Exercise 99.1: visible check passed" in capsys.readouterr().out
    assert scope.keys() - before.keys() <= {"qcourse", "check_double"}
    assert all(scope[name] is value for name, value in before.items() if name != "check_double")


def test_a_module_put_in_the_place_of_another_and_a_closed_stdout_change_no_verdict(monkeypatch):
    scope = {}
    exec(ANSWER, scope)
    for name in ("numpy", "math", "copy", "qcourse.models"):
        exec(CHECK, scope)
        monkeypatch.setitem(sys.modules, name, object())
    stdout = io.StringIO()
    stdout.close()
    monkeypatch.setattr(sys, "stdout", stdout)
    exec(CHECK, scope)


def test_functions_put_in_the_place_of_pythons_own_change_no_verdict(monkeypatch):
    scope = {}
    exec(ANSWER, scope)
    with monkeypatch.context() as patch:
        for name in ("max", "min", "round", "sum", "print"):
            patch.setattr(builtins, name, None)
        exec(CHECK, scope)
        assert builtins.max is builtins.print is None


def test_the_answer_keeps_the_names_of_its_notebook():
    scope = {}
    exec("factor = 3\ndef np(x):\n    return factor * x\ndef answer(x):\n    return np(x)", scope)
    exec(
        CHECK.replace("double)", "answer)").split("    class")[0] + "    ex.equal('it', ex.call(2), 6)", scope
    )


def test_in_a_kernel_not_even_the_functions_name_is_left_behind(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.kernel = None  # what makes it a kernel's
    shell.run_cell(f"{ANSWER}\ncheck_double = 'mine'")
    for _ in range(2):
        assert shell.run_cell(CHECK).success
        assert shell.user_ns["check_double"] == "mine"
    wrong = shell.run_cell("double = abs")
    assert isinstance(shell.run_cell(CHECK).error_in_exec, CheckFailed)
    assert wrong.success
    assert shell.user_ns["check_double"] == "mine"
    del shell.user_ns["check_double"]
    shell.run_cell(ANSWER)
    shell.run_cell(CHECK)
    assert "check_double" not in shell.user_ns


def state():
    """What a student may have switched."""
    return {
        "gradients": torch.is_grad_enabled(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "errors": np.geterr(),
        "printing": np.get_printoptions()["precision"],
        "folder": os.getcwd(),
        "locale": locale.setlocale(locale.LC_NUMERIC),
        "figure size": plt.rcParams["figure.figsize"],
    }


def switch_everything(folder):
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.use_deterministic_algorithms(True)
    np.seterr(all="raise")
    np.set_printoptions(precision=2)
    os.chdir(folder)
    plt.rcParams["figure.figsize"] = 1.0, 1.0
    with os.popen("locale -a") as known:
        there = known.read().split()
    if "C.UTF-8" in there:
        locale.setlocale(locale.LC_NUMERIC, "C.UTF-8")


def test_switches_stand_at_their_defaults_in_a_check_and_are_given_back(tmp_path):
    defaults = state()
    seen = []
    switch_everything(tmp_path)
    switched = state()
    assert all(
        switched[name] != value for name, value in defaults.items() if name not in ("inference", "locale")
    )

    @qcourse.check.exercise("99.1", state)
    def check(ex):
        seen.append(ex.call())
        seen.append(ex.call())

    assert state() == switched
    assert seen[0] == seen[1] == defaults


def drawn():
    return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002 - what students call


def test_random_numbers_start_anew_in_each_check_and_go_on_where_they_were_after_it():
    draws = []
    for between in (1, 2):
        random.seed(between)
        torch.manual_seed(between)

        @qcourse.check.exercise("99.1", drawn)
        def check(ex):
            draws.append(ex.call())

    assert draws[0] == draws[1]
    after = random.random(), torch.rand(1).item()
    random.seed(2)
    torch.manual_seed(2)
    assert after == (random.random(), torch.rand(1).item())


def test_a_default_device_that_does_not_exist_here_changes_no_verdict():
    torch.set_default_device("cuda")

    @qcourse.check.exercise("99.1", lambda: torch.ones(2))
    def check(ex):
        ex.equal("ones", ex.call(), torch.ones(2))

    assert str(switches._device()) == "cuda"
    torch.set_default_device(None)


def test_inference_mode_of_the_notebook_does_not_reach_a_check():
    def learns():
        weight = torch.ones(2, requires_grad=True)
        (3 * weight).sum().backward()
        return weight.grad.sum().item()

    with torch.inference_mode():

        @qcourse.check.exercise("99.1", learns)
        def check(ex):
            ex.equal("the gradient", ex.call(), 6.0)

        assert torch.is_inference_mode_enabled()


def test_a_warning_is_an_error_to_the_student_only(recwarn):
    import warnings

    warnings.simplefilter("error")

    @qcourse.check.exercise("99.1", lambda: np.log(np.zeros(1)))
    def check(ex):
        ex.call()
        warnings.warn("from the check itself", stacklevel=1)

    assert warnings.filters[0][0] == "error"


def test_what_a_call_switches_is_named_and_put_back(tmp_path):
    engine = torch.backends.quantized.engine
    other = next(e for e in torch.backends.quantized.supported_engines if e not in (engine, "none"))

    def switches_and_stops():
        switch_everything(tmp_path)
        torch.backends.quantized.engine = other

    @qcourse.check.exercise("99.1", switches_and_stops)
    def check(ex):
        import os

        before = os.getcwd(), torch.get_default_dtype(), np.geterr()
        ex.call()
        ex.true(
            {"gradients", "the default dtype", "the engine", "the working folder"} <= ex.changed, "which?"
        )
        ex.true(torch.is_grad_enabled() and torch.backends.quantized.engine == engine, "not put back")
        ex.true(before == (os.getcwd(), torch.get_default_dtype(), np.geterr()), "not put back")

    def switches_and_raises():
        torch.set_grad_enabled(False)
        raise ValueError

    @qcourse.check.exercise("99.1", switches_and_raises)
    def check_raises(ex):
        ex.raises(ValueError, case="nothing")
        ex.true(torch.is_grad_enabled(), "not put back")


def test_an_autocast_that_was_left_on_does_not_reach_the_check():
    with torch.autocast("cpu", dtype=torch.bfloat16):

        @qcourse.check.exercise("99.1", lambda x: x @ x)
        def check(ex):
            ex.true(ex.call(torch.ones(2, 2)).dtype == torch.float32, "autocast")

        assert torch.is_autocast_enabled("cpu"), "given back"


def test_06_is_checked_without_torch():
    code = (
        "import sys, qcourse.check, numpy as np\n"
        "@qcourse.check.exercise('6.1', lambda q, low, high: np.clip(q, low, high))\n"
        "def check(ex):\n    ex.equal('it', ex.call(np.array([1, 9]), 0, 5), np.array([1, 5]))\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
