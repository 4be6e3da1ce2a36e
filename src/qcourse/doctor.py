"""``qcourse doctor``: what this machine has of what the course needs; each line is ok, or says what to do."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

PYTHONS = (3, 11), (3, 14)  # pyproject.toml
ROOM = 1.0  # GB: MNIST, notebooks with their outputs, and what pip and Jupyter keep


class Line(NamedTuple):
    """One thing that was looked at: ``remedy`` is empty where it is ok."""

    what: str
    found: str
    remedy: str = ""


def examine() -> Iterator[Line]:
    """Every line; what fails in a way that nobody foresaw is a line, too."""
    looks: list[Callable[[], Line]] = [_python, _torch, _torch_ao, _engine, _kernel, _lab, _widgets, _data]
    looks += [_disk, _threads]
    if find_spec("qcourse.classroom") and sys.platform == "linux":  # an instructor's machine
        looks.append(_containment)
    for look in looks:
        try:
            yield look()
        except Exception as error:
            first = (str(error).splitlines() or [""])[0]
            yield Line(look.__name__.strip("_"), f"{type(error).__name__}: {first}", "install it anew")


def _python() -> Line:
    found = f"{platform.python_version()} in {sys.prefix}"
    first, last = (".".join(map(str, v)) for v in PYTHONS)
    right = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    return Line("Python", found, "" if right else f"install Python {first} to {last}")


def _torch() -> Line:
    if not find_spec("torch"):
        return Line("torch", "not installed", "pip install torch (pytorch.org has a CPU build)")
    import torch

    kind = f"CUDA {torch.version.cuda}, not needed" if torch.version.cuda else "CPU build"
    return Line("torch", f"{torch.__version__} ({kind})")


def _torch_ao() -> Line:
    try:
        from qcourse import torch_ao
    except Exception as error:  # the module says what is wrong
        return Line("torch.ao", "missing", str(error))
    successor = _version("torchao") or "not installed"
    return Line("torch.ao", f"{torch_ao.prepare.__module__}; torchao: {successor}")


def _engines() -> list[str]:
    import torch

    return list(torch.backends.quantized.supported_engines)


def _engine() -> Line:
    import torch

    usable = [name for name in _engines() if name != "none"]
    found = f"{torch.backends.quantized.engine} of {', '.join(usable) or 'none'}"
    return Line("int8 engine", found, "" if usable else "08 and 09 need one: install another build of torch")


def _kernel() -> Line:
    from jupyter_client.kernelspec import KernelSpecManager

    manager = KernelSpecManager()
    if "python3" not in manager.find_kernel_specs():
        return Line("kernel", "no python3", "python -m ipykernel install --sys-prefix")
    command = manager.get_kernel_spec("python3").argv[0]
    own = shutil.which(command) or command
    # Its folder, not the file: the Pythons of all environments may be links to one.
    here = not os.path.isabs(command) or Path(own).parent.resolve() == Path(sys.executable).parent.resolve()
    remedy = "" if here else "it is another Python: python -m ipykernel install --sys-prefix"
    return Line("kernel", f"python3: {command}", remedy)


def _lab() -> Line:
    if not find_spec("jupyterlab"):
        return Line("JupyterLab", "not installed", "pip install jupyterlab")
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    button = any(found for folder in folders for found in folder.glob("*/nbgrader*"))
    found = f"{_version('jupyterlab')}, {'with' if button else 'without'} the Validate button of nbgrader"
    return Line("JupyterLab", found, "" if button else "pip install nbgrader")


def _widgets() -> Line:
    found = _version("ipywidgets")
    return Line(
        "sliders", f"ipywidgets {found or 'not installed'}", "" if found else "pip install ipywidgets"
    )


def _data() -> Line:
    from qcourse import data

    try:
        digits = data.mnist_on_disk()
    except data.Unavailable as error:
        how = "MNIST is downloaded at first use"
        if os.environ.get("QCOURSE_OFFLINE"):
            how = "scikit-learn's digits serve, QCOURSE_OFFLINE forbids the download"
        remedy = f"{error}: correct or unset QCOURSE_DATA" if os.environ.get("QCOURSE_DATA") else ""
        return Line("data", f"no MNIST on this disk: {how}", remedy)
    return Line("data", digits.name)


def _disk() -> Line:
    from qcourse.files import cache_folder

    folder = next(f for f in (cache_folder(), *cache_folder().parents) if f.exists())
    free = shutil.disk_usage(folder).free / 1e9
    writable = os.access(folder, os.W_OK)
    remedy = "" if free >= ROOM and writable else "free some space, or set QCOURSE_CACHE to another folder"
    return Line("disk", f"{free:.1f} GB free at {folder}" + ("" if writable else ", read-only"), remedy)


def _threads() -> Line:
    import torch

    wanted = os.environ.get("OMP_NUM_THREADS", "not set")
    found = f"{torch.get_num_threads()} of {os.cpu_count()} cores, OMP_NUM_THREADS {wanted}"
    return Line("threads", found)  # the notebooks themselves train on one


def _containment() -> Line:
    place = import_module("qcourse.grading.place.place")  # by name: what is imported, students get as well
    problem = place.missing()
    return Line("containment", "does not work" if problem else "bubblewrap works", problem)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def run(as_json: bool) -> int:
    """Print every line; 1 where there is a remedy to apply."""
    lines = []
    for line in examine():
        lines.append(line)
        if not as_json:
            print(f"{'ok' if not line.remedy else '!!'}  {line.what:12} {line.found}", flush=True)
            if line.remedy:
                print(f"    {'':12} {line.remedy}")
    if as_json:
        print(json.dumps([{**line._asdict(), "ok": not line.remedy} for line in lines], indent=1))
    return int(any(line.remedy for line in lines))
