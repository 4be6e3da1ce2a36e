"""`qcourse doctor`: each line is ok, or says what to do."""

import json
import shutil
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from qcourse import cli, doctor
from qcourse.errors import UserError

WHATS = ["Python", "torch", "torch.ao", "int8 engine", "kernel", "JupyterLab", "sliders", "data", "disk"]


def test_here_all_is_ok(capsys, monkeypatch, no_data):
    assert cli.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[4:17].strip() for line in lines] == [*WHATS, "threads", "containment"]
    assert all(line.startswith("ok  ") for line in lines)
    assert "scikit-learn's digits serve" in lines[7]


def test_json_says_the_same(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("QCOURSE_DATA", str(tmp_path))
    assert cli.main(["doctor", "--json"]) == 1
    found = {line["what"]: line for line in json.loads(capsys.readouterr().out)}
    assert [what for what, line in found.items() if not line["ok"]] == ["data"]
    assert "cannot be read" in found["data"]["remedy"]


def lacking(name: str) -> str:
    raise PackageNotFoundError(name)


def missing(*args, **kwargs) -> None:
    return None


FULL = shutil._ntuple_diskusage(9, 9, 9)
BROKEN = [
    ("_python", doctor, "PYTHONS", ((3, 8), (3, 9)), "install Python 3.8 to 3.9"),
    ("_torch", doctor, "find_spec", missing, "pip install torch"),
    ("_lab", doctor, "find_spec", missing, "pip install jupyterlab"),
    ("_lab", "jupyter_core.paths", "jupyter_path", lambda *names: [], "pip install nbgrader"),
    ("_widgets", doctor, "version", lacking, "pip install ipywidgets"),
    (
        "_containment",
        "qcourse.grading.place.place",
        "missing",
        lambda: "install bubblewrap",
        "install bubblewrap",
    ),
    ("_engine", doctor, "_engines", lambda: ["none"], "install another build of torch"),
    (
        "_kernel",
        "jupyter_client.kernelspec.KernelSpecManager",
        "find_kernel_specs",
        lambda self: {},
        "ipykernel install",
    ),
    (
        "_disk",
        doctor.shutil,
        "disk_usage",
        lambda folder: shutil._ntuple_diskusage(9, 9, 9),
        "free some space",
    ),
]


def test_the_kernel_of_another_environment_of_the_same_python_is_told(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    other = tmp_path / "bin" / "python3"
    other.symlink_to(sys.executable)
    found = SimpleNamespace(argv=[str(other)])
    monkeypatch.setattr(
        "jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", lambda self, name: found
    )
    assert "it is another Python" in doctor._kernel().remedy


@pytest.mark.parametrize(("look", "where", "name", "value", "remedy"), BROKEN)
def test_what_is_wrong_has_a_remedy(look, where, name, value, remedy, monkeypatch):
    if isinstance(where, str):
        monkeypatch.setattr(f"{where}.{name}", value)
    else:
        monkeypatch.setattr(where, name, value)
    assert remedy in getattr(doctor, look)().remedy


def test_without_torch_ao_its_own_sentence_is_the_remedy(monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "qcourse.torch_ao":
                raise UserError("torch 9 has no torch.ao.quantization: install torch 2.13.")

    import qcourse

    monkeypatch.delitem(sys.modules, "qcourse.torch_ao", raising=False)
    monkeypatch.delattr(qcourse, "torch_ao", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    assert doctor._torch_ao().remedy == "torch 9 has no torch.ao.quantization: install torch 2.13."


def test_what_nobody_foresaw_is_a_line_too(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_threads", lambda: 1 / 0)
    monkeypatch.setattr(doctor, "_threads", type(doctor._python)(doctor._threads.__code__, {}, "_threads"))
    assert doctor.run(as_json=False) == 1
    assert "!!  threads      ZeroDivisionError: division by zero" in capsys.readouterr().out
