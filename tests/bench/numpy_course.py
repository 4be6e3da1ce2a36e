"""A course of somebody else: one notebook of NumPy and plain asserts, which needs nothing of this package."""

import base64
import random
from pathlib import Path

from nbformat import v4

NAME = "arrays"
TASKS = {
    "mean": ("def mean(x):\n    return x.sum() / x.size", "assert mean(np.arange(5.0)) == 2"),
    "center": (
        "def center(x):\n    return x - x.mean()",
        "assert np.isclose(center(np.arange(9.0)).sum(), 0)",
    ),
    "unit": (
        "def unit(x):\n    return x / np.sqrt(x @ x)",
        "assert np.isclose(unit(np.ones(4)) @ np.ones(4), 2)",
    ),
    "distances": (
        "def distances(a, b):\n    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(2))",
        "assert distances(np.zeros((2, 3)), np.ones((4, 3))).shape == (2, 4)",
    ),
    "smooth": (
        "def smooth(x):\n    return np.convolve(x, np.ones(3) / 3, 'valid')",
        "assert np.allclose(smooth(np.arange(7.0)), np.arange(1.0, 6.0))",
    ),
}


def make(folder: Path, students: int, picture: int = 0) -> None:
    """A course folder, and so many hand-ins, every third without its last answer.

    ``picture``: the bytes of a stored output in each, as pictures have them.
    """
    (folder / "source" / NAME).mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'numpy'\n")
    (folder / "source" / NAME / f"{NAME}.ipynb").write_text(_text(source=True, answers=len(TASKS)))
    for number in range(students):
        place = folder / "submitted" / f"student{number:02}" / NAME
        place.mkdir(parents=True)
        answers = len(TASKS) - (number % 3 == 2)
        (place / f"{NAME}.ipynb").write_text(_text(source=False, answers=answers, picture=picture))


def _text(*, source: bool, answers: int, picture: int = 0) -> str:
    shown = [
        v4.new_output(
            "display_data", data={"image/png": base64.b64encode(random.randbytes(picture)).decode()}
        )
    ]
    cells = [v4.new_code_cell("import numpy as np", id="imports", outputs=shown if picture else [])]
    for number, (name, (answer, test)) in enumerate(TASKS.items()):
        body = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION" if source else answer
        if not source and number >= answers:
            body = "# YOUR CODE HERE\nraise NotImplementedError()"
        cells.append(_cell(name, body, solution=True))
        cells.append(_cell(f"test_{name}", test, grade=True, locked=True, points=2))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    text: str = v4.writes(v4.new_notebook(cells=cells, metadata=metadata))
    return text


def _cell(name: str, text: str, **role):
    known = {
        "grade_id": name,
        "schema_version": 3,
        "grade": False,
        "locked": False,
        "solution": False,
        "task": False,
    }
    return v4.new_code_cell(text, id=name, metadata={"nbgrader": known | role})
