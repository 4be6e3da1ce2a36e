"""The checks against small changes to the reference solutions: none may pass unexplained."""

import ast
from pathlib import Path

import pytest

from qcourse.authoring.mutants import equivalent, mutants, of_assignment, survivors
from qcourse.course.folder import assignments
from qcourse.errors import UserError

ROOT = Path(__file__).parents[2]
# All of them take half an hour: a fixed sample here, every one by `make mutants`.
EVERY = {"06": 4, "07": 4, "08": 6, "09": 15}


def test_mutants_are_different_programs_that_parse():
    source = "def f(x, n=2):\n    'Doc.'\n    if x < 0:\n        x = -x\n    return min(x, n) + 1"
    found = dict(mutants(source))
    assert len(set(found.values())) == len(found) >= 8
    for changed in found.values():
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))
        assert "Doc." in changed
    assert any("Lt becomes LtE" in what for what in found)
    assert any("'x = -x' is removed" in what for what in found)


# A student's cell may warn, and the notebooks' own warnings are nbgrader's to judge (test_gates).
@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@pytest.mark.parametrize("name", assignments(ROOT))
def test_no_mutant_survives_unexplained(name):
    alive = survivors(ROOT, name, of_assignment(ROOT, name)[:: EVERY.get(name[:2], 1)])
    assert not [f"{answer.grade_id} {answer.what}" for answer in alive]


def test_a_list_of_equivalent_mutants_that_is_not_toml_is_one_sentence(tmp_path):
    path = tmp_path / "solutions" / "01_small" / "equivalent_mutants.toml"
    path.parent.mkdir(parents=True)
    assert equivalent(tmp_path, "01_small") == {}
    path.write_text("[double")
    with pytest.raises(UserError, match=r"equivalent_mutants\.toml is not valid TOML"):
        equivalent(tmp_path, "01_small")


def test_every_explained_mutant_exists():
    listed, existing = {}, set()
    for name in assignments(ROOT):
        listed |= equivalent(ROOT, name)
        existing |= {(a.grade_id, a.what) for a in of_assignment(ROOT, name)}
    stale = [(g, what) for g, entries in listed.items() for what in entries if (g, what) not in existing]
    assert not stale
