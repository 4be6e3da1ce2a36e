"""The time of a submission: the right instant, or none and a note; nbgrader then reads the same."""

import errno
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from qcourse.files import replace
from qcourse.grading import timestamps
from qcourse.grading.timestamps import NAME, ORIGINAL, Stamp, canonical, judged, kept, read_stamp, set_right

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)  # the clock of these tests


def stamped(text, now=NOW):
    return judged(Stamp(text), now)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2025-12-01 10:00:00.123456 UTC", 10),
        ("2025-12-01 10:00:00 Europe/Berlin", 9),
        ("2025-07-01 10:00:00 Europe/Berlin", 8),
        ("2025-12-01 10:00:00 Asia/Kolkata", 4.5),
        ("2025-12-01 10:00:00 3600", 9),  # nbgrader's own form
        ("2025-12-01T10:00:00+02:00", 8),
        ("2025-12-01 10:00:00 +02:00", 8),
        ("2025-12-01 10:00:00 +0200", 8),
        ("2025-12-01 10:00:00 -0500", 15),
        ("2025-12-01 10:00:00+02", 8),
        ("2025-12-01 10:00:00Z", 10),
        ("2025-12-01 10:00:00 Z", 10),
        ("2025-12-01 10:00", 10),
        ("2025-12-01 10:00 utc", 10),
        ("2025-07-01 10:00:00 CEST", 8),
        ("2025-12-01 10:00:00 CET", 9),
        ("2025-07-01 10:00:00 EDT", 14),
        ("2025-12-01 10:00:00 EST", 15),
        ("2025-07-01 10:00:00 PDT", 17),
        ("2025-12-01 10:00:00 JST", 1),
        ("2025-10-26 02:30:00 CEST", 0.5),  # the hour that comes twice, told apart
    ],
)
def test_a_time_is_in_utc_and_nbgrader_reads_the_same(text, hour):
    stamp, note = stamped(text)
    assert note == ""
    assert stamp.tzinfo is None
    assert stamp.hour + stamp.minute / 60 == hour
    assert parse_utc(canonical(text)) == stamp


@pytest.mark.parametrize(
    "text",
    [
        *(
            "soon",
            "10",
            "2025-13-01 10:00",
            "2025-12-01 10:00 999999999",
            "2025-12-01 10:00 +9900",
            "2025-12-01",
        ),
        "2025-12-01 10:00 0200",
        "2025-12-01 10:00 200",
        "\0",
        "0001-01-01 00:00 UTC",
        "9999-12-31 23:00 -0500",
        *("2025-02-29 10:00 UTC", "2025-12-01  10:00"),
    ],
)
def test_what_is_no_time_is_left_out_and_said(text):
    assert stamped(text) == (None, f"timestamp.txt is not a valid time ({text!r}): it was ignored.")
    assert canonical(text) == ""


@pytest.mark.parametrize("zone", ["Nowhere/Land", "PM", "UTC+2", "GMT-5", "LMT", "X/../../etc/passwd"])
def test_an_unknown_zone_is_not_taken_for_utc(zone):
    text = f"2025-12-01 10:00:00 {zone}"
    assert stamped(text) == (None, f"timestamp.txt has an unknown time zone ({text!r}): it was ignored.")


@pytest.mark.parametrize(
    "text",
    [f"2025-07-01 12:00:00 {zone}" for zone in ("IST", "CST", "BST", "PST", "AST", "CET", "EET")]
    + ["2025-10-26 02:30:00 Europe/Berlin", "2025-03-30 02:30 Europe/Berlin"],
)
def test_what_may_mean_several_times_is_not_guessed(text):
    assert stamped(text) == (None, f"timestamp.txt may mean several times ({text!r}): it was ignored.")


def test_no_time_is_none():
    assert judged(None, NOW) == stamped("") == (None, "")


def test_the_future_is_left_out_a_clock_that_is_off_by_hours_is_not():
    tomorrow = (NOW + timedelta(hours=25)).strftime("%Y-%m-%d %H:%M:%S UTC")
    note = f"timestamp.txt is in the future ({tomorrow}): it was ignored."
    assert stamped(tomorrow) == (None, note)
    assert stamped(tomorrow, NOW + timedelta(hours=2))[1] == ""
    assert judged(Stamp(tomorrow, aside=True), NOW + timedelta(days=9)) == (None, note)  # the same for ever


