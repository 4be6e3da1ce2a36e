"""`qcourse check` on notebooks as students leave them."""

import json
import os
from pathlib import Path

import nbformat
import pytest
import warm_kernels
from jupyter_client.kernelspec import KernelSpec
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from qcourse.cli import main
from qcourse.course import cells
from qcourse.course.folder import pick, release_path, solution_path
from qcourse.course.notebooks import read
from qcourse.errors import UserError
from qcourse.grading import grade_submission, local_runner
from qcourse.grading.find_notebook import find_notebook
from qcourse.grading.self_report import STUB, Checked, question

pytestmark = pytest.mark.slow


def graded(source: str, name: str):
    meta = {"grade": True, "grade_id": f"{name}-check", "points": 1, "solution": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": meta | {"locked": True, "task": False}})


CHECK_ONE = graded('ex = Exercise("1.1", one)\nex.equal("one", ex.call(), 1)\nex.passed()', "one")
CHECK_TWO = graded('ex = Exercise(\n    "1.2", two)\nex.equal("two", ex.call(), 2)\nex.passed()', "two")
IMPORTS = "from qcourse.check import Exercise"
# The same to who runs the notebook, and a kernel has it at once: `Exercise` imports torch.
LIGHT = """
class Exercise:
    passed = staticmethod(print)

    def __init__(self, number, answer):
        self.call = answer

    def equal(self, name, got, want):
        assert got == want, name
"""
ONE, TWO = "def one():\n    return 1", "def two():\n    return 2"


@pytest.fixture
def checked(tmp_path, monkeypatch, capsys):
    """Write a notebook, check it; return the exit code, what was printed, and the JSON."""

    def check(*cells, options=()):
        cells = [new_code_cell(c) if isinstance(c, str) else c for c in cells]
        nbformat.write(new_notebook(cells=cells), tmp_path / "06_small.ipynb")
        monkeypatch.chdir(tmp_path)
        code = main(["check", "06", "--json", "result.json", *options])
        out, err = capsys.readouterr()
        result = tmp_path / "result.json"
        return code, out + err, json.loads(result.read_text()) if result.exists() else None

    return check


@pytest.fixture
def warm(monkeypatch):
    """Kernels that need not start cold: where several are lost, and for cells that import nothing."""
    if warm := os.environ.get(warm_kernels.FOLDER):
        spec = KernelSpec.from_resource_dir(f"{warm}/kernels/python3")
        monkeypatch.setattr(local_runner, "KernelSpec", lambda **_: spec)


def test_all_right_is_exit_code_0(checked):
    code, said, result = checked(IMPORTS, ONE, CHECK_ONE, TWO, CHECK_TWO)
    assert code == 0
    assert "✓ 1.1" in said
    assert "running in a fresh kernel" in said.splitlines()[0]
    assert f"{'total':36} 2 of 2\n" in said
    assert [r["points"] for r in result] == [1, 1]
    assert result[1]["exercise"] == "1.2"


def test_a_wrong_answer_costs_its_own_exercise_and_is_explained(checked):
    code, said, result = checked(IMPORTS, "def one():\n    return 3", CHECK_ONE, TWO, CHECK_TWO)
    assert code == 1
    assert "one is wrong" in said
    assert "expected:     1" in said
    assert [r["points"] for r in result] == [0, 1]


def test_a_name_that_only_an_old_kernel_knows(checked, warm):
    assert "no cell defines it; it may exist only in your old kernel" in checked(LIGHT, CHECK_ONE)[1]
    said = checked(LIGHT, CHECK_ONE, ONE)[1]
    assert "used before it is defined, by the cell `def one():`: move that cell up" in said
    said = checked(LIGHT, "def one(:", CHECK_ONE)[1]
    assert "the cell `def one(:`, which defines it, fails with SyntaxError" in said


def test_a_cell_that_hangs_is_named_and_the_others_are_judged(checked, warm):
    endless = "def one():\n    return 1\nwhile True: pass"
    code, said, result = checked(LIGHT, TWO, endless, CHECK_ONE, CHECK_TWO, options=["--timeout", "2"])
    assert code == 1
    assert "`one` is not defined: the cell `def one():` ran for more than 2 seconds" in said
    assert [r["points"] for r in result] == [0, 1]


def test_a_check_that_ends_the_kernel_is_named_and_the_others_are_judged(checked, warm):
    code, said, result = checked(
        LIGHT, "def one():\n    import os\n    os._exit(1)", CHECK_ONE, TWO, CHECK_TWO
    )
    assert code == 1
    assert "the check of 1.1 ended the kernel" in said
    assert [r["points"] for r in result] == [0, 1]


def fatal(count: int) -> list[str]:
    """Cells that each end their kernel."""
    return [f"import os; os._exit({number})" for number in range(count)]


# Right answers and wrong ones, among what students leave in a notebook; the points are those of each check.
WAYS_TO_LEAVE = (
    "exit",
    "quit()",
    "get_ipython().ask_exit()",
    "get_ipython().exit_now = True",
    "get_ipython().kernel.do_shutdown(True)",
    "get_ipython().kernel.io_loop.stop()",
    "import asyncio; asyncio.get_running_loop().stop()",
    "import sys; sys.exit()",
    """from ipykernel.connect import get_connection_file
from jupyter_client import BlockingKernelClient
client = BlockingKernelClient(connection_file=get_connection_file())
client.load_connection_file()
client.start_channels()
client.shutdown()""",
)
WAITS = "import time\ntime.sleep(0.3)\n"  # for a kernel that ends late
WARNS = """import sys, threading
threading.Thread(target=print, args=["careful"], kwargs={"file": sys.stderr}).start()
"""
GROUP = graded("raise ExceptionGroup('two', [ValueError(), KeyError()])", "one")  # only the reply tells of it
SHOWN = graded("display('shown')\n1 / 0\n", "three")
RAISES_LATER = "get_ipython().events.register('post_run_cell', lambda *result: 1 / 0)"
BESIDE = graded("get_ipython().displayhook('a result')\n1 / 0", "two")
LEFT_BEHIND = [
    ([LIGHT, ONE, *WAYS_TO_LEAVE, graded(WAITS + WARNS + CHECK_ONE.source, "one")], [1]),
    ([LIGHT, ONE, *fatal(4), CHECK_ONE], [1]),
    ([*fatal(7), LIGHT, ONE, CHECK_ONE], [0]),
    ([LIGHT, ONE, CHECK_ONE, *fatal(1), "def two():\n    return 3", CHECK_TWO], [1, 0]),
    (
        [LIGHT, TWO, GROUP, SHOWN, CHECK_TWO],
        [0, 0, 1],
    ),
    ([LIGHT, graded("print('x' * 17 * 2**20)", "one"), TWO, CHECK_TWO], [0, 1]),
    (
        [LIGHT, RAISES_LATER, "import not_there\nmine = 1", "def one():\n    return mine", CHECK_ONE, BESIDE],
        [1, 0],
    ),
]


@pytest.mark.parametrize(
    ("cells", "points"),
    LEFT_BEHIND,
    ids=[
        "exit and stderr",
        "four lost kernels",
        "seven",
        "right and wrong",
        "errors",
        "17 MB of output",
        "late errors",
    ],
)
def test_check_gives_the_points_that_grading_gives(checked, warm, tmp_path, cells, points):
    _, _, result = checked(*cells)
    assert [r["points"] for r in result] == points
    source = nbformat.writes(new_notebook(cells=[cell for cell in cells if not isinstance(cell, str)]))
    content = (tmp_path / "06_small.ipynb").read_bytes()
    grades = grade_submission.grade({"a": content}, {"a": source.encode()}, {}, "none")["cells"]
    assert [grade["score"] for grade in grades.values()] == points
    assert not any("computed nothing" in grade["message"] for grade in grades.values())


def test_a_notebook_that_costs_many_kernels_is_not_run_to_its_end(checked, warm):
    code, said, result = checked(*fatal(9), LIGHT, ONE, CHECK_ONE)
    assert code == 1
    assert "not reached: the cell `import os; os._exit(0)` ended the kernel; the cell `import os" in said
    assert [r["points"] for r in result] == [0]


@pytest.mark.parametrize(
    ("content", "words"), [("{", "not a valid notebook"), ("\udcff", "cannot be read"), ("{}", "not a valid")]
)
def test_what_is_not_a_notebook_is_one_sentence(tmp_path, capsys, content, words):
    path = tmp_path / "x.ipynb"
    path.write_text(content, errors="surrogateescape")
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("given", ["06", "6", "06_a", "06_a_net", "notebooks/06_a_net/06_a_net.ipynb"])
def test_a_notebook_is_found_by_number_name_or_path(tmp_path, monkeypatch, given):
    for name in ("06_a_net", "07_b"):
        (tmp_path / "notebooks" / name).mkdir(parents=True)
        (tmp_path / "notebooks" / name / f"{name}.ipynb").touch()
    monkeypatch.chdir(tmp_path)
    assert find_notebook(given, Path()).resolve() == tmp_path / "notebooks/06_a_net/06_a_net.ipynb"


def test_of_several_notebooks_none_is_chosen_unless_one_has_just_that_name(tmp_path):
    for name in ("a/06_x.ipynb", "b/06_x_copy.ipynb"):
        (tmp_path / "notebooks" / name).parent.mkdir(parents=True)
        (tmp_path / "notebooks" / name).touch()
    assert find_notebook("06_x", tmp_path).name == "06_x.ipynb"
    with pytest.raises(UserError, match="06 names several notebooks") as caught:
        find_notebook("06", tmp_path)
    assert "(notebooks/a/06_x.ipynb, notebooks/b/06_x_copy.ipynb)" in str(caught.value)


@pytest.mark.parametrize(
    "given", ["", "0", "08", "x", "06_y", "[0", "9" * 5000, "9" * 5000 + ".ipynb"], ids=len
)
def test_a_name_that_no_notebook_has_is_said(tmp_path, given):
    (tmp_path / "06_x.ipynb").touch()
    with pytest.raises(UserError, match="no notebook") as caught:
        find_notebook(given, tmp_path)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan"])
def test_a_time_limit_that_is_none_is_said(checked, seconds):
    code, said, _ = checked(LIGHT, options=["--timeout", seconds])
    assert code == 2
    assert f"invalid time limit {seconds}: use a number of seconds above 0." in said


def test_a_copy_is_not_taken_for_the_notebook_nor_what_lies_beside_it(tmp_path):
    folder = tmp_path / "notebooks" / "06_x"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    copies = [
        "06_x-Copy1",
        "06_x copy",
        "06_x copy 2",
        "06_x - Copy (2)",
        "06_x (1)",
        "06_x(1)",
        "Copy of 06_x",
    ]
    copies += ["._06_x", ".ipynb_checkpoints/06_x-checkpoint", "06_x-solved"]
    for name in ("06_x", *copies):
        (folder / f"{name}.ipynb").touch()
    for given in ("06", "6", "06_x", "06_"):
        assert find_notebook(given, tmp_path) == folder / "06_x.ipynb"
        assert find_notebook(given, folder) == folder / "06_x.ipynb"
    assert find_notebook("06_x-Copy1", tmp_path).name == "06_x-Copy1.ipynb"
    (folder / "06_x.ipynb").unlink()
    assert find_notebook("06", tmp_path).name == "06_x-solved.ipynb"


def test_a_missing_notebook_and_a_foreign_one_are_one_sentence(checked, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["check", "07"]) == 2
    assert main(["check", "no.ipynb"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    code, said, _ = checked("1 + 1")
    assert code == 2
    assert "holds no check of this course" in said


@pytest.fixture(scope="module")
def half_done(root, tmp_path_factory):
    """A folder with notebook 06: 6.1 and 6.6 are right, 6.2 wrong, 6.4 hangs; the question is open."""
    path = release_path(root, pick(root, ["06"])[0])
    notebook, solved = read(path), cells.by_grade_id(read(solution_path(root, path.stem)))
    written = {
        "clamp": solved["clamp"].source,
        "asymmetric_quantization": "def asymmetric_quantization(params, bits):\n    return 1",
        "symmetric_quantization": "def symmetric_quantization(*_):\n    import time\n    time.sleep(60)",
        "quantization_error": solved["quantization_error"].source,
    }
    for name, source in written.items():
        cells.by_grade_id(notebook)[name].source = source
    folder = tmp_path_factory.mktemp("half done")
    nbformat.write(notebook, folder / path.name)
    return folder


def test_a_half_done_notebook_of_the_course(half_done, monkeypatch, capsys):
    monkeypatch.chdir(half_done)
    assert main(["check", "6", "--timeout", "3", "--json", "found.json"]) == 1
    said = capsys.readouterr().out.splitlines()
    hidden = "hidden tests run when your work is graded."
    for line in (
        "✓ 6.1  clamp                                3 (2 of them by hidden tests)",
        "✗ 6.2  asymmetric_quantization              0 of 3",
        "· 6.3  asymmetric_dequantize                0 of 3: not written yet",
        "✓ 6.6  quantization_error                   3 (2 of them by hidden tests)",
        "·      question                             3 by hand: no answer yet",
        f"       total                                6 of 27, 3 by hand; {hidden}",
    ):
        assert line in said
    assert "      the check of 6.4 ran for more than 3 seconds." in said
    assert not [line for line in said if "Traceback" in line or "not reached" in line]
    found = json.loads((half_done / "found.json").read_text())
    assert [one["status"] for one in found] == [
        *("passed", "failed", "open", "failed", "open", "passed", "open", "open", "open", "no answer")
    ]


def test_one_exercise_of_a_notebook(half_done, monkeypatch, capsys):
    monkeypatch.chdir(half_done)
    assert main(["check", "6.6", "--timeout", "3"]) == 0  # what hangs in 6.4 does not run
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "✓ 6.6  quantization_error                   3 (2 of them by hidden tests)",
        "       total                                3 of 3; hidden tests run when your work is graded.",
    ]
    assert main(["check", "6.12"]) == 2
    assert "has no exercise 6.12: it has 6.1 to 6.9" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "status"), [("", "no answer"), (STUB, "no answer"), ("Because.", "answered")]
)
def test_a_question_is_answered_or_not(text, status):
    cell = new_markdown_cell(text, metadata={"nbgrader": {"grade_id": "question", "points": 3}})
    assert question(cell) == Checked("", "question", 0, 3, "", status)
