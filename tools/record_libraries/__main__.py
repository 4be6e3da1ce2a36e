"""Ask real libraries again, and say what changed: ``python tools/record_libraries [NAME ...]``.

Each library of libraries.toml is installed, with the versions named there, into an environment of its own in
a temporary folder, which is removed afterwards. Its probe (probes/ask_NAME.py) gives it the tensors of
tensors.py. The answers go to recorded.json, which tests/lessons/test_conventions.py holds
``qcourse.conventions`` to. It needs the network and several GB of disk for a while, so no test runs it.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
import tensors

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"


def environment(
    packages: list[str], folder: Path, base: Path | None = None, options: tuple[str, ...] = ()
) -> Path:
    """A virtual environment with ``packages``, which also sees those of ``base``; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    if base:
        (site,) = folder.glob("lib/python*/site-packages")
        (below,) = base.glob("lib/python*/site-packages")
        (site / "base.pth").write_text(str(below))
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *options, *packages], check=True)
    return python


def record(name: str, entry: dict, scratch: Path) -> dict:
    """The answers of one library, asked in a fresh environment."""
    base = None
    if "torch" in entry:
        base = scratch / f"torch{entry['torch']}"
        if not base.exists():
            environment([f"torch=={entry['torch']}", "numpy==2.4.6"], base)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        options = ("--no-deps",) if entry.get("no_deps") else ()
        python = environment(entry["packages"], Path(folder) / "venv", base, options)
        answers = Path(folder) / "answers.json"
        np.savez(Path(folder) / "tensors.npz", **tensors.everything())
        probe = HERE / "probes" / f"ask_{entry.get('probe', name).replace('-', '_')}.py"
        subprocess.run(
            [str(python), str(probe), str(Path(folder) / "tensors.npz"), str(answers)],
            check=True,
            env={"PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "HOME": folder},
            cwd=folder,
        )
        return json.loads(answers.read_text())


def entry_suffix(entry: dict) -> str:
    """A second version of a library that has one already says so in the names of its schemes."""
    return f" ({entry['torch']})" if "probe" in entry else ""


def changes(before: dict, after: dict) -> list[str]:
    """One line for each scheme that is new, gone, or answers otherwise."""
    lines = [f"new: {name}" for name in after if name not in before]
    for name in before.keys() & after.keys():
        parts = [part for part in ("table", "random", "versions") if before[name][part] != after[name][part]]
        lines += [f"changed: {name}: {', '.join(parts)}"] if parts else []
    return lines


def write(recorded: dict) -> None:
    """One scheme a line, in order, so that a change shows where it is."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(recorded[name], separators=(',', ':'))}"
        for name in sorted(recorded)
    ]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main(names: list[str]) -> int:
    libraries = tomllib.loads((HERE / "libraries.toml").read_text())
    unknown = [name for name in names if name not in libraries]
    if unknown:
        print(f"libraries.toml has no {', '.join(unknown)}; it has {', '.join(libraries)}.", file=sys.stderr)
        return 2
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in names or libraries:
            try:
                answers = record(name, libraries[name], Path(scratch))
            except subprocess.CalledProcessError as error:
                failed.append(name)
                print(f"{name}: {error}", file=sys.stderr)
                continue
            old = {key: value for key, value in recorded.items() if value["library"] == name}
            suffix = entry_suffix(libraries[name])
            answers = {key + suffix: {"library": name, **value} for key, value in answers.items()}
            print(*(changes(old, answers) or [f"{name}: nothing changed"]), sep="\n")
            print(*(f"gone: {key}" for key in old if key not in answers), sep="\n", end="")
            recorded = {key: value for key, value in recorded.items() if key not in old} | answers
            write(recorded)
    print("Now make the page anew, where qcourse is installed: python tools/record_libraries/page.py")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
