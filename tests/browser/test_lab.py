"""A student and an instructor in JupyterLab, in a browser: what they see, and what the buttons do."""

import re
import shutil

import acting
import nbformat
import pytest
from contrast import GRAPHICS, TEXT, contrasts
from jupyter_lab import (
    CHROMIUM,
    FLAGS,
    SECONDS,
    choose,
    code_cell,
    follow,
    open_notebook,
    replace_line,
    run,
    running_lab,
)
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect, sync_playwright

from qcourse.authoring.demo import Student
from qcourse.authoring.demo_class import Classroom
from qcourse.cli import main
from qcourse.course.cells import is_answer
from qcourse.grading.place import bubblewrap, place

NAME = "06_quantization_from_scratch"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM, reason="No Chromium here: apt install chromium."),
]


@pytest.fixture(scope="module")
def browser():
    expect.set_options(timeout=1000 * SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=1000 * SECONDS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(1000 * SECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory, page):
    """A student's JupyterLab, started on the course as `make lab` does; its front page has led to 06."""
    folder, home = tmp_path_factory.mktemp("student"), tmp_path_factory.mktemp("home")
    shutil.copytree(root / "notebooks", folder / "notebooks")
    shutil.copy(root / "nbgrader_config.py", folder)
    with running_lab(folder, home, "notebooks") as address:
        open_notebook(page, address, "START_HERE.ipynb")
        follow(page, page.get_by_role("link", name="06 · Quantization from scratch"))
        page.locator(".lm-TabBar-tab.lm-mod-current", has_text=NAME).wait_for()
        yield page


@pytest.fixture
def notebook(lab):
    """The page, with 06 in front."""
    lab.get_by_role("tab", name=NAME).click()
    return lab


def test_a_wrong_answer_is_explained_and_a_right_one_passes(notebook, tmp_path):
    answer, check = code_cell(notebook, "def clamp(params_q"), code_cell(notebook, 'Exercise("6.1", clamp)')
    said = check.locator(".jp-OutputArea")
    run(code_cell(notebook, "import copy"))

    replace_line(answer, "raise NotImplementedError", "return np.minimum(params_q, upper_bound)")
    run(answer)
    run(check)
    row = said.locator("tr", has=notebook.get_by_role("rowheader", name="likely cause"))
    row.wait_for()
    expect(row).to_contain_text("the lower bound is missing")
    said.get_by_role("img", name="expected (rings) and got (crosses)").wait_for()
    expect(said).not_to_contain_text("Traceback")
    said.scroll_into_view_if_needed()
    notebook.screenshot(path=tmp_path / "wrong.png")

    replace_line(answer, "return np.minimum", "return np.clip(params_q, lower_bound, upper_bound)")
    run(answer)
    run(check)
    said.get_by_text("✓").wait_for()
    expect(said).to_have_text("✓ Exercise 6.1: visible check passed.")
    figure = code_cell(notebook, "scratch.before_and_after(before")
    run(figure)
    figure.locator("img[alt]").wait_for()
    notebook.screenshot(path=tmp_path / "right.png")


def test_a_hint_opens_and_formulas_are_set(notebook):
    exercise = notebook.locator(".jp-MarkdownOutput", has_text="Exercise 6.1: limit the codes")
    hint = exercise.get_by_text("NumPy has element-wise versions")
    exercise.locator("mjx-container").first.wait_for()
    expect(hint).to_be_hidden()
    exercise.get_by_text("Hint", exact=True).click()
    hint.wait_for()


def test_a_second_hint_opens_after_the_first(notebook):
    exercise = notebook.locator(".jp-MarkdownOutput", has_text="Exercise 6.8: one scale per channel")
    first, second = (
        exercise.get_by_text("Two ways. A loop"),
        exercise.get_by_text("is a matrix with one row per"),
    )
    exercise.get_by_text("Hint", exact=True).click()
    first.wait_for()
    expect(second).to_be_hidden()
    exercise.get_by_text("A deeper hint", exact=True).click()
    second.wait_for()


def test_a_slider_moved_by_an_arrow_key_draws_the_picture_again(notebook, tmp_path):
    picture = code_cell(notebook, "explore.bits_and_range(params")  # 6.2 is open: it is the course's
    for cell in (code_cell(notebook, "import numpy as np"), code_cell(notebook, "default_rng(6)"), picture):
        run(cell)
    image = picture.get_by_role("img", name="4 bits, range -50 to 150")
    image.wait_for()
    before = image.get_attribute("src")
    picture.get_by_role("slider").nth(2).focus()
    notebook.keyboard.press("ArrowLeft")
    moved = picture.get_by_role("img", name="4 bits, range -50 to 140")
    moved.wait_for()
    assert moved.get_attribute("src") != before
    expect(picture.locator(".jp-OutputArea img")).to_have_count(1)
    picture.scroll_into_view_if_needed()
    notebook.screenshot(path=tmp_path / "slider.png")


def test_whoever_is_stuck_goes_on_with_the_course_s_version(notebook, tmp_path):
    choose(notebook, "Run", "Run All Cells")
    code_cell(notebook, "conventions.explain").locator(".jp-OutputArea-output").wait_for()
    errors = notebook.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
    said = [text.strip() for text in errors.all_text_contents()]
    assert "Exercise 6.2: not written yet: quantize with a zero point." in said
    assert [text for text in said if not re.fullmatch(r"Exercise 6\.\d: not written yet: .*\.", text)] == []
    figure = code_cell(notebook, 'scale, zero, 0, 7, "asymmetric")')
    figure.locator("img[alt]").wait_for()
    expect(figure.locator("pre").last).to_have_text(
        "Exercise 6.2 has not passed its check yet, so this cell used the course's asymmetric_quantization.\n"
    )
    figure.scroll_into_view_if_needed()
    notebook.screenshot(path=tmp_path / "stuck.png")


def test_an_answer_to_the_challenge_stands_beside_the_course_s(notebook):
    answer, score = code_cell(notebook, "def groups_of_32"), code_cell(notebook, "groups.score(")
    for cell in ("import numpy as np", "from qcourse.challenges import groups"):
        run(code_cell(notebook, cell))
    replace_line(answer, "raise NotImplementedError", "scales = np.abs(weight.reshape(64, 8, 32)).max(2) / 7")
    notebook.keyboard.press("Enter")
    notebook.keyboard.insert_text("return np.round(weight / scales.repeat(32, 1)), scales")
    run(answer)
    run(score)
    table = score.locator(".jp-OutputArea")
    expect(table).to_contain_text(re.compile(r"your answer +1\d\.\d dB\n +the course's answer +19\.9 dB"))


def test_the_front_page_shows_the_progress_and_opens_the_next_notebook(notebook, tmp_path):
    answer, check = code_cell(notebook, "def quantization_error"), code_cell(notebook, 'exercise("6.6"')
    run(code_cell(notebook, "import numpy as np"))
    replace_line(answer, "raise NotImplementedError", "return float(np.mean((params - params_deq) ** 2))")
    run(answer)
    run(check)
    check.locator(".jp-OutputArea").get_by_text("visible check passed").wait_for()
    with notebook.expect_response(lambda r: r.request.method == "PUT" and NAME in r.url):
        choose(notebook, "File", "Save Notebook")

    notebook.get_by_role("tab", name="START_HERE").click()
    front = code_cell(notebook, "way.show()")
    run(front)
    front.locator("tr", has_text="06 ·").wait_for()
    expect(front.locator("tr", has_text="06 ·")).to_contain_text(re.compile("[12] of 9 checks pass"))
    expect(front.locator("tr", has_text="09 ·")).to_contain_text(
        "0 of 6 checks passexercise 9.1 (not checked)"
    )
    notebook.screenshot(path=tmp_path / "front.png")
    follow(notebook, front.get_by_role("link", name="07 ·"))
    notebook.locator(".lm-TabBar-tab.lm-mod-current", has_text="07_quant").wait_for()


def test_all_that_is_shown_can_be_read_in_either_theme(notebook, tmp_path):
    answer, check = code_cell(notebook, "def asymmetric_dequantize"), code_cell(notebook, 'exercise("6.3"')
    run(code_cell(notebook, "import numpy as np"))
    replace_line(answer, "raise NotImplementedError", "return params_q * scale")
    run(answer)
    run(check)
    check.get_by_role("img", name="expected (rings) and got (crosses)").wait_for()
    check.scroll_into_view_if_needed()
    shown = ".jp-OutputArea-output, .jp-MarkdownOutput"
    light = contrasts(notebook, shown)
    choose(notebook, "Settings", "Theme", "JupyterLab Dark")
    notebook.locator("body[data-jp-theme-name='JupyterLab Dark']").wait_for(state="attached")
    dark = contrasts(notebook, shown)
    notebook.screenshot(path=tmp_path / "dark.png")
    notebook.get_by_role("tab", name="START_HERE").click()
    assert all("likely cause" in texts and len(lines) > 3 for texts, lines in (light, dark))
    for texts, lines in (light, dark, contrasts(notebook, shown)):
        assert len(texts) > 20
        assert {text: contrast for text, contrast in texts.items() if contrast < TEXT} == {}
        assert {line: contrast for line, contrast in lines.items() if contrast < GRAPHICS} == {}


def test_the_validate_button_names_the_reason(notebook):
    notebook.get_by_role("button", name="Validate").click()
    results = notebook.get_by_role("dialog")
    results.get_by_text("The following cell failed").first.wait_for()
    expect(results).to_contain_text("Exercise 6.2: not written yet: quantize with a zero point.")
    results.get_by_role("button", name="Ok").click()


@pytest.fixture
def instructor(root, tmp_path):
    """The address of an instructor's JupyterLab; ben has handed in the first four of nine exercises.

    Wherever a notebook may hold something that acts in a browser, his does.
    """
    room = Classroom(root, tmp_path / "course")
    submission = Student("ben", "half done", begun=0.5).notebook(room, NAME)
    written = next(c for c in submission.cells if c.cell_type == "markdown" and is_answer(c))
    written.source, written.attachments = acting.answer()
    submission.cells += acting.cells()
    submission.metadata.title = f"</title>{acting.MARKUP['script']}"
    submission.cells.append(new_code_cell("import os\nprint(os.getcwd())"))
    room.hand_in("ben", NAME, submission)
    isolation = "none" if place.missing() else "auto"
    with running_lab(room.folder, tmp_path / "home", QCOURSE_ISOLATION=isolation) as address:
        yield address


def test_formgrader_generates_grades_contained_and_writes_feedback(instructor, browser, tmp_path):
    page = browser.new_page()
    page.set_default_timeout(1000 * SECONDS)

    def press(row, button):
        page.locator("tr", has_text=row).locator(f".{button} a").click()
        page.locator(".modal-title", has_text="Success").wait_for()
        page.get_by_role("button", name="OK").click()
        expect(page.locator(".modal")).to_have_count(0)

    page.goto(f"{instructor}/formgrader")
    press(NAME, "assign")
    page.goto(f"{instructor}/formgrader/manage_submissions/{NAME}")
    press("ben", "autograde")
    ben = page.locator("tr", has_text="ben")
    expect(ben.locator(".score")).to_have_text("12 / 30")  # four of nine exercises, 3 points each
    press("ben", "generate-feedback")
    page.screenshot(path=tmp_path / "graded.png")

    course = tmp_path / "course"
    graded = nbformat.read(course / "autograded" / "ben" / NAME / f"{NAME}.ipynb", as_version=4)
    if not place.missing():
        assert graded.cells[-1].outputs[0].text.strip() == bubblewrap.HOME
    feedback = course / "feedback" / "ben" / NAME / f"{NAME}.html"
    assert "not written yet" in feedback.read_text()
    assert "HIDDEN TESTS" not in feedback.read_text()

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{instructor}/formgrader/gradebook/{NAME}/{NAME}")
    page.get_by_role("link", name="Submission #1").click()
    notebook = page.locator("main #notebook-container")
    shown = notebook.locator(".nbgrader_cell", has_text="I think that this is why.")
    expect(shown.locator("em")).to_have_text("this")
    shows_nothing_that_acts(page, notebook, NAME, asked)
    shown.locator("input.score").fill("2")
    shown.locator("textarea").fill("Well said.")
    with page.expect_response(lambda r: "/api/comment/" in r.url and r.request.method == "PUT") as saved:
        shown.locator("textarea").blur()
    assert saved.value.ok
    page.goto(feedback.as_uri())
    shows_nothing_that_acts(page, page.locator("main #notebook-container"), NAME, asked)
    assert main(["feedback", "06", "--course", str(course)]) == 0
    page.goto(feedback.as_uri())
    expect(page.locator(".total")).to_have_text("14 of 30")
    expect(page.locator("details[open] .comment")).to_contain_text("Well said.")
    shows_nothing_that_acts(page, page.locator("main"), NAME, asked)
    page.screenshot(path=tmp_path / "feedback.png")
    assert main(["report", "06", "--course", str(course), "--out", str(tmp_path / "report")]) == 0
    page.goto((tmp_path / "report" / "report.html").as_uri())
    expect(page.locator(".total")).to_have_text("1 of 1 students graded, 0 missing")
    page.get_by_role("img", name="Histogram of the points of 1 student, 14 to 14").wait_for()
    assert page.title() == NAME


def shows_nothing_that_acts(page, notebook, title, asked):
    """What a student wrote is there as text, and the page is as it would be without it."""
    expect(notebook).to_contain_text("what remains")
    expect(notebook).to_contain_text("over everything")
    for link in notebook.locator("a").all():
        assert not (link.get_attribute("href") or "").startswith(("javascript", "/")), link.inner_html()
    page.wait_for_load_state()
    for events in ("mouseover", "focus", "error", "load", "toggle"):
        page.evaluate(
            "name => document.querySelectorAll('main *').forEach(e => e.dispatchEvent(new Event(name)))",
            events,
        )
    assert page.title() == title
    assert [url for url in asked if "acted" in url] == []
    active = "script, iframe, object, embed, form, base, meta, style, link, [srcdoc], [onload], [onerror]"
    assert notebook.locator(active).count() == 0
