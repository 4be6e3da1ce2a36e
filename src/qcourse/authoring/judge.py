"""Run the checks against the answer bank: ``qcourse judge``.

Each answer takes the place of the solution, and the graded cells of its exercise run, with those of every
exercise whose solution names it. A wrong answer must lose points in its own exercise and in no other;
a right one keeps all. One warm process per notebook, and forks of it for the answers.
"""

import copy
import importlib
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from qcourse.authoring import executing
from qcourse.authoring.answers import Answer, read_answers
from qcourse.authoring.executing import execute, limit, refusal
from qcourse.authoring.forks import in_forks
from qcourse.authoring.idle import idle_statements
from qcourse.authoring.traces import may_leave_traces
from qcourse.authoring.verdict import Refusal, Verdict, counts
from qcourse.check.registry import causes_of
from qcourse.course.cells import CHECK, HIDDEN, by_grade_id, is_answer, is_graded, is_test
from qcourse.course.folder import answers_folder, pick_exercises
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import NotebookNode, new_code_cell
from qcourse.errors import UserError
from qcourse.grading.kernels.preload import PARTS
from qcourse.grading.needed_cells import may_read_anything, needed
from qcourse.terminal import marks

Others = Mapping[str, tuple[list[str], list[str]]]


def judge(root: Path, name: str, answers: Sequence[Answer]) -> list[Verdict]:
    """The verdicts on answers to exercises of the assignment ``name``, in their order."""
    return Judge(read_source(root, name), answers).verdicts(answers)


class Judge:
    """A notebook in which all has run that ``expected`` answers may read, of what stands above their tests.

    Forks judge the answers.
    """

    def __init__(self, notebook: NotebookNode, expected: Sequence[Answer]) -> None:
        torch.set_num_threads(1)  # one process per core, and threads would get in each other's way
        for name in (*PARTS["torch"], *PARTS["optimizer"], "numpy.ma"):  # here, not in each fork
            importlib.import_module(name)
        for number in {answer.exercise for answer in expected}:
            causes_of(number)
        self._cells = by_grade_id(notebook)
        for test in filter(is_test, notebook.cells):
            executing.compiled(test.source, executing.filename(test))
        self._scope: dict[str, Any] = {"__name__": "__main__"}
        run = _needed(notebook, notebook.cells, [])
        for name in {answer.grade_id for answer in expected}:
            above = notebook.cells[: notebook.cells.index(self._cells[name + HIDDEN])]
            run |= _needed(notebook, above, [a.source for a in expected if a.grade_id == name])
        for cell in notebook.cells:
            if cell.id in run and not is_graded(cell):
                execute(cell.source, "<cell>", self._scope)

    def verdicts(self, answers: Sequence[Answer], *, elsewhere: bool = True) -> list[Verdict]:
        """One verdict per answer, in their order; with ``elsewhere``, other exercises' tests run, too.

        A fork costs more than most answers do: those to one exercise share one, unless they may leave traces.
        Who is not judged there as expected, or beside one that broke the process, is judged alone.
        """
        others = self._others(list(dict.fromkeys(answer.grade_id for answer in answers)), elsewhere)
        shared: dict[str, list[Answer]] = {}
        for answer in answers:
            if not may_leave_traces(answer.source, self._scope):
                shared.setdefault(answer.grade_id, []).append(answer)
        judged = in_forks([partial(self._in_turn, group, others) for group in shared.values()])
        failed = {
            answer: refusals
            for group, found in zip(shared.values(), judged)
            for answer, refusals in zip(group, found or [])
            if answer.right == (not refusals)
        }
        alone = [answer for answer in dict.fromkeys(answers) if answer not in failed]
        judged = in_forks([partial(self._in_turn, [answer], others) for answer in alone])
        ended = Refusal("the answer ends the process that it runs in", 0)
        for answer, found in zip(alone, judged):
            tests = answer.grade_id + CHECK, answer.grade_id + HIDDEN
            failed[answer] = found[0] if found else dict.fromkeys(tests, ended)
        return [Verdict(answer, failed[answer]) for answer in answers]

    def _others(self, names: list[str], elsewhere: bool) -> Others:
        """By exercise, those whose tests run, too, and of these the ones that its answer does not reach."""
        for name in names:  # of the solution: each fork finds the references that tests compute once
            Judge._refusals(self, name)
        naming = {name: found for name in names if elsewhere and (found := self._naming(name))}
        independent = in_forks([partial(self._independent, n, found) for n, found in naming.items()])
        return {n: (found, passed or []) for (n, found), passed in zip(naming.items(), independent)}

    def earning(self, answers: Sequence[Answer]) -> list[Answer]:
        """Those of ``answers``, which are wrong, that earn a point in their own exercise."""
        return [verdict.answer for verdict in self.verdicts(answers, elsewhere=False) if verdict.earns]

    def _in_turn(self, answers: Sequence[Answer], others: Others) -> list[dict[str, Refusal]]:
        """What fails of each of the ``answers``, in one process; nothing where one of several broke it.

        The solution, tried last, shows that none has.
        """
        names, found = dict(self._scope), []
        for answer in answers:
            found.append(self._failed(answer, *others.get(answer.grade_id, ([], []))))
            self._scope.clear()
            self._scope.update(names)
        if len(answers) > 1:
            solution = answers[0]._replace(source=self._cells[answers[0].grade_id].source)
            return [] if self._failed(solution, [], []) else found
        return found

    def _failed(self, answer: Answer, naming: list[str], independent: list[str]) -> dict[str, Refusal]:
        """Run ``answer``, its tests, and those of the exercises ``naming`` it; by grade id, what fails.

        An answer that binds no other name does not reach the ``independent`` ones among these.
        """
        limit(executing.SECONDS, executing.WALL_SECONDS)
        names = self._names(answer)
        self._bind(answer)
        failed = self._refusals(answer.grade_id)
        tidy = names == self._names(answer)
        for other in naming:
            if not tidy or other not in independent:
                failed |= self._refusals(other)
        limit(0, 0)
        return failed

    def _bind(self, answer: Answer) -> None:
        """Run the cell of ``answer``."""
        try:
            execute(answer.source, "<cell>", self._scope)
        except Exception:
            self._scope.pop(answer.grade_id, None)  # the reference's; a fresh kernel would not have it

    def _names(self, answer: Answer) -> dict[str, int]:
        """What is bound besides the answer itself."""
        return {name: id(value) for name, value in self._scope.items() if name != answer.grade_id}

    def _naming(self, name: str) -> list[str]:
        """The other exercises whose solution names ``name``."""
        solutions = {other: cell.source for other, cell in self._cells.items() if is_answer(cell)}
        return [o for o, source in solutions.items() if o != name and re.search(rf"\b{name}\b", source)]

    def _independent(self, name: str, naming: list[str]) -> list[str]:
        """Those of them whose tests give them a correct ``name``: they pass without the student's."""
        (failed,) = self._in_turn([Answer("", name, False, "", "", f"{name} = None")], {name: (naming, [])})
        return [other for other in naming if not any(test.startswith(f"{other}-") for test in failed)]

    def _refusals(self, exercise: str) -> dict[str, Refusal]:
        """Run the tests of an exercise; by grade id, why they fail."""
        tests = exercise + CHECK, exercise + HIDDEN
        return {t: found for t in tests if (found := refusal(self._cells[t], dict(self._scope)))}


