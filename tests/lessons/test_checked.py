"""`checked.name`: the student's answer once its check has passed, until then the course's, not to hand in."""

import inspect
import shutil

import numpy as np
import pytest

import qcourse.check
from qcourse import checked
from qcourse.authoring import pack
from qcourse.check import CheckFailed, solved
from qcourse.course.folder import assignments
from qcourse.quantization import asymmetric_dequantize

CODES = np.array([-5, 300])
NAME = "06_quantization_from_scratch"


@pytest.fixture(autouse=True)
def _nobody_has_passed(monkeypatch):
    monkeypatch.setattr(solved, "_passed", {})


def mine(params_q, lower_bound, upper_bound):
    return np.array([7, 7])


def notebook(**names):
    """Evaluates a text as a cell of a notebook that binds ``names``."""
    scope = {"checked": checked, "np": np, "CODES": CODES, **names}
    return lambda text: eval(text, scope)


def test_an_open_answer_is_the_courses_and_a_line_says_so(capsys):
    assert notebook(clamp=mine)("checked.clamp(CODES, 0, 255).tolist()") == [0, 255]
    assert (
        capsys.readouterr().out
        == "Exercise 6.1 has not passed its check yet, so this cell used the course's clamp.\n"
    )
    assert notebook()("checked.MovingAverageMinMax(0.5).update(CODES * 1.0)") is None  # a class, and unbound


def test_what_has_passed_is_the_students_until_it_changes(capsys):
    solved.remember("6.1", mine)
    cell = notebook(clamp=mine)
    assert cell("checked.clamp(CODES, 0, 255).tolist()") == [7, 7]
    assert capsys.readouterr().out == ""
    assert notebook(clamp=lambda *_: "another")("checked.clamp(CODES, 0, 255).tolist()") == [0, 255]
    solved.forget("6.1")
    assert cell("checked.clamp(CODES, 0, 255).tolist()") == [0, 255]


def test_a_check_remembers_what_passed_and_forgets_what_fails():
    def double(x):
        return 2 * x

    def check(ex):
        ex.equal("the double", ex.call(2.0, case="two"), 4.0)

    qcourse.check.exercise("99.1", double)(check)
    assert solved.has_passed("99.1", double)
    with pytest.raises(CheckFailed):
        qcourse.check.exercise("99.1", lambda x: x)(check)
    assert not solved.has_passed("99.1", double)


def test_what_is_imported_finished_is_not_open(capsys):
    scope = {"checked": checked, "CODES": CODES, "asymmetric_dequantize": asymmetric_dequantize}
    exec("def error_parts(x):\n    return asymmetric_dequantize(x, 1.0, 0)", scope)  # as 07 builds on 06
    exec("def fake_quantize(x):\n    return x.clamp(0, 9)", scope)  # no function of the notebook
    for number, name in (("7.2", "error_parts"), ("9.1", "fake_quantize")):
        solved.remember(number, scope[name])
    assert eval("checked.error_parts(CODES).tolist()", scope) == [-5, 300]
    assert eval("checked.fake_quantize", scope) is scope["fake_quantize"]
    assert capsys.readouterr().out == ""


def test_an_answer_that_calls_an_open_one_is_the_courses(capsys):
    scope = {"checked": checked, "clamp": mine, "np": np}
    exec("def helper(*a): return clamp(*a)\ndef asymmetric_quantization(x, b): return helper(x, 0, 1)", scope)
    solved.remember("6.2", scope["asymmetric_quantization"])
    assert eval("checked.asymmetric_quantization(np.ones(2), 2)[1]", scope) == 1 / 3
    assert "Exercise 6.1 has not passed" in capsys.readouterr().out
    solved.remember("6.1", mine)
    assert eval("checked.asymmetric_quantization(np.ones(2), 2)", scope).tolist() == [7, 7]


@pytest.mark.parametrize("name", ["clamp", "symmetric_quantization_per_channel"])
@pytest.mark.parametrize("way", ["checked.{}", "lambda *a: kept(*a)", "lambda *a: checked.{}(*a)"])
def test_the_courses_version_is_refused_as_an_answer(name, way):
    scope = {"checked": checked, "kept": solved.answer(name)}
    answer = eval(way.format(name), scope)
    with pytest.raises(CheckFailed, match="qcourse's finished function or `checked`"):
        qcourse.check.Exercise(solved.exercises()[name], answer).call(np.ones((2, 2)), 2, 3, case="ones")


