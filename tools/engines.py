"""Do notebooks 08 and 09, their checks and their answer banks hold on every engine and instruction set?

``python tools/engines.py [SETTING ...]``, or ``make engines``. For each setting nbval compares what the
solutions print with what is stored, and the judge tries every answer of the bank. Each result goes into the
table of docs/engines.md at once, in place of the one before; what failed is in build/engines. Some settings
are of x86 processors only. ``--python PATH`` tries another environment's torch.
"""

import argparse
import os
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


HEAD = "| torch | engine and limit | notebook | outputs | answer bank | tried |"
PAGE = ROOT / "docs" / "engines.md"


def passes(command: list[str], environment: dict[str, str], log: Path) -> str:
    """ "passes" or "fails"; what failed is printed, and all of it in ``log``."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    log.write_text(done.stdout + done.stderr)
    if done.returncode == 0:
        return "passes"
    lines = (done.stdout.strip() or done.stderr.strip() or "nothing printed").splitlines()
    print(*([line for line in lines if line.startswith(("     ✗", "FAILED"))] or lines[-1:]), sep="\n")
    return "fails"


def hold(name: str, python: str, number: str) -> list[str]:
    """What nbval and the judge say of a notebook under a setting."""
    engine, extra = SETTINGS[name]
    (path,) = (ROOT / "solutions").glob(f"{number}_*/{number}_*.ipynb")
    logs = ROOT / "build" / "engines"
    logs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        startup = Path(folder) / "profile_default" / "startup"  # IPython runs what lies there in each kernel
        startup.mkdir(parents=True)
        (startup / "engine.py").write_text(START.format(engine=engine))
        environment = {**os.environ, **extra, "IPYTHONDIR": folder, "OMP_NUM_THREADS": "1"}
        sanitize = ["--nbval-sanitize-with", "tests/lessons/nbval_sanitize.cfg"]
        commands = {
            "nbval": [python, "-m", "pytest", *NBVAL, *sanitize, str(path)],
            "bank": [python, "-c", JUDGE.format(engine=engine), number],
        }
        return [
            passes(command, environment, logs / f"{name} {number} {what}.txt")
            for what, command in commands.items()
        ]


def note(version: str, name: str, number: str, cells: list[str]) -> None:
    """Put a result into the page's table, in the place of an older one of the same row."""
    before, table = PAGE.read_text(encoding="utf-8").split(HEAD)
    limits = "".join(f" (`{key}={value}`)" for key, value in SETTINGS[name][1].items())
    row = f"| {version} | {name}{limits} | {number} |"
    rows = [line for line in table.splitlines()[2:] if line.startswith("|") and not line.startswith(row)]
    rest = [line for line in table.splitlines()[2:] if not line.startswith("|")]
    rows.append(f"{row} {' | '.join(cells)} | {time.strftime('%Y-%m-%d')} |")
    order = [f"| {name}{' (' if extra else ' |'}" for name, (_, extra) in SETTINGS.items()]

    def place(line: str) -> tuple[str, int, str]:
        torch, setting, rest = line.split(" | ", 2)
        return torch, next(n for n, start in enumerate(order) if f"| {setting} |".startswith(start)), rest

    lines = [HEAD, "|---|---|---|---|---|---|", *sorted(rows, key=place), *rest]
    PAGE.write_text(before + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=", ".join(SETTINGS))
    parser.add_argument("--python", default=sys.executable, help="the Python whose torch is tried")
    parser.add_argument("--only", nargs="+", default=["08", "09"], metavar="NN", help="notebooks")
    options = parser.parse_args()
    if unknown := [name for name in options.settings if name not in SETTINGS]:
        parser.error(f"no setting {unknown[0]!r}; there are {', '.join(SETTINGS)}")
    ask = "import torch; print(torch.__version__.split('+')[0], *torch.backends.quantized.supported_engines)"
    version, *engines = subprocess.check_output([options.python, "-c", ask], text=True).split()
    failed = False
    for name in options.settings or SETTINGS:
        for number in options.only:
            there = SETTINGS[name][0] in engines
            cells = hold(name, options.python, number) if there else ["no such engine"] * 2
            failed |= "fails" in cells
            print(version, name, number, *cells, sep=" | ", flush=True)
            note(version, name, number, cells)
    return failed


if __name__ == "__main__":
    sys.exit(main())
