"""One set of versions: environment.yml, pyproject.toml and constraints.txt agree."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.version import Version


def constraints(root) -> dict[str, Version]:
    lines = [line for line in (root / "constraints.txt").read_text().splitlines() if "==" in line]
    return {name.lower().replace("_", "-"): Version(v) for name, v in (line.split("==") for line in lines)}


def requirements(root) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = [r for group in project["optional-dependencies"].values() for r in group]
    return [Requirement(r) for r in project["dependencies"] + extras]


def test_every_requirement_is_pinned_to_a_version_it_allows(root):
    pins = constraints(root)
    for requirement in requirements(root):
        assert requirement.name in pins, f"{requirement.name} is not in constraints.txt"
        assert pins[requirement.name] in requirement.specifier


def test_environment_yml_names_the_same_versions(root):
    pins = constraints(root)
    text = (root / "environment.yml").read_text()
    named = dict(re.findall(r"^  - ([\w-]+)=+([\d.]+)", text, re.MULTILINE))
    for conda, pip in {"pytorch-cpu": "torch", "torchvision": "torchvision", "numpy": "numpy"}.items():
        assert Version(named[conda]) == pins[pip], f"{conda} in environment.yml"
    for name, version in named.items():
        if name in pins:
            assert pins[name] == Version(version)
