"""Do notebooks 08 and 09, their checks and their answer banks hold on every engine and instruction set?

``python tools/engines.py [SETTING ...]``, or ``make engines``. For each setting nbval compares what the
solutions print with what is stored, and the judge tries every answer of the bank; the table goes to
build/engines. Some settings are of x86 processors only. ``--python PATH`` tries another environment's torch.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS: dict[str, tuple[str, dict[str, str]]] = {  # engine, environment
    "x86": ("x86", {}),
    "onednn": ("onednn", {}),
    "qnnpack": ("qnnpack", {}),
    "x86, AVX2": ("x86", {"FBGEMM_ENABLE_INSTRUCTIONS": "AVX2"}),
    "x86, AVX512 without VNNI": ("x86", {"FBGEMM_ENABLE_INSTRUCTIONS": "AVX512"}),
    "onednn, AVX2": ("onednn", {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    "x86, ATen default": ("x86", {"ATEN_CPU_CAPABILITY": "default"}),
}
START = "import torch\ntorch.backends.quantized.engine = {engine!r}\n"
JUDGE = START + "import sys\nfrom qcourse.cli import main\nsys.exit(main(['judge', *sys.argv[1:]]))\n"
NBVAL = [
    "-q",
    "-m",
    "",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--nbval",
    "--nbval-kernel-name",
    "python3",
]


def passes(command: list[str], environment: dict[str, str], log: Path) -> str:
    """ "passes", or the last line that the command printed."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    log.write_text(done.stdout + done.stderr)
    last = (done.stdout.strip() or done.stderr.strip() or "nothing printed").splitlines()[-1]
    return "passes" if done.returncode == 0 else f"fails: {last}"


def hold(name: str, python: str, notebooks: list[str]) -> list[str]:
    """One row: what nbval and the judge say of each notebook under a setting."""
    engine, extra = SETTINGS[name]
    row = []
    with tempfile.TemporaryDirectory() as folder:
        startup = Path(folder) / "profile_default" / "startup"  # IPython runs what lies there in each kernel
        startup.mkdir(parents=True)
        (startup / "engine.py").write_text(START.format(engine=engine))
        environment = {**os.environ, **extra, "IPYTHONDIR": folder, "OMP_NUM_THREADS": "1"}
        logs = ROOT / "build" / "engines"
        logs.mkdir(parents=True, exist_ok=True)
        for number in notebooks:
            (path,) = (ROOT / "solutions").glob(f"{number}_*/{number}_*.ipynb")
            sanitize = ["--nbval-sanitize-with", "tests/lessons/nbval_sanitize.cfg"]
            command = [python, "-m", "pytest", *NBVAL, *sanitize, str(path)]
            row.append(passes(command, environment, logs / f"{name} {number} nbval.txt"))
            command = [python, "-c", JUDGE.format(engine=engine), number]
            row.append(passes(command, environment, logs / f"{name} {number} bank.txt"))
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=", ".join(SETTINGS))
    parser.add_argument("--python", default=sys.executable, help="the Python whose torch is tried")
    parser.add_argument("--only", nargs="+", default=["08", "09"], help="notebooks")
    options = parser.parse_args()
    unknown = [name for name in options.settings if name not in SETTINGS]
    if unknown:
        parser.error(f"no setting {unknown[0]!r}; there are {', '.join(SETTINGS)}")
    version = "import torch; print(torch.__version__.split('+')[0])"
    torch = subprocess.run([options.python, "-c", version], capture_output=True, text=True, check=True).stdout
    head = ["torch", "engine", *(f"{n}: {what}" for n in options.only for what in ("outputs", "answer bank"))]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    failed = False
    for name in options.settings or SETTINGS:
        cells = hold(name, options.python, options.only)
        failed |= any(cell != "passes" for cell in cells)
        rows.append(f"| {torch.strip()} | {name} | {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    (ROOT / "build" / "engines" / f"{torch.strip()}.md").write_text("\n".join(rows) + "\n")
    print(f"build/engines/{torch.strip()}.md has the table ({platform.machine()}, {time.strftime('%Y-%m')}).")
    return failed


if __name__ == "__main__":
    sys.exit(main())
