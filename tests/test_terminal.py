"""Printing where characters are missing, and where nobody reads to the end."""

import io
import os
import sys

import pytest

from qcourse import cli
from qcourse.terminal import counted, marks, patient_output


@pytest.mark.parametrize(
    ("encoding", "printed"), [("cp1252", "+x. é?\n"), ("ascii", "+x. ??\n"), ("utf-8", "✓✗· é✗\n")]
)
def test_what_a_terminal_cannot_write_becomes_a_question_mark(monkeypatch, encoding, printed):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, newline="\n"))
    with patient_output():
        print("".join(marks()), "é✗")
    assert written.getvalue().decode(encoding) == printed


def test_ctrl_c_ends_a_command_with_a_sentence(monkeypatch, capsys):
    def interrupted(as_json):
        raise KeyboardInterrupt

    monkeypatch.setattr("qcourse.doctor.run", interrupted)
    assert cli.main(["doctor"]) == 130
    assert capsys.readouterr().err == "qcourse: interrupted; what was finished before is kept.\n"


def test_a_reader_who_has_had_enough_ends_the_command_without_a_word(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        with pytest.raises(SystemExit) as caught, patient_output():
            print("one line")
        assert caught.value.code == 1


def test_one_is_not_several():
    assert [counted(number, "student") for number in (0, 1, 2)] == ["0 students", "1 student", "2 students"]
