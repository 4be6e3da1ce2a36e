"""The command ``qcourse``: one subcommand for each thing that a student, a grader or an author does.

A subcommand imports what it needs when it runs: ``qcourse check`` must start fast.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qcourse import __version__
from qcourse.errors import UserError
from qcourse.terminal import patient_output

Subcommands = Any  # argparse does not export the type of what add_subparsers returns


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; a user's mistake is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(prog="qcourse", description="Tools for the quantization course.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_check, _add_grade, _add_build, _add_verify, _add_judge, _add_mutants, _add_demo):
        add(commands)
    options = parser.parse_args(arguments)
    try:
        with patient_output():
            return int(options.run(options))
    except UserError as error:
        print(f"qcourse: {error}", file=sys.stderr)
        return 2


def _add_check(commands: Subcommands) -> None:
    check = _command(commands, "check", _check, "run a notebook as grading would, and show what it earns")
    check.add_argument("notebook", help="a path, or a number, as in: qcourse check 06")
    check.add_argument("--json", metavar="FILE", type=Path, help="also write the results to FILE")
    check.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=120, help="limit per cell (default: %(default)s)"
    )


def _add_grade(commands: Subcommands) -> None:
    grade = _command(commands, "grade", _grade, "grade a class, contained, into nbgrader's gradebook")
    grade.add_argument("assignment", metavar="ASSIGNMENT", help="its name or a unique prefix, as in 06")
    _takes_course(grade)
    grade.add_argument(
        "--student", metavar="ID", action="append", default=[],
        help="grade only this student; repeatable (default: all students)",
    )  # fmt: skip
    grade.add_argument(
        "--workers", metavar="N", type=_at_least_one, default=0, help="processes (default: one per core)"
    )
    grade.add_argument(
        "--scheduler", metavar="URL", default="",
        help="a running Dask cluster to grade on (default: this machine)",
    )  # fmt: skip
    grade.add_argument(
        "--isolation", choices=("auto", "bwrap", "none"), default="auto",
        help="how submissions are contained; none: not at all (default: %(default)s)",
    )  # fmt: skip
    grade.add_argument("--force", action="store_true", help="grade unchanged submissions again")
    grade.add_argument("--json", metavar="FILE", type=Path, help="also write the results to FILE")


def _add_build(commands: Subcommands) -> None:
    build = _command(commands, "build", _build, "make and execute solutions, and make the student versions")
    build.add_argument("choice", metavar="ASSIGNMENT", nargs="*", help="06, 6 or a name (default: all)")
    build.add_argument("--force", action="store_true", help="execute again what is up to date")
    _takes_course(build)


def _add_verify(commands: Subcommands) -> None:
    verify = _command(
        commands, "verify", _verify, "run every gate: current, solved 100 %%, unsolved 0, no leaks"
    )
    _takes_course(verify)


def _add_judge(commands: Subcommands) -> None:
    judge = _command(
        commands, "judge", _judge, "run every check against the right and wrong answers of the bank"
    )
    _takes_exercises(judge)


def _add_mutants(commands: Subcommands) -> None:
    what = "run every check against small changes to the reference solutions"
    _takes_exercises(_command(commands, "mutants", _mutants, what))


def _add_demo(commands: Subcommands) -> None:
    demo = _command(commands, "demo", _demo, "grade a made-up class in build/demo, and show its points")
    _takes_course(demo)


def _command(
    commands: Subcommands, name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.".replace("%%", "%")
    )
    parser.set_defaults(run=run)
    return parser


def _takes_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", metavar="DIR", type=Path, default=Path(),
        help="the course folder (default: the current directory)",
    )  # fmt: skip


def _takes_exercises(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "choice", metavar="CHOICE", nargs="*",
        help="an assignment (06, 6 or a name) or an exercise (6.7) (default: all)",
    )  # fmt: skip
    _takes_course(parser)


def _check(options: argparse.Namespace) -> int:
    from qcourse.grading import self_check
    from qcourse.grading.find_notebook import find_notebook

    checked, notes = self_check.check(find_notebook(options.notebook, Path.cwd()), options.timeout)
    _write(options.json, [c._asdict() for c in checked])
    return int(any(c.message for c in checked) or bool(notes))


def _grade(options: argparse.Namespace) -> int:
    from qcourse.grading import grade_class, report

    known = vars(options) | {"student": tuple(options.student)}
    results = grade_class.grade(
        grade_class.Options(**{name: known[name] for name in grade_class.Options._fields})
    )
    print(report.table(results))
    _write(options.json, results)
    return int(any(result["status"] == "failed" for result in results))


def _build(options: argparse.Namespace) -> int:
    from qcourse.authoring import build

    return build.run(options.course, options.choice, force=options.force)


def _verify(options: argparse.Namespace) -> int:
    from qcourse.authoring import verify

    return verify.run(options.course)


def _judge(options: argparse.Namespace) -> int:
    from qcourse.authoring import judge

    return judge.run(options.course, options.choice)


def _mutants(options: argparse.Namespace) -> int:
    from qcourse.authoring import mutants

    return mutants.run(options.course, options.choice)


def _demo(options: argparse.Namespace) -> int:
    from qcourse.authoring import demo

    return demo.run(options.course, options.course / "build" / "demo")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number of processes {text!r}: use 1 or more")
    return int(text)


def _write(path: Path | None, results: list[Any]) -> None:
    if path is None:
        return
    try:
        path.write_text(json.dumps(results, indent=1))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).") from None


if __name__ == "__main__":
    sys.exit(main())
