"""Courses of others, one trait each: `qcourse grade` and stock nbgrader give equal gradebooks.

One course holds them all, so that each way of grading needs one class and few kernels.
"""

import copy
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from qcourse.authoring import nbgrader_command
from qcourse.course.folder import release_path
from qcourse.course.notebooks import METADATA, from_bytes, read, to_bytes
from qcourse.course.settings import course_settings
from qcourse.errors import UserError
from qcourse.grading import grade_class, grade_submission

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("other courses")]

ROOT = Path(__file__).parents[2]
SETTINGS = "c = get_config()\nc.CourseDirectory.course_id = 'other'\n"


# Parts of notebooks


def cell(source, grade_id="", kind=new_code_cell, **meta):
    """A cell as nbgrader's extension of JupyterLab makes it; without a grade id an ordinary one."""
    known = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made = kind(source)
    if grade_id:
        made.metadata["nbgrader"] = known | {"grade_id": grade_id, "cell_type": made.cell_type} | meta
    return made


def answer(source, grade_id="answer", **meta):
    return cell(f"### BEGIN SOLUTION\n{source}\n### END SOLUTION", grade_id, solution=True, **meta)


def check(source, grade_id="check", points=1, **meta):
    return cell(source, grade_id, **{"grade": True, "locked": True, "points": points} | meta)


def notebook(*cells, **metadata):
    return new_notebook(cells=list(cells), metadata=METADATA | metadata)


class Course:
    """A course folder of nbgrader's own layout, which is graded by stock nbgrader or by `qcourse grade`."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        (folder / "gradebook.db").write_bytes(nbgrader_command.empty_gradebook())
        (folder / "nbgrader_config.py").write_text(settings)

    def assign(self, name, notebooks, files):
        put(self.folder / "source" / name, notebooks, files)
        self.nbgrader("generate_assignment", name)

    def hand_in(self, student, name, notebooks, files):
        put(self.folder / "submitted" / student / name, notebooks, files)

    def nbgrader(self, *arguments):
        code, said = nbgrader_command.run(self.folder, arguments)
        assert code == 0, said

    def grade(self, name):
        return grade_class.grade(grade_class.Options(name, self.folder))

    def book(self, name):
        """What the gradebook has of an assignment, by student, notebook and cell."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db", "other") as book:
            return {
                (submission.student.id, notebook.name, grade.name): (
                    *(grade.auto_score, grade.max_score, grade.needs_manual_grade),
                    *(c.auto_comment for c in notebook.comments if c.name == grade.name),
                )
                for submission in book.assignment_submissions(name)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }


def put(folder, notebooks, files):
    folder.mkdir(parents=True)
    for name, made in notebooks.items():
        write(made, folder / f"{name}.ipynb")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def grade_here(monkeypatch):
    """Grade in this process: its one warm process serves every course."""

    def graded(workers, waiting, release, isolation):
        released = release.as_bytes()
        for one in waiting:
            files = one.read_files() | release.files
            yield (
                one,
                grade_submission.grade(one.notebooks, released, files, isolation, settings=release.settings),
            )

    monkeypatch.setattr(grade_class, "_workers", lambda *given, **named: nullcontext())
    monkeypatch.setattr(grade_class, "_graded", graded)


# Courses: for each trait the notebooks and files of the course, and what Ada hands in


def one(given, handed_in, files=None, beside=None):
    """A trait of one notebook ``a``: its cells, those handed in, and the files beside each."""
    return {"a": notebook(*given)}, files or {}, {"a": notebook(*handed_in)}, beside or {}


