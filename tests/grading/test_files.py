"""A file is written completely or not at all, and read if it is one."""

import os

import pytest

from qcourse.files import read_regular, replace


def test_a_file_is_replaced_and_nothing_is_left_behind(tmp_path):
    path = tmp_path / "a.txt"
    replace(path, b"old")
    replace(path, b"new", mode=0o444)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o444
    assert os.listdir(tmp_path) == ["a.txt"]


def test_where_there_is_no_folder_it_names_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        replace(tmp_path / "no" / "a.txt", b"")
    assert caught.value.filename == str(tmp_path / "no" / "a.txt")


def test_a_file_has_the_rights_that_the_user_gives_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        replace(tmp_path / "a.txt", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_where_it_fails_the_old_file_stays_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left") as caught:
        replace(path, b"new")
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_of_what_others_put_there_only_a_regular_file_is_read(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    assert read_regular(tmp_path / "file", 3) == b"123"
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").write_bytes(b"")
    (tmp_path / "hard").hardlink_to(tmp_path / "other")
    for name in ("link", "hard", "pipe", "folder", "nothing"):
        with pytest.raises(OSError, match=name):
            read_regular(tmp_path / name, 3)
