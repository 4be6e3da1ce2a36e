"""The cells that a grade can depend on: experiments of ours whose results nothing uses do not run.

An author tags a cell ``experiment`` where it acts by the names that it mentions and by nothing else: no seed,
no file, no setting of a library. Every other cell runs. So does an experiment, where a cell that runs reads a
name that it may bind or change, and where its names are not known, as with a magic.
"""

import builtins
import copy
import re
from functools import lru_cache

from qcourse.course.cells import is_answer, is_experiment, is_locked
from qcourse.course.names import ANY, Names, analyse, bound, defined
from qcourse.course.notebooks import NotebookNode
from qcourse.course.syntax import LONGEST, python

READS_ANY = {"eval", "exec", "get_ipython", "globals", "locals", "vars"}  # a call may read any name
MAGIC = re.compile(r"get_ipython\(\)\.run_(?:line|cell)_magic\('(\w*)'")
HARMLESS = {  # of IPython's magics: they read no name that the cell does not show
    *("matplotlib", "time", "timeit", "capture", "precision", "config", "load_ext", "pip", "conda"),
    *("pinfo", "pinfo2", "html", "HTML", "markdown", "latex", "svg", "SVG", "javascript", "js"),
}
ANYWHERE = re.compile(r"\b(__main__|__globals__|__builtins__|builtins|inspect|sys|dir)\b")


def needed(notebook: NotebookNode, source: NotebookNode) -> set[int]:
    """The indices of the code cells of ``notebook`` that must run; ``source`` is the notebook handed out."""
    every = {i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    handed_out = {cell.source for cell in code}
    ours = {cell.source for cell in code if is_experiment(cell)}
    experiments = {i for i in every if notebook.cells[i].source in ours}
    run = every - experiments
    theirs = {notebook.cells[i].source for i in run} - handed_out
    if sum(map(len, theirs)) > 10 * LONGEST or any(map(may_read_anything, theirs)):
        return every
    constant = {name for cell in code for name in _defined(cell.source)} | set(dir(builtins))
    wanted = {name for i in run for name in _names(notebook.cells[i].source, handed_out).reads}
    while more := {
        i for i in experiments - run if _may_give(notebook.cells[i].source, wanted, wanted - constant)
    }:
        run |= more
        for index in more:  # what it binds may be a part of what it reads, and be changed by that name
            names = _known(notebook.cells[index].source)
            wanted |= names.reads | names.binds
    return run


def _may_give(source: str, wanted: set[str], changeable: set[str]) -> bool:
    """Whether an experiment may bind a name that is ``wanted``, or change one that is ``changeable``."""
    names = _known(source)
    return ANY in names.binds or bool(_bound(source) & wanted or names.changes & changeable)


def _names(source: str, handed_out: set[str]) -> Names:
    return (_known if source in handed_out else _read)(source)


def may_read_anything(source: str) -> bool:
    """Whether nobody can tell which names a cell reads: it calls eval, or looks through sys."""
    names = _read(source)
    if names.reads & READS_ANY or ANYWHERE.search(source):
        return True
    readable = python(source)
    unread = readable == source and ANY in names.binds  # no Python, or too many magics to look at
    return "%" in source and (unread or bool(set(MAGIC.findall(readable)) - HARMLESS))


_read = lru_cache(maxsize=32)(analyse)  # of a student's cells, those of one submission
# The same for every submission.
_known = lru_cache(maxsize=512)(analyse)
_bound = lru_cache(maxsize=512)(bound)
_defined = lru_cache(maxsize=512)(defined)


def needed_here(notebook: NotebookNode) -> set[int]:
    """As `needed`, where what was handed out is not at hand: each tagged cell counts as ours."""
    code = {i: cell for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    if any(may_read_anything(c.source) for c in code.values() if not (is_experiment(c) or is_locked(c))):
        return set(code)
    source = copy.copy(notebook)
    source.cells = [cell for cell in code.values() if not is_answer(cell)]
    return needed(notebook, source)
