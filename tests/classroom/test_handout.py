"""`qcourse handout`: what students get is complete, the same each time, and without an answer."""

import ast
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest

from qcourse import cli
from qcourse.classroom import handout, search, student_package
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import assignments, solution_path
from qcourse.course.notebooks import read
from qcourse.course.settings import nbgrader_settings


@pytest.fixture(scope="module")
def out(root, tmp_path_factory):
    """A folder with the hand-out of the whole course."""
    folder = tmp_path_factory.mktemp("out")
    assert cli.main(["handout", "--course", str(root), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def as_student(out, tmp_path_factory):
    """Runs Python in the hand-out, with the wheel installed as a student does, but for its requirements."""
    installed = tmp_path_factory.mktemp("installed")
    (wheel,) = (out / handout.FOLDER).glob("*.whl")
    options = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", installed]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, wheel], check=True)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=out / handout.FOLDER,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(installed), os.environ["PYTHONPATH"]])},
            capture_output=True,
            text=True,
        )

    return run


def refused(root, tmp_path, capsys):
    assert cli.main(["handout", "--course", str(root), "--out", str(tmp_path)]) == 2
    assert not list(tmp_path.iterdir())
    return capsys.readouterr().err


def test_folder_and_zip_hold_the_same(out, root):
    folder = out / handout.FOLDER
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with zipfile.ZipFile(out / f"{handout.FOLDER}.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    handed_out = [p.name for p in sorted((folder / "notebooks").iterdir())]
    assert handed_out == [*assignments(root), "START_HERE.ipynb"]


def test_the_bytes_are_the_same_each_time(out, root, tmp_path):
    assert cli.main(["handout", "--course", str(root), "--out", str(tmp_path)]) == 0
    name = f"{handout.FOLDER}.zip"
    assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_chosen_assignments_only(root, tmp_path):
    assert cli.main(["handout", "6", "09", "--course", str(root), "--out", str(tmp_path)]) == 0
    names = [p.name[:2] for p in sorted((tmp_path / handout.FOLDER / "notebooks").iterdir())]
    assert names == ["06", "09"]


def test_the_wheel_is_without_what_grades_and_what_makes_the_course():
    modules = {path.removesuffix(".py").replace("/", ".") for path in student_package.student_files()}
    for room in ("authoring", "classroom", "grading.trust", "grading.place.bubblewrap", "course.lesson"):
        assert not [name for name in modules if name.startswith(f"qcourse.{room}")]
    for name in ("gradebook", "grade_class", "scores", "execute", "receipt"):
        assert f"qcourse.grading.{name}" not in modules


def test_what_the_notebooks_import_is_there(as_student, out):
    lines = []
    for path in (out / handout.FOLDER / "notebooks").rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                nodes = ast.walk(ast.parse(cell.source))
                lines += [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    ran = as_student(
        "-W",
        "ignore",
        "-c",
        "\n".join(["import qcourse.grading.kernels.staying_kernel", *lines, "print(qcourse.__file__)"]),
    )
    assert "installed" in ran.stdout, ran.stderr


def test_a_student_has_no_command_of_an_instructor(as_student):
    ran = as_student("-m", "qcourse.cli", "--help")
    assert "check" in ran.stdout
    assert not [word for word in ("grade ", "handout", "build", "verify") if word in ran.stdout]


def test_validate_finds_the_settings_of_the_course(out, root):
    execute = nbgrader_settings(out / handout.FOLDER).Execute
    assert execute == nbgrader_settings(root).Execute
    assert "StayingKernel" in str(execute)


@pytest.mark.slow
def test_a_student_checks_a_notebook(as_student):
    ran = as_student("-m", "qcourse.cli", "check", "06")
    assert "0 of 27, 3 by hand" in ran.stdout, ran.stderr
    assert "6.9" in ran.stdout


@pytest.mark.parametrize("kind", ["solution", "hidden tests"])
def test_a_line_of_an_answer_is_found_in_any_file(root, tmp_path, capsys, monkeypatch, kind):
    solution = by_grade_id(read(solution_path(root, assignments(root)[0])))
    source = solution["clamp" if kind == "solution" else "clamp-hidden"].source.split("\n")
    line = next(x.strip() for x in source if "np." in x or "ex.call(" in x)
    public = dict(handout.handout_files(root, []))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"a\n   {line}\nb")])
    leaking = (
        {"guide.md": f"As in\n\n    {line}\n".encode()},
        {"notebooks/a.ipynb": nbformat.writes(notebook).encode()},
        {"more.zip": handout.zipped({"inside.whl": handout.zipped({"qcourse/new.py": line.encode()})})},
    )
    for files in leaking:
        monkeypatch.setattr(handout, "handout_files", lambda *_, files=files: public | files)
        message = refused(root, tmp_path, capsys)
        assert line in message
        assert next(iter(files)) in message


def test_ordinary_lines_are_in_use(root):
    """Each exception is needed: without it a line would be found."""
    files = student_package.student_files()
    held = {
        line.strip() for content in files.values() for line in content.decode(errors="replace").split("\n")
    }
    assert held >= search.ORDINARY


def test_a_folder_with_other_files_is_refused(root, tmp_path, capsys):
    (tmp_path / handout.FOLDER).mkdir()
    (tmp_path / handout.FOLDER / "notes.txt").write_text("mine")
    assert cli.main(["handout", "--course", str(root), "--out", str(tmp_path)]) == 2
    assert "notes.txt" in capsys.readouterr().err


def test_a_course_without_a_guide_is_refused(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(handout, "COPIED", {"docs/none.md": "none.md"})
    assert "docs/none.md cannot be read" in refused(root, tmp_path, capsys)
