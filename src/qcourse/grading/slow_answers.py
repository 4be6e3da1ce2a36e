"""An endless loop costs one limit, not one for each cell that runs into it."""

import ast
import re

from qcourse.course.cells import is_answer, is_locked
from qcourse.course.names import stored
from qcourse.course.notebooks import NotebookNode
from qcourse.course.syntax import LONGEST, NOT_PYTHON, parse, python

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_IMPORTS = ast.Import | ast.ImportFrom


class SlowAnswers:
    """The student's functions that were at work when a cell was ended for its time.

    Cells that call one of them, directly or through others, may use ``budget`` seconds of CPU time together.
    A function that has served another cell well is not suspected, unless there is no other.
    """

    def __init__(self, cells: list[NotebookNode], budget: float) -> None:
        self._cells = cells
        self._left = budget
        self._passed: list[int] = []
        self._uses: dict[str, set[str]] = {}  # what each name of the student's may call
        self._functions: set[str] = set()  # all of the student's
        self._suspects: set[str] = set()

    def ran(self, number: int, seconds: float, *, well: bool) -> None:
        """The cell has used so many seconds of CPU time, and has come to its end ``well`` or not."""
        if self.left(number) is not None:
            self._left = max(0.0, self._left - seconds)
        if well:
            self._passed.append(number)

    def ended(self, number: int) -> None:
        """The cell was ended for its time."""
        if self.left(number) is not None:
            self._left = 0
        if not self._uses:
            self._read_students()
        cleared = {name for other in self._passed for name in self._called(other)}
        direct = _mentioned(self._cells[number]) & self._functions
        self._suspects |= (self._called(number) - cleared) or direct

    def left(self, number: int) -> float | None:
        """The seconds that a cell may use; None where it calls no suspect, and has the usual limits."""
        return self._left if self._suspected(number) else None

    def why(self, number: int) -> str:
        """Why no time is left for a cell, in words."""
        names = ", ".join(f"`{name}`" for name in sorted(self._suspected(number)))
        return f"it calls {names}, and the time for that is used up (an endless loop?)"

    def _suspected(self, number: int) -> set[str]:
        return self._suspects and self._called(number) & self._suspects

    def _called(self, number: int) -> set[str]:
        """The student's functions that a cell may call, directly or through others."""
        found: set[str] = set()
        waiting = _mentioned(self._cells[number])
        while waiting:
            found |= waiting
            waiting = {name for known in waiting for name in self._uses.get(known, ())} - found
        return found & self._functions

    def _read_students(self) -> None:
        """Follow what functions call, and where one is given another name, as in f = np.vectorize(g)."""
        students = [cell for cell in self._cells if cell.cell_type == "code" and not is_locked(cell)]
        if sum(len(cell.source) for cell in students) > 10 * LONGEST:
            return
        for cell in students:
            for statement in _statements(cell.source):
                names = _bound(statement)
                is_function = isinstance(statement, str) or any(
                    isinstance(part, _DEFINITIONS | ast.Lambda) for part in ast.walk(statement)
                )
                uses = _names(statement) if is_function else _names(statement, called=False)
                for name in names:
                    self._uses.setdefault(name, set()).update(uses)
                if is_function or (is_answer(cell) and not isinstance(statement, _IMPORTS)):
                    self._functions |= names


def _mentioned(cell: NotebookNode) -> set[str]:
    """What a cell mentions; of a student's, what it only defines is not called."""
    parts = _statements(cell.source)
    if not is_locked(cell):
        parts = [part for part in parts if isinstance(part, str) or not _only_defines(part)]
    return {name for part in parts for name in _names(part)}


def _statements(source: str) -> list[ast.stmt | str]:
    """The statements of a cell; of one that is not Python, its text."""
    try:
        if len(source) > LONGEST or source.lstrip().startswith("%%"):  # as %%time, whose text is run
            return [source]
        return [*parse(python(source)).body]
    except NOT_PYTHON:
        return [source]


def _bound(part: ast.stmt | str) -> set[str]:
    """The names that a part of a cell binds."""
    if isinstance(part, str):
        return set(re.findall(r"^(?:async )?(?:def|class)\s+(\w+)", part, re.MULTILINE))
    return stored(part)


def _only_defines(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Lambda)
    return isinstance(statement, _DEFINITIONS) and not statement.decorator_list


def _names(part: ast.stmt | str, *, called: bool = True) -> set[str]:
    """The names in a part of a cell, with or without those that it calls at once."""
    if isinstance(part, str):
        return set(re.findall(r"[^\W\d]\w*", part))
    at_once = () if called else [id(node.func) for node in ast.walk(part) if isinstance(node, ast.Call)]
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name) and id(node) not in at_once}
