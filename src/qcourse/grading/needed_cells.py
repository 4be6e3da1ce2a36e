"""Which cells a grade can depend on: experiments and pictures of ours that nothing graded uses are not run.

The student's own cells, changed cells and graded cells always run, and so does, backwards from them, each
cell of ours that binds or may change a name that they read. What cannot be analysed counts as needed.
"""

import ast
import builtins
import re
import symtable
import warnings
from functools import lru_cache

from qcourse.course.cells import grade_id
from qcourse.course.notebooks import NotebookNode

ANY = {"eval", "exec", "get_ipython", "globals", "locals", "vars"}  # who calls these may read any name
ANYWHERE = re.compile(r"\b(__main__|__globals__|__builtins__|builtins|inspect|sys|dir)\b")

LONGEST = 100_000  # characters of a cell that is analysed: a tree takes hundreds of times as much memory


def needed(notebook: NotebookNode, source: NotebookNode) -> set[int]:
    """The indices of the code cells of ``notebook`` that must run; ``source`` is the notebook handed out."""
    every = {i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    if sum(len(notebook.cells[i].source) for i in every) > 10 * LONGEST:
        return every
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    handed_out = {cell.source for cell in code}
    ours = {cell.source for cell in code if not grade_id(cell)}
    constant = {name for cell in code for name in _constant(cell.source)} | set(dir(builtins))
    wanted: set[str] = set()
    run = set()
    for index, cell in reversed(list(enumerate(notebook.cells))):
        if cell.cell_type != "code":
            continue
        reads, binds, changes = (_known if cell.source in handed_out else names)(cell.source)
        if cell.source not in handed_out and (reads & ANY or ANYWHERE.search(cell.source)):
            return every
        if cell.source not in ours or binds & wanted or changes & (wanted - constant):
            run.add(index)
            wanted = (wanted - binds) | reads if cell.source in ours else wanted | reads
    return run


def names(source: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a cell reads from earlier cells, that it surely binds, and whose value it may change."""
    try:
        if len(source) > LONGEST:
            raise MemoryError
        with warnings.catch_warnings(action="ignore"):  # of the compiler, about the student's text
            tree = ast.parse(source)
            bound: set[str] = set()
            reads = _reads(tree.body, bound)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):  # magics; null bytes; ((((((
        every = set(re.findall(r"[^\W\d]\w*", source))
        return every, every, every
    # net.eval(), train(net), parts = [net.linear1]: whatever the cell mentions may change in it.
    return reads, bound, _mentioned(tree)


# The same for every submission; a student's cells are not kept.
_known = lru_cache(maxsize=512)(names)


@lru_cache(maxsize=512)
def _constant(source: str) -> set[str]:
    """The names that a cell of ours imports or defines: np, nn, a function; no call changes them."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return {
        n for statement in ast.parse(source).body if isinstance(statement, kinds) for n in _bound(statement)
    }


def _reads(body: list[ast.stmt], bound: set[str]) -> set[str]:
    """The names that statements read before ``body`` binds them; adds what it surely binds to ``bound``.

    What a branch or a loop binds counts inside it only: it may not run. A function may be called at once.
    """
    reads: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.For | ast.With | ast.If | ast.While | ast.Try):
            inside, inner = set(bound), []
            for part in ast.iter_child_nodes(statement):
                if isinstance(part, ast.stmt):
                    inner.append(part)
                elif isinstance(part, ast.ExceptHandler):
                    reads |= (_uses(part.type) if part.type else set()) - bound
                    inside |= {part.name} if part.name else set()
                    inner += part.body
                else:
                    reads |= _uses(part) - _stored(part) - bound
                    inside |= _stored(part)
            reads |= _reads(inner, inside)
        elif isinstance(statement, ast.FunctionDef):
            reads |= _uses(statement) - _bound(statement) - bound
        elif isinstance(statement, ast.Match | ast.TryStar | ast.AsyncFor | ast.AsyncWith):
            reads |= (_uses(statement) | _mentioned(statement)) - bound
        elif isinstance(statement, ast.ClassDef):  # net = net in its body reads the outer one
            body = [part for part in statement.body if not isinstance(part, ast.FunctionDef)]
            reads |= _uses(statement).union(*(_mentioned(part, ast.Load) for part in body)) - bound
        else:
            reads |= _uses(statement) - bound
        bound |= _bound(statement)
    return reads


def _mentioned(node: ast.AST, how: type[ast.expr_context] = ast.expr_context) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, how)}
    changed = [part.target for part in ast.walk(node) if isinstance(part, ast.AugAssign)]
    return names | {target.id for target in changed if isinstance(target, ast.Name)}


def _uses(node: ast.AST) -> set[str]:
    """The names that a statement or expression reads from its module, functions inside it included."""
    if isinstance(node, ast.withitem):
        return _uses(node.context_expr)
    found = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    if isinstance(node, ast.AugAssign | ast.Delete):  # x += 1, del x: symtable calls it no reading
        found |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    tables = [symtable.symtable(ast.unparse(node), "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return found


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a simple statement surely binds."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {(a.asname or a.name).split(".")[0] for a in aliases}
        case ast.Assign(targets=targets):
            return {n for target in targets for n in _stored(target)}
    return set()


def _stored(target: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
