"""Figures and tables: what is displayed, and that alt texts tell what the data show."""

import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from PIL import Image
from torch import nn

from qcourse import models
from qcourse.course.folder import pick, release_path
from qcourse.course.notebooks import read
from qcourse.plots import figure, ptq, qat, scratch
from qcourse.plots.leaf_outputs import leaf_outputs


@pytest.fixture
def displayed(monkeypatch) -> list[dict[str, str]]:
    """What is displayed, by type of content."""
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    return shown


def test_a_figure_is_html_with_its_alt_text_a_picture_and_plain_text(displayed):
    fig, ax = figure.new_figure()
    ax.plot([1, 2])
    figure.show(fig, 'A "rising" line.')
    (data,) = displayed
    assert data["text/plain"] == 'Figure: A "rising" line.'
    assert 'alt="A &quot;rising&quot; line."' in data["text/html"]
    assert data["image/png"] in data["text/html"]


def test_a_colour_of_few_pixels_is_kept_in_the_picture():
    fig, ax = figure.new_figure()
    ax.imshow(np.random.default_rng(0).random((60, 60)))
    ax.plot([30], [30], "s", color=figure.RED, markersize=2)
    picture = np.array(Image.open(io.BytesIO(figure.to_png(fig))).convert("RGB")) / 255
    assert np.abs(picture - to_rgb(figure.RED)).sum(axis=-1).min() < 0.1


def test_a_draw_measures_axes_once_and_labels_that_have_grown_still_fit(monkeypatch):
    measured = []
    measure = Axes.get_tightbbox
    monkeypatch.setattr(
        Axes, "get_tightbbox", lambda ax, *a, **k: measured.append(ax) or measure(ax, *a, **k)
    )
    fig, axes = figure.new_figure(1, 2)
    for label in ("short", "two\nlines, and much longer"):
        measured.clear()
        for ax in axes:
            ax.set(title=label, xlabel=label, ylabel=label, yticks=[0, 1], yticklabels=["0", label[:9]])
        fig.canvas.draw()
        assert measured == list(axes)
        for ax in axes:
            assert np.all(measure(ax).min >= 0)
            assert np.all(measure(ax).max <= fig.bbox.max)
        assert measure(axes[0]).x1 < measure(axes[1]).x0


@pytest.mark.parametrize(
    ("scale", "ends", "want"),
    [
        ("log", (1e-3, 10), "10⁻³ 10⁻² 10⁻¹ 10⁰ 10¹"),
        ("log", (2, 5), "2×10⁰ 3×10⁰ 4×10⁰"),
        ("symlog", (-100, 100), "−10² −10¹ −10⁰ 0 10⁰ 10¹ 10²"),
    ],
)
def test_powers_on_an_axis_are_plain_text(scale, ends, want):
    fig, ax = figure.new_figure()
    ax.set(yscale=scale, ylim=ends)
    figure.to_png(fig)
    labels = [label.get_text() for minor in (False, True) for label in ax.get_yticklabels(minor=minor)]
    assert set(want.split()) <= set(labels), labels
    assert not any("$" in label for label in labels)


def test_a_table_is_html_and_plain_text(displayed):
    figure.show_table(["bits", "error"], [[8, "<0.1"], [16, 0]])
    assert displayed[0]["text/plain"] == "bits  error\n8     <0.1\n16    0"
    assert "<td>&lt;0.1</td>" in displayed[0]["text/html"]


def test_the_alt_text_tells_what_the_answer_gave_not_what_it_should_give(displayed):
    codes = np.array([-7, 5, 300])
    scratch.before_and_after(codes, np.clip(codes, 0, 255), 0, 255)
    scratch.before_and_after(codes, codes, 0, 255)
    right, wrong = (data["text/plain"] for data in displayed)
    assert "2 of them moved; afterwards none lie outside" in right
    assert "0 of them moved; afterwards 2 lie outside" in wrong


def test_a_gradient_of_zeros_has_an_alt_text_too(displayed):
    x = np.linspace(-2, 2, 9)
    qat.straight_through(x, np.round(x), (np.abs(x) <= 1).astype(float), (-1.0, 1.0))
    qat.straight_through(x, np.round(x), np.zeros_like(x), (-1.0, 1.0))
    right, wrong = (data["text/plain"] for data in displayed)
    assert "not 0 from -1.00 to 1.00" in right
    assert "0 everywhere" in wrong


def test_the_pipeline_tells_where_codes_flow(displayed):
    ptq.pipeline(models.QuantizedVerySimpleNet(), torch.zeros(1, 28, 28))
    assert "floats, quant, codes, linear1, codes" in displayed[0]["text/plain"]
    assert "linear3, codes, dequant, floats." in displayed[0]["text/plain"]


def test_leaf_outputs_are_in_the_order_of_calls_and_leave_no_hook():
    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Identity()))
    outputs = leaf_outputs(net, torch.tensor([-1.0, 2.0]))
    assert [name for name, _ in outputs] == ["0", "1.0"]
    assert outputs[0][1].tolist() == [0.0, 2.0]
    assert not any(module._forward_hooks for module in net.modules())


def test_06_starts_without_torch_and_matplotlib(root):
    """A figure loads matplotlib when it is drawn."""
    (name,) = pick(root, ["06"])
    cells = [c.source for c in read(release_path(root, name)).cells if c.cell_type == "code"]
    loaded = "import sys; print([n for n in ('torch', 'matplotlib', 'sklearn') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{cells[0]}\n{cells[1]}\n{loaded}"], capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr


def test_a_module_of_figures_loads_when_it_is_used():
    use = (
        "from qcourse.plots import scratch; import sys; print('matplotlib' in sys.modules, scratch.__name__);"
        "print(scratch.number_line.__name__, 'matplotlib' in sys.modules); from qcourse.plots import nothing"
    )
    done = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "qcourse.plots.scratch", "number_line", "True"]
    assert "cannot import name 'nothing'" in done.stderr
