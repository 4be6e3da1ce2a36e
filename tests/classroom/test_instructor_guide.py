"""docs/instructor.md: every command in its shell blocks is run as it stands there, in their order."""

import csv
import re
import shlex
import shutil
import zipfile

import pytest

from qcourse import cli
from qcourse.authoring import nbgrader_command
from qcourse.course.cells import by_grade_id
from qcourse.course.folder import release_path
from qcourse.course.notebooks import read, to_bytes

pytestmark = pytest.mark.slow
NAME = "06_quantization_from_scratch"
SOLVED = "def step_size(beta, alpha, bits):\n    return (alpha - beta) / (2**bits - 1)"
NOT_RUN = {
    "jupyter lab": "a server, in which tests/browser goes the instructor's way",
    "sbatch docs/examples/grade.sbatch 06": "Slurm; test_examples checks the file",
    "kubectl apply -f docs/examples/dask.yaml": "Kubernetes; test_examples checks the file",
    "kubectl port-forward service/qcourse-dask 8786": "Kubernetes",
    "qcourse grade 06 --scheduler tcp://localhost:8786": "that cluster; test_cluster has others",
}


def commands(root):
    """The lines of the guide's shell blocks, without comments."""
    text = (root / "docs" / "instructor.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [re.sub(r"\s+#.*", "", line) for line in lines]


@pytest.fixture
def course(root, tmp_path, monkeypatch):
    """A checkout whose notebook 06 is small, and what came of its class by Moodle."""
    folder = tmp_path / "course"
    (folder / "docs").mkdir(parents=True)
    for name in ("nbgrader_config.py", "docs/student.md", "constraints.txt", "LICENSE", "environment.yml"):
        shutil.copy(root / name, folder / name)
    with (folder / "nbgrader_config.py").open("a") as settings:
        settings.write(f"\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n")
    (tmp_path / "exchange").mkdir(mode=0o777)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    assert cli.main(["new", NAME]) == cli.main(["build", "06"]) == 0
    notebook = read(release_path(folder, NAME))
    unsolved = to_bytes(notebook)
    by_grade_id(notebook)["step_size"].source = SOLVED
    with zipfile.ZipFile(folder / "06.zip", "w") as archive:
        for who, content in (("Ada Byron_71", to_bytes(notebook)), ("Bo O'Neil_72", unsolved)):
            entry = zipfile.ZipInfo(f"{who}_assignsubmission_file/{NAME}.ipynb", (2026, 11, 20, 10, 0, 0))
            archive.writestr(entry, content)
    (folder / "roster.csv").write_text(
        "First name,Last name,ID number,Email address\n"
        'Ada,Byron,1001,ada@x.org\nBo,"O\'Neil",1002,bo@x.org\nEve,Cox,1003,eve@x.org\n'
    )
    return folder


def test_every_command_of_the_guide_works_as_it_stands_there(root, course, capsys):
    lines = commands(root)
    assert NOT_RUN.keys() <= set(lines), "an exception that the guide no longer has"
    for line in lines:
        if line in NOT_RUN:
            continue
        assert not set(line) & set("|&;<>$`*?(){}\\"), "more than words: a shell would have to read it"
        program, *words = shlex.split(line)
        if program == "nbgrader":
            code, said = nbgrader_command.run(course, words)
        else:
            assert program == "qcourse", line
            code, said = cli.main(words), "".join(capsys.readouterr())
        assert code == 0, f"{line}\n{said}"
    with (course / "points.csv").open(encoding="utf-8", newline="") as stream:
        points = {row["ID number"]: row[NAME] for row in csv.DictReader(stream)}
    assert points == {"1001": "3", "1002": "0", "1003": ""}
    made = ("handout/qcourse-students.zip", "report/report.html", f"feedback/1001/{NAME}/{NAME}.html")
    assert [path for path in made if not (course / path).is_file()] == []
