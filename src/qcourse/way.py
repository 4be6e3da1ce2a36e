"""How far a student has come, read from the outputs of the saved notebooks; nothing is run."""

import html
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

PASSED, FAILED, OPEN, NOT_RUN = "passed", "wrong", "not written", "not checked"
CALL = re.compile(r'\bexercise\(\s*"([\d.]+)"')


class Progress(NamedTuple):
    """One notebook: its path, its title, and what each exercise's check said when it was saved."""

    path: Path
    title: str
    checks: dict[str, str]


def progress(folder: Path) -> list[Progress]:
    """That of every notebook ``NAME/NAME.ipynb`` in ``folder`` that has checks, broken ones left out."""
    found = []
    for path in sorted(folder.glob("*/*.ipynb")):
        if path.stem == path.parent.name:
            try:
                cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
                checks = dict(_check(cell) for cell in cells if _is_check(cell))
                title = next(_text(cell["source"]) for cell in cells).split("\n")[0].lstrip("# ")
            except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
                continue
            if checks:
                found.append(Progress(path.relative_to(folder), title, checks))
    return found


def _is_check(cell: dict[str, Any]) -> bool:
    name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
    return cell.get("cell_type") == "code" and name.endswith("-check")


def _check(cell: dict[str, Any]) -> tuple[str, str]:
    call = CALL.search(_text(cell["source"]))
    said = json.dumps(cell["outputs"], ensure_ascii=False)
    state = FAILED if cell["outputs"] else NOT_RUN
    for words, meaning in (("visible check passed", PASSED), ("not written yet", OPEN)):
        state = meaning if words in said else state
    return call[1] if call else "", state


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def show(folder: Path | None = None) -> None:
    """A line for each notebook beside this one: how many checks pass, and which exercise is next."""
    from IPython.display import display

    rows = [
        (found.path.as_posix(), found.title, *_words(found.checks))
        for found in progress(folder or Path.cwd())
    ]
    plain = [f"{title}: {passed}; {following}" for _, title, passed, following in rows]
    cells = (
        f"<tr><td style='text-align:left'><a href='{html.escape(path)}'>{html.escape(title)}</a></td>"
        f"<td>{passed}</td><td style='text-align:left'>{following}</td></tr>"
        for path, title, passed, following in rows
    )
    head = "<tr><th>notebook</th><th>as saved</th><th>next</th></tr>"
    display({"text/html": f"<table>{head}{''.join(cells)}</table>", "text/plain": "\n".join(plain)}, raw=True)


def _words(checks: dict[str, str]) -> tuple[str, str]:
    left = [f"exercise {number} ({state})" for number, state in checks.items() if state != PASSED]
    passed = len(checks) - len(left)
    return f"{passed} of {len(checks)} checks pass", left[0] if left else "the written question; then hand in"