RIGHT = answer("def f(): return 1")
WRONG = answer("def f(): return 2")
HIDDEN = "### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS"
SETUP = [
    cell("import os, random, sys, warnings\nfrom decimal import Decimal, getcontext"),
    cell("from pathlib import Path\nclass A: n = 0"),
    cell("random.seed(0)"),
    cell("os.environ['OF_THE_COURSE'] = 'yes'"),
    cell("os.mkdir('inside'); os.chdir('inside'); open('out.txt', 'w').write('written')"),
    cell("sys.path.append('of the course')"),
    cell("A.n = 5"),
    cell("warnings.simplefilter('error')"),
    cell("getcontext().prec = 3"),
]
IS_SET_UP = """
assert f() == 0.8444218515250481
assert os.environ["OF_THE_COURSE"] == "yes" and "of the course" in sys.path
assert os.path.basename(os.getcwd()) == "inside" and Path("out.txt").read_text() == "written"
assert A.n == 5
assert warnings.filters[0][0] == "error" and Decimal(1) / 3 == Decimal("0.333")
"""
DRAWS = answer("def f(): return random.random()")
NO_PYTHON = [
    cell("%load_ext autoreload\n!true"),
    cell("%%bash\ntrue"),
    cell("y = ___"),
    cell("def g(:"),
    cell("if True:\n# YOUR CODE HERE"),
    cell("%time z = 1"),
]
READS_FILES = """
import helper
assert helper.n == 1
assert open("data/x.txt").read() == "course"
assert open("own.txt").read() == "mine"
"""
TRAITS = {
    "unlocked test": one([RIGHT, check(HIDDEN, locked=False)], [WRONG, check("f()", locked=False)]),
    "locked answer": one(
        [answer("def f(): return 1", locked=True), check(HIDDEN)],
        [cell("def f(): return 1", "answer", solution=True, locked=True), check("")],
    ),
    "task": one(
        [cell("Do it", "task1", new_markdown_cell, task=True, points=3, locked=True), RIGHT, check(HIDDEN)],
        [cell("Done", "task1", new_markdown_cell, task=True, points=3, locked=True), RIGHT, check("")],
    ),
    "several notebooks": (
        {name: notebook(RIGHT, check(HIDDEN)) for name in ("a", "b", "c")},
        {},
        {"a": notebook(RIGHT, check("")), "b": notebook(WRONG, check(""))},
        {},
    ),
    "setup by side effect": one([*SETUP, DRAWS, check(IS_SET_UP)], [*SETUP, DRAWS, check("")]),
    "no Python": one(
        [*NO_PYTHON, RIGHT, check(HIDDEN + "\nassert z == 1")],
        [*NO_PYTHON, RIGHT, check(""), cell("x = (")],
    ),
    "by hand and in part": one(
        [
            answer("by hand", "by-hand", points=2, grade=True),
            cell("Write", "written", new_markdown_cell, solution=True, grade=True, points=3),
            cell("Write", "empty", new_markdown_cell, solution=True, grade=True, points=3),
            RIGHT,
            check("f() / 4", points=2),
            check("f() - 2", "negative"),
            check("'text'", "text"),
            check("raise SystemExit", "ends"),
        ],
        [
            cell("print(1)", "by-hand", points=2, solution=True, grade=True),
            cell("Mine", "written", new_markdown_cell, solution=True, grade=True, points=3),
            cell("Write", "empty", new_markdown_cell, solution=True, grade=True, points=3),
            RIGHT,
            *[check("", name) for name in ("check", "negative", "text", "ends")],
        ],
    ),
    "stderr": one([RIGHT, check("import sys; print(f(), file=sys.stderr)")], [RIGHT, check("")]),
    "files": one(
        [RIGHT, check(READS_FILES)],
        [RIGHT, check("")],
        {"helper.py": "n = 1", "data/x.txt": "course"},
        {"helper.py": "n = 2", "data/x.txt": "x", "own.txt": "mine"},
    ),
}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    stock = Course(folder / "stock")
    for name, (given, files, handed_in, beside) in TRAITS.items():
        stock.assign(name, given, files)
        stock.hand_in("ada", name, handed_in, beside)
    ours = copy.copy(stock)
    ours.folder = Path(shutil.copytree(stock.folder, folder / "ours"))
    with pytest.MonkeyPatch.context() as patch:
        grade_here(patch)
        for name in TRAITS:
            stock.nbgrader("autograde", name)
            ours.grade(name)
    return {"stock": stock, "ours": ours}


def test_a_test_that_writes_to_stderr_in_order_to_fail_has_not_failed(books):
    """The one difference in points that is intended: docs/instructor.md says so."""
    name = "stderr"
    assert books["stock"].book(name) == {("ada", "a", "check"): (0, 1, False)}
    assert books["ours"].book(name) == {("ada", "a", "check"): (1, 1, False)}


@pytest.mark.parametrize("trait", sorted(TRAITS.keys() - {"stderr"}))
def test_the_gradebook_is_that_of_stock_nbgrader(books, trait):
    assert books["ours"].book(trait) == books["stock"].book(trait)