@given(st.text(max_size=30) | st.text("0123456789-:. TZ+UC", max_size=30).map("2025-12-01 ".__add__))
def test_any_text_is_a_time_or_left_out(text):
    stamp, note = stamped(text)
    assert stamp is None or not note
    assert (canonical(text) != "") >= (stamp is not None)


# In the folder of a submission


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "ada" / "a"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("text", ["2025-12-01 10:00:00.123456 UTC", "2025-12-01 10:00:00 Europe/Berlin\r\n"])
def test_what_nbgrader_reads_right_is_left_alone(folder, text):
    (folder / NAME).write_bytes(text.encode())
    set_right(folder, NOW)
    assert (folder / NAME).read_bytes() == text.encode()
    assert os.listdir(folder) == [NAME]


@pytest.mark.parametrize(
    ("content", "hour"),
    [
        (b"2025-12-01 12:00:00 +0200", 10),
        (b"2025-07-01 12:00:00 CEST", 10),
        (b"\xef\xbb\xbf2025-12-01 10:00:00 UTC", 10),  # as Notepad writes it
    ],
)
def test_what_nbgrader_reads_wrongly_is_put_right_and_the_original_is_kept(folder, content, hour):
    (folder / NAME).write_bytes(content)
    before = judged(read_stamp(folder), NOW)
    for _ in range(2):
        set_right(folder, NOW)
        assert parse_utc((folder / NAME).read_text().strip()).hour == hour
        assert (folder / ORIGINAL).read_bytes() == content
        assert judged(read_stamp(folder), NOW) == before


@pytest.mark.parametrize("fails", [NAME, ORIGINAL])
def test_where_a_disk_is_full_the_time_stays_what_it_was(folder, monkeypatch, fails):
    def full(path, content):
        if path.name == fails:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        replace(path, content)

    (folder / NAME).write_text("2025-12-01 12:00:00 +0200")
    monkeypatch.setattr(timestamps, "replace", full)
    set_right(folder, NOW)
    assert read_stamp(folder) == Stamp("2025-12-01 12:00:00 +0200")


@pytest.mark.parametrize(
    "content",
    [
        *(b"soon", b"", b" ", b"\xff\xfe", b"2025-12-01 10:00:00 IST", b"2999-01-01 00:00:00 UTC"),
        *(b"x" * 10_000, b"2025-12-01 10:00:00 UTC" + b" " * 90 + b"x"),
    ],
)
def test_what_is_no_time_is_put_aside_and_the_note_stays_the_same(folder, content):
    (folder / NAME).write_bytes(content)
    before = judged(read_stamp(folder), NOW)
    for now in (NOW, NOW, NOW + timedelta(days=400_000)):
        set_right(folder, now)
        assert [(p.name, p.read_bytes()) for p in folder.iterdir()] == [(ORIGINAL, content)]
        assert judged(read_stamp(folder), now) == before
        assert before[0] is None
        assert kept(read_stamp(folder), now) == ""
    (folder / NAME).write_text("2025-12-01 10:00:00 UTC")  # handed in again
    assert judged(read_stamp(folder), NOW)[0].hour == 10


@pytest.mark.parametrize("make", ["mkdir", "mkfifo", "symlink"])
def test_what_is_no_file_is_put_aside_and_not_opened(folder, tmp_path, make):
    (tmp_path / "secret").write_text("2025-12-01 10:00:00 UTC")
    {"symlink": lambda path: os.symlink(tmp_path / "secret", path)}.get(make, getattr(os, make, None))(
        folder / NAME
    )
    assert read_stamp(folder) is None
    set_right(folder, NOW)
    assert os.listdir(folder) == [ORIGINAL]
    assert (tmp_path / "secret").read_text() == "2025-12-01 10:00:00 UTC"


def test_nothing_is_read_or_changed_behind_a_link(folder, tmp_path):
    (folder / NAME).write_text("soon")
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "a").symlink_to(folder)
    (tmp_path / "link").symlink_to(tmp_path / "ada")
    for linked in (tmp_path / "ben" / "a", tmp_path / "link" / "a"):
        set_right(linked, NOW)
        assert read_stamp(linked) is None
    assert (folder / NAME).read_text() == "soon"
