"""The page that a student opens first, ``notebooks/START_HERE.ipynb``: made from what the notebooks say."""

import re
from pathlib import Path

from qcourse.course.folder import assignments, front_page_path, release_path
from qcourse.course.notebooks import from_text, read, to_bytes

TEXT = """\
# %% [markdown]
# # Start here
#
# Work through the notebooks in this order; each builds on the one before. Everything you write is checked
# immediately. If you are stuck in an exercise, go on: what follows takes the course's version, and says so.

# %% [markdown]
{notebooks}

# %% [markdown]
# ## How far you are
#
# The next cell reads your saved notebooks, and runs nothing. To update this, save a notebook
# and run the next cell again.

# %%
from qcourse import way

way.show()
"""


def front_page(root: Path) -> bytes:
    """The notebook: titles, minutes and aims are those of the student versions."""
    parts = [_about(root, name) for name in assignments(root)]
    lines = "\n".join(f"# {line}".rstrip() for part in parts for line in [*part, ""])
    return to_bytes(from_text(TEXT.format(notebooks=lines.removesuffix("\n#"))))


def _about(root: Path, name: str) -> list[str]:
    path = release_path(root, name)
    title, *text = read(path).cells[0].source.split("\n")
    told = "\n".join(text)
    aims = re.search(r"\*\*(?:You will learn|What you will learn)\.?\*\*.*?(?=\n\n)", told, re.DOTALL)
    minutes = re.search(r"\*\*Time:\*\* about (\d+) minutes", told)
    link = f"## [{title.lstrip('# ')}]({name}/{name}.ipynb)"
    time = [f"*About {minutes[1]} minutes.*", ""] if minutes else []
    return [link, "", *time, *(aims[0].split("\n") if aims else [])]


def is_current(root: Path) -> bool:
    """Whether it says what the notebooks say. Only the course of this package has such a page."""
    path = front_page_path(root)
    return not (root / "src" / "qcourse").exists() or (
        path.exists() and path.read_bytes() == front_page(root)
    )
