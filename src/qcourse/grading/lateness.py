"""What is taken off a late submission: by nbgrader's plugin, at most the score."""

from typing import Any

from nbgrader.preprocessors import AssignLatePenalties

from qcourse.errors import UserError


class Lateness:
    """The plugin of ``c.AssignLatePenalties``, ready to be asked."""

    def __init__(self, step: AssignLatePenalties) -> None:
        self._step = step

    def penalty(self, student: str, notebook: Any, seconds: float) -> float | None:
        """The points for a notebook of the gradebook that is so many seconds late.

        Raises:
            UserError: the plugin fails.
        """
        try:
            found = self._step.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
            return None if found is None else min(max(float(found), 0.0), notebook.score)
        except Exception as error:  # it is the instructor's own code
            plugin = type(self._step.plugin_inst).__name__
            raise UserError(
                f"the late-penalty plugin {plugin} failed ({type(error).__name__}: {error})."
            ) from None
