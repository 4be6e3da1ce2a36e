"""Hold the checks against the answer bank: ``qcourse judge``.

Each answer takes the place of the solution, and the graded cells of its exercise run, with those of every
exercise whose solution names it. A wrong answer must lose points of its own exercise and of no other;
a right one keeps all. One warm process a notebook, and a fork of it for each answer.
"""

import contextlib
import copy
import io
import multiprocessing
import re
import signal
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from qcourse.authoring.answers import Answer, read_answers
from qcourse.course.cells import by_grade_id, is_answer, is_graded
from qcourse.course.folder import answers_folder, pick_exercises
from qcourse.course.lesson import read_source
from qcourse.course.notebooks import NotebookNode, new_code_cell
from qcourse.errors import UserError
from qcourse.grading.needed_cells import needed

SECONDS = 60  # for one answer; an endless loop is a wrong answer


class Verdict(NamedTuple):
    """What the graded cells said of one answer: ``failed[grade_id]`` is the message."""

    answer: Answer
    failed: dict[str, str]

    @property
    def defect(self) -> str:
        """Why the checks judged wrongly, or an empty string."""
        own = {f"{self.answer.grade_id}-check", f"{self.answer.grade_id}-hidden"}
        if others := self.failed.keys() - own:
            return f"fails in {', '.join(sorted(others))}, which is not its exercise"
        if self.answer.right and self.failed:
            return "right, and refused: " + next(iter(self.failed.values()))
        if not self.answer.right and not self.failed:
            return "wrong, and accepted"
        if self.answer.cause and not any(self.answer.cause in m for m in self.failed.values()):
            return f"the cause {self.answer.cause!r} is not named: " + next(iter(self.failed.values()))
        return ""


def judge(root: Path, name: str, answers: list[Answer], workers: int = 2) -> list[Verdict]:
    """The verdicts on answers to exercises of the assignment ``name``."""
    global _cells, _scope
    notebook = read_source(root, name)
    torch.set_num_threads(1)  # two threads get in each other's way, and there is one answer a core
    _cells = by_grade_id(notebook)
    _scope = _warm(notebook, answers)
    with multiprocessing.get_context("fork").Pool(workers, maxtasksperchild=1) as pool:
        running = [(answer, pool.apply_async(_failures, (answer,))) for answer in answers]
        verdicts = [Verdict(answer, result.get()) for answer, result in running]
    return verdicts


_cells: dict[str, NotebookNode] = {}
_scope: dict[str, Any] = {}


def _warm(notebook: NotebookNode, answers: list[Answer]) -> dict[str, Any]:
    """The names that a kernel holds before an answer is graded: what grading runs, graded cells aside."""
    everything = copy.deepcopy(notebook)
    everything.cells += [new_code_cell(answer.source) for answer in answers]
    run = needed(everything, notebook)
    scope: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(notebook.cells):
        if number in run and not is_graded(cell):
            _execute(cell.source, scope)
    return scope


def _execute(source: str, scope: dict[str, Any]) -> str:
    """Run a cell; return what it wrote to stderr, which nbgrader takes for failure."""
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        exec(compile(source, "<cell>", "exec"), scope)
    return errors.getvalue()


def _failures(answer: Answer) -> dict[str, str]:
    """Run ``answer`` and the graded cells that it can reach; in a process of its own."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    failed: dict[str, str] = {}
    try:
        _execute(answer.source, _scope)
    except Exception:
        _scope.pop(answer.grade_id, None)  # the reference's; a fresh kernel would not have it
    uses = [answer.grade_id]
    for grade_id, cell in _cells.items():
        if is_answer(cell) and re.search(rf"\b{answer.grade_id}\b", cell.source):
            uses.append(grade_id)
    for grade_id in dict.fromkeys(uses):
        for kind in ("check", "hidden"):
            try:
                if errors := _execute(_cells[f"{grade_id}-{kind}"].source, _scope):
                    failed[f"{grade_id}-{kind}"] = f"on stderr: {errors}"
            except BaseException as error:
                failed[f"{grade_id}-{kind}"] = str(error) or traceback.format_exc()
    return failed


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError(f"the answer runs for more than {SECONDS} seconds")


def run(root: Path, choices: Sequence[str] = ()) -> int:
    """Judge the bank's answers to the chosen exercises, and print the counts; 1 on a wrong judgement."""
    defects, banks = 0, _banks(root, choices)
    print(f"{'exercise':40} {'right kept':>12} {'wrong caught':>14} {'cause named':>13}")
    for name, bank in banks.items():
        verdicts = judge(root, name, bank)
        for exercise in dict.fromkeys(answer.exercise for answer in bank):
            of_it = [v for v in verdicts if v.answer.exercise == exercise]
            print(f"{exercise:4} {of_it[0].answer.grade_id:36}{_counts(of_it)}", flush=True)
            wrongly_judged = [v for v in of_it if v.defect]
            defects += len(wrongly_judged)
            for verdict in wrongly_judged:
                print(f"     ✗ {verdict.answer.what}: {verdict.defect}", flush=True)
    return int(defects > 0)


def _banks(root: Path, choices: Sequence[str]) -> dict[str, list[Answer]]:
    """The answers to the chosen exercises, of which each must have some."""
    banks = {}
    for name, exercises in pick_exercises(root, choices).items():
        banks[name] = [a for a in read_answers(answers_folder(root, name)) if a.exercise in exercises]
        if without := set(exercises).difference(answer.exercise for answer in banks[name]):
            raise UserError(f"{name}: the bank has no answer to exercise {min(without)}.")
    return banks


def _counts(verdicts: list[Verdict]) -> str:
    """How many right answers were kept, wrong ones caught, and causes named, each of how many."""
    right = [v for v in verdicts if v.answer.right]
    wrong = [v for v in verdicts if not v.answer.right]
    kept = sum(not v.failed for v in right)
    caught = sum(bool(v.failed) for v in wrong)
    named = sum(any("likely cause" in message for message in v.failed.values()) for v in wrong)
    counts = ((kept, len(right)), (caught, len(wrong)), (named, len(wrong)))
    return "".join(f"{got:>9} of {most:<2}" for got, most in counts)
