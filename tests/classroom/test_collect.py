"""`qcourse collect`: what Moodle, Canvas and folders deliver, and what somebody who means harm would."""

import errno
import io
import os
import shutil
import stat
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from conftest import NAME
from nbgrader.api import Gradebook

from qcourse import cli
from qcourse.classroom import deliveries, hand_ins

NOON, LATER = (2026, 11, 20, 10, 0, 0), (2026, 11, 20, 13, 0, 0)  # of two: before and after the due date
MOODLE = "{}_{}_assignsubmission_file"


def packed(path, files):
    """A zip file; files by name: content, or content and time."""
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w", 8) as archive:
        for number, (name, given) in enumerate(files.items()):
            content, time = given if isinstance(given, tuple) else (given, (2026, 11, 19, number % 24, 0, 0))
            entry = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, time)
            archive.writestr(entry, content)
    return path


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def collect(course, tmp_path, capsys):
    """Runs the command; returns its exit code and what it prints."""

    def run(*files, roster="", code=None):
        options = ["--course", str(course)]
        if roster:
            path = tmp_path / "roster.csv"
            path.write_bytes(roster if isinstance(roster, bytes) else roster.encode())
            options += ["--roster", str(path)]
        got = cli.main(["collect", "06", *map(str, files), *options])
        printed = capsys.readouterr()
        assert code is None or got == code, printed
        return printed.out + printed.err

    return run


def submitted(course):
    """What lies in submitted/, by student and name."""
    folder = course / "submitted"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    found = {}
    for path in paths:
        student, assignment, *inside = path.relative_to(folder).parts
        assert assignment == NAME
        found.setdefault(student, {})["/".join(inside)] = path.read_bytes()
    return found


