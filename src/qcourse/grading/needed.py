"""Which cells a grade can depend on: experiments and pictures of ours that nothing graded uses are not run.

The student's own cells, changed cells and graded cells always run, and so does, backwards from them, each
cell of ours that binds or may change a name that they read. What cannot be analysed counts as needed.
"""

import ast
import builtins
import re
import symtable

from nbformat import NotebookNode


def needed(notebook: NotebookNode, source: NotebookNode) -> set[int]:
    """The indices of the code cells of ``notebook`` that must run; ``source`` is the notebook handed out."""
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    ours = {cell.source for cell in code if "nbgrader" not in cell.metadata}
    constant = {name for cell in code for name in _constant(cell.source)} | set(dir(builtins))
    wanted: set[str] = set()
    run = set()
    for index, cell in reversed(list(enumerate(notebook.cells))):
        if cell.cell_type != "code":
            continue
        reads, binds, changes = names(cell.source)
        if cell.source not in ours or binds & wanted or changes & (wanted - constant):
            run.add(index)
            wanted = (wanted - binds) | reads if cell.source in ours else wanted | reads
    return run


def names(source: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a cell reads from earlier cells, that it binds, and whose value it may change."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics among them
        every = set(re.findall(r"[^\W\d]\w*", source))
        return every, every, every
    binds, changes = {name for statement in tree.body for name in _bound(statement)}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):  # net.eval(), train(net): what is handed over may change
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            changes |= {n.id for p in owner + node.args for n in ast.walk(p) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changes |= {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            changes.add(node.id)
    return _reads(tree.body, set()), binds, changes


def _constant(source: str) -> set[str]:
    """The names that a cell of ours imports or defines: np, nn, a function; no call changes them."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return {
        n for statement in ast.parse(source).body if isinstance(statement, kinds) for n in _bound(statement)
    }


def _reads(body: list[ast.stmt], bound: set[str]) -> set[str]:
    """The names that statements read before ``body`` binds them; adds what it binds to ``bound``.

    Each branch is taken to run, and a function to be called when the whole cell has run.
    """
    reads: set[str] = set()
    late: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            late |= _uses(statement)
        elif isinstance(statement, ast.For | ast.With | ast.If | ast.While | ast.Try):
            inner = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
            for handler in getattr(statement, "handlers", []):
                bound |= {handler.name} if handler.name else set()
                inner += handler.body
            for part in ast.iter_child_nodes(statement):
                if not isinstance(part, ast.stmt | ast.excepthandler):
                    reads |= _uses(part) - _stored(part) - bound
                    bound |= _stored(part)
            reads |= _reads(inner, bound)
        else:
            reads |= _uses(statement) - bound
        bound |= _bound(statement)
    return reads | (late - bound)


def _uses(node: ast.AST) -> set[str]:
    """The names that a statement or expression reads from its module, functions inside it included."""
    if isinstance(node, ast.withitem):
        return _uses(node.context_expr)
    tables = [symtable.symtable(ast.unparse(node), "<cell>", "exec")]
    found = set()
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
