"""nbgrader's settings that `qcourse grade` does not follow are refused by name: else grades would differ."""

import sys
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, LimitOutput
from traitlets import TraitError
from traitlets.config.loader import Config

from qcourse.errors import UserError, first_line
from qcourse.grading.execute import LIMITS, ContainedExecute

HINT = "take it out, or grade with nbgrader autograde"
STEPS = ("sanitize_preprocessors", "autograde_preprocessors")


def steps(course: CourseDirectory, config: Config) -> tuple[Autograde, AssignLatePenalties, Config]:
    """nbgrader's own steps, as ``config`` sets them, and the settings of those that a worker runs.

    Raises:
        UserError: a setting is wrong, or says what `qcourse grade` does not do.
    """
    try:
        autograde, penalties = Autograde(coursedir=course, config=config), AssignLatePenalties(config=config)
        penalties.init_plugin()
        settings = _for_workers(config)
    except (TraitError, ImportError, AttributeError) as error:
        raise UserError(f"a setting in nbgrader_config.py is wrong: {first_line(error)}") from None
    _refuse_others(autograde, course)
    return autograde, penalties, settings


def _refuse_others(autograde: Autograde, course: CourseDirectory) -> None:
    """Raise UserError where a setting says what `qcourse grade` does not do."""
    for name in ("pre_convert_hook", "post_convert_hook"):
        if getattr(autograde, name) is not None:
            raise UserError(f"Autograde.{name} is set, which qcourse grade does not call: {HINT}.")
    for name in ("directory_structure", "notebook_id"):
        if getattr(course, name) != getattr(CourseDirectory, name).default_value:
            raise UserError(f"CourseDirectory.{name} is set, which qcourse grade does not follow: {HINT}.")
    for name in STEPS:
        expected, found = (
            {_called(step) for step in steps}
            for steps in (getattr(Autograde, name).default(), getattr(autograde, name))
        )
        if more := found - expected:
            raise UserError(f"Autograde.{name} has {min(more)}, which qcourse grade does not run: {HINT}.")
        if less := expected - found:
            raise UserError(f"Autograde.{name} lacks {min(less)}, which qcourse grade does: {HINT}.")
    if autograde.permissions != 444:  # decimal digits, as nbgrader writes it
        print(f"qcourse: graded files get the mode 444, not {autograde.permissions}.", file=sys.stderr)
    if (kernel := autograde.config.Execute.get("kernel_name", "python3")) != "python3":
        raise UserError(f"Execute.kernel_name is {kernel!r}, but qcourse grade has its own kernels: {HINT}.")


def _called(step: Any) -> str:
    name = step if isinstance(step, str) else step.__name__
    name = name.rpartition(".")[2]
    return {"ContainedExecute": "Execute", "RestoreCells": "DeduplicateIds"}.get(name, name)


def _for_workers(config: Config) -> Config:
    """The settings of the steps that a worker runs; what it cannot follow is said on stderr."""
    names = {kind.__name__ for kind in (*ContainedExecute.mro(), *LimitOutput.mro())}
    found = Config({name: config[name] for name in names if name in config})
    timeout = ContainedExecute(config=found).timeout
    if timeout is None or not 0 < timeout <= LIMITS.cell_wall:
        limits = f"{LIMITS.cell_cpu:g} s of CPU time and {LIMITS.cell_wall:g} s in all"
        print(f"qcourse: Execute.timeout is {timeout}, but a cell has {limits}.", file=sys.stderr)
    return found
