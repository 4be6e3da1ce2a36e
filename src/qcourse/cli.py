"""The command ``qcourse``: one subcommand for each thing that a student, a grader or an author does.

A subcommand imports what it needs when it runs: ``qcourse check`` must start fast.
"""

import argparse
import gc
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from qcourse import __version__
from qcourse.errors import UserError, printable
from qcourse.subcommand import Subcommands, command, try_json, write_json
from qcourse.terminal import patient_output


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; a user's mistake is one sentence on stderr and exit code 2."""
    gc.set_threshold(100_000)  # imports make objects that stay: the default looks at them again and again
    parser = argparse.ArgumentParser(prog="qcourse", description="Tools for the quantization course.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands)
    doctor = command(commands, "doctor", _doctor, "report what the course needs and this machine lacks")
    doctor.add_argument("--json", action="store_true", help="print it as JSON")
    for room in ("classroom", "authoring"):
        if find_spec(f"qcourse.{room}"):  # students have neither
            import_module(f"qcourse.{room}.commands").add(commands)
    options = parser.parse_args(arguments)
    try:
        with patient_output():
            return int(options.run(options))
    except UserError as error:
        print("\n".join(map(printable, f"qcourse: {error}".split("\n"))), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("qcourse: interrupted; what was finished before is kept.", file=sys.stderr)
        return 130  # as shells do: 128 + SIGINT


def _add_check(commands: Subcommands) -> None:
    check = command(commands, "check", _check, "run a notebook as grading would, and show what it earns")
    check.add_argument("notebook", help="a path, a number (06 or 6), or one exercise of it (6.7)")
    check.add_argument("--json", metavar="FILE", type=Path, help="also write the results to FILE")
    check.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=120, help="limit per cell (default: %(default)s)"
    )


def _doctor(options: argparse.Namespace) -> int:
    from qcourse import doctor

    return doctor.run(options.json)


def _check(options: argparse.Namespace) -> int:
    from qcourse.grading.find_notebook import find_notebook

    exercise = re.fullmatch(r"0*(\d+)(\.\d+)", options.notebook)
    try_json(options.json)
    path = find_notebook(exercise[1] if exercise else options.notebook, Path.cwd())
    print(f"{path}: running in a fresh kernel", flush=True)  # before imports that take a while
    from qcourse.grading import self_check

    only = "".join(exercise.groups()) if exercise else ""
    checked, notes = self_check.check(path, options.timeout, only)
    write_json(options.json, [c._asdict() for c in checked])
    return int(any(c.message for c in checked) or bool(notes))


if __name__ == "__main__":
    sys.exit(main())
