"""The demo class: graded for real by nbgrader, from hand-in to feedback."""

import json

import pytest

from qcourse import demo
from qcourse.course import assignments


@pytest.mark.slow
def test_a_class_is_graded_as_it_deserves(root, tmp_path, capsys):
    folder = tmp_path / "demo"
    demo.run(root, folder)
    points = json.loads((folder / "points.json").read_text())
    assert len(points) >= 8
    for name in assignments(root):
        score = {student: scores[name][0] for student, scores in points.items()}
        most = points["ada"][name][1]
        assert score["ada"] == score["femi"] == score["gita"] == most
        assert score["chloe"] == 0
        assert 0 < score["ben"] < most
        for student in ("dev", "emma", "hiro", "ines"):
            assert score[student] < most
        assert score["hiro"] > score["dev"]
        feedback = folder / "feedback" / "dev" / name / f"{name}.html"
        assert "likely cause" in feedback.read_text()
    assert (folder / "points.png").read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr().out
    assert "ada" in told
    assert "docs/instructor.md" in told

    demo.run(root, folder)  # nothing changed: shown again, not graded again
    assert "Grading" not in capsys.readouterr().out
