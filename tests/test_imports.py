"""Imports of the package run one way, as docs/architecture.md draws it, and what it holds is short."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "qcourse"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = "what notebooks import"


def layers() -> list[list[str]]:
    """The line of docs/architecture.md that orders the rooms of the package, from the ground up."""
    (line,) = re.findall(r"^.+ <- .+ <- .+$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    return [[name.strip(" `") for name in layer.split(",")] for layer in line.split("<-")]


def layer(module: str) -> int:
    """The layer of the module ``qcourse.…``; what the line does not name is for notebooks."""
    order = layers()
    room = module.split(".")[1] if "." in module else "errors"  # qcourse itself holds the version only
    named = [number for number, names in enumerate(order) if room in names]
    return named[0] if named else order.index([NOTEBOOKS])


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that a tree imports, in functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "qcourse":
            yield from (f"qcourse.{alias.name}" for alias in node.names if alias.name != "__version__")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield node.module


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_what_stands_above_it(path):
    found = [module for module in imported(ast.parse(path.read_text())) if module.startswith("qcourse")]
    assert not [module for module in found if layer(module) > layer(name_of(path))]


def test_the_layers_are_rooms_of_the_package():
    rooms = {path.stem for path in PACKAGE.iterdir()}
    assert [name for names in layers() for name in names if name not in rooms] == [NOTEBOOKS]


@pytest.mark.parametrize("library", ["nbformat", "jupytext"])
def test_one_module_imports_the_libraries_of_notebook_files(library):
    users = [
        name_of(path)
        for path in MODULES
        if any(name.split(".")[0] == library for name in imported(ast.parse(path.read_text())))
    ]
    assert users == ["qcourse.course.notebooks"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_short(path):
    """At most 200 and 40 lines, as docs/contributing.md says."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, functions):
            assert node.end_lineno - node.lineno < 40, node.name


CORE = ("line", "bounds", "decode", "other", "there", "stand_in", "requests", "referee")
MODELS = ("decode_torch", "decode_module", "classes", "sound")


def lines_of_code(path):
    """Without blank lines, comments and docstrings."""
    bare = ast.unparse(_without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))
    return len(bare.splitlines())


def _without_docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@pytest.mark.parametrize(("names", "most"), [(CORE, 600), (MODELS, 400)])
def test_what_is_read_to_trust_a_verdict_stays_short(names, most):
    """As docs/architecture.md says."""
    folder = PACKAGE / "grading" / "trust"
    assert sum(lines_of_code(folder / f"{name}.py") for name in names) <= most
