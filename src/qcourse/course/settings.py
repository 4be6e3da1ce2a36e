"""nbgrader's settings for a course, and what nbgrader needs to run."""

import os
import sys
from pathlib import Path

from traitlets.config.loader import Config, PyFileConfigLoader

from qcourse.errors import UserError

# Arguments of every kernel.
QUIET = "--IPKernelApp.log_level=40"  # it logs errors only, else it chats on stderr
STAYING = "--IPKernelApp.kernel_class=qcourse.grading.kernels.staying_kernel.StayingKernel"  # despite `exit`


def find_own_scripts() -> None:
    """Put the folder of this Python first on PATH: nbgrader starts ``alembic`` by name."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ["PATH"]


def settings_path(root: Path) -> Path:
    """The file of nbgrader's settings.

    Raises:
        UserError: there is none.
    """
    path = root / "nbgrader_config.py"
    if not path.exists():
        raise UserError(f"{path.resolve()} is missing: nbgrader needs it in the course folder.")
    return path


def nbgrader_settings(root: Path) -> Config:
    """The settings of ``nbgrader_config.py``, for nbgrader's API on the course at ``root``."""
    find_own_scripts()
    path = settings_path(root)
    config: Config = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    config.CourseDirectory.root = str(root)
    return config
