"""How fast the course is: ``make bench``. Medians of whole processes; figures go to build/bench.json.

``make bench AGAINST=COMMIT`` measures only what notebooks cost to start, and the same of that commit;
``make bench CLASSES="100 1000"`` only the memory of the process that grades classes so large.

Ratios come from pairs that were run in turn, so that a noisy machine disturbs both sides alike.
"""

import json
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import bench_desk
import bench_grading
import bench_start
import numpy as np

from qcourse import conventions
from qcourse.course.folder import assignments

RUNS = 3
LOAD_OURS = "from qcourse.data import load_digits28; load_digits28('mnist')"
LOAD_TORCHVISION = """
import os
from qcourse.download_mnist import import_datasets
for train in (True, False): import_datasets().MNIST(os.environ['QCOURSE_DATA'], train=train)
"""
TRAIN = """
import torch
from qcourse import training
from qcourse.data import load_digits28
from qcourse.models import to_input, to_labels, VerySimpleNet
digits = load_digits28()
images, labels = to_input(digits.train_images), to_labels(digits.train_labels)
"""
TRAIN_OURS = TRAIN + "training.train(VerySimpleNet(), images, labels, epochs=1)"
TRAIN_LOADER = (
    TRAIN
    + """
training.deterministic()
net = VerySimpleNet(); optimizer = torch.optim.Adam(net.parameters())
dataset = torch.utils.data.TensorDataset(images, labels)
for x, y in torch.utils.data.DataLoader(dataset, batch_size=100, shuffle=True):
    optimizer.zero_grad(); torch.nn.functional.cross_entropy(net(x), y).backward(); optimizer.step()
"""
)


def seconds(*command: str) -> tuple[float, str]:
    """The wall time of a whole process, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout


def paired(slow: str, fast: str) -> float:
    """The median of how many times longer ``slow`` takes than ``fast``."""
    return statistics.median(seconds("-c", slow)[0] / seconds("-c", fast)[0] for _ in range(RUNS))


def conventions_of_a_million() -> dict[str, float]:
    """Sixteen conventions on a million values: all against one, and each against ``np.round``, best of 9."""
    x = np.random.default_rng(0).standard_normal((1000, 1000)).astype(np.float32)

    def best(call: Callable[[], object]) -> float:
        return min(timeit.repeat(call, number=1, repeat=9))

    rounding = best(lambda: np.round(x))
    each = {
        name: best(lambda made=made: made(x).codes()) / rounding
        for name, made in conventions.CONVENTIONS.items()
        if name in conventions.SIXTEEN
    }
    for name, times in each.items():
        print(f"{name:50} {times:5.1f} times np.round")
    return {
        "conventions_compare_ms": 1000 * best(lambda: conventions.compare(x)),
        "conventions_slowest_vs_round": max(each.values()),
        "conventions_median_vs_round": statistics.median(each.values()),
    }


def main() -> None:
    root, against = Path.cwd(), " ".join(sys.argv[1:])
    figures = bench_start.measure(root, against)
    figures = figures if against else figures | others(root)
    show(figures, "against" if against else "bench")
    sys.exit("\n".join(bench_desk.broken(figures)) or None)  # an empty string is an error, too


def show(figures: dict[str, float], name: str) -> None:
    """Print the figures, and keep them in build/."""
    Path("build").mkdir(exist_ok=True)
    Path(f"build/{name}.json").write_text(json.dumps(figures, indent=1))
    for figure, value in figures.items():
        print(f"{figure:32} {value:10.3f}")


def others(root: Path) -> dict[str, float]:
    """What is measured of this state alone."""
    figures: dict[str, float] = {}
    flows = [seconds("tests/bench/ptq_flow.py") for _ in range(RUNS)]
    figures["ptq_flow_seconds"] = statistics.median(taken for taken, _ in flows)
    figures |= json.loads(flows[0][1].splitlines()[-1])
    figures["training_ratio_vs_dataloader"] = paired(TRAIN_LOADER, TRAIN_OURS)
    try:
        figures["loading_ratio_vs_torchvision"] = paired(LOAD_TORCHVISION, LOAD_OURS)
    except subprocess.CalledProcessError:
        print("MNIST is not on disk (set QCOURSE_DATA): the loading ratio is left out.")
    figures |= conventions_of_a_million()
    figures |= bench_grading.measure(root, assignments(root)[2])
    return figures | bench_desk.measure(root, assignments(root)[0])


if __name__ == "__main__":
    main()
