"""The language of a notebook. Only Python is run here, whatever its kernel is called."""

from collections.abc import Mapping
from typing import Any

from qcourse.course.notebooks import NotebookNode
from qcourse.errors import UserError


def refuse_other_languages(notebook: NotebookNode, name: str) -> None:
    """Raise UserError where the notebook ``name`` says that it is not in Python.

    A kernel whose name does not tell, and that has no language, is refused, too.
    """
    spec, info = _part(notebook, "kernelspec"), _part(notebook, "language_info")
    language = spec.get("language") or info.get("name")
    if not language:
        kernel = f"{spec.get('name', '')} {spec.get('display_name', '')}".strip()
        if not kernel or "python" in kernel.lower():
            return
        language = f"the unknown language of the kernel {kernel!r}"
    if "python" not in str(language).lower():
        raise UserError(
            f"{name} is in {language}, and only Python runs contained: "
            "correct its kernelspec, or grade with nbgrader's own Execute."
        )


def _part(notebook: NotebookNode, name: str) -> Mapping[str, Any]:
    found = notebook.metadata.get(name)
    return found if isinstance(found, Mapping) else {}
