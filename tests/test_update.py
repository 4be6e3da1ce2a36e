"""An update of the course, by the steps of docs/student.md, leaves what a student wrote as it is."""

import os
import re
import shutil
import subprocess

import pytest


@pytest.mark.skipif(not shutil.which("git"), reason="No git here.")
def test_a_pull_leaves_changed_notebooks_alone_and_updates_the_rest(root, tmp_path):
    (steps,) = re.findall(r"```sh\n(git config.*?)```", (root / "docs" / "student.md").read_text(), re.DOTALL)
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(folder, command):
        subprocess.run(command, shell=True, check=True, cwd=folder, env=os.environ | who | nowhere)

    course, student = tmp_path / "course", tmp_path / "student"
    for name in ("06_a", "07_b"):
        (course / "notebooks" / name).mkdir(parents=True)
        (course / "notebooks" / name / f"{name}.ipynb").write_text("1\n2\n3\n")
    shutil.copy(root / ".gitattributes", course)
    save = "git add --all && git commit --quiet --message new"
    git(course, f"git init --quiet --initial-branch main && {save}")
    git(tmp_path, f"git clone --quiet {course} {student}")
    mine, other = (student / "notebooks" / n / f"{n}.ipynb" for n in ("06_a", "07_b"))
    mine.write_text("1\nmine\n3\n4\n")
    for path in (course / "notebooks").rglob("*.ipynb"):
        path.write_text("0\n1\n2 new\n3\n")
    git(course, save)
    git(student, f"set -e\n{steps}")
    assert mine.read_text() == "1\nmine\n3\n4\n"
    assert other.read_text() == "0\n1\n2 new\n3\n"
