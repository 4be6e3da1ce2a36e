"""The cheat bank, one class a notebook: nothing is stolen, nothing is told, honest work keeps its points."""

import functools
import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cheats
import pytest
from cheats import ALL, CHEATS, HONEST, MARK, NAMES

from qcourse.authoring.demo_class import Classroom
from qcourse.grading.place import bubblewrap

# One group, and the demo class with it: what is warm for the first class is warm for the others.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("graded")]
SHORT = 25  # a line of fewer letters may stand anywhere


class Graded:
    """The class of one notebook after the run."""

    def __init__(self, root: Path, folder: Path, number: str) -> None:
        self.folder, self.name = folder, NAMES[number]
        classroom = Classroom(root, folder, [self.name])
        classroom.generate()
        self.students = cheats.hand_in(classroom, number)
        results = json.loads(json.dumps(cheats.grade(folder, self.name)))
        self.results = {result["student"]: result for result in results}
        classroom.nbgrader("generate_feedback", self.name, "--student", "leaks-*")
        handed_out = "\n".join(cell.source for cell in classroom.release(self.name).cells)
        tests = (root / "solutions" / self.name / "hidden").glob("*.py")
        lines = {line.strip() for path in tests for line in path.read_text().splitlines()}
        self.hidden = sorted(line for line in lines if len(line) >= SHORT and line not in handed_out)

    def handed_in(self, student: str) -> str:
        """The student's own text."""
        path = self.folder / "submitted" / student / self.name / f"{self.name}.ipynb"
        return "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])

    def given_back(self, student: str) -> str:
        """All that the student gets: messages, the outputs of the graded notebook, the feedback."""
        notebook = json.loads(
            (self.folder / "autograded" / student / self.name / f"{self.name}.ipynb").read_text()
        )
        texts = [*strings(self.results[student])]
        texts += [text for cell in notebook["cells"] for text in strings(cell.get("outputs", []))]
        for path in (self.folder / "feedback" / student).rglob("*.html"):
            texts.append(html.unescape(re.sub("<[^>]+>", "", path.read_text())))
        return "\n".join(texts)


def strings(value: Any) -> Iterator[str]:
    """Every string in plain data, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for pair in value.items():
            yield from strings(list(pair))


@pytest.fixture(scope="session")
def classes(root, tmp_path_factory):
    """The classes that have been graded, by notebook."""
    if shutil.which("bwrap", path=bubblewrap.PATH) is None:
        pytest.skip("bubblewrap is not installed: no cheat was run.")
    return functools.cache(lambda number: Graded(root, tmp_path_factory.mktemp(f"cheats-{number}"), number))


def each(students: dict[str, Any]) -> Any:
    """A test for every student, with the number of the notebook."""
    return pytest.mark.parametrize(("student", "number"), students.items(), ids=students)


CHEATING = {student: cheat.notebook for student, cheat in CHEATS.items()}


@each(CHEATING)
def test_a_cheat_keeps_nothing_that_it_has_not_earned(classes, student, number):
    result, keeps = classes(number).results[student], CHEATS[student].keeps
    assert result["status"] == "graded", result["reason"]
    assert {f"{name}-hidden" for name in CHEATS[student].aims} <= result["cells"].keys()
    stolen = {key: c["score"] for key, c in result["cells"].items() if (c["score"] or 0) > keeps.get(key, 0)}
    assert stolen == {}


@each(CHEATING)
def test_nothing_of_a_hidden_test_comes_out(classes, student, number):
    graded = classes(number)
    told = graded.given_back(student)
    assert MARK not in told
    own = graded.handed_in(student)  # feedback shows it
    assert [line for line in graded.hidden if line in told and line not in own] == []


@each({student: number for student, (number, *_) in HONEST.items()})
def test_honest_work_keeps_its_points(classes, student, number):
    cells = classes(number).results[student]["cells"]
    assert [key for key, c in cells.items() if key != "question" and c["score"] != c["max_score"]] == []


@each({student: number for student, number in CHEATING.items() if student.startswith("leaks-")})
def test_what_leaks_has_feedback(classes, student, number):
    assert [*(classes(number).folder / "feedback" / student).rglob("*.html")]


def test_the_bank_is_large_enough():
    assert len(CHEATS) >= 120
    assert set(CHEATING.values()) == set(NAMES)
    assert all(set(cheat.aims) <= set(ALL[cheat.notebook]) for cheat in CHEATS.values())
