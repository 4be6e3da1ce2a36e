"""What the documents claim: code that runs, links that lead somewhere, targets that exist."""

import contextlib
import io
import re

import pytest

GUIDES = ("student", "instructor", "architecture", "corrections")
PROJECT_DOCS = ("README.md", *(f"docs/{name}.md" for name in GUIDES))


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


@pytest.mark.parametrize("name", PROJECT_DOCS)
def test_links_lead_somewhere(root, name):
    path = root / name
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
        if not target.startswith(("http", "mailto")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("name", PROJECT_DOCS)
def test_every_make_target_exists(root, name):
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", (root / name).read_text())) <= targets
