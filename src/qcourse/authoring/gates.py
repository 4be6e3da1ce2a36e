"""The gates that look at files only. A gate yields its defects in the course, a sentence each."""

import ast
import builtins
import re
import shlex
import statistics
from collections.abc import Iterator
from pathlib import Path

from qcourse.authoring import front_page, pack
from qcourse.authoring.assignment import Course
from qcourse.authoring.build import release_is_current, same_cells
from qcourse.check.graded_cell import MODULES
from qcourse.course.cells import (
    CHECK,
    HIDDEN,
    by_grade_id,
    exercise,
    grade_id,
    is_answer,
    is_graded,
    is_hidden,
    is_test,
    points,
)
from qcourse.course.folder import (
    closing_path,
    front_page_path,
    hidden_folder,
    release_path,
    solution_path,
    text_path,
)
from qcourse.course.lesson import place
from qcourse.course.names import analyse
from qcourse.course.notebooks import NotebookNode

LESSON_LINES = 1000
CLOSING_LINES = 300
HIDDEN_LINES = 200
CELL_LINES = 25
MEDIAN_LINES = 6


def built_is_current(course: Course) -> Iterator[str]:
    """Nothing built differs from its source, outputs aside; every built cell has been executed."""
    for of in course.assignments:
        solution = solution_path(course.root, of.name)
        if not solution.exists() or not same_cells(of.source, of.solution):
            yield f"{solution} is not what its .py says: run make build."
        elif any(cell.get("execution_count") is None for cell in _code(of.solution)):
            name = shlex.quote(of.name)
            yield f"{solution} has cells that were not executed: run qcourse build --force {name}."
        elif not pack.is_current(course.root, of.name):
            yield f"{pack.target(course.root, of.name)} has other answers than the text: run make build."
        elif not release_is_current(course.root, of.name):
            yield f"{release_path(course.root, of.name).parent} is not what nbgrader makes: run make build."
    if not front_page.is_current(course.root):
        yield f"{front_page_path(course.root)} is not what the notebooks say: run make build."


def exercises_are_complete(course: Course) -> Iterator[str]:
    """Every exercise has a stub, a visible check and hidden tests; all grade ids and points are valid.

    An exercise that is switched off has 0 points for both tests.
    """
    for of in course.assignments:
        cells, released = by_grade_id(of.source), by_grade_id(of.release)
        if other := sorted(cells.keys() ^ released.keys()):
            yield f"{of.name}: only the lesson or the student version has {', '.join(other)}: run make build."
        for name, cell in released.items():
            if cell.cell_type != "code" or not is_answer(cell):
                continue
            where = place(text_path(course.root, of.name), f'"answer:{name}"')
            if not _is_stub(cell.source):
                yield f"{where}: {name} has no stub that names its exercise."
            tests = {kind: test for kind in (CHECK, HIDDEN) if (test := cells.get(name + kind))}
            yield from (
                f"{where}: {name} has no cell tagged {kind[1:]}:{name}."
                for kind in (CHECK, HIDDEN)
                if kind not in tests
            )
            if len({points(test) > 0 for test in tests.values()}) == 2:
                yield f"{where}: only one test of {name} has points: 0 for both switches an exercise off."
            for kind, test in tests.items():
                if ("BEGIN HIDDEN TESTS" in test.source) != (kind == HIDDEN):
                    yield f"{where}: {name}{kind} should{' not' * (kind == CHECK)} be hidden."


def _is_stub(source: str) -> bool:
    """Whether an answer as handed out raises NotImplementedError with the exercise's name."""
    raised = (
        node.exc for node in ast.walk(_parse(source) or ast.Module([], [])) if isinstance(node, ast.Raise)
    )
    return any(exc and re.match(r"NotImplementedError\(['\"]Exercise ", ast.unparse(exc)) for exc in raised)


def cells_are_python(course: Course) -> Iterator[str]:
    """Every code cell is plain Python, without magics, in the solution and in the student version."""
    for of in course.assignments:
        cells = [*_code(of.source), *_code(of.solution), *_code(of.release)]
        for source in dict.fromkeys(cell.source for cell in cells):
            if _parse(source) is None:
                where = place(text_path(course.root, of.name), source)
                yield f"{where}: a code cell is not Python: {source[:60]!r}."


