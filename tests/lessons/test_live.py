"""Pictures with sliders: still where nobody looks, quick and exact where somebody does."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from qcourse.plots import live
from qcourse.plots.figure import new_figure


def picture():
    """A figure, its moving artists, and how a height moves them."""
    fig, ax = new_figure(size=(4, 2))
    (line,) = ax.plot([0, 1], [0, 0])
    note = ax.text(0.5, 0.5, "")
    ax.set(xlim=(0, 1), ylim=(-1, 1), title="A line")

    def update(height):
        line.set_ydata([height, height])
        note.set_text(f"{height:.1f}")
        return f"A line at {height:.1f}."

    return fig, [line, note], update


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: each bundle, and for a picture what it is updated to."""
    seen = []

    class Handle:
        def update(self, bundle, raw):
            assert raw
            seen.append(bundle)

    def display(bundle, raw, display_id=False):
        assert raw
        seen.append(bundle)
        return Handle() if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    return seen


@pytest.fixture
def sliders(monkeypatch):
    """The sliders that are made."""
    made, kind = [], ipywidgets.SelectionSlider
    monkeypatch.setattr(ipywidgets, "SelectionSlider", lambda **how: made.append(kind(**how)) or made[-1])
    return made


def test_without_a_frontend_the_picture_is_still(shown, sliders):
    live.explore(*picture(), height=live.Slider("height", [-0.5, 0, 0.5], 0.5))
    (bundle,) = shown
    assert bundle["text/plain"] == "Figure: A line at 0.5."
    assert not sliders


def test_with_a_frontend_a_slider_draws_it_again(shown, sliders, monkeypatch):
    monkeypatch.setattr(live, "has_frontend", lambda: True)
    live.explore(*picture(), height=live.Slider("height", [-0.5, 0, 0.5], 0))
    assert [bundle["text/plain"] for bundle in shown] == ["Figure: A line at 0.0.", live.WITHOUT]
    assert "application/vnd.jupyter.widget-view+json" in shown[1]
    (slider,) = sliders
    slider.index = 2
    assert shown[2]["text/plain"] == "Figure: A line at 0.5."
    assert 'alt="A line at 0.5."' in shown[2]["text/html"]
    before, after = (pixels(base64.b64decode(shown[i]["image/png"])) for i in (0, 2))
    assert (before != after).any()


def test_a_redrawn_picture_is_the_one_that_a_complete_drawing_gives():
    fig, artists, update = picture()
    redraw = live.Redraw(fig, artists, update)
    redraw(height=-0.5)
    other, quick = (pixels(redraw(height=height)[0]) for height in (0.2, 0.5))
    update(height=0.5)
    for artist in artists:
        artist.set_animated(False)
    whole = io.BytesIO()
    fig.savefig(whole, format="png")
    differ = [np.any(picture != pixels(whole.getvalue()), axis=2).mean() for picture in (quick, other)]
    assert differ[0] < 0.002 < differ[1]  # the line lies on the frame where it meets it, else below


def test_sliders_are_for_people(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert not live.has_frontend()  # no notebook
    monkeypatch.setattr(live, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.get_ipython", lambda: type("Shell", (), {"user_ns": {}}))
    assert not live.has_frontend()  # a notebook that nbclient executes
    monkeypatch.setenv("JPY_SESSION_NAME", "06.ipynb")
    assert live.has_frontend()  # one that Jupyter's server shows to somebody
    monkeypatch.setattr(live, "find_spec", lambda name: None)
    assert not live.has_frontend()
