"""The subcommands of an author."""

import argparse
import os

from qcourse.errors import UserError
from qcourse.subcommand import Subcommands, command, takes_course


def add(commands: Subcommands) -> None:
    """Add them all."""
    for add_one in (_add_new, _add_build, _add_verify, _add_judge, _add_mutants, _add_demo):
        add_one(commands)


def _add_new(commands: Subcommands) -> None:
    new = command(commands, "new", _new, "write the files of a new assignment, with an exercise that works")
    new.add_argument("name", metavar="NAME", help="two digits and words, as in 10_my_topic")
    takes_course(new)


def _add_build(commands: Subcommands) -> None:
    build = command(commands, "build", _build, "make and execute solutions, and make the student versions")
    build.add_argument("choice", metavar="ASSIGNMENT", nargs="*", help="06, 6 or a name (default: all)")
    build.add_argument("--force", action="store_true", help="execute again what is up to date")
    takes_course(build)


def _add_verify(commands: Subcommands) -> None:
    verify = command(
        commands, "verify", _verify, "run every gate: current, solved 100 %%, unsolved 0, no leaks"
    )
    takes_course(verify)


def _add_judge(commands: Subcommands) -> None:
    judge = command(
        commands, "judge", _judge, "run every check against the right and wrong answers of the bank"
    )
    _takes_exercises(judge)


def _add_mutants(commands: Subcommands) -> None:
    what = "run every check against small changes to the reference solutions"
    _takes_exercises(command(commands, "mutants", _mutants, what))


def _add_demo(commands: Subcommands) -> None:
    demo = command(commands, "demo", _demo, "grade a made-up class in build/demo, and show its points")
    takes_course(demo)


def _takes_exercises(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "choice", metavar="CHOICE", nargs="*",
        help="an assignment (06, 6 or a name) or an exercise (6.7) (default: all)",
    )  # fmt: skip
    takes_course(parser)


def _new(options: argparse.Namespace) -> int:
    from qcourse.authoring import new

    return new.run(options.course, options.name)


def _refuse_windows() -> None:
    if not hasattr(os, "fork"):
        raise UserError("authors' commands do not run on Windows: use Linux there (WSL 2).")


def _build(options: argparse.Namespace) -> int:
    _refuse_windows()
    from qcourse.authoring import build

    return build.run(options.course, options.choice, force=options.force)


def _verify(options: argparse.Namespace) -> int:
    _refuse_windows()
    from qcourse.authoring import verify

    return verify.run(options.course)


def _judge(options: argparse.Namespace) -> int:
    _refuse_windows()
    from qcourse.authoring import judge

    return judge.run(options.course, options.choice)


def _mutants(options: argparse.Namespace) -> int:
    _refuse_windows()
    from qcourse.authoring import mutants

    return mutants.run(options.course, options.choice)


def _demo(options: argparse.Namespace) -> int:
    _refuse_windows()
    from qcourse.authoring import demo

    return demo.run(options.course, options.course / "build" / "demo")
