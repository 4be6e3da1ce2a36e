"""The cells that a grade can depend on: experiments and pictures of ours that nothing graded uses do not run.

The student's own cells, changed cells and graded cells always run. So does, going back from them, each cell
of ours that binds a name that they read, or may change its value. A cell that cannot be analysed is needed.
"""

import builtins
import re
from functools import lru_cache

from qcourse.course.cells import grade_id
from qcourse.course.names import ANY, LONGEST, analyse, defined
from qcourse.course.notebooks import NotebookNode

READS_ANY = {
    "eval",
    "exec",
    "get_ipython",
    "globals",
    "locals",
    "vars",
}  # a cell that calls one may read any name
ANYWHERE = re.compile(r"\b(__main__|__globals__|__builtins__|builtins|inspect|sys|dir)\b")


def needed(notebook: NotebookNode, source: NotebookNode) -> set[int]:
    """The indices of the code cells of ``notebook`` that must run; ``source`` is the notebook handed out."""
    every = {i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    if sum(len(notebook.cells[i].source) for i in every) > 10 * LONGEST:
        return every
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    handed_out = {cell.source for cell in code}
    ours = {cell.source for cell in code if not grade_id(cell)}
    constant = {name for cell in code for name in _defined(cell.source)} | set(dir(builtins))
    wanted: set[str] = set()
    run = set()
    for index, cell in reversed(list(enumerate(notebook.cells))):
        if cell.cell_type != "code":
            continue
        if cell.source not in handed_out and may_read_anything(cell.source):
            return every
        reads, binds, changes = (_known if cell.source in handed_out else analyse)(cell.source)
        if cell.source not in ours or binds & (wanted | {ANY}) or changes & (wanted - constant):
            run.add(index)
            wanted = (wanted - binds) | reads if cell.source in ours else wanted | reads
    return run


def may_read_anything(source: str) -> bool:
    """Whether nobody can tell which names a cell reads: it calls eval, or looks through sys."""
    return bool(analyse(source).reads & READS_ANY or ANYWHERE.search(source))


# The same for every submission; a student's cells are not kept.
_known = lru_cache(maxsize=512)(analyse)
_defined = lru_cache(maxsize=512)(defined)
