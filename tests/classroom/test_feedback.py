"""The page that a student gets: what was earned and why, and nothing that the student may not see."""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from graded_class import NAME, grade
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from qcourse.classroom import feedback, results
from qcourse.classroom.exercises import exercises
from qcourse.classroom.feedback_parts import NOT_RUN
from qcourse.cli import main
from qcourse.course.cells import cause

pytestmark = pytest.mark.xdist_group("graded class")


@pytest.fixture(scope="module")
def pages(graded):
    """The page of each student."""
    assert feedback.run(graded, "06") == 0
    folder = graded / "feedback"
    return {path.name: (path / NAME / f"{NAME}.html").read_text() for path in folder.iterdir()}


def text(page):
    """What one reads, in one line."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def summary(page):
    return [text(row) for row in re.findall("<tr>.*?</tr>", page.partition("</table>")[0], re.DOTALL)]


def test_the_summary_names_every_exercise_its_points_and_why_not_more(pages):
    assert "27 of 27, 3 by hand (not graded yet)" in text(pages["ada"])
    assert "6 of 27, 3 by hand" in text(pages["ben"])
    wrong = summary(pages["cy"])
    assert wrong[1] == "✗ 6.1 limit the codes 0 of 1 0 of 2 the lower bound is missing"
    assert wrong[2] == "✓ 6.2 quantize with a zero point 1 of 1 2 of 2"
    assert wrong[10] == "… Question not graded yet (of 3)"
    assert summary(pages["ben"])[3].endswith("0 of 1 0 of 2 not written yet")


def test_parts_that_failed_are_open_and_the_rest_is_folded(pages):
    assert re.findall(r'id="part-(\d+)" open', pages["cy"]) == ["1"]
    assert re.findall(r'id="part-(\d+)" open', pages["ben"]) == [str(n) for n in range(3, 10)]
    assert not re.findall(r'id="part-.*" open', pages["ada"])


def test_a_cell_that_grading_did_not_run_says_so(pages, graded):
    notebook = nbformat.read(graded / "autograded" / "ada" / NAME / f"{NAME}.ipynb", as_version=4)
    left_out = [c for c in notebook.cells if c.cell_type == "code" and c.execution_count is None]
    assert len(left_out) > 3
    assert pages["ada"].count(NOT_RUN) == len(left_out)


def test_a_page_is_complete_in_itself_and_nothing_acts_in_it(pages):
    for page in pages.values():
        assert "default-src 'none'" in page
        assert not re.search(r"<(script|link|iframe)|(src|href)=.?https?:|url\(|\bon\w+=", page)
        assert len(page.encode()) < 300_000
        assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
        assert "@media (prefers-color-scheme: dark)" in page


def test_an_answer_in_words_is_shown_as_written_its_formulas_set_by_the_browser(pages):
    set_ = '<math display="inline"><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math>'
    assert f"I, ben, think <em>so</em>: {set_}." in pages["ben"]


def test_no_line_of_a_hidden_test_is_in_any_page(pages, graded, root):
    own = (graded / "submitted" / "ada" / NAME / f"{NAME}.ipynb").read_text()
    solved = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    hidden = [
        line.strip()
        for cell in solved.cells
        if "BEGIN HIDDEN" in cell.source
        for line in cell.source.partition("BEGIN HIDDEN")[2].splitlines()[1:]
        if len(line.strip()) > 12 and json.dumps(line.strip())[1:-1] not in own
    ]
    assert len(hidden) > 100
    plain = [page.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"') for page in pages.values()]
    assert not [line for line in hidden if any(line in page for page in plain)]
    assert "HIDDEN TESTS" not in "".join(pages.values())


def test_a_hand_in_that_was_refused_gets_a_page_with_the_reason(pages):
    assert "Your hand-in could not be graded." in pages["dora"]
    assert "JSON" in text(pages["dora"])
    assert "<main>" not in pages["dora"]
    assert "eve" not in pages


def test_what_release_feedback_needs_lies_beside_the_page(pages, graded):
    folder = graded / "feedback" / "ada" / NAME
    assert (folder / "submission_secret.txt").read_text() == "secret"
    assert (folder / "timestamp.txt").read_text().startswith("2026-11-28 12:00:00")


@pytest.fixture
def own(graded, tmp_path):
    """The graded class in a folder of the test's own."""
    return shutil.copytree(graded, tmp_path / "course")


