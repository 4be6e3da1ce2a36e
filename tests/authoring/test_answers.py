"""Every check against the answer bank: each wrong answer caught, each right one kept."""

from functools import lru_cache
from pathlib import Path

import pytest
import torch
from judged_there import BothWays

from qcourse.authoring.answers import put, read_answers
from qcourse.authoring.idle import idle_statements
from qcourse.authoring.judge import judge
from qcourse.course.folder import answers_folder, assignments
from qcourse.course.lesson import read_source
from qcourse.errors import UserError

ROOT = Path(__file__).parents[2]
BANK = {name: read_answers(answers_folder(ROOT, name)) for name in assignments(ROOT)}


def test_the_bank_covers_every_exercise():
    for name in assignments(ROOT):
        for cell in read_source(ROOT, name).cells:
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("solution") and cell.cell_type == "code":
                of_it = [a.right for a in BANK[name] if a.grade_id == meta["grade_id"]]
                assert of_it.count(True) >= 3, meta["grade_id"]
                assert of_it.count(False) >= 6, meta["grade_id"]


def test_no_answer_stands_twice():
    sources = [answer.source for bank in BANK.values() for answer in bank]
    assert len(sources) == len(set(sources))


@lru_cache
def verdicts(name):
    """On every answer of the bank, judged here and as grading does: a defect, too, where the two differ.

    Once for the tests below, which one worker of pytest-xdist runs.
    """
    return BothWays(read_source(ROOT, name), BANK[name]).verdicts(BANK[name])


each_bank = pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in BANK])


# A student's cell may warn, and the notebooks' own warnings are nbgrader's to judge (test_gates).
@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@each_bank
def test_every_answer_is_judged_rightly(name):
    defects = [f"{v.answer.exercise} {v.answer.what}: {v.defect}" for v in verdicts(name) if v.defect]
    assert not defects, "\n".join(defects)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@each_bank
def test_every_statement_of_a_check_is_the_first_to_refuse_some_answer(name):
    idle = [str(statement) for statement in idle_statements(read_source(ROOT, name), verdicts(name))]
    assert not idle, "\n".join(idle)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "exercise", "about"),
    [
        ("onednn", "8.3", "signed codes"),  # onednn computes with them, the others refuse
        ("qnnpack", "9.2", "another engine"),  # another than the one that is set
        ("qnnpack", "9.4", "dynamic quantization"),  # qnnpack's default has one scale for each tensor
    ],
)
def test_what_depends_on_the_engine_is_judged_alike(engine, exercise, about, monkeypatch):
    """The answers that were once judged otherwise there; `make engines` tries all of them on all engines."""
    if engine not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this machine does not have {engine}")
    monkeypatch.setattr(torch.backends.quantized, "engine", engine)
    name = next(name for name in BANK if name.startswith(f"0{exercise[0]}"))
    answers = [answer for answer in BANK[name] if answer.exercise == exercise and about in answer.what]
    assert answers
    assert not [verdict.defect for verdict in judge(ROOT, name, answers) if verdict.defect]


def test_of_the_wrong_answers_nine_in_ten_are_told_their_cause():
    """That it is told, and no other, is judged above: a cause in the bank stands for what its author read."""
    wrong = [answer for bank in BANK.values() for answer in bank if not answer.right]
    assert len(wrong) >= 400
    assert sum(bool(answer.cause) for answer in wrong) >= 0.9 * len(wrong)


def test_a_misnamed_file_and_a_bad_header_are_one_sentence(tmp_path):
    (tmp_path / "ex_6.py").write_text("")
    with pytest.raises(UserError, match=r"ex_6\.py"):
        read_answers(tmp_path)
    (tmp_path / "ex_6.py").rename(tmp_path / "ex_6_1_clamp.py")
    (tmp_path / "ex_6_1_clamp.py").write_text("# %% maybe: who knows\n")
    with pytest.raises(UserError, match="maybe: who knows"):
        read_answers(tmp_path)
    for header in ("# %%wrong: twice", "#%% wrong: twice"):
        (tmp_path / "ex_6_1_clamp.py").write_text(f"# %% right: once\nx = 1\n{header}\nx = 2\n")
        with pytest.raises(UserError, match=header):
            read_answers(tmp_path)
    (tmp_path / "ex_6_1_clamp.py").write_text("\nx = 2\n# %% right: once\nx = 1\n")
    with pytest.raises(UserError, match="'x = 2' stands above the first answer"):
        read_answers(tmp_path)
    with pytest.raises(UserError, match="'none'"):
        put(read_source(ROOT, assignments(ROOT)[0]), "none", "")
