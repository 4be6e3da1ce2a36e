"""The gates of `make verify`, on the course itself."""

import pytest

from qcourse.authoring import verify


@pytest.mark.parametrize("gate", verify.GATES[1:-1], ids=lambda gate: gate.__name__)
def test_gate(gate, root):
    assert gate(root) == []


@pytest.mark.slow
@pytest.mark.parametrize("gate", [verify.GATES[0], verify.GATES[-1]], ids=lambda gate: gate.__name__)
def test_slow_gate(gate, root):
    assert gate(root) == []
