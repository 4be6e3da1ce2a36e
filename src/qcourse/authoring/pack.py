"""The course's own answers, packed for cells that show something while a student's are open.

Compressed, not encrypted: nobody reads a solution in passing, in an editor, by ``help`` or by ``inspect``.
"""

import ast
import json
import re
import zlib
from pathlib import Path

from qcourse.check import solved
from qcourse.course.cells import grade_id, is_answer, is_graded
from qcourse.course.folder import number
from qcourse.course.lesson import exercise_number, read_source
from qcourse.course.names import analyse


def packed(root: Path, name: str) -> bytes:
    """The answers of a lesson, and those of its imports that they need."""
    code = [cell for cell in read_source(root, name).cells if cell.cell_type == "code"]
    answers = [cell for cell in code if is_answer(cell) and not is_graded(cell)]
    source = "\n".join(re.sub(r"\n *### (BEGIN|END) SOLUTION.*", "", cell.source) for cell in answers)
    reads = analyse(source).reads
    imports = []
    for statement in (s for cell in code if not grade_id(cell) for s in ast.parse(cell.source).body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            statement.names = [n for n in statement.names if (n.asname or n.name) in reads]
            imports += [ast.unparse(statement)] if statement.names else []
    names = {grade_id(cell): exercise_number(cell) for cell in answers}
    content = {"names": names, "source": "\n".join([*imports, source])}
    return zlib.compress(json.dumps(content).encode(), 9)


def target(root: Path, name: str) -> Path:
    """Where the package of this course has them; another course has no such folder."""
    return root / "src" / "qcourse" / solved.FOLDER.name / f"{number(name)}.bin"


def is_current(root: Path, name: str) -> bool:
    """Whether what is packed is what the lesson says. (Compressed bytes differ between builds of zlib.)"""
    path = target(root, name)
    if not path.parent.exists():
        return True
    return path.exists() and solved.unpack(path.read_bytes()) == solved.unpack(packed(root, name))