def graded_cells_stand_alone(course: Course) -> Iterator[str]:
    """A graded cell reads nothing from the notebook but the answer that it tests, and binds nothing."""
    for of in course.assignments:
        for cell in filter(is_test, _code(of.source)):
            match ast.parse(cell.source).body:
                case [ast.Import([ast.alias("qcourse.check", None)]), ast.FunctionDef(decorator_list=[_])]:
                    strange = analyse(cell.source).reads - {exercise(cell), *MODULES, *dir(builtins)}
                    yield from (
                        f"{_where(course, of.name, cell)}: {grade_id(cell)} reads {n} from the notebook."
                        for n in strange
                    )
                case _:
                    yield (
                        f"{_where(course, of.name, cell)}: {grade_id(cell)} is not one function "
                        f"below 'import qcourse.check', decorated with @qcourse.check.exercise(…)."
                    )


def _where(course: Course, name: str, test: NotebookNode) -> str:
    """The line of the tag of a test's cell."""
    kind = HIDDEN if is_hidden(test) else CHECK
    return place(text_path(course.root, name), f'"{kind[1:]}:{exercise(test)}')


def cells_are_short(course: Course) -> Iterator[str]:
    """The median code cell has at most 6 lines, and none but hidden tests has more than 25."""
    for of in course.assignments:
        cells = [cell for cell in _code(of.source) if not is_hidden(cell)]
        lengths = [len(cell.source.split("\n")) for cell in cells if not is_graded(cell)]
        if lengths and statistics.median(lengths) > MEDIAN_LINES:
            yield f"{of.name}: the median code cell has {statistics.median(lengths)} lines, more than 6."
        for cell in cells:
            if (lines := len(cell.source.split("\n"))) > CELL_LINES:
                where = grade_id(cell) or repr(cell.source[:40])
                yield f"{of.name}: a code cell has {lines} lines, more than {CELL_LINES}: {where}."


def files_are_short(course: Course) -> Iterator[str]:
    """A lesson has at most 1,000 lines, its closing 300, a file of hidden tests 200."""
    for of in course.assignments:
        yield from _too_long(text_path(course.root, of.name), LESSON_LINES)
        yield from _too_long(closing_path(course.root, of.name), CLOSING_LINES)
        for path in sorted(hidden_folder(course.root, of.name).glob("*.py")):
            yield from _too_long(path, HIDDEN_LINES)


def _too_long(path: Path, most: int) -> Iterator[str]:
    if path.exists() and (lines := path.read_text(encoding="utf-8").count("\n")) > most:
        yield f"{path} has {lines} lines, more than {most}."


def figures_have_alt_text(course: Course) -> Iterator[str]:
    """Every picture stored in a solution has alt text."""
    for of in course.assignments:
        for cell in of.solution.cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "image/png" in data and not re.search(r'alt="[^"]{20,}"', data.get("text/html", "")):
                    yield f"{of.name}: a figure without alt text in {cell.source[:60]!r}."


def headings_are_in_order(course: Course) -> Iterator[str]:
    """A notebook's title is of level 1, and no heading is more than one level below the one before."""
    for of in course.assignments:
        texts = (cell.source for cell in of.release.cells if cell.cell_type == "markdown")
        before = 0
        for marks, heading in re.findall(r"^(#+) (.+)", "\n".join(texts), re.MULTILINE):
            if len(marks) > before + 1:
                yield f"{of.name}: {heading!r} has level {len(marks)}, below one of level {before}."
            before = len(marks)


def stored_outputs_are_of_mnist(course: Course) -> Iterator[str]:
    """What the solutions show was measured on MNIST, not on the offline digits."""
    for of in course.assignments:
        if "Data: scikit-learn" in solution_path(course.root, of.name).read_text(encoding="utf-8"):
            yield f"{of.name} was built on the offline digits: run make build with MNIST at hand."


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:
        return None
