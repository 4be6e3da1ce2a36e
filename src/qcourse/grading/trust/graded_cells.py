"""Which cells a referee runs, and what a place must not hold for that."""

import re
from pathlib import Path
from typing import NamedTuple

import qcourse
from qcourse.course.cells import is_test
from qcourse.course.notebooks import NotebookNode

CALL = re.compile(r'^@qcourse\.check\.exercise\(\s*"([\d.]+)",\s*(\w+)', re.MULTILINE)
PACKAGE = Path(qcourse.__file__).parent


class Test(NamedTuple):
    """A graded cell that reads nothing but an answer: the number of its exercise, and the answer's name."""

    number: str
    answer: str


def tests(notebook: NotebookNode) -> dict[int, Test]:
    """The graded cells of the course's form, by index: any other runs in the kernel, as nbgrader runs it."""
    cells = {i: cell for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and is_test(cell)}
    found = {index: CALL.search(cell.source) for index, cell in cells.items()}
    return {index: Test(call[1], call[2]) for index, call in found.items() if call}


def reference_files(tests: dict[int, Test]) -> list[Path]:
    """The package's files that hold answers, or parts of them: a place for these tests does not have them."""
    files = [PACKAGE / "check" / "causes", PACKAGE / "solved"] if tests else []
    if any(test.number.startswith("6.") for test in tests.values()):
        module = PACKAGE / "quantization.py"
        files += [module, *(PACKAGE / "__pycache__").glob(f"{module.stem}.*.pyc"), PACKAGE / "conventions"]
    return files