@pytest.mark.parametrize("linked", ["timestamp.txt", "submission_secret.txt", ".", ".."])
def test_no_link_in_a_hand_in_brings_the_file_of_another(own, tmp_path, linked):
    theirs = tmp_path / "theirs" / NAME
    theirs.mkdir(parents=True)
    for name in ("timestamp.txt", "submission_secret.txt"):
        (theirs / name).write_text("theirs")
    place = own / "submitted" / "dora" / NAME / linked
    place = Path(os.path.normpath(place))
    if place.is_dir():
        shutil.rmtree(place)
    place.symlink_to({".": theirs, "..": theirs.parent}.get(linked, theirs / linked))
    page_of(own, "dora")
    folder = own / "feedback" / "dora" / NAME
    assert (folder / "timestamp.txt").read_text() == ""
    secret = (folder / "submission_secret.txt").read_text()
    assert re.fullmatch("[0-9a-f]{64}", secret)
    page_of(own, "dora")
    assert (folder / "submission_secret.txt").read_text() == secret


def page_of(course, student):
    assert main(["feedback", "06", "--course", str(course), "--student", student]) == 0
    return (course / "feedback" / student / NAME / f"{NAME}.html").read_text()


def test_points_by_hand_a_comment_a_penalty_and_a_name_are_shown(own):
    with Gradebook(f"sqlite:///{own}/gradebook.db", "qcourse") as book:
        book.update_or_create_student("cy", first_name="Cy", last_name='O"Neil <b>')
        submission = book.find_submission_notebook(NAME, NAME, "cy")
        grade_of = book.find_grade("question", NAME, NAME, "cy")
        grade_of.manual_score, grade_of.extra_credit, grade_of.needs_manual_grade = 2, 1, False
        book.find_comment("question", NAME, NAME, "cy").manual_comment = "**Well** said <script>x()</script>"
        submission.late_submission_penalty = 2.5
        book.db.commit()
    page = page_of(own, "cy")
    assert "Cy O&#34;Neil &lt;b&gt;" in page
    assert "27 of 30" in text(page)
    assert "by hand" not in text(page)
    assert "Handed in late: a penalty of 2.5 is taken off; 24.5 count." in text(page)
    assert "<strong>Well</strong> said &lt;script&gt;" in page
    assert re.findall(r'id="part-(\d+)" open', page) == ["1", "10"]


def test_the_points_of_an_earlier_hand_in_stay_beside_the_reason(own):
    (own / "submitted" / "ben" / NAME / f"{NAME}.ipynb").write_text("")
    grade(own)
    page = text(page_of(own, "ben"))
    assert "Your last hand-in could not be graded; these points are those of the one before." in page
    assert "6 of 27" in page
    shutil.copytree(own / "submitted" / "ada", own / "submitted" / "ben", dirs_exist_ok=True)
    grade(own)
    assert "could not be graded" not in page_of(own, "ben")


def test_what_a_student_wrote_is_shown_and_does_not_act(own):
    path = own / "autograded" / "cy" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    script = "<script>document.title='acted'</script>"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source += f"\n\n{script} ![](javascript:x)"
        elif cell.execution_count:
            kinds = {"text/html": script, "image/svg+xml": script, "text/plain": script}
            cell.source += f"\n# {script}"
            cell.outputs += [
                nbformat.v4.new_output("display_data", kinds), nbformat.v4.new_output("stream", text=script),
                nbformat.v4.new_output("error", ename=script, evalue=script, traceback=[script]),
            ]  # fmt: skip
    path.chmod(0o644)
    nbformat.write(notebook, path)
    page = page_of(own, "cy")
    assert "<script" not in page
    assert "&lt;script&gt;document.title" in page


