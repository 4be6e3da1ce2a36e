"""The progress bar, in a terminal and in a notebook."""

import pytest

from qcourse.progress import progress


@pytest.fixture
def shown_in_a_notebook(monkeypatch):
    """What a notebook's output shows, one text after the other."""
    from IPython import display

    shown = []

    class Handle:
        def display(self, data, raw):
            shown.append(data["text/plain"])

        update = display

    monkeypatch.setattr("qcourse.progress.in_notebook", lambda: True)
    monkeypatch.setattr(display, "DisplayHandle", Handle)
    return shown


def test_progress_in_a_terminal_writes_nothing_to_stderr(capfd):
    with progress(5, "Training") as advance:
        for _ in range(5):
            advance()
    assert capfd.readouterr().err == ""


def test_progress_in_a_notebook_ends_in_one_plain_line(shown_in_a_notebook):
    with progress(3, "Training") as advance:
        for _ in range(3):
            advance()
    assert shown_in_a_notebook == ["Training …", "Training: done."]


def test_progress_in_a_notebook_shows_how_many_steps_are_done(shown_in_a_notebook, monkeypatch):
    clock = iter([0.0, 0.1, 0.3, 0.4])  # started, and after each step
    monkeypatch.setattr("qcourse.progress.time.monotonic", lambda: next(clock))
    with progress(3, "Training") as advance:
        for _ in range(3):
            advance()
    _, line, _ = shown_in_a_notebook  # one update: not before 0.2 s have passed
    assert line.startswith("Training")
    assert "2/3" in line


def test_progress_is_not_done_where_the_loop_fails(shown_in_a_notebook):
    with pytest.raises(ZeroDivisionError), progress(3, "Training"):
        raise ZeroDivisionError
    assert shown_in_a_notebook == ["Training …"]
