"""nbgrader's settings for a course, and what nbgrader needs to run."""

import os
import sys
from pathlib import Path

from traitlets.config.loader import Config, PyFileConfigLoader

QUIET = "--IPKernelApp.log_level=40"  # argument of every kernel: it logs errors only, else it chats on stderr


def find_own_scripts() -> None:
    """Put the folder of this Python first on PATH: nbgrader starts ``alembic`` by name."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = here + os.pathsep + os.environ["PATH"]


def nbgrader_settings(root: Path) -> Config:
    """The settings of ``nbgrader_config.py``, for nbgrader's API on the course at ``root``."""
    find_own_scripts()
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config
