"""The report on a class: who solved what and why not, who is missing, who wrote the same; and no names."""

import csv
import io
import re
import shutil
import time

import pytest
from graded_class import NAME
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from PIL import Image

from qcourse.classroom import report
from qcourse.classroom.exercises import Exercise
from qcourse.classroom.likeness import MOST_SHARING, Likeness
from qcourse.classroom.outcomes import Outcome, discriminate
from qcourse.classroom.report_pictures import exercises_picture, points_picture, times_picture
from qcourse.classroom.tables import to_csv
from qcourse.cli import main
from qcourse.course.notebooks import to_bytes

pytestmark = pytest.mark.xdist_group("graded class")


def table(folder, name):
    return list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_bytes().decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def named(graded, tmp_path_factory):
    """The report with names, of a class that had a due date."""
    course = shutil.copytree(graded, tmp_path_factory.mktemp("named") / "course")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        book.update_or_create_assignment(NAME, duedate="2026-11-28 10:00:00 UTC")
        book.find_submission_notebook(NAME, NAME, "ada").late_submission_penalty = 3
        book.db.commit()
    out = course / "report"
    assert main(["report", "06", "--course", str(course), "--out", str(out), "--names"]) == 0
    return out


@pytest.fixture(scope="module")
def anonymous(graded, tmp_path_factory):
    out = tmp_path_factory.mktemp("anonymous")
    assert report.run(graded, "06", out, names=False) == 0
    return out


def test_every_exercise_has_its_shares(named):
    rows = {row["exercise"]: row for row in table(named, "exercises")}
    clamp, second, third = (rows[name] for name in list(rows)[:3])
    assert (clamp["visible"], clamp["not begun"]) == (str(2 / 3), "0")
    assert (second["hidden"], second["not begun"]) == ("1.0", "0")
    assert (third["visible"], third["not begun"]) == (str(2 / 3), "1")
    assert rows["Question"]["to be graded by hand"] == "3"


def test_every_student_has_a_row(named):
    rows = {row["student"]: row for row in table(named, "students")}
    states = {who: row["state"] for who, row in rows.items()}
    assert states == {
        "ada": "graded", "ben": "graded", "cy": "graded", "dora": "refused",
        "Eve O'Neil, <b> (eve)": "missing",
    }  # fmt: skip
    assert (rows["ada"]["points"], rows["ada"]["penalty"], rows["ada"]["hours late"]) == (
        "27.0",
        "3.0",
        "2.0",
    )
    assert rows["dora"]["points"] == ""
    assert rows["cy"]["6.1 limit the codes"] == "0.0"


def test_causes_are_counted_with_their_students_and_without_what_was_not_begun(named):
    (cause,) = table(named, "causes")
    assert cause == {
        "exercise": "6.1 limit the codes", "cause": "the lower bound is missing", "students": "1",
        "who": "cy",
    }  # fmt: skip


def test_the_page_has_it_all_and_is_complete_in_itself(named):
    page = (named / "report.html").read_text()
    assert "3 of 5 students graded, 1 refused, 1 missing" in page
    assert "Handed in nothing: Eve O&#39;Neil, &lt;b&gt; (eve)." in page
    assert "<td>ada</td><td>2.0</td><td>3</td>" in page
    assert re.search(r"<li>dora: .*JSON", page)
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|iframe)|https?://|\bon\w+=", page)
    alts = re.findall(r'<img src="data:image/png;base64,[^"]+" alt="([^"]{20,})"', page)
    assert len(alts) == 3
    for name in ("points", "exercises", "times"):
        with Image.open(named / f"{name}.png") as picture:
            assert picture.width > 400


def test_without_names_nobody_can_be_told(graded, anonymous, tmp_path):
    files = {path.name: path.read_bytes() for path in anonymous.iterdir() if path.suffix != ".png"}
    for name in ("ada", "ben", "cy", "dora", "eve", "Neil"):
        assert not re.search(rf"\b{name}\b".encode(), b"".join(files.values())), name
    students = [row["student"] for row in table(anonymous, "students")]
    assert students == sorted(students)  # the order of ids would tell who is who
    report.run(graded, "06", tmp_path, names=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".png"} == files


