"""What subcommands of ``qcourse`` have in common."""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qcourse.errors import UserError
from qcourse.files import replace

Subcommands = Any  # argparse does not export the type of what add_subparsers returns


def command(
    commands: Subcommands, name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    """Add the subcommand ``name``, which does ``what``; ``run`` gets its options, returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.".replace("%%", "%")
    )
    parser.set_defaults(run=run)
    return parser


def takes_course(parser: argparse.ArgumentParser) -> None:
    """Let a subcommand take the folder of the course."""
    parser.add_argument(
        "--course", metavar="DIR", type=Path, default=Path(),
        help="the course folder (default: the current directory)",
    )  # fmt: skip


def at_least_one(text: str) -> int:
    """The type of an argument that counts processes."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number of processes {text!r}: use 1 or more")
    return int(text)


def try_json(path: Path | None) -> None:
    """Raise UserError where `write_json` would, if that can be known: before the work, not after it."""
    if path is None or _is_stream(path):
        return
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise UserError(f"{path} cannot be written: it is a folder, or its own is missing or read-only.")


def write_json(path: Path | None, results: list[Any]) -> None:
    """Write ``results`` to ``path``, if there is one.

    Raises:
        UserError: it cannot be written.
    """
    if path is None:
        return
    text = json.dumps(results, indent=1)
    try:
        path.write_text(text) if _is_stream(path) else replace(path, text.encode())
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).") from None


def _is_stream(path: Path) -> bool:
    """Whether it is a pipe or a device, such as /dev/stdout."""
    return path.exists() and not path.is_file() and not path.is_dir()