def test_a_class_of_the_course_is_refused_as_an_answer():
    answer = type("MovingAverageMinMax", (solved.answer("MovingAverageMinMax"),), {})
    with pytest.raises(CheckFailed, match="qcourse's finished function or `checked`"):
        qcourse.check.Exercise("7.4", answer).call(0.5, case="a momentum")


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """Nothing is packed, as where submissions are graded."""
    monkeypatch.setattr(solved, "FOLDER", tmp_path)
    cached = (solved._files, solved.exercises, solved._unpacked)
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


def test_where_submissions_are_graded_all_is_the_students(graded):
    assert notebook(clamp=mine)("checked.clamp(CODES, 0, 255).tolist()") == [7, 7]
    assert notebook(clamp=mine)("list(map(checked.clamp, [CODES], [0], [255]))")[0].tolist() == [7, 7]
    with pytest.raises(NameError, match="name 'clamp' is not defined"):
        notebook()("checked.clamp(CODES, 0, 255)")


TAKEN = {
    "its name again": "clamp = checked.clamp",
    "a call": "def clamp(*a): return checked.clamp(*a)",
    "kept": "kept = checked.clamp\ndef clamp(*a): return kept(*a)",
    "the course's": "clamp = solved.answer('clamp')",
    "a call to the course's": "def clamp(*a): return solved.answer('clamp')(*a)",
}


@pytest.mark.parametrize(
    "own", ["", "def clamp(p, low, high): return np.minimum(np.maximum(p, low), high)\n"]
)
@pytest.mark.parametrize("way", TAKEN)
@pytest.mark.parametrize("where", ["here", "graded"])
def test_here_and_where_submissions_are_graded_the_same_is_refused(where, way, own, request):
    if where == "graded":
        request.getfixturevalue("graded")
    scope = {"checked": checked, "solved": solved, "np": np}
    exec(own + TAKEN[way], scope)
    with pytest.raises(CheckFailed, match="qcourse's finished function or `checked`"):
        qcourse.check.Exercise("6.1", scope["clamp"]).call(CODES, 0, 255, case="two")


def test_an_answer_may_not_use_what_depends_on_what_has_passed():
    """Locally it is the student's, which has passed; where it is graded nothing has."""
    scope = {"checked": checked, "clamp": mine}
    solved.remember("6.1", mine)
    exec("def asymmetric_quantization(x, bits): return checked.clamp(x, 0, 1)", scope)
    with pytest.raises(CheckFailed, match="qcourse's finished function or `checked`"):
        qcourse.check.Exercise("6.2", scope["asymmetric_quantization"]).call(CODES, 2, case="two")


def test_a_name_that_is_no_exercise():
    with pytest.raises(AttributeError, match="no exercise asks for 'clamb'"):
        notebook()("checked.clamb")


def test_no_source_is_at_hand():
    for name in solved.exercises():
        with pytest.raises((OSError, TypeError)):
            inspect.getsource(solved.answer(name))
    assert not any(b"np." in path.read_bytes() for path in solved.FOLDER.glob("*.bin"))


def test_what_is_packed_is_what_the_lessons_say(root, tmp_path):
    assert all(pack.is_current(root, name) for name in assignments(root))
    shutil.copytree(root / "solutions" / NAME, tmp_path / "solutions" / NAME)
    assert pack.is_current(tmp_path, NAME)  # the course of somebody else: it has no such folder
    pack.target(tmp_path, NAME).parent.mkdir(parents=True)
    assert not pack.is_current(tmp_path, NAME)
    pack.target(tmp_path, NAME).write_bytes(pack.packed(root, NAME))
    assert pack.is_current(tmp_path, NAME)
    lesson = tmp_path / "solutions" / NAME / f"{NAME}.py"
    lesson.write_text(lesson.read_text().replace("return (params_q.astype", "return 1 * (params_q.astype"))
    assert not pack.is_current(tmp_path, NAME)
