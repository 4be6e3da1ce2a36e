"""One set of versions: environment.yml, pyproject.toml and constraints.txt agree."""

import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from qcourse import __version__

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Where they differ from PyPI's.
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base", "msgpack": "msgpack-python"}


def pins(root) -> dict[str, Version]:
    lines = [line for line in (root / "constraints.txt").read_text().splitlines() if "==" in line]
    return {canonicalize_name(name): Version(v) for name, v in (line.split("==") for line in lines)}


def project(root) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def environment(root) -> list:
    return yaml.safe_load((root / "environment.yml").read_text())["dependencies"]


def conda_ranges(root) -> dict[str, SpecifierSet]:
    """Conda's ``name=2.13`` (any 2.13.x) and ``name>=2.13`` as PEP 440 ranges."""
    entries = [re.fullmatch(r"([\w-]+)(.*)", entry) for entry in environment(root) if isinstance(entry, str)]
    return {m[1]: SpecifierSet(re.sub(r"^=([\d.]+)$", r"==\1.*", m[2])) for m in entries}


def test_every_requirement_is_pinned_to_a_version_it_allows(root):
    extras = [r for group in project(root)["optional-dependencies"].values() for r in group]
    for requirement in map(Requirement, project(root)["dependencies"] + extras):
        assert requirement.name in pins(root), f"{requirement.name} is not in constraints.txt"
        assert pins(root)[requirement.name] in requirement.specifier


def test_pre_commit_runs_the_ruff_that_is_pinned(root):
    hooks = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())["repos"]
    [rev] = [hook["rev"] for hook in hooks if hook["repo"].endswith("ruff-pre-commit")]
    assert Version(rev) == pins(root)["ruff"]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_that_ci_tests_is_allowed(root, python):
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text())
    assert python in workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert python in SpecifierSet(project(root)["requires-python"])


@pytest.mark.parametrize("python", ["3.10", "3.15"])
def test_no_other_python_is_allowed(root, python):
    assert python not in SpecifierSet(project(root)["requires-python"])


def test_conda_installs_all_that_the_package_requires(root):
    """Then pip finds everything there, and brings no second torch."""
    ranges = conda_ranges(root)
    for requirement in map(Requirement, project(root)["dependencies"]):
        conda = ranges[CONDA_NAMES.get(requirement.name, requirement.name)]
        oldest = next(s.version.removesuffix(".*") for s in conda if s.operator in (">=", "=="))
        assert oldest in requirement.specifier, f"{requirement} allows more than environment.yml"
        assert pins(root)[requirement.name] in conda, f"environment.yml has no {requirement.name} as tested"


# What repo2docker 2026.4, which Binder runs, would build from in place of environment.yml.
BEFORE_CONDA = ("binder", ".binder", "Dockerfile", "Project.toml", "REQUIRE", "default.nix", "install.R")


def test_binder_builds_from_environment_yml_with_a_python_that_is_allowed(root):
    """By the rules of repo2docker's detection, which takes another Python where its pattern does not fit."""
    assert not [name for name in BEFORE_CONDA if (root / name).exists()]
    entries = [entry for entry in environment(root) if isinstance(entry, str)]
    python = next(filter(None, (re.match(r"python\s*=+\s*([\d.]*)", entry) for entry in entries)))
    assert python[1] in PYTHONS
    assert not [entry for entry in entries if re.match(r"r-base\s*=+", entry)]


@pytest.mark.slow
def test_pip_accepts_what_conda_makes_of_environment_yml(root, tmp_path):
    """Conda, mamba and Binder write the ``pip:`` part, an entry per line, into a requirements file, and run
    pip with it in the folder of environment.yml."""
    for name in ("environment.yml", "pyproject.toml", "README.md", "LICENSE", "src/qcourse/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    [entries] = [entry["pip"] for entry in environment(tmp_path) if isinstance(entry, dict)]
    (tmp_path / "condaenv.requirements.txt").write_text("\n".join(entries))
    command = [sys.executable, "-m", "pip", "install", "-U", "-r", "condaenv.requirements.txt"]
    offline = ["--exists-action=b", "--dry-run", "--no-index", "--no-build-isolation", "--no-input"]
    done = subprocess.run(command + offline, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Would install qcourse" in done.stdout


def test_the_released_version_is_the_same_everywhere(root):
    cited = yaml.safe_load((root / "CITATION.cff").read_text())
    released = re.findall(r"^## ([\d.]+) - ([\d-]+)$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == (__version__, str(cited["date-released"]))
    assert cited["version"] == __version__
