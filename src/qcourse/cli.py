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
    grade = commands.add_parser("grade", help="grade a class, contained, into nbgrader's gradebook")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="its name, or how that begins, as in 06")
    grade.add_argument("--course", metavar="DIR", type=Path, default=Path(), help="the course folder (here)")
    grade.add_argument(
        "--student", metavar="ID", action="append", default=[], help="only this one; repeatable"
    )
    grade.add_argument("--workers", metavar="N", type=_at_least_one, default=0, help="processes (one a core)")
    grade.add_argument("--scheduler", metavar="URL", default="", help="a Dask cluster that exists")
    grade.add_argument("--isolation", choices=("auto", "bwrap", "none"), default="auto", help="(auto)")
    grade.add_argument("--force", action="store_true", help="grade again what is unchanged")
    grade.add_argument("--json", metavar="FILE", type=Path, help="write the results there too")
    grade.set_defaults(run=_grade)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        print(f"qcourse: {error}", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    from qcourse.grading import self_check

    path = self_check.find_notebook(options.notebook, Path.cwd())
    notebook = self_check.read_notebook(path)
    lost = self_check.run(notebook, path.parent, options.timeout)
    checked = self_check.results(notebook, lost)
    if not checked:
        raise UserError(f"{path} holds no check of this course: is it the notebook that was handed out?")
    print(self_check.table(checked))
    _write(options.json, [c._asdict() for c in checked])
    return int(any(c.message for c in checked))


def _grade(options: argparse.Namespace) -> int:
    from qcourse.grading import grade_class, report

    known = vars(options) | {"student": tuple(options.student)}
    results = grade_class.grade(
        grade_class.Options(**{name: known[name] for name in grade_class.Options._fields})
    )
    print(report.table(results))
    _write(options.json, results)
    return int(any(result["status"] == "failed" for result in results))


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes: say 1 or more")
    return int(text)


def _write(path: Path | None, results: list) -> None:
    if path is None:
        return
    try:
        path.write_text(json.dumps(results, indent=1))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).") from None


if __name__ == "__main__":
    sys.exit(main())