def _needed(notebook: NotebookNode, cells: list[NotebookNode], answers: Sequence[str]) -> set[str]:
    """The ids of those of ``cells`` that must run, also for ``answers``.

    An answer that could read any name gets what the others read.
    """
    handed_in = copy.copy(notebook)
    handed_in.cells = cells + [new_code_cell(source) for source in answers if not may_read_anything(source)]
    return {handed_in.cells[number].id for number in needed(handed_in, notebook)}


def run(root: Path, choices: Sequence[str] = ()) -> int:
    """Judge the bank's answers to the chosen exercises and print the counts; 1 if there is a defect."""
    banks, defects = _banks(root, choices), 0
    print(f"{'exercise':40} {'right kept':>12} {'wrong caught':>14} {'cause named':>13}")
    for name, bank in banks.items():
        verdicts = judge(root, name, bank)
        idle = list(idle_statements(read_source(root, name), verdicts))
        for exercise in dict.fromkeys(answer.exercise for answer in bank):
            of_it = [v for v in verdicts if v.answer.exercise == exercise]
            name_of_it = of_it[0].answer.grade_id
            print(f"{exercise:4} {name_of_it:36}{counts(of_it)}", flush=True)
            problems = [f"{v.answer.what}: {v.defect}" for v in of_it if v.defect]
            problems += [str(statement) for statement in idle if statement.exercise == name_of_it]
            defects += len(problems)
            for problem in problems:
                print(f"     {marks()[1]} {problem}", flush=True)
    return int(defects > 0)


def _banks(root: Path, choices: Sequence[str]) -> dict[str, list[Answer]]:
    """The answers to the chosen exercises, of which each must have some."""
    banks = {}
    for name, exercises in pick_exercises(root, choices).items():
        banks[name] = [a for a in read_answers(answers_folder(root, name)) if a.exercise in exercises]
        if without := set(exercises).difference(answer.exercise for answer in banks[name]):
            raise UserError(f"{name}: the bank has no answer to exercise {min(without)}.")
    return banks
