"""A class of students in nbgrader's own folders and gradebook, for the demo, the gates and the tests."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, MissingEntry

from qcourse.authoring import nbgrader_command
from qcourse.course.cells import is_answer, is_challenge
from qcourse.course.folder import assignments, release_path, solution_path
from qcourse.course.notebooks import NotebookNode, read, write
from qcourse.course.settings import find_own_scripts, settings_path
from qcourse.errors import UserError


class Scored(NamedTuple):
    """What one student got for one graded cell."""

    grade_id: str
    score: float
    max_score: float
    by_hand: bool


STOCK = "".join(
    f"\nc.Autograde.{steps} = Autograde.{steps}.default()\n"
    for steps in ("sanitize_preprocessors", "autograde_preprocessors")
)


class Classroom:
    """A copy of the course at ``root`` in ``folder``, where a class hands in and is graded.

    ``names``: the assignments that it is given; none stands for all.

    ``stock``: nbgrader autograde has its own steps: Execute runs submissions cold and not contained.
    """

    def __init__(self, root: Path, folder: Path, names: Sequence[str] = (), *, stock: bool = False) -> None:
        self.root, self.folder = root, folder.resolve()
        self.assignments = list(names) or assignments(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = settings_path(root).read_text(encoding="utf-8")
        (self.folder / "nbgrader_config.py").write_text(settings + STOCK * stock, encoding="utf-8")
        if not (gradebook := self.folder / "gradebook.db").exists():
            gradebook.write_bytes(nbgrader_command.empty_gradebook())
        for name in self.assignments:
            target = solution_path(self.folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(solution_path(root, name), target)

    def solution(self, name: str) -> NotebookNode:
        """The solution as a student would hand it in: the release with the solution cells filled."""
        notebook, solved = self.release(name), read(solution_path(self.root, name))
        for cell, solution in zip(notebook.cells, solved.cells, strict=True):
            if is_answer(cell) or is_challenge(cell):
                cell.source = solution.source
        return notebook

    def release(self, name: str) -> NotebookNode:
        """The student version."""
        return read(release_path(self.root, name))

    def hand_in(self, student: str, name: str, notebook: NotebookNode) -> None:
        """Put ``notebook`` where nbgrader looks for the submission of ``student``."""
        target = self.folder / "submitted" / student / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        write(notebook, target)

    def generate(self) -> None:
        """Tell the gradebook of every assignment, and make the student versions."""
        for name in self.assignments:
            self.nbgrader("generate_assignment", name, "--force")

    def autograde(self) -> None:
        """Grade everything with nbgrader autograde, two assignments at a time."""
        # Two processes that meet a new student at once would both add them, and one would fail.
        with self._gradebook() as gradebook:
            for submitted in sorted((self.folder / "submitted").iterdir()):
                gradebook.update_or_create_student(submitted.name)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: self.nbgrader("autograde", name, "--force"), self.assignments))

    def scores(self, student: str, name: str) -> list[Scored]:
        """The student's graded cells, in no particular order; empty where nothing was graded."""
        with self._gradebook() as gradebook:
            try:
                notebook = gradebook.find_submission_notebook(name, name, student)
            except MissingEntry:
                return []
            return [Scored(g.name, g.score, g.max_score, g.needs_manual_grade) for g in notebook.grades]

    def _gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.folder}/gradebook.db", "qcourse")

    def nbgrader(self, *arguments: str) -> None:
        """Run an nbgrader command in the folder.

        Raises:
            UserError: it fails; its output is then in ``nbgrader.log``.
        """
        find_own_scripts()
        code, printed = nbgrader_command.run(self.folder, arguments)
        if code:
            log = self.folder / "nbgrader.log"
            log.write_text(printed)
            raise UserError(f"nbgrader {' '.join(arguments)} failed: read {log}.")
