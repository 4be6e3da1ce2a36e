"""nbgrader's settings for a course, and what nbgrader needs to run."""

import contextlib
import logging
import os
import sys
from pathlib import Path

from jupyter_core.application import JupyterApp
from traitlets.config.loader import Config

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


def course_settings(course: Path) -> Config:
    """The settings for the course at ``course``, or elsewhere if they say so.

    Raises:
        UserError: there is no course, or a file of settings cannot be read.
    """
    course = course.absolute()
    config = nbgrader_settings(course) if course.is_dir() else Config()
    root = Path(config.CourseDirectory.get("root", course))
    known = "db_url" in config.CourseDirectory or root != course
    if not (known or any((root / name).exists() for name in ("nbgrader_config.py", "gradebook.db"))):
        raise UserError(
            f"{course} is not a course folder (it has no nbgrader_config.py and no gradebook.db): "
            "pass --course DIR."
        )
    return config


def nbgrader_settings(root: Path) -> Config:
    """The settings that nbgrader finds when it is started in ``root``, those of user and system included.

    As nbgrader does, it lets Python find modules, such as plugins, in that folder.

    Raises:
        UserError: a file of settings cannot be read.
    """
    from nbgrader.apps.baseapp import NbGrader

    find_own_scripts()
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))  # before nbgrader adds it in front each time
    app = NbGrader(raise_config_file_errors=True, log_level=logging.ERROR)
    try:
        with contextlib.chdir(root):
            app.load_config_file()
            course_root = app.config.CourseDirectory.get("root", str(root))
            if course_root != str(root):  # nbgrader reads the settings there too
                super(JupyterApp, app).load_config_file("nbgrader_config.py", path=course_root)
    except Exception as error:  # the files are Python: anything
        what = f"{type(error).__name__}: {error}"
        raise UserError(f"nbgrader's settings for {root} cannot be read ({what}): fix them.") from None
    config: Config = app.config
    config.CourseDirectory.root = str(Path(root, course_root))
    return config
