"""What the documents claim: code that runs, links that lead somewhere, commands that exist."""

import contextlib
import io
import re
import subprocess
from pathlib import Path

import pytest

from qcourse import cli
from qcourse.grading.place.limits import Limits

ROOT = Path(__file__).parent.parent
DOCS = sorted(
    str(p.relative_to(ROOT)) for folder in ("", "docs", "tests") for p in (ROOT / folder).glob("*.md")
)

TOP = {
    *(".ci", ".github", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
    *("CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md", "RELEASING.md", "SECURITY.md", "Makefile"),
    *("constraints.txt", "environment.yml", "nbgrader_config.py", "pyproject.toml"),
    *("docs", "findings", "notebooks", "solutions", "src", "tests", "tools"),
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no clone of the repository")
def test_nothing_else_lies_at_the_top():
    command = ["git", "ls-tree", "--name-only", "HEAD"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(names.splitlines()) <= TOP


def test_every_correction_is_shown(root):
    text = (root / "docs" / "corrections.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```(?:\s*prints\s*```text\n(.*?)```)?", text, re.DOTALL)
    assert len(blocks) == 10
    scope: dict = {}
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, scope)
        assert printed.getvalue() == expected


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#\s]+)", text(name)):
        if not target.startswith(("http", "mailto")):
            assert ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("name", DOCS)
def test_every_make_target_exists(name):
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text(name), re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", DOCS)
def test_every_command_of_qcourse_exists(name, capsys):
    for command in sorted(set(re.findall(r"`qcourse ([a-z]+)", text(name)))):
        with pytest.raises(SystemExit) as stopped:
            cli.main([command, "--help"])
        assert stopped.value.code == 0, command


def test_the_instructor_guide_names_every_option_of_grading(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    for option in set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}:
        assert f"`{option}" in text("docs/instructor.md"), option


def test_the_instructor_guide_names_the_limits_as_they_are():
    limits, guide = Limits(), text("docs/instructor.md")
    for row in (
        f"| CPU time | {limits.cell_cpu} s per cell, {limits.cpu_total} s per submission |",
        f"| after an endless loop | {limits.slow_cpu} s, for all cells together that call the answer",
        f"| wall time | {limits.wall_total:,} s per submission; {limits.idle} s idle |",
        f"| memory | {limits.memory // 2**30} GB, all processes together |",
        f"| processes | {limits.processes} |",
        f"| scratch space | {limits.disk // 2**20} MB, {limits.files:,} files |",
        f"| output | {limits.output // 2**20} MB, all cells together |",
        f"| lost kernels | {limits.restarts} |",
    ):
        assert row in guide


def test_architecture_names_every_module_and_no_other():
    rows = "".join(line for line in text("docs/architecture.md").splitlines() if line.startswith("|"))
    named = {
        name.removeprefix("grading.").removeprefix("check.") for name in re.findall(r"`([a-z_0-9.]+)`", rows)
    }
    modules = {path.stem for path in (ROOT / "src").rglob("*.py") if path.stem != "__init__"}
    packages = {path.parent.name for path in (ROOT / "src").rglob("__init__.py")}
    mistakes = {name for name in modules if re.fullmatch(r"ex_\d+_\d+", name)}
    assert modules - mistakes <= named
    assert named <= modules | packages


def test_the_map_of_the_tests_names_every_file():
    named = set(re.findall(r"`(?:\w+/)?(\w+)(?:\.py)?`", text("tests/README.md")))
    assert {path.stem for path in (ROOT / "tests").rglob("*.py")} <= named


@pytest.mark.parametrize("name", DOCS)
def test_prose_is_wrapped_alike(name):
    """At most 110 columns, but for tables and pictures, which cannot be wrapped."""
    lines = [line for line in text(name).splitlines() if not line.startswith(("|", "!["))]
    assert [line for line in lines if len(line) > 110] == []
