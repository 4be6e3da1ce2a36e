"""The command ``qcourse``."""

import argparse
import json
import sys
from pathlib import Path

from qcourse import __version__
from qcourse.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand; a user's mistake is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(prog="qcourse", description="Tools for the quantization course.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="run a notebook as grading would, and show what it earns")
    check.add_argument("notebook", help="a path, or a number, as in: qcourse check 06")
    check.add_argument("--json", metavar="FILE", type=Path, help="write the results there too")
    check.add_argument("--timeout", metavar="SECONDS", type=float, default=120, help="for one cell (120)")
    check.set_defaults(run=_check)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        print(f"qcourse: {error}", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    from qcourse import selfcheck

    path = selfcheck.find_notebook(options.notebook, Path.cwd())
    notebook = selfcheck.read_notebook(path)
    stopped = selfcheck.run(notebook, path.parent, options.timeout)
    checked = selfcheck.results(notebook, stopped)
    if not checked:
        raise UserError(f"{path} holds no check of this course: is it the notebook that was handed out?")
    print(selfcheck.table(checked))
    if options.json:
        try:
            options.json.write_text(json.dumps([c._asdict() for c in checked], indent=1))
        except OSError as error:
            raise UserError(f"{options.json} cannot be written ({error.strerror}).") from None
    return int(any(c.message for c in checked))


if __name__ == "__main__":
    sys.exit(main())
