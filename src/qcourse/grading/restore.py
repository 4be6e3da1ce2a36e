"""nbgrader's step that `mend`s a submission: ``nbgrader autograde`` and formgrader then read what we read."""

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import DeduplicateIds

from qcourse.course.notebooks import NotebookNode
from qcourse.errors import Refused
from qcourse.grading.mending import mend
from qcourse.grading.release import read_notebook


class RestoreCells(DeduplicateIds):
    """Every graded cell once, as handed out and in its place; OverwriteCells then finds nothing to do.

    Where the student version is not there it is nbgrader's own DeduplicateIds.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore the cells, and log what was done.

        Raises:
            NbGraderException: it is the notebook of another assignment.
        """
        given = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        folder = Path(course.format_path(course.release_directory, ".", given["assignment"]))
        try:
            with Gradebook(given["db_url"], course.course_id) as gradebook:
                entry = gradebook.find_notebook(given["notebook"], given["assignment"])
                source = read_notebook(folder, entry)
            notes = mend(nb, source)
        except Refused as error:
            raise NbGraderException(str(error)) from None
        except OSError:
            done: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
            return done
        for note in notes:
            self.log.warning("%s: %s", given["student"], note)
        return nb, resources