def test_the_lines_that_a_traceback_quotes_of_a_hidden_test_are_cut(own):
    path = own / "autograded" / "cy" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "clamp-hidden")
    lines = ["Traceback", "----> 4 clamp(a_secret_input)", "NameError: name 'clamp' is not defined"]
    cell.outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="", traceback=lines)]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    page = page_of(own, "cy")
    assert "a_secret_input" not in page
    assert "NameError: name &#x27;clamp&#x27; is not defined" in page


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [{}]}', '{"cells": 1}'])
def test_a_graded_notebook_that_cannot_be_read_is_said_in_one_sentence(own, content, capsys):
    path = own / "autograded" / "cy" / NAME / f"{NAME}.ipynb"
    path.chmod(0o644)
    path.write_text(content)
    assert main(["feedback", "06", "--course", str(own)]) == 2
    assert re.fullmatch(
        r"qcourse: .*ipynb cannot be read \(.*\): grade it again.*\n", capsys.readouterr().err
    )


def test_an_unknown_student_and_assignment_are_refused(graded, capsys):
    assert main(["feedback", "06", "--course", str(graded), "--student", "nobody"]) == 2
    assert main(["feedback", "12", "--course", str(graded)]) == 2
    assert "nobody" in capsys.readouterr().err


def test_hand_ins_that_wait_for_grading_are_counted(own, capsys):
    shutil.copytree(own / "submitted" / "ada", own / "submitted" / "zoe")
    assert feedback.run(own, "06") == 0
    assert "\n1 not graded yet: run qcourse grade" in capsys.readouterr().out


# It leaves timestamp.txt open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_nbgrader_releases_the_pages(own, tmp_path):
    (exchange := tmp_path / "exchange").mkdir()
    shutil.rmtree(own / "feedback", ignore_errors=True)
    feedback.run(own, "06")
    course = {"root": str(own), "course_id": "qcourse", "assignment_id": NAME, "student_id": "*"}
    config = Config(CourseDirectory=course, Exchange={"root": str(exchange)})
    ExchangeReleaseFeedback(coursedir=CourseDirectory(config=config), config=config).start()
    names = {path.name for path in (exchange / "qcourse" / "feedback").iterdir()}
    assert len(names) == 4  # only ada handed in by the exchange
    released = exchange / "qcourse" / "feedback" / f"{notebook_hash(secret='secret', notebook_id=NAME)}.html"
    assert released.read_bytes() == (own / "feedback" / "ada" / NAME / f"{NAME}.html").read_bytes()


def test_exercises_are_named_by_the_headings_above_them(root):
    found = exercises(nbformat.read(root / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4))
    assert [one.number for one in found] == [*(f"6.{n}" for n in range(1, 10)), ""]
    assert found[0] == ("6.1", "limit the codes", "clamp", "clamp-check", "clamp-hidden", (), ())
    assert found[-1].others == ("question",)


def test_a_cause_is_one_line_of_a_message():
    assert (
        cause("Exercise 6.1: wrong.\n  case:         one\n  likely cause: in place\n  read:  x") == "in place"
    )
    assert cause("Exercise 6.1: not written yet: limit the codes.") == "not written yet"
    assert cause("Exercise 6.1: got 3.\n  case: one") == "got 3."
    assert cause("NameError: name 'x' is not defined") == "NameError: name 'x' is not defined"
    assert cause("") == ""


def test_the_class_is_read_in_a_few_queries(graded, monkeypatch):
    known = results.Class(graded, "06")
    assert [entry.student for entry in known.entries.values()] == ["ada", "ben", "cy", "dora", "eve"]
    assert [entry.submitted for entry in known.entries.values()] == [True, True, True, True, False]
    assert known.entries["ada"].points == 27
    assert (known.entries["ada"].most, known.entries["ada"].by_hand) == (27, 3)
