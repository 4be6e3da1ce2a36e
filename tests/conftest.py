"""What every test needs: one thread, no network, and the course's folder."""

import contextlib
import os
import sys
from pathlib import Path

import pytest
import warm_kernels
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
os.environ["QCOURSE_OFFLINE"] = "1"  # no test downloads anything
# The same examples in each run, and nothing that a busy machine could fail.
settings.register_profile(
    "course", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")
LIGHT = str(Path(__file__).with_name("light_imports"))
if LIGHT not in os.environ.get("PYTHONPATH", ""):  # for the workers of xdist, and all that tests start
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [LIGHT, os.environ.get("PYTHONPATH")]))

# What takes longest is started first, so that no worker is left with it alone at the end.
LONGEST = (
    "test_hostile",
    "test_cluster",
    "test_demo",
    "test_notebooks.py::test_nbval[09",
    "test_every_answer_is_judged_rightly[09",
    "test_cheats",
    "test_notebooks",
    "test_slow_gate",
    "test_lab",
    "test_containment",
    "test_every_answer_is_judged_rightly",
    "test_faults",
    "test_build",
    "test_self_check",
)


def pytest_configure(config: pytest.Config) -> None:
    if sys.platform == "linux" and warm_kernels.FOLDER not in os.environ:  # one for all workers of xdist
        started = contextlib.ExitStack()
        started.enter_context(warm_kernels.running())
        config.add_cleanup(started.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((i for i, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    import torch  # here, so that the process which only starts the workers of xdist need not wait for it

    torch.set_num_threads(1)


@pytest.fixture
def no_data(monkeypatch, tmp_path) -> Path:
    """A machine that has no MNIST and cannot get it; returns its cache folder."""
    monkeypatch.delenv("QCOURSE_DATA", raising=False)
    monkeypatch.delenv("QCOURSE_SOURCE", raising=False)
    monkeypatch.setenv("QCOURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