def test_what_cannot_be_reported_is_said_in_one_sentence(graded, tmp_path, capsys):
    course, own = (shutil.copytree(graded, tmp_path / name) for name in ("course", "own"))
    with Gradebook(f"sqlite:///{course}/gradebook.db", "qcourse") as book:
        for student in ("ada", "ben", "cy"):
            book.remove_submission(NAME, student)
    assert main(["report", "06", "--course", str(course), "--out", str(tmp_path)]) == 2
    assert "nothing of 06_quantization_from_scratch is graded: run qcourse grade" in capsys.readouterr().err
    released = own / "notebooks" / NAME / f"{NAME}.ipynb"
    released.write_bytes(to_bytes(new_notebook()))
    assert main(["report", "06", "--course", str(own), "--out", str(tmp_path)]) == 2
    assert "the student version of 06_quantization_from_scratch has no exercise" in capsys.readouterr().err
    released.unlink()
    assert main(["report", "06", "--course", str(own), "--out", str(tmp_path)]) == 2
    assert "06_quantization_from_scratch is missing: run nbgrader generate_assign" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["report", "06", "--course", str(graded), "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_what_was_not_handed_in_is_not_begun(graded, tmp_path):
    """As in an assignment of several notebooks."""
    course = shutil.copytree(graded, tmp_path / "course")
    (course / "autograded" / "ben" / NAME / f"{NAME}.ipynb").unlink()
    assert report.run(course, "06", tmp_path, names=True) == 0
    assert {row["not begun"] for row in table(tmp_path, "exercises")} == {"1"}


def test_discrimination_is_the_correlation_with_the_other_exercises():
    first, second, third = (Outcome(Exercise(str(n), "", "", "", "", (), ())) for n in range(3))
    first.points = {"a": 0, "b": 1, "c": 2, "d": 3}
    second.points = {"a": 0, "b": 3, "c": 0, "d": 3}
    third.points = dict.fromkeys("abcd", 3)
    discriminate([first, second, third])
    assert first.discrimination == pytest.approx(0.4472136)  # of (0, 1, 2, 3) and (3, 6, 3, 6)
    assert second.discrimination == pytest.approx(first.discrimination)  # the third adds nothing
    assert third.discrimination is None


GIVEN = new_notebook(cells=[new_code_cell("def clamp(x):\n    raise NotImplementedError('write it')")])
WORDS = "The scale follows the largest value, which is an outlier, so small values share few codes."


def hand_in(code, words=WORDS):
    """A notebook with an answer in code and one in words."""
    kinds = {"schema_version": 3, "solution": True, "grade": False, "locked": False}
    cells = [new_code_cell(code), new_markdown_cell(words)]
    for number, cell in enumerate(cells):
        cell.metadata["nbgrader"] = {**kinds, "grade_id": f"answer-{number}"}
    return new_notebook(cells=cells)


def program(seed):
    return "\n".join(f"value_{seed}_{n} = step(value_{seed}_{n - 1}, {n * seed})" for n in range(1, 12))


def pairs(*hand_ins):
    likeness = Likeness([GIVEN])
    for number, notebook in enumerate(hand_ins):
        likeness.add(f"s{number}", notebook)
    return [(pair.one, pair.other) for pair in likeness.pairs()]


def test_a_copy_is_found_through_comments_and_layout_and_no_one_else():
    copied = program(2).replace("\n", "\n\n# my own idea\n").replace(", ", " ,  ")
    others = [hand_in(program(n), f"Own words, number {n}: {program(n)}") for n in range(3, 30)]
    assert pairs(hand_in(program(2)), hand_in(copied, "Something else."), *others) == [("s0", "s1")]


def test_what_was_handed_out_and_what_many_wrote_says_nothing():
    release = hand_in(program(2))
    likeness = Likeness([release])
    likeness.add("a", release)
    likeness.add("b", release)
    assert likeness.pairs() == []
    assert len(pairs(*[hand_in(program(2))] * MOST_SHARING)) == MOST_SHARING * (MOST_SHARING - 1) / 2
    assert pairs(*[hand_in(program(2))] * (MOST_SHARING + 1)) == []


def test_answers_that_are_no_python_are_compared_up_to_there_and_in_linear_time():
    assert pairs(hand_in("'''open\n(" * 3), hand_in("\x00 $ ?")) == []

    def seconds(students):
        likeness = Likeness([GIVEN])
        begun = time.process_time()
        for number in range(students):
            likeness.add(f"s{number}", hand_in(program(number % 40 + 2), f"{number} " * 50))
        likeness.pairs()
        return time.process_time() - begun

    assert seconds(800) < 12 * seconds(100)


def test_no_cell_of_a_table_is_a_formula():
    content = to_csv(["who"], [["=1+1"], ["+1"], ["-x"], ["@x"], ['a, "b"'], [None], [-1.5]]).decode(
        "utf-8-sig"
    )
    assert list(csv.reader(io.StringIO(content))) == [
        ["who"], ["'=1+1"], ["'+1"], ["'-x"], ["'@x"], ['a, "b"'], [""], ["-1.5"],
    ]  # fmt: skip


def test_alt_texts_tell_what_pictures_show():
    assert (
        points_picture([3, 9, 27], 27).alt
        == "Histogram of the points of 3 students, 3 to 27 of 27, median 9."
    )
    assert times_picture([-3, 1, 2]).alt == "Histogram of 3 hand-ins by time, 2 of them after the due date."
    easy, hard = (
        Outcome(Exercise(n, "title", "", "", "", (), ()), hidden=h) for n, h in (("1", [1]), ("2", [0]))
    )
    assert "fewest passed the hidden tests of 2 title: 0%" in exercises_picture([easy, hard], 1).alt