# Settings


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A course of one small notebook, which Ada and Ben have handed in, both right."""
    course = Course(tmp_path_factory.mktemp("plain") / "course")
    course.assign("a", {"a": notebook(RIGHT, check(HIDDEN))}, {})
    for student in ("ada", "ben"):
        course.hand_in(student, "a", {"a": notebook(RIGHT, check(""))}, {})
    return course.folder


@pytest.fixture
def settled(plain, tmp_path, monkeypatch):
    """Makes a copy of the course with more settings, and grades it."""
    grade_here(monkeypatch)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def grade(settings="", elsewhere=None):
        shutil.copytree(plain, tmp_path / "course", dirs_exist_ok=True)
        (elsewhere or tmp_path / "course" / "nbgrader_config.py").write_text(SETTINGS + settings)
        return grade_class.grade(grade_class.Options("a", tmp_path / "course"))

    return grade


PLUGIN = """
from nbgrader.plugins import BasePlugin
class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
"""


def test_a_plugin_beside_the_settings_is_found(settled, tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "half_for_the_late.py").write_text(PLUGIN)
    results = settled("c.AssignLatePenalties.plugin_class = 'half_for_the_late.Half'")
    assert [result["score"] for result in results] == [1, 1]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            "c.AssignLatePenalties.plugin_class = 'no_such.Plugin'",
            "a setting in nbgrader_config.py is wrong: ",
        ),
        ("c.Autograde.pre_convert_hook = print", "Autograde.pre_convert_hook is set, which"),
        ("c.Autograde.post_convert_hook = 'os.getcwd'", "Autograde.post_convert_hook is set, which"),
        (
            "c.Autograde.autograde_preprocessors.append('m.Mine')",
            "Autograde.autograde_preprocessors has Mine,",
        ),
        (
            "c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.Execute']",
            "lacks AssignLatePenalties,",
        ),
        ("c.Autograde.sanitize_preprocessors.append('m.Mine')", "Autograde.sanitize_preprocessors has Mine,"),
        ("c.CourseDirectory.notebook_id = 'b'", "CourseDirectory.notebook_id is set, which"),
        (
            "c.CourseDirectory.directory_structure = '{student_id}'",
            "CourseDirectory.directory_structure is set",
        ),
        ("c.Execute.kernel_name = 'ir'", "Execute.kernel_name is 'ir', but qcourse grade has its own"),
        ("c.Execute.timeout = 'x'", "a setting in nbgrader_config.py is wrong: "),
        (
            "1 / 0",
            "nbgrader's settings for .* cannot be read .ZeroDivisionError: division by zero.: fix them",
        ),
        ("x = (", "nbgrader's settings for .* cannot be read .SyntaxError: "),
    ],
)
def test_a_setting_that_is_not_followed_is_refused_by_name(settled, settings, reason):
    with pytest.raises(UserError, match=reason) as caught:
        settled(settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "settings", ["c.CourseDirectory.student_id_exclude = 'ben,eve'", "c.CourseDirectory.student_id = 'a*'"]
)
def test_students_whom_the_settings_leave_out_are_not_graded(settled, settings):
    assert [result["student"] for result in settled(settings)] == ["ada"]


def test_students_whom_the_gradebook_does_not_know_are_refused_where_the_settings_say_so(settled):
    for result in settled("c.Autograde.create_student = False"):
        assert result["reason"] == "the gradebook has no such student (Autograde.create_student is False)."


def test_settings_are_found_where_nbgrader_finds_them(settled, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    settings = (
        f"c.CourseDirectory.root = {str(tmp_path / 'course')!r}\nc.CourseDirectory.student_id = 'ben'\n"
    )
    more = "c.Execute.timeout = 1200\nc.CourseDirectory.groupshared = True"
    results = settled(settings + more, tmp_path / "nbgrader_config.py")
    assert [result["student"] for result in results] == ["ben"]
    said = capsys.readouterr().err
    assert "Execute.timeout is 1200, but a cell has 60 s of CPU time and 600 s in all" in said
    assert "graded files get the mode 444, not 664" in said
    assert course_settings(tmp_path).CourseDirectory.root == str(tmp_path / "course")


def test_a_folder_without_settings_or_gradebook_is_no_course(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UserError, match="is not a course folder"):
            course_settings(folder)


# Pictures


def test_a_students_plot_in_06_is_in_the_graded_notebook_and_its_figure_is_closed():
    name = "06_quantization_from_scratch"
    released = to_bytes(read(release_path(ROOT, name)))
    mine = from_bytes(released)
    plots = ["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "plt.plot([2, 1]);"]
    mine.cells += map(new_code_cell, [*plots, "print(plt.get_fignums())"])
    result = grade_submission.grade({name: to_bytes(mine)}, {name: released}, {}, "auto")
    one, two, left = from_bytes(result["notebooks"][name]).cells[-3:]
    for shown in (one, two):
        assert [sorted(output.data) for output in shown.outputs] == [["image/png", "text/plain"]]
    assert left.outputs[0].text == "[]\n"