def students(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        return {s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in book.students}


ROSTER = """\
First name,Last name,ID number,Email address,Roles
Ada,"O'Neil, Jr.",1001,ada@example.org,Student
Zoë,Ångström,1002,zoe@example.org,Student
李,小龍,1003,li@example.org,Student
Tess,Teacher,9,tess@example.org,Teacher
"""


def test_moodle_in_folders_with_names_of_any_letters(course, collect, tmp_path):
    files = {
        f"{MOODLE.format('Ada ONeil Jr.', 71)}/{NAME}.ipynb": b"1",
        f"{MOODLE.format('Ada ONeil Jr.', 71)}/data/x.csv": b"2",
        f"{MOODLE.format('Zoë Ångström', 72)}_/06 (1).ipynb.txt": b"3",
    }
    said = collect(packed(tmp_path / "m.zip", files), roster=b"\xef\xbb\xbf" + ROSTER.encode(), code=0)
    stamps = [f"2026-11-19 0{hour}:00:00 UTC".encode() for hour in (1, 2)]
    assert submitted(course) == {
        "1001": {f"{NAME}.ipynb": b"1", "data/x.csv": b"2", "timestamp.txt": stamps[0]},
        "1002": {"06 (1).ipynb.txt": b"3", "timestamp.txt": stamps[1]},
    }
    assert students(course) == {
        "1001": ("Ada", "O'Neil, Jr.", "ada@example.org", "1001"),
        "1002": ("Zoë", "Ångström", "zoe@example.org", "1002"),
        "1003": ("李", "小龍", "li@example.org", "1003"),
    }
    assert "2 collected, 0 unchanged, 1 missing." in said
    assert "Missing:\n  李 小龍 (1003)" in said


def test_moodle_without_folders_and_without_a_roster(course, collect, tmp_path):
    files = {
        f"{MOODLE.format('Ada von Byron', 71)}_{NAME}.ipynb": b"1",
        "Ada von Byron_71_assignsubmission_onlinetext_onlinetext.html": b"2",
        "Participant_72_assignsubmission_file_x.ipynb": b"3",
    }
    said = collect(packed(tmp_path / "m.zip", files), code=1)
    assert submitted(course).keys() == {"71", "72"}
    assert students(course) == {"71": ("Ada von", "Byron", None, "71"), "72": (None, None, None, "72")}
    assert "onlinetext.html: it is a text typed into Moodle, not a file." in said


def test_a_student_stays_one_though_moodle_has_another_number_for_each_assignment(course, collect, tmp_path):
    collect(packed(tmp_path / "a.zip", {f"{MOODLE.format('Ada Byron', 71)}/a.ipynb": b"1"}), code=0)
    collect(packed(tmp_path / "b.zip", {f"{MOODLE.format('Ada Byron', 99)}/a.ipynb": (b"2", LATER)}), code=0)
    assert [*submitted(course)] == ["71"]
    assert submitted(course)["71"]["a.ipynb"] == b"2"


def test_two_of_one_name_are_not_mixed_up(course, collect, tmp_path):
    files = {f"{MOODLE.format('Ada Byron', number)}/a.ipynb": b"%d" % number for number in (71, 72)}
    roster = "First name,Last name,Email address\nAda,Byron,a@x.org\nAda,Byron,b@x.org\n"
    said = collect(packed(tmp_path / "a.zip", files), roster=roster, code=1)
    assert "Ada Byron is the name of several: give Moodle's grading worksheet" in said
    assert submitted(course) == {}
    worksheet = "Identifier,Full name,Email address\nParticipant 71,Ada Byron,a@x.org\n"
    collect(tmp_path / "a.zip", roster=worksheet + "Participant 72,Ada Byron,b@x.org\n", code=0)
    assert {name: files["a.ipynb"] for name, files in submitted(course).items()} == {
        "a@x.org": b"71",
        "b@x.org": b"72",
    }


CANVAS = """\
Student,ID,SIS Login ID,Section,Old (7)
    Points Possible,,,,10
"Byron, Ada",123,ada@x.org,A,
"O'Neil, Bo",124,bo,A,
"Student, Test",125,,A,
"""


def test_canvas_the_last_attempt_counts(course, collect, tmp_path):
    files = {
        "byronada_123_456_06.ipynb": b"old",
        "byronada_123_460_06-1.ipynb": b"new",
        "byronada_123_461_06-2.ipynb.txt": b"other",
        "oneilbo_LATE_124_470_06-1.ipynb": b"late",
        "anon_ab12c_480_06.ipynb": b"?",
        "LATE_anon_Xy9zQ_481_06_quantization_from_scratch.ipynb": b"?",
        "anon_Xy9zQ_482_06_quantization_from_scratch.ipynb": b"?",
        "byronada_123_text.html": b"?",
    }
    said = collect(packed(tmp_path / "c.zip", files), roster=CANVAS, code=1)
    assert submitted(course)["123"] == {
        "06.ipynb": b"new",
        "06.ipynb.txt": b"other",
        "timestamp.txt": b"2026-11-19 02:00:00 UTC",
    }
    assert submitted(course)["124"]["timestamp.txt"] == b"2026-11-20 12:00:01 UTC"  # a second late
    assert students(course)["123"] == ("Ada", "Byron", "ada@x.org", "123")
    assert students(course)["124"] == ("Bo", "O'Neil", None, "124")
    assert "125" not in students(course)
    assert "Late: Bo O'Neil (124)." in said
    assert "byronada_123_456_06.ipynb: an earlier attempt." in said
    assert submitted(course).keys() == {"123", "124"}
    for name in ("anon_ab12c_480_06", "LATE_anon_Xy9zQ_481_06_quantization_from_scratch"):
        assert f"{name}.ipynb: Canvas has hidden the student's name" in said
    assert "byronada_123_text.html: it is a text typed into Canvas" in said


def test_a_number_that_is_part_of_a_name_is_none_that_canvas_counted(course, collect, tmp_path):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for name in ("part-1", "part-2"):
            book.add_notebook(name, NAME)
    source = course / "source" / NAME
    source.mkdir(parents=True)
    (source / "values-1.csv").write_text("1")
    names = {
        "byronada_123_451_part-1.ipynb": "part-1.ipynb",
        "byronada_123_452_part-2-3.ipynb": "part-2.ipynb",  # the fourth of this name
        "byronada_123_453_values-1.csv": "values-1.csv",
        "byronada_123_454_own-1.csv": "own-1.csv",
        "byronada_123_455_own-2.csv": "own-2.csv",
        "byronada_123_456_again-2.csv": "again.csv",
        "coxben_124_457_part-1.ipynb.txt": "part-1.ipynb.txt",
        "coxben_124_458_part-2.ipynb": "part-2.ipynb",
    }
    collect(packed(tmp_path / "c.zip", dict.fromkeys(names, b"1")), code=0)
    found = submitted(course)
    assert {*found["123"], *found["124"]} == {*names.values(), "timestamp.txt"}
    assert len(found["123"]) == 7


def test_canvas_may_leave_nothing_of_a_name(course, collect, tmp_path):
    files = {"_123_456_06_quantization.ipynb": b"1", "_LATE_124_457_06_quantization.ipynb": b"2"}
    said = collect(packed(tmp_path / "c.zip", files), code=0)
    assert students(course) == {"123": (None, None, None, "123"), "124": (None, None, None, "124")}
    assert "Late: 124." in said


def test_a_file_beside_a_notebook_is_none_of_canvas(course, collect, tmp_path):
    files = {f"{who}/{name}": b"1" for who in ("ada", "ben") for name in ("x.ipynb", "data_2026_11_20.csv")}
    collect(packed(tmp_path / "x.zip", files), code=0)
    assert {who: set(names) for who, names in submitted(course).items()} == {
        who: {"x.ipynb", "data_2026_11_20.csv", "timestamp.txt"} for who in ("ada", "ben")
    }


def test_folders_of_students_and_an_unpacked_archive(course, collect, tmp_path):
    for path in ("all/ada, b./x.ipynb", f"all/ben/{NAME}/x.ipynb", "all/ben/.ipynb_checkpoints/x.ipynb"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("1")
    (tmp_path / f"all/ben/{NAME}/timestamp.txt").write_text("2026-11-01 10:00 UTC")
    (tmp_path / "all/loose.ipynb").write_text("1")
    said = collect(tmp_path / "all", code=1)
    assert submitted(course).keys() == {"ada, b.", "ben"}
    assert submitted(course)["ben"] == {"x.ipynb": b"1", "timestamp.txt": b"2026-11-01 10:00:00 UTC"}
    assert "loose.ipynb: its name is not one that Moodle or Canvas gives" in said


@pytest.mark.parametrize("outer", ["", "submissions/", "a/b/"])
def test_what_lies_around_the_class_is_no_student(course, collect, tmp_path, outer):
    files = {f"{outer}byronada_123_456_06.ipynb": b"1", f"{outer}cox_124_457_06.ipynb": b"2"}
    collect(packed(tmp_path / "c.zip", files), code=0)
    assert submitted(course).keys() == {"123", "124"}
    collect(packed(tmp_path / "f.zip", {f"{outer}ada/x.ipynb": b"1", f"{outer}ben/x.ipynb": b"1"}), code=0)
    assert submitted(course).keys() == {"123", "124", "ada", "ben"}


def test_times_of_packing_are_no_times_of_handing_in(course, collect, tmp_path):
    late = (2026, 11, 25, 8, 0, 0)
    files = {f"cox_{n}_{n}_06.ipynb": (b"1", late) for n in (1, 2, 3)} | {
        "dee_LATE_4_4_06.ipynb": (b"1", late)
    }
    said = collect(packed(tmp_path / "c.zip", files), code=0)
    assert [name for name, files in submitted(course).items() if "timestamp.txt" in files] == ["4"]
    assert "Late: dee (4)." in said


def test_again_changes_nothing_and_older_does_not_replace_newer(course, collect, tmp_path):
    new = packed(tmp_path / "new.zip", {"ada/x.ipynb": (b"new", LATER)})
    old = packed(tmp_path / "old.zip", {"ada/x.ipynb": (b"old", NOON)})
    for order in ([old, new], [new, old], [new]):
        collect(*order, code=0)
        assert submitted(course)["ada"]["x.ipynb"] == b"new"
    assert "0 collected, 1 unchanged" in collect(new, code=0)
    assert "what was collected before is newer (2026-11-20 13:00 UTC)" in collect(old, code=1)
    assert submitted(course)["ada"]["x.ipynb"] == b"new"
    assert not list((course / "submitted" / "ada").glob(".*"))


ODD = {
    "a file that is a folder": {"eve/d": b"1", "eve/d/x.txt": b"2"},
    "the same, in the other order": {"eve/d/x.txt": b"2", "eve/d": b"1"},
    "the time is a folder": {"eve/timestamp.txt/x": b"1"},
    "a long path": {f"eve/{'/'.join(['y' * 199] * 25)}/{'z' * 190}.ipynb": b"1"},
}


@pytest.mark.parametrize("kind", ODD)
def test_one_odd_hand_in_does_not_stop_the_class(course, collect, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_PARTS", 30)
    files = {"ada/x.ipynb": b"1", "zoe/x.ipynb": b"1"} | ODD[kind]
    for _ in range(2):
        said = collect(packed(tmp_path / "x.zip", files), code=1)
        assert "eve's hand-in: two of its names exclude each other, or one is too long" in said
        assert [path.name for path in sorted((course / "submitted").iterdir())] == ["ada", "zoe"]
    assert students(course).keys() >= {"ada", "zoe"}


def test_what_cannot_be_read_in_submitted_does_not_stop_the_class(course, collect, tmp_path, monkeypatch):
    files = {"ada/x.ipynb": b"1", "ben/x.ipynb": b"1"}
    collect(packed(tmp_path / "x.zip", files), code=0)
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: unreadable(p) if "ada" in p.parts else read(p))
    said = collect(packed(tmp_path / "y.zip", dict.fromkeys(files, b"2")), code=1)
    assert "ada's hand-in: what lies in submitted/ cannot be read (Permission denied)" in said
    monkeypatch.undo()
    assert [submitted(course)[name]["x.ipynb"] for name in ("ada", "ben")] == [b"1", b"2"]


def unreadable(path):
    raise PermissionError(errno.EACCES, "Permission denied", str(path))


def test_what_cannot_be_read_of_a_folder_is_told_and_the_rest_taken(course, collect, tmp_path, monkeypatch):
    for student in ("ada", "ben", "cy"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "x.ipynb").write_bytes(b"1")
    scan, lstat = os.scandir, Path.lstat
    monkeypatch.setattr(os, "scandir", lambda p: unreadable(p) if str(p).endswith("ada") else scan(p))
    monkeypatch.setattr(Path, "lstat", lambda p: unreadable(p) if "cy" in p.parts else lstat(p))
    said = collect(tmp_path / "class", code=1)
    for path in ("ada", "cy/x.ipynb"):
        assert f"{path}: it cannot be read (Permission denied)" in said
    assert submitted(course).keys() == {"ben"}


def test_names_are_measured_in_bytes(course, collect, tmp_path):
    files = {"ada/x.ipynb": b"1", f"eve/{'é' * 101}.ipynb": b"1", f"{'é' * 101}/x.ipynb": b"1"}
    assert collect(packed(tmp_path / "x.zip", files), code=1).count("its name is too long") == 2
    number = "9" * 5_000
    files = {f"cox_{number}_6_x.ipynb": b"1", "dee_5_6_x.ipynb": b"1"}
    files |= {f"gil_5_{number}_x.ipynb": b"1", f"A B_{number}_assignsubmission_file_x.ipynb": b"1"}
    collect(packed(tmp_path / "y.zip", files), code=1)
    assert submitted(course).keys() == {"ada", "5"}


def test_what_was_collected_stays_where_the_new_cannot_be_written(course, collect, tmp_path):
    collect(packed(tmp_path / "a.zip", {"ada/x.ipynb": (b"1", NOON)}), code=0)
    before = submitted(course)
    odd = packed(tmp_path / "b.zip", {"ada/d": (b"1", LATER), "ada/d/x.txt": (b"2", LATER)})
    assert "exclude each other" in collect(odd, code=1)
    assert submitted(course) == before


def test_a_disk_that_takes_nothing_ends_it_in_a_sentence(course, collect, tmp_path):
    (course / "submitted").write_text("a file")
    assert "cannot be written" in collect(packed(tmp_path / "x.zip", {"ada/x.ipynb": b"1"}), code=2)


def test_a_number_that_is_the_id_of_somebody_else_merges_nobody(course, collect, tmp_path):
    canvas = packed(tmp_path / "c.zip", {"coxben_71_4_06.ipynb": b"ben"})
    collect(canvas, roster='Student,ID\n"Cox, Ben",71\n', code=0)
    moodle = {f"{MOODLE.format(*who)}/x.ipynb": b"other" for who in (("Ada Byron", 71), ("Participant", 71))}
    for name, content in moodle.items():
        said = collect(packed(tmp_path / "m.zip", {name: content}), code=1)
        assert "its number 71 is the id of Ben Cox (71): give the platform's --roster" in said
    assert submitted(course)["71"]["06.ipynb"] == b"ben"
    assert students(course) == {"71": ("Ben", "Cox", None, "71")}
    roster = "First name,Last name,Email address\nAda,Byron,a@x.org\n"
    collect(packed(tmp_path / "m.zip", {f"{MOODLE.format('Ada Byron', 71)}/x.ipynb": b"ada"}), roster=roster)
    assert submitted(course)["a@x.org"]["x.ipynb"] == b"ada"
    collect(packed(tmp_path / "n.zip", {f"{MOODLE.format('Ben Cox', 71)}/x.ipynb": (b"new", LATER)}), code=0)
    assert submitted(course)["71"]["x.ipynb"] == b"new"


def test_two_deliveries_of_two_platforms_do_not_merge_their_students(course, collect, tmp_path):
    canvas = packed(tmp_path / "c.zip", {"coxben_71_4_06.ipynb": b"ben"})
    moodle = packed(tmp_path / "m.zip", {f"{MOODLE.format('Ada Byron', 71)}/x.ipynb": b"ada"})
    for order in ((canvas, moodle), (moodle, canvas)):
        assert "its number 71 is the id of" in collect(*order, code=1)
        shutil.rmtree(course / "submitted")


def test_two_of_one_name_can_hand_in_again(course, collect, tmp_path):
    for content, when in ((b"old", NOON), (b"new", LATER)):
        files = {f"{MOODLE.format('Ada Byron', number)}/a.ipynb": (content, when) for number in (71, 72)}
        collect(packed(tmp_path / "a.zip", files), code=0)
        assert {name: files["a.ipynb"] for name, files in submitted(course).items()} == {
            "71": content,
            "72": content,
        }


def test_a_roster_that_comes_later_makes_nobody_twice(course, collect, tmp_path):
    archive = packed(tmp_path / "a.zip", {f"{MOODLE.format('Ada Byron', 71)}/a.ipynb": b"1"})
    collect(archive, code=0)
    by_mail = "First name,Last name,Email address\nAda,Byron,ada@x.org\nBo,Cox,bo@x.org\n"
    said = collect(archive, roster=by_mail, code=0)
    assert said == "0 collected, 1 unchanged, 1 missing.\nMissing:\n  Bo Cox (bo@x.org)\n"
    by_number = (
        "First name,Last name,ID number,Email address\nAda B.,King,1001,Ada@X.org\nBo,Cox,1002,bo@x.org\n"
    )
    collect(archive, roster=by_number)
    assert students(course) == {
        "71": ("Ada B.", "King", "Ada@X.org", "1001"),
        "bo@x.org": ("Bo", "Cox", "bo@x.org", "1002"),
    }
    other = "First name,Last name,Email address\nBo,Cox,other@x.org\nZoe,Dee,z@x.org\nZoe,Dee,y@x.org\n"
    collect(archive, roster=other)
    assert students(course).keys() == {"71", "bo@x.org", "other@x.org", "z@x.org", "y@x.org"}
    assert students(course)["71"][1] == "King"


def test_two_of_one_name_in_a_roster_are_not_the_one_of_the_gradebook(course, collect, tmp_path):
    archive = packed(tmp_path / "a.zip", {f"{MOODLE.format('Ada Byron', 71)}/a.ipynb": b"1"})
    collect(archive, code=0)
    roster = "First name,Last name,Email address\nAda,Byron,a@x.org\nAda,Byron,b@x.org\n"
    collect(archive, roster=roster, code=0)
    assert students(course)["71"] == ("Ada", "Byron", None, "71")
    assert students(course).keys() == {"71", "a@x.org", "b@x.org"}


def test_a_folder_may_spell_an_address_otherwise(course, collect, tmp_path):
    archive = packed(tmp_path / "a.zip", {"A@X.org/x.ipynb": b"1"})
    collect(archive, roster="First name,Last name,Email address\nAda,Byron,a@x.org\n", code=0)
    assert submitted(course).keys() == {"a@x.org"}


def test_what_replaces_another_without_a_time_is_said(course, collect, tmp_path):
    packed_then = (2026, 11, 25, 8, 0, 0)
    for number, again in (
        ("1", ""),
        ("2", "Replaced, though it is not known which is newer: cox (1), cox (2)"),
    ):
        files = {f"cox_{n}_{n}{number}_06.ipynb": (number.encode(), packed_then) for n in (1, 2, 3)}
        files["cox_3_31_06.ipynb"] = (b"1", packed_then)
        said = collect(packed(tmp_path / "c.zip", files))
        assert ("Replaced" in said) == bool(again)
        assert again in said


def test_who_is_in_no_roster_is_said(course, collect, tmp_path):
    files = {f"{MOODLE.format(*who)}/a.ipynb": b"1" for who in (("Zoë Ångström", 72), ("Bo Guest", 73))}
    said = collect(packed(tmp_path / "a.zip", files), roster=ROSTER, code=0)
    assert "Not in the roster:\n  Bo Guest (73)\n" in said


def test_an_id_of_the_gradebook_that_leads_elsewhere_is_not_used(course, collect, tmp_path):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.add_student("../../evil", first_name="Ada", last_name="Byron")
    archive = packed(tmp_path / "a.zip", {f"{MOODLE.format('Ada Byron', 71)}/a.ipynb": b"1"})
    assert "cannot hold a student of this name" in collect(archive, code=1)
    assert submitted(course) == {}


def test_hidden_files_are_told_where_there_is_nothing_else(course, collect, tmp_path):
    files = {"ada/x.ipynb": b"1", "ada/.x": b"1", "eve/.ipynb_checkpoints/x.ipynb": b"1", ".DS_Store": b"1"}
    files |= {"__MACOSX/ada/._x.ipynb": b"1", ".git/config": b"1", "cy/.~x.ipynb": b"1"}
    said = collect(packed(tmp_path / "x.zip", files), code=1)
    assert said.splitlines()[2:] == [
        "  eve/.ipynb_checkpoints/x.ipynb: its name, or a folder's, begins with a dot.",
        "  cy/.~x.ipynb: its name, or a folder's, begins with a dot.",
    ]


def test_a_zip_file_of_zip_files_is_told(collect, tmp_path):
    assert "class.zip: it is a zip file in another: unpack that first" in collect(
        packed(tmp_path / "x.zip", {"class.zip": b"PK"}), code=1
    )


def test_only_a_time_is_no_hand_in(course, collect, tmp_path):
    said = collect(packed(tmp_path / "x.zip", {"ada/timestamp.txt": b"2026-11-01 10:00 UTC"}), code=1)
    assert "there is nothing but the time" in said
    assert not (course / "submitted").exists()


def entry(name, mode=0o100644, **changes):
    info = zipfile.ZipInfo(name, NOON)
    info.external_attr = mode << 16
    for what, value in changes.items():
        setattr(info, what, value)
    return info


HARMFUL = {
    "up": (entry("ada/../../../evil.ipynb"), "leads out"),
    "root": (entry("/tmp/evil.ipynb"), "leads out"),
    "drive": (entry("C:/evil/x.ipynb"), "leads out"),
    "backslash": (entry("ada\\..\\evil.ipynb"), "leads out"),
    "link": (entry("eve/x.ipynb", stat.S_IFLNK | 0o777), "it is a link"),
    "device": (entry("eve/x.ipynb", stat.S_IFCHR | 0o666), "no regular file"),
    "hidden id": (entry("eve*/x.ipynb"), "cannot hold a student"),
    "long": (entry(f"eve/{'x' * 300}.ipynb"), "too long"),
    "stamp": (entry("eve_5_6_timestamp.txt"), "reserved for the grader"),
    "depth": (entry("eve/" * 30 + "x.ipynb"), "too long"),
}


@pytest.mark.parametrize("kind", HARMFUL)
def test_nothing_is_written_outside(course, collect, tmp_path, kind):
    harmful, reason = HARMFUL[kind]
    before = {path for path in tmp_path.parent.rglob("*") if "submitted" not in path.parts}
    said = collect(packed(tmp_path / "x.zip", {harmful: b"../../evil", "ada/x.ipynb": b"1"}), code=1)
    assert reason in said
    assert submitted(course) == {"ada": {"x.ipynb": b"1", "timestamp.txt": b"2026-11-19 01:00:00 UTC"}}
    after = {path for path in tmp_path.parent.rglob("*") if "submitted" not in path.parts}
    assert after - before == {tmp_path / "x.zip", course / ".qcourse-grade.lock"}


def test_a_link_in_submitted_is_not_followed(course, collect, tmp_path):
    (course / "submitted").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (course / "submitted" / "ada").symlink_to(tmp_path / "elsewhere")
    assert "is no folder" in collect(packed(tmp_path / "x.zip", {"ada/x.ipynb": b"1"}), code=1)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_a_hand_in_is_not_the_file_that_is_handed_in(course, collect, tmp_path):
    collect(packed(tmp_path / "x.zip", {"ada/x.ipynb": b"1"}), code=0)
    path = course / "submitted" / "ada" / NAME / "x.ipynb"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    collect(packed(tmp_path / "x.zip", {"ada/x.ipynb": b"1"}), code=0)
    assert not path.is_symlink()
    assert path.read_bytes() == b"1"


def test_links_in_a_folder_are_not_followed(course, collect, tmp_path):
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "x.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "class" / "ben").symlink_to("/etc")
    assert "ada/x.ipynb: it is a link" in collect(tmp_path / "class", code=1)
    assert submitted(course) == {}


def test_sizes_are_known_before_anything_is_unpacked(course, collect, tmp_path, monkeypatch):
    def read(*given):
        raise AssertionError("it is unpacked")

    bomb = packed(tmp_path / "x.zip", {"ada/x.ipynb": b"0" * 2_000_000, "ada/y.csv": b"1"})
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "_unpack", read)
        patched.setattr(deliveries, "MOST_BYTES", 1_000_000)
        assert "more than" in collect(bomb, code=2)
        patched.setattr(deliveries, "MOST_BYTES", 10_000_000)
        patched.setattr(deliveries, "MOST_FILES", 1)
        assert "holds 2 files" in collect(bomb, code=2)
        patched.setattr(deliveries, "MOST_FILES", 10)
        patched.setattr(hand_ins, "MOST_OF_STUDENT", 1_000_000)
        assert "x.ipynb: it has more than" in collect(bomb, code=1)
    monkeypatch.setattr(deliveries, "MOST_OF_ONE", 1_000_000)
    assert "x.ipynb: it is larger than" in collect(bomb, code=1)
    assert submitted(course)["ada"].keys() == {"y.csv", "timestamp.txt"}


def test_an_entry_that_lies_about_its_size_is_not_taken(course, collect, tmp_path):
    path = packed(tmp_path / "x.zip", {"ada/x.ipynb": b"0" * 100_000, "ben/x.ipynb": b"1"})
    content = path.read_bytes()
    path.write_bytes(content.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "ada/x.ipynb: it cannot be unpacked" in collect(path, code=1)
    assert submitted(course).keys() == {"ben"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no zip", "x.zip is neither a folder nor a zip file"),
        (b"PK\x05\x06" + b"\xff" * 18, "cannot be read"),
        (b"PK\x05\x06" + bytes(18), "x.zip holds no file"),
    ],
)
def test_what_is_no_delivery_is_refused(collect, tmp_path, content, reason):
    assert "x.zip does not exist" in collect(tmp_path / "x.zip", code=2)
    (tmp_path / "x.zip").write_bytes(content)
    assert reason in collect(tmp_path / "x.zip", code=2)


@pytest.mark.parametrize(
    ("roster", "reason"),
    [
        ("a,b\n1,2\n", "no header with names and ids"),
        ("id,last_name\n1,x\n1,y\n", "two students with the id '1'"),
        (b"\xff\xfea", "is not UTF-8"),
        ("", "no header"),
    ],
)
def test_a_roster_that_is_none_is_refused(collect, tmp_path, roster, reason):
    (tmp_path / "roster.csv").write_bytes(roster if isinstance(roster, bytes) else roster.encode())
    archive = packed(tmp_path / "x.zip", {"ada/x.ipynb": b"1"})
    assert reason in collect(archive, "--roster", tmp_path / "roster.csv", code=2)


def test_names_in_letters_that_the_archive_does_not_declare(course, collect, tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("Zoë Å_7_assignsubmission_file_x.ipynb", NOON), b"1")
    content = stream.getvalue()
    (tmp_path / "x.zip").write_bytes(content.replace(b"\x00\x08\x00\x00", b"\x00\x00\x00\x00"))
    collect(tmp_path / "x.zip", code=0)
    assert students(course)["7"][:2] == ("Zoë", "Å")


def test_the_due_date_is_read_from_the_gradebook(course, collect, tmp_path):
    said = collect(packed(tmp_path / "x.zip", {"ada/x.ipynb": (b"1", LATER)}), code=0)
    assert "Late: ada." in said
    assert submitted(course)["ada"]["timestamp.txt"] == b"2026-11-20 13:00:00 UTC"
