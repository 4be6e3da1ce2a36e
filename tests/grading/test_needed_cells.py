"""Which cells must run, from the names that cells read, bind and may change."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from qcourse.course.cells import is_experiment
from qcourse.course.folder import assignments, release_path
from qcourse.course.notebooks import read
from qcourse.grading.needed_cells import needed, needed_here

ROOT = Path(__file__).parents[2]
NAMES = assignments(ROOT)


def _cell(source, what):
    """An experiment, an ordinary cell, or one that nbgrader knows by the name ``what``."""
    if what == "experiment":
        return new_code_cell(source, metadata={"tags": [what]})
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": what}} if what else {})


def ran(*cells, change=lambda notebook: None):
    """The texts of the cells that must run, of a notebook of ``cells``, after ``change``."""
    source = new_notebook(cells=[_cell(*cell) for cell in cells])
    notebook = nbformat.reads(nbformat.writes(source), as_version=4)
    change(notebook)
    return [notebook.cells[i].source for i in sorted(needed(notebook, source))]


OURS = (
    ("import math", ""),
    ("net = make()", "experiment"),
    ("answer = None", "answer"),
    ("plot(math.pi)", "experiment"),
    ("net.train()", "experiment"),
    ("assert answer == math.pi", "check"),
    ("print(net)", "experiment"),
)


def test_pictures_and_experiments_that_nothing_graded_uses_are_not_run():
    assert ran(*OURS) == ["import math", "answer = None", "assert answer == math.pi"]


def test_what_a_student_added_and_all_that_it_needs_is_run():
    got = ran(*OURS, change=lambda notebook: notebook.cells.append(new_code_cell("net.weight")))
    assert got == [text for text, _ in OURS if text != "plot(math.pi)"] + ["net.weight"]


def test_a_cell_of_ours_that_a_student_changed_is_run():
    got = ran(*OURS, change=lambda notebook: notebook.cells[3].__setattr__("source", "math.pi = 3"))
    assert got == ["import math", "answer = None", "math.pi = 3", "assert answer == math.pi"]


@pytest.mark.parametrize(
    "text", ["eval('net')", "globals()", "get_ipython().run_cell('net')", "%run -i more.py", "%%unknown\nx"]
)
def test_who_may_read_any_name_has_everything_run(text):
    got = ran(*OURS, change=lambda notebook: notebook.cells.append(new_code_cell(text)))
    assert got == [*(text for text, _ in OURS), text]


@pytest.mark.parametrize("text", ["%matplotlib inline", "%time x = 1", "!ls", "x?", "def f(:", "%%html\n<b>"])
def test_a_students_magic_that_reads_no_other_name_needs_no_experiment(text):
    got = ran(*OURS, change=lambda notebook: notebook.cells.append(new_code_cell(text)))
    assert got == ["import math", "answer = None", "assert answer == math.pi", text]


@pytest.mark.parametrize("text", ["from shapes import *", "%run shapes.py", "%%time\nx = 1", "x = ("])
def test_an_experiment_whose_names_are_not_known_is_run(text):
    assert text in ran((text, "experiment"), ("answer = None", "answer"), ("assert answer == 1", "check"))


@pytest.mark.parametrize(
    "text",
    [
        *("np.random.seed(0)", "random.seed(1)", "torch.manual_seed(0)", "np.random.rand(3)"),
        *(
            "os.environ['A'] = '1'",
            "os.chdir('..')",
            "open('out.txt', 'w').write('x')",
            "sys.path.append('x')",
        ),
        *("A.n = 5", "setattr(A, 'n', 5)", "A.register(f)", "seen.append(1)", "register(f)", "setup()"),
        *(
            "matplotlib.rcParams['a'] = 1",
            "plt.style.use('x')",
            "plt.plot(x)",
            "warnings.simplefilter('error')",
        ),
        *("getcontext().prec = 3", "pd.set_option('a', 1)", "np.set_printoptions(precision=2)", "del x"),
        *(
            "sys.setrecursionlimit(10**4)",
            "locale.setlocale(0, 'C')",
            "Path('x').write_text('x')",
            "next(it)",
        ),
        *(
            "import side_effects",
            "%matplotlib inline",
            "!touch x",
            "%%bash\ntouch x",
            "x = ___",
            "if x:",
            "pass",
        ),
    ],
)
def test_a_cell_that_is_no_experiment_is_run_whatever_it_does(text):
    assert ran((text, ""), ("answer = None", "answer"), ("assert answer", "check"))[0] == text


def test_a_name_that_is_bound_after_the_function_that_reads_it_is_wanted():
    cells = [
        ("def f():\n    return later", "answer"),
        ("later = 1", "experiment"),
        ("assert f() == 1", "check"),
    ]
    assert ran(*cells) == [text for text, _ in cells]


def test_a_part_of_what_is_wanted_may_be_changed_by_its_other_name():
    cells = [
        *[(text, "experiment") for text in ("net = make()", "parts = [net.first]", "parts[0].reset()")],
        *[("if 1:\n    import net", "experiment"), ("print(1)", "experiment"), ("assert net", "check")],
    ]
    assert ran(*cells) == [text for text, _ in cells if text != "print(1)"]


@pytest.mark.parametrize("name", NAMES)
def test_of_the_course_s_own_notebooks_only_the_imports_are_needed(name):
    notebook = read(release_path(ROOT, name))
    ours = [i for i in needed(notebook, notebook) if "nbgrader" not in notebook.cells[i].metadata]
    assert ours
    for index in ours:
        lines = notebook.cells[index].source.splitlines()
        assert any(line.startswith(("import ", "from ")) for line in lines)
        assert "trained_net(" not in notebook.cells[index].source.replace("import", "")
    graded = [i for i, c in enumerate(notebook.cells) if "nbgrader" in c.metadata and c.cell_type == "code"]
    assert needed(notebook, notebook) == {*ours, *graded}


def test_who_uses_the_trained_net_of_08_has_it_trained():
    source, notebook = (read(release_path(ROOT, NAMES[2])) for _ in range(2))
    notebook.cells.append(new_code_cell("net_float.linear1.weight.max()"))
    texts = [notebook.cells[i].source for i in needed(notebook, source)]
    for start in ("net_float = trained_net(", "data = load_digits28("):
        assert any(text.startswith(start) for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_the_student_s_copy_alone_tells_the_same(name):
    notebook, source = (read(release_path(ROOT, name)) for _ in range(2))
    notebook.cells.append(new_code_cell("mine = 1"))
    assert needed_here(notebook) == needed(notebook, source)
    experiment = next(cell for cell in notebook.cells if is_experiment(cell))
    experiment.source = "changed = mine"
    notebook.cells.append(new_code_cell("changed + 1"))
    assert notebook.cells.index(experiment) in needed_here(notebook)
    notebook.cells.append(new_code_cell("eval('net')"))
    assert needed_here(notebook) == {i for i, c in enumerate(notebook.cells) if c.cell_type == "code"}
